"""What the market worker makes of quotes and books."""
