"""The daily statement of an account: what it traded, what that cost, its cash, what it holds, what is still to be settled."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.db.models import Q

from marketdata.models import Instrument
from reporting.domain.positions import Holding, average_cost, unrealised
from reporting.domain.settlement.table import State
from reporting.files.cells import number_text
from reporting.models import SettlementObligation
from reporting.reports.days import Day, Price, bounds, day_of, prices
from reporting.reports.definition import Column, Kind, ListReport, Row, Values, Viewer
from reporting.reports.filters import day, equals
from reporting.reports.letters import Letter, Part
from reporting.selectors.cash_day import cash_of_day, charged_of_day
from schemas.enums import ExecType
from schemas.units import NOTIONAL_SCALE, format_units, from_units, grouped, to_units

_NUMBERS = ("quantity", "price", "amount", "realised_pnl", "unrealised_pnl")
COLUMNS = (
    *(
        Column("part", help="fill, fee, cash, position, settlement"),
        Column("reference"),
        Column("time", Kind.TIME),
        Column("symbol"),
        Column("side"),
    ),
    *(Column(name, Kind.NUMBER) for name in _NUMBERS),
    *(Column("currency"), Column("settlement_date", Kind.DATE), Column("status")),
)
_REPLACED = (State.NETTED.value, State.CANCELLED.value)
_FILL, _FEE, _CASH, _POSITION, _SETTLEMENT = "fill", "fee", "cash", "position", "settlement"
_OPENING, _CLOSING = "at the beginning", "at the end"


def _lines(viewer: Viewer, values: Values) -> list[Row]:
    """All parts, of an account the viewer sees; any other has none."""
    account, on = values["account"], values["date"]
    if account not in viewer.accounts:
        return []
    of = day_of(account, on)
    held = {symbol: now for symbol, now in of.after.items() if now.quantity or of.before.get(symbol) != now}
    marks = prices(held, on, viewer.now.date())
    symbols = {*held, *(fill["symbol"] for fill in of.fills)}
    currencies = dict(Instrument.objects.filter(pk__in=symbols).values_list("symbol", "currency"))
    return [
        *(*_fills(of, currencies), *_fees(account, on), *_cash(account, on)),
        *(*_positions(of, held, marks, currencies), *_obligations(account, on)),
    ]


def _fills(of: Day, currencies: Mapping[str, str]) -> Iterator[Row]:
    for fill in of.fills:
        was = (fill["detail"] or {}).get("original", {})
        busted = fill["type"] == ExecType.TRADE_CANCEL
        quantity = Decimal(was["quantity"]) if busted else fill["last_quantity"]
        price = Decimal(was["price"]) if busted else fill["last_price"]
        head = (_FILL, fill["trade_id"], fill["time"], fill["symbol"], fill["side"], quantity, price, quantity * price, None, None)
        yield (*head, currencies.get(fill["symbol"]), None, fill["type"].replace("_", " "))


def _fees(account: str, on: date) -> Iterator[Row]:
    """`amount` is fee and tax together; below zero it was given back."""
    for one in charged_of_day(account, *bounds(on)):
        told = f"{grouped(number_text(one.bps))} bp, tax {grouped(number_text(one.tax))}"
        head = (_FEE, one.trade_id, one.time, one.symbol, one.side, one.quantity, None, one.fee + one.tax)
        yield (*head, None, None, one.currency, None, told)


def _cash(account: str, on: date) -> Iterator[Row]:
    """What is available in each currency at both ends of the day, and what moved it."""
    for day_of_one in cash_of_day(account, *bounds(on)):
        told = {_OPENING: day_of_one.opening, **day_of_one.moves, _CLOSING: day_of_one.closing}
        for words, amount in told.items():
            yield (_CASH, *(None,) * 6, amount, None, None, day_of_one.currency, None, words)


def _positions(of: Day, held: Mapping[str, Holding], marks: Mapping[str, Price], currencies: Mapping[str, str]) -> Iterator[Row]:
    """`price` is what it is valued at as of `time`, `realised_pnl` of this day."""
    for symbol, now in held.items():
        mark, was = marks.get(symbol), of.before.get(symbol, Holding())
        open_pnl = None if mark is None else from_units(unrealised(now, to_units(mark.value)), NOTIONAL_SCALE)
        value = None if mark is None else from_units(now.quantity) * mark.value
        average = average_cost(now)
        note = "flat" if average is None else f"average cost {grouped(format_units(average))}"
        head = (_POSITION, None, mark and mark.at, symbol, "long" if now.quantity > 0 else "short" if now.quantity else None)
        numbers = (from_units(now.quantity), mark and mark.value, value, from_units(now.realised - was.realised, NOTIONAL_SCALE), open_pnl)
        yield (*head, *numbers, currencies.get(symbol), None, note)


def _obligations(account: str, on: date) -> Iterator[Row]:
    """What was traded up to this day and is due after it, or due before and not settled. What was netted is told as the net of it."""
    rows = SettlementObligation.objects.filter(account=account, trade_date__lte=on).exclude(status__in=_REPLACED)
    rows = rows.filter(Q(settlement_date__gt=on) | ~Q(status=State.SETTLED.value)).order_by("settlement_date", "id")
    fields = ("id", "symbol_id", "side", "quantity", "amount", "currency", "settlement_date", "status")
    for key, symbol, side, quantity, amount, currency, due, status in rows.values_list(*fields):
        yield (_SETTLEMENT, key, None, symbol, side, quantity, None, amount, None, None, currency, due, status)


def _figures(rows: Sequence[Row]) -> list[tuple[str, str]]:
    """Counts and sums by currency, of what the parts list."""
    fills = [row for row in rows if row[0] == _FILL]
    positions = [row for row in rows if row[0] == _POSITION]
    realised, value = _sums(positions, 8), _sums(positions, 7)
    fees = [row for row in rows if row[0] == _FEE]
    closing = [row for row in rows if row[0] == _CASH and row[12] == _CLOSING]
    costs = [("Fees and taxes", _sums(fees, 7)), ("Cash", _sums(closing, 7))]
    return [("Fills", f"{len(fills):,}"), *costs, ("Realised today", realised), ("Market value", value), ("To be settled", _due(rows))]


def _due(rows: Sequence[Row]) -> str:
    return f"{sum(row[0] == _SETTLEMENT for row in rows):,}"


def _sums(rows: Sequence[Row], at: int) -> str:
    """`USD 12.50, EUR 3.00`, and what is missing."""
    totals: dict[str, Decimal] = {}
    for row in rows:
        if row[at] is not None:
            totals[row[10]] = totals.get(row[10], Decimal(0)) + row[at]
    missing = sum(row[at] is None for row in rows)
    told = ", ".join(f"{currency} {total:,.2f}" for currency, total in sorted(totals.items())) or "none"
    return f"{told} ({missing} without a price)" if missing else told


STATEMENT = ListReport(
    name="statement",
    title="Daily statement",
    purpose="One account's day, 00:00 to 24:00 UTC: fills and their fees, cash, positions at its end, what is still to be settled.",
    columns=COLUMNS,
    filters=(equals("account", "an account you see", longest=32, required=True), day("date", "the day, in UTC", required=True)),
    lines=_lines,
    letter=Letter(
        about=lambda values: f"Account {values['account']}, {values['date']:%A %d %B %Y}, 00:00 to 24:00 UTC",
        figures=_figures,
        parts=(
            Part(
                _FILL,
                "Fills of the day",
                ("time", "reference", "symbol", "side", "quantity", "price", "amount", "currency", "status"),
                "No fills on this day.",
            ),
            Part(
                _FEE,
                "Fees and taxes",
                ("time", "reference", "symbol", "side", "quantity", "amount", "currency", "status"),
                "Nothing was charged.",
            ),
            Part(_CASH, "Available cash", ("currency", "status", "amount"), "No cash was ever booked."),
            Part(
                _POSITION,
                "Positions at the end of the day",
                ("symbol", "side", "quantity", "price", "amount", "realised_pnl", "unrealised_pnl", "currency", "status"),
                "No positions.",
            ),
            Part(
                _SETTLEMENT,
                "To be settled",
                ("settlement_date", "reference", "symbol", "side", "quantity", "amount", "currency", "status"),
                "Nothing is to be settled.",
            ),
        ),
    ),
)
