"""Alerts: what the desk must look at, told once, on the stream and in a list, until somebody acknowledges it."""
