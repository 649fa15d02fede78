"""Feeds from the command line."""
