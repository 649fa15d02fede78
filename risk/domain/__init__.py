"""Pure rules: roles, limits, checks, exposure, decisions."""
