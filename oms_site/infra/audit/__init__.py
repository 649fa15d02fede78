"""The append-only, hash-linked record of who did what."""
