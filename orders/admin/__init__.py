"""Admin pages of orders, one file per model."""
