"""Positions, settlement and reports."""
