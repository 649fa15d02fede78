"""Decimal texts as integers of 1e-8 and back: exact, with any number of digits, remembered because streams repeat their numbers."""

import re

from matching.match_stream.strict_json import Malformed
from schemas.units import SCALE, format_units

REMEMBERED = 1 << 16
"""Numbers kept at most; then all are forgotten. Long ones (`LONG` digits) are not kept."""
LONG = 40

_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")


class TooFine(ValueError):
    """A number that has no exact value in 1e-8: it is off every tick and lot."""


class Units(dict[str, int]):
    """`units[text]`: the integer of 1e-8 for a JSON number or a text of the same form. Raises `Malformed`, `TooFine`."""

    def __missing__(self, text: object) -> int:
        if not isinstance(text, str) or not _DECIMAL.fullmatch(text):
            raise Malformed(f"{ascii(text)[:64]} is no plain decimal number")
        whole, _, fraction = text.partition(".")
        if fraction[SCALE:].strip("0"):
            raise TooFine(text)
        units = int(whole + fraction[:SCALE].ljust(SCALE, "0"))
        if len(self) >= REMEMBERED:
            self.clear()
        if len(text) < LONG:
            self[text] = units
        return units


class Texts(dict[int, str]):
    """`texts[units]`: the shortest plain decimal, in quotes as it goes into a line."""

    def __missing__(self, units: int) -> str:
        if len(self) >= REMEMBERED:
            self.clear()
        text = f'"{format_units(units)}"'
        if len(text) < LONG:
            self[units] = text
        return text
