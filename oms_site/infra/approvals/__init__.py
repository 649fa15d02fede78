"""Two people: what one may ask for and another must agree to before it is done. See ADR 0012 and docs/governance.md."""
