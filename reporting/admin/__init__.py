"""Admin pages of reporting, one file per model."""
