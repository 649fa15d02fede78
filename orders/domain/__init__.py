"""Rules of orders: life cycle, entry, objects. Pure."""
