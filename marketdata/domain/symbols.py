"""What a symbol looks like."""

import re

_SYMBOL = re.compile(r"[A-Z0-9][A-Z0-9._-]{0,31}", re.ASCII)


def is_symbol(text: str) -> bool:
    """Whether `text` could name an instrument: 1 to 32 capital letters, digits, dots, hyphens or underscores."""
    return _SYMBOL.fullmatch(text) is not None
