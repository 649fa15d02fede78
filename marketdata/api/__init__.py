"""REST for quotes, depth and instruments."""
