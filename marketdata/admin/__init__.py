"""The desk's pages of market data, one file per model."""
