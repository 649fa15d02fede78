"""Instruments, quotes, feeds and the house liquidity provider."""
