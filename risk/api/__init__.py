"""REST: tokens, accounts, limits, kills."""
