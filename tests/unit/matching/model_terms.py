"""What an order may ask for, by the contract alone: an order of the model, and all that is wrong with a command."""

from dataclasses import dataclass
from datetime import UTC, datetime

from schemas.messages import Conditions, OrderCommand

CALL_PHASES = ("pre_open", "auction")
RESTING = ("day", "gtc", "gtd")
AT_AUCTION = ("at_open", "at_close")
MODES = (None, "none", "cancel_newest", "cancel_oldest", "cancel_both", "decrement")
TIFS = {
    "limit": ("day", "gtc", "gtd", "ioc", "fok", "at_open", "at_close"),
    "market": ("day", "gtc", "ioc", "fok", "at_open", "at_close"),
    "stop": ("day", "gtc", "gtd", "ioc", "fok"),
    "stop_limit": ("day", "gtc", "gtd", "ioc", "fok"),
    "trailing_stop": ("day", "gtc", "gtd", "ioc", "fok"),
}
PRICED = ("limit", "stop_limit")
STOP_PRICED = ("stop", "stop_limit")
STOPS = ("stop", "stop_limit", "trailing_stop")


@dataclass(eq=False)
class Asked:
    """An order. `where` is `book`, `parked` or nowhere yet; `shown` is the slice that is displayed while it rests.

    `entry` is its rank by entry, `place` when it took its place in its queue. `best` is the best last price since a trailing stop came.
    `suspended` and `done` say that a halt or the end of a day was told and holds; `ended` says how it was closed.
    """

    id: str
    account: str
    symbol: str
    side: str
    type: str
    tif: str
    quantity: int
    leaves: int
    price: int | None
    stop: int | None
    offset: int | None
    display: int | None
    expires: str | None
    post_only: bool
    mode: str
    group: tuple[str, str]
    day: str | None
    where: str = ""
    shown: int = 0
    entry: int = 0
    place: int = 0
    best: int | None = None
    elected: bool = False
    triggered: bool = False
    suspended: bool = False
    done: bool = False
    was_split: bool = False
    ended: str = ""

    @property
    def cum(self) -> int:
        return self.quantity - self.leaves

    @property
    def slice(self) -> int:
        """What a fresh display shows."""
        return self.leaves if self.display is None else min(self.display, self.leaves)


def asked(command: OrderCommand) -> Asked:
    terms = command.conditions or Conditions()
    return Asked(
        id=command.id,
        account=command.account,
        symbol=command.symbol,
        side=command.side,
        type=command.type,
        tif=command.tif,
        quantity=command.quantity,
        leaves=command.quantity,
        price=command.price,
        stop=terms.stop_price,
        offset=terms.trail_offset,
        display=terms.display_quantity,
        expires=terms.expire_date,
        post_only=terms.post_only,
        mode=terms.self_trade_prevention or "none",
        group=("group", terms.self_trade_group) if terms.self_trade_group else ("account", command.account),
        day=command.trade_date,
    )


def faults(command: OrderCommand, tick: int, lot: int) -> set[str]:
    """Every code that a new order's fields deserve; which of them is told is not decided."""
    terms = command.conditions or Conditions()
    found: set[str] = set()
    if command.type not in TIFS or command.tif not in TIFS[command.type] or command.side not in ("buy", "sell"):
        found.add("order_field_invalid")
    found |= step_faults(command.quantity, lot, "quantity_off_lot", needed=True)
    found |= step_faults(command.price, tick, "price_off_tick", needed=command.type in PRICED)
    found |= step_faults(terms.stop_price, tick, "price_off_tick", needed=command.type in STOP_PRICED)
    found |= step_faults(terms.trail_offset, tick, "price_off_tick", needed=command.type == "trailing_stop")
    may_show_less = command.type == "limit" and command.tif in RESTING
    if terms.display_quantity is not None:
        found |= step_faults(terms.display_quantity, lot, "quantity_off_lot", needed=may_show_less)
        if command.quantity is not None and terms.display_quantity > command.quantity:
            found.add("order_field_invalid")
    if terms.post_only and not may_show_less:
        found.add("order_field_invalid")
    if (terms.expire_date is not None) != (command.tif == "gtd") or not is_day(terms.expire_date):
        found.add("order_field_invalid")
    if terms.self_trade_prevention not in MODES:
        found.add("order_field_invalid")
    return found


def is_day(text: str | None) -> bool:
    """None, or a day of the calendar as YYYY-MM-DD."""
    if text is None:
        return True
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).strftime("%Y-%m-%d") == text
    except ValueError:
        return False


def step_faults(value: int | None, step: int, off: str, *, needed: bool) -> set[str]:
    """A number that must be there, above zero and in whole steps; or that must not be there."""
    if not needed:
        return set() if value is None else {"order_field_invalid"}
    if value is None or value <= 0:
        return {"order_field_invalid"}
    return {off} if value % step else set()


def replace_faults(order: Asked, command: OrderCommand, tick: int, lot: int) -> set[str]:
    """Every code that a replace of an open order deserves by its fields. Terms that stay were right when they were accepted."""
    found: set[str] = set()
    stop = (command.conditions or Conditions()).stop_price
    has_price = order.type in PRICED
    has_stop = order.type in STOP_PRICED and not order.triggered
    for value, now, step, off, has in (
        (command.quantity, order.quantity, lot, "quantity_off_lot", True),
        (command.price, order.price, tick, "price_off_tick", has_price),
        (stop, order.stop, tick, "price_off_tick", has_stop),
    ):
        if value is not None and not (has and value == now):
            found |= step_faults(value, step, off, needed=has)
    return found


def phase_takes(phase: str, command: OrderCommand) -> bool:
    """Whether a new order may be entered in `phase`."""
    if phase == "continuous":
        return command.tif != "at_open"
    if phase in CALL_PHASES:
        return command.tif in AT_AUCTION or (command.type == "limit" and command.tif in RESTING)
    return False
