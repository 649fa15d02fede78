"""The rules of market data, pure."""
