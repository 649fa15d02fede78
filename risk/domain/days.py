"""How a business date is written in a command: YYYY-MM-DD, so that dates compare as text does."""

from datetime import date


def is_day(text: str) -> bool:
    """Whether the text is a day of the calendar, written in that one way."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
