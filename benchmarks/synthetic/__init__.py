"""The synthetic market against real files: what is known of markets, worked out of both alike, as a page with plots."""
