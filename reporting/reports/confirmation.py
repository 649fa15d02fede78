"""The confirmation of an account's trades of a business date, corrections included."""

from collections.abc import Sequence
from decimal import Decimal

from matching.models import Trade
from reporting.models import SettlementObligation
from reporting.reports.definition import Column, Kind, ListReport, Row, Values, Viewer
from reporting.reports.filters import day, equals
from reporting.reports.letters import Letter, Part
from schemas.enums import Side

_AS = {(False, False): "as traded", (True, True): "taken back", (True, False): "as corrected"}
"""By (is a correction, takes back)."""
COLUMNS = (
    *(Column("kind", help="trade"), Column("reference"), Column("trade_id"), Column("order"), Column("time", Kind.TIME), Column("symbol")),
    *(Column("side"), Column("quantity", Kind.NUMBER), Column("price", Kind.NUMBER), Column("amount", Kind.NUMBER), Column("currency")),
    *(
        Column("trade_date", Kind.DATE),
        Column("settlement_date", Kind.DATE),
        Column("status"),
        Column("told", help="as traded or corrected"),
    ),
)
_FIELDS = (
    *("id", "trade_id", "symbol_id", "side", "quantity", "amount", "currency", "trade_date", "settlement_date", "status"),
    *("revision", "reversal"),
)


def _lines(viewer: Viewer, values: Values) -> list[Row]:
    account = values["account"]
    if account not in viewer.accounts:
        return []
    own = SettlementObligation.objects.filter(account=account, trade_date=values["date"], trade_id__gt="")  # a net is of no trade
    rows = own.order_by("id").values_list(*_FIELDS)
    return _told(account, list(rows))


def _told(account: str, rows: Sequence[Row]) -> list[Row]:
    """With the trades' times and the account's own orders: one query for all."""
    trades = {trade.pk: trade for trade in Trade.objects.filter(pk__in={row[1] for row in rows})}
    told = []
    for key, trade_id, symbol, side, quantity, amount, currency, traded, due, status, revision, reversal in rows:
        trade = trades.get(trade_id)
        bought = (side == Side.BUY) is not reversal  # a reversal stands on the other side of what it takes back
        order = None if trade is None else trade.buy_order if bought else trade.sell_order
        price = amount / quantity if quantity else Decimal(0)
        terms = (symbol, side, quantity, price, amount, currency, traded, due, status, _AS[revision > 0, reversal])
        told.append(("trade", key, trade_id, order, trade and trade.time, *terms))
    return told


def _figures(rows: Sequence[Row]) -> list[tuple[str, str]]:
    totals = {side: sum((row[9] for row in rows if row[6] == side), Decimal(0)) for side in (Side.BUY.value, Side.SELL.value)}
    currencies = sorted({row[10] for row in rows})
    shown = {side: f"{', '.join(currencies)} {total:,.2f}" if len(currencies) == 1 else "-" for side, total in totals.items()}
    return [("Lines", f"{len(rows):,}"), ("Bought", shown["buy"]), ("Sold", shown["sell"]), ("Currencies", ", ".join(currencies) or "-")]


CONFIRMATION = ListReport(
    name="confirmation",
    title="Trade confirmation",
    purpose="An account's trades of a business date with their terms and settlement, corrections included.",
    columns=COLUMNS,
    filters=(equals("account", "an account you see", longest=32, required=True), day("date", "the business date", required=True)),
    lines=_lines,
    letter=Letter(
        about=lambda values: f"Account {values['account']}, business date {values['date']:%A %d %B %Y}",
        figures=_figures,
        parts=(
            Part(
                "trade",
                "We confirm these trades",
                ("time", "trade_id", "symbol", "side", "quantity", "price", "amount", "currency", "settlement_date", "told"),
                "No trades of this date.",
            ),
        ),
    ),
)
