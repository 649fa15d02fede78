"""Management commands, found by name."""
