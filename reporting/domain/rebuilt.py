"""Books told apart by digests: two sets of entries are equal when their numbers and the sums of their digests are. Pure."""

from dataclasses import dataclass
from hashlib import md5

from reporting.domain.books import Fee
from reporting.domain.ledger import Entry
from reporting.domain.objects import wide_text

_HEX = 15
"""Digits of a digest that count: 60 bits."""


@dataclass(slots=True)
class Digest:
    """How many, and the sum of their digests: in whatever order they came."""

    count: int = 0
    total: int = 0

    def add(self, text: str) -> None:
        """One more."""
        self.count += 1
        self.total += int(md5(text.encode(), usedforsecurity=False).hexdigest()[:_HEX], 16)


def entry_text(entry: Entry) -> str:
    """Everything an entry says, but for its number and that of the one it reverses: those are the table's."""
    about = (entry.cause.value, entry.cause_id, entry.account, entry.symbol, entry.order_id, entry.trade_id, str(entry.time))
    lines = (f"{place.owner} {place.kind.value} {place.asset} {wide_text(amount)}" for place, amount in entry.lines)
    return "|".join((*about, ";".join(lines)))


def fee_text(fee: Fee) -> str:
    """Everything a fee was reckoned from and came to."""
    cost = fee.charge
    amounts = (wide_text(cost.fee), wide_text(cost.tax), wide_text(fee.notional))
    return "|".join((fee.id, str(cost.schedule or ""), str(cost.rate), *amounts, str(fee.made_at)))
