"""The order book and the engine: pure, deterministic, integers only. Imports nothing but the standard library and the records."""
