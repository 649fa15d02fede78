"""What an action costs, counted in lines of Python: the same figure on every machine and every day."""

import sys
from collections.abc import Callable


def lines_run(action: Callable[[], object]) -> int:
    """How many lines of Python `action` runs."""
    count = 0

    def trace(frame: object, event: str, argument: object) -> Callable[..., object]:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        action()
    finally:
        sys.settrace(before)
    return count
