"""REST of positions, reports and settlement."""
