"""Accounts, limits, pre-trade checks and exposure."""
