"""The released versions of every record, as they lie in `avro/`. None is ever changed or removed; the highest one is written."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from schemas.messages import BookUpdate, Execution, OrderCommand, Quote, SettlementAdvice, SettlementInstruction, Trade

FOLDER = Path(__file__).with_name("avro")
RECORDS: tuple[type, ...] = (Quote, OrderCommand, Execution, Trade, BookUpdate, SettlementInstruction, SettlementAdvice)


@dataclass(frozen=True, slots=True)
class Version:
    """One released schema. `text` is what the registry is given."""

    record: type
    number: int
    text: str
    definition: Mapping[str, Any]


def file_stem(record: type) -> str:
    """`OrderCommand` is `order_command`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", record.__name__).lower()


@cache
def versions(record: type) -> tuple[Version, ...]:
    """All versions of a record, from 1 without a gap. Raises `LookupError` where one is missing."""
    found: list[Version] = []
    while (path := FOLDER / f"{file_stem(record)}.v{len(found) + 1}.avsc").exists():
        definition = json.loads(path.read_text(encoding="utf-8"))
        text = json.dumps(definition, ensure_ascii=False, separators=(",", ":"))
        found.append(Version(record, len(found) + 1, text, definition))
    if not found:
        raise LookupError(f"no schema of {record.__name__} in {FOLDER}")
    return tuple(found)


def latest(record: type) -> Version:
    """The version this program writes and reads into."""
    return versions(record)[-1]
