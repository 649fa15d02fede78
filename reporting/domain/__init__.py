"""Rules of positions and settlement. Pure."""
