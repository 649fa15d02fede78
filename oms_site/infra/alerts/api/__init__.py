"""REST of alerts."""
