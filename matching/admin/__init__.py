"""Admin pages of matching."""
