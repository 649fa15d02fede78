"""The admin pages of this room, one file per model."""
