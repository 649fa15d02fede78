"""Limits as a CSV file: written so that no spreadsheet takes a cell for a formula, read strictly, line by line."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from oms_site.infra.errors import InvalidInput, OmsError
from risk.models import Limit
from risk.services.limits import LimitChange, Planned, limit_plan
from schemas.units import format_units

COLUMNS = ("scope", "key", "rule", "value", "effective_from", "effective_until")
MOST_ROWS = 5_000
MOST_BYTES = 1_000_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_PLAIN = frozenset("0123456789.")


class LimitFileInvalid(InvalidInput):
    """A file that is not read: its encoding, header or size. What is wrong with single lines is told line by line instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a file against what stands: what it would do, or why it cannot. `number` counts from 1 with the header."""

    number: int
    cells: tuple[str, ...]
    does: str
    was: str = ""
    plan: Planned | None = None
    error: str = ""


def limits_text(limits: Iterable[Limit]) -> str:
    """The file of these limits."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for limit in limits:
        moments = (limit.effective_from, limit.effective_until)
        dates = ["" if moment is None else moment.astimezone(UTC).isoformat() for moment in moments]
        writer.writerow(map(_safe, (limit.scope, limit.key, limit.rule, f"{limit.value.normalize():f}", *dates)))
    return out.getvalue()


def limits_read(content: bytes | str, now: datetime) -> list[Line]:
    """What a file would do, line by line. Raises `LimitFileInvalid`."""
    text = _decoded(content)
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True)) if text.strip() else []
    if not rows or tuple(cell.strip() for cell in rows[0]) != COLUMNS:
        raise LimitFileInvalid(f"file: the first line must be {','.join(COLUMNS)}", field="file")
    if len(rows) > MOST_ROWS:
        raise LimitFileInvalid(f"file: at most {MOST_ROWS} lines", field="file")
    seen: set[tuple[str, ...]] = set()
    lines = []
    for number, row in enumerate(rows[1:], start=2):
        if row:
            lines.append(_line(number, tuple(_raw(cell.strip()) for cell in row), seen, now))
    return lines


def _decoded(content: bytes | str) -> str:
    if len(content) > MOST_BYTES:
        raise LimitFileInvalid(f"file: at most {MOST_BYTES} bytes", field="file")
    if isinstance(content, str):
        return content
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise LimitFileInvalid("file: must be UTF-8", field="file") from None


def _line(number: int, cells: tuple[str, ...], seen: set[tuple[str, ...]], now: datetime) -> Line:
    try:
        if len(cells) != len(COLUMNS):
            raise LimitFileInvalid(f"{len(cells)} cells instead of {len(COLUMNS)}")
        if cells[:3] in seen:
            raise LimitFileInvalid("the same limit stands in an earlier line")
        seen.add(cells[:3])
        plan = limit_plan(_change(cells, now), now)
    except OmsError as refusal:
        return Line(number=number, cells=cells, does="error", error=refusal.message)
    does = "unchanged" if plan.same else "loosened" if plan.loosened else "added" if plan.held is None else "tightened"
    return Line(number=number, cells=cells, does=does, was="" if plan.held is None else format_units(plan.held), plan=plan)


def _change(cells: tuple[str, ...], now: datetime) -> LimitChange:
    scope, key, rule, value, start, end = cells
    if not value or not set(value) <= _PLAIN or len(value) > 30:
        raise LimitFileInvalid("value: must be a plain decimal number above zero", field="value")
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise LimitFileInvalid("value: must be a plain decimal number above zero", field="value") from None
    begun = _moment(start, "effective_from")
    return LimitChange(
        scope=scope,
        key=key,
        rule=rule,
        value=number,
        effective_from=begun if begun and begun > now else None,
        effective_until=_moment(end, "effective_until"),
    )


def _moment(text: str, name: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise LimitFileInvalid(f"{name}: must be written like 2026-01-31T16:00:00+00:00", field=name) from None
    if moment.tzinfo is None:
        raise LimitFileInvalid(f"{name}: says no time zone", field=name)
    return moment


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _raw(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(_FORMULA) else cell
