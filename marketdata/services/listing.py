"""The life of an instrument: trading, suspended, delisted, relisted. Each step is a change of it, told to the workers by the log."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.module_loading import import_string

from marketdata.models import Instrument
from marketdata.services.access import DESK, require, said
from marketdata.services.instruments import instrument_save
from oms_site.infra.errors import Conflict, NotFound


class ListingRefused(Conflict):
    """The step is none from where the instrument stands, or orders are open that it would leave behind."""

    default_code = "listing_refused"


class Step(NamedTuple):
    """From which listing a step leads, and what it makes of the instrument."""

    source: str
    values: dict[str, bool]


STEPS: dict[str, Step] = {
    "suspend": Step("trading", {"tradable": False}),
    "reinstate": Step("suspended", {"tradable": True}),
    "delist": Step("suspended", {"delisted": True}),
    "relist": Step("delisted", {"delisted": False}),
}
"""Only what is suspended is delisted: from its suspension on risk takes no order, so none can come while open ones are looked for. What is
relisted stays suspended until somebody reinstates it.
"""


def listing_change(*, actor: Any, symbol: str, step: str, reason: str, now: datetime, request_id: str = "") -> Instrument:
    """Take one step of `STEPS`, with a reason. Raises `Forbidden`, `NotFound`, `InvalidInput` and `ListingRefused`.

    Whoever suspends leaves open orders where they are: they can be canceled, and trade with nobody new. A delisting is refused while one
    is open.
    """
    require(actor, DESK, f"{step} an instrument")
    reason, wanted = said(reason), STEPS[step]
    row = Instrument.objects.filter(pk=symbol).first()
    if row is None:
        raise NotFound("there is no instrument of this symbol")
    if row.listing != wanted.source:
        raise ListingRefused(f"{symbol} is {row.listing}: only what is {wanted.source} can take the step {step}")
    if step == "delist" and (number := sum(open_orders(symbol).values())):
        raise ListingRefused(f"{symbol} has {number:,} open order{'' if number == 1 else 's'}: cancel them first, then delist it")
    return instrument_save(
        actor=actor, symbol=symbol, values=wanted.values, expected_version=row.version, reason=reason, request_id=request_id, now=now
    )


def open_orders(symbol: str) -> Mapping[str, int]:
    """Open orders of a symbol by time in force. Orders are an app's business above this room: `settings.OMS_OPEN_ORDERS` counts them."""
    count: Callable[[str], Mapping[str, int]] = import_string(settings.OMS_OPEN_ORDERS)
    return count(symbol)
