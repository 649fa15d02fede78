"""REST of matching: trades."""
