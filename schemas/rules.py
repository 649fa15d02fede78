"""What a schema file says beyond Avro: least values, closed words, names that may not be empty. Checked on every way in and out."""

from collections.abc import Mapping
from typing import Any

from schemas import enums
from schemas.errors import OutOfRange, UnknownWord, WrongType

LEAST = -(2**63)
MOST = 2**63 - 1


class Rules:
    """The checks of one record's fields, prepared from its schema so that checking a message is one loop per kind of field.

    `numbers` is (place, name, least, optional), `texts` is (place, name, words or None, optional, least length).
    """

    __slots__ = ("flags", "lists", "maps", "names", "numbers", "records", "texts", "words")

    def __init__(self, definition: Mapping[str, Any]) -> None:
        self.names: tuple[str, ...] = tuple(field["name"] for field in definition["fields"])
        self.numbers: list[tuple[int, str, int, bool]] = []
        self.texts: list[tuple[int, str, frozenset[str] | None, bool, int]] = []
        self.maps: list[tuple[int, str]] = []
        self.words: list[tuple[int, str]] = []
        self.lists: list[tuple[int, str]] = []
        self.flags: list[tuple[int, str]] = []
        self.records: list[tuple[int, str, Rules]] = []
        for place, field in enumerate(definition["fields"]):
            self._add(place, field)

    def _add(self, place: int, field: Mapping[str, Any]) -> None:
        name, kind = field["name"], field["type"]
        optional = isinstance(kind, list)
        kind = kind[1] if optional else kind
        if kind == "long":
            self.numbers.append((place, name, field.get("minimum", LEAST), optional))
        elif kind == "string":
            words = frozenset(str(word) for word in getattr(enums, field["words"])) if "words" in field else None
            self.texts.append((place, name, words, optional, field.get("minLength", 0)))
        elif kind == "boolean":
            self.flags.append((place, name))
        elif kind["type"] == "map":
            (self.maps if kind["values"] == "long" else self.words).append((place, name))
        elif kind["type"] == "record":
            self.records.append((place, name, Rules(kind)))
        else:
            self.lists.append((place, name))

    def check(self, values: tuple[Any, ...]) -> None:
        """Raise the error that names the first field at fault; `values` stand in the schema's order."""
        for place, name, least, optional in self.numbers:
            value = values[place]
            if type(value) is int:
                if not least <= value <= MOST:
                    raise OutOfRange(f"{value} is not between {least} and {MOST}", field=name)
            elif value is not None or not optional:
                raise WrongType(f"expected a whole number, got {type(value).__name__}", field=name)
        self._check_texts(values)
        for place, name in self.flags:
            if type(values[place]) is not bool:
                raise WrongType(f"expected true or false, got {type(values[place]).__name__}", field=name)
        for place, name in self.maps:
            if values[place] is not None:
                _check_numbers(values[place], name)
        for place, name in self.words:
            if values[place] is not None:
                _check_words(values[place], name)

    def _check_texts(self, values: tuple[Any, ...]) -> None:
        for place, name, words, optional, length in self.texts:
            value = values[place]
            if isinstance(value, str):
                if words is not None and value not in words:
                    raise UnknownWord(f"{value[:40]!r} is none of {', '.join(sorted(words))}", field=name)
                if len(value) < length:
                    raise OutOfRange("may not be empty", field=name)
            elif value is not None or not optional:
                raise WrongType(f"expected text, got {type(value).__name__}", field=name)


def _check_numbers(value: Any, name: str) -> None:
    if type(value) is not dict:
        raise WrongType(f"expected numbers by name, got {type(value).__name__}", field=name)
    for key, number in value.items():
        where = f"{name}.{key}"
        if not isinstance(key, str) or type(number) is not int:
            raise WrongType("expected a whole number under a name", field=where)
        if not LEAST <= number <= MOST:
            raise OutOfRange(f"{number} is beyond 64 bits", field=where)


def _check_words(value: Any, name: str) -> None:
    if type(value) is not dict:
        raise WrongType(f"expected words by name, got {type(value).__name__}", field=name)
    for key, word in value.items():
        if not isinstance(key, str) or not isinstance(word, str):
            raise WrongType("expected text under a name", field=f"{name}.{key}")
