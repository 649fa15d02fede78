"""Rules of the engine as examples, in `rules/*.txt`.

A title (`==`), lines of input (`>`), and below each the answers to it (`<`, without their `n`).
"""

import io
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from matching.match_stream.running import run
from matching.match_stream.session import Session

RULES = Path(__file__).parent / "rules"


@dataclass
class Case:
    """One example: what is typed, and every answer with the number of its line."""

    rule: str
    title: str
    input: list[str] = field(default_factory=list)
    expected: list[dict[str, Any]] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.rule}: {self.title}"


def cases() -> list[Case]:
    """All examples of all rules, in the order they are written."""
    return [case for path in sorted(RULES.glob("*.txt")) for case in _cases_of(path)]


def _cases_of(path: Path) -> list[Case]:
    found: list[Case] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        mark, text = line[:1], line[2:].strip()
        if mark == "=":
            found.append(Case(path.stem, text.lstrip("= ")))
        elif mark == ">":
            found[-1].input.append(text)
        elif mark == "<":
            found[-1].expected.append({"n": len(found[-1].input), **json.loads(text)})
        else:
            assert mark in {"", "#"}, f"{path.name}: {line}"
    return found


def answer(*lines: str | bytes | dict[str, Any], with_hash: bool = False) -> str:
    """What the command writes for these lines. Raises `Malformed`."""
    written: list[str] = []
    data = b"\n".join(_bytes(line) for line in lines)
    run(io.BytesIO(data), written.append, session=Session(), with_hash=with_hash)
    return "".join(written)


def answers(*lines: str | bytes | dict[str, Any]) -> list[dict[str, Any]]:
    """The same, read."""
    return [json.loads(line) for line in answer(*lines).splitlines()]


def _bytes(line: str | bytes | dict[str, Any]) -> bytes:
    if isinstance(line, bytes):
        return line
    return (line if isinstance(line, str) else json.dumps(line)).encode()
