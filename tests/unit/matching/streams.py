"""Streams of commands for property tests: few ids, accounts and prices, so that orders meet, are found again and are used twice.

Every command is made of picks out of short lists, by the seed that hypothesis draws for it, or all by one seed for a fixed set of streams.
What fails is cut down command by command (`holding`).
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from hypothesis import strategies as st

from schemas.messages import Conditions, OrderCommand
from tests.unit.matching.drawing import CENT, SHARE, instrument
from tests.unit.matching.model import Fill, Model
from tests.unit.matching.script import Market, written

T = TypeVar("T")
M = TypeVar("M", bound=Market)

SYMBOLS = ("X", "Y")
START = [instrument("X"), instrument("Y")]
IDS = [f"o{number}" for number in range(16)]
_FOUND = [f"+{number}" for number in range(12)] * 4 + IDS
"""Mostly the so-manieth open order (of a new order: unused id), which depends on what happened before; sometimes any id."""
ACCOUNTS = ("A", "B", "C")
PRICES = [cents * CENT for cents in (1000, 1001, 999, 1002, 998)]
QUANTITIES = [shares * SHARE for shares in range(1, 7)]
DATES = ("2026-01-05", "2026-01-06", "2026-01-07")

_TYPES = ("limit",) * 12 + ("market",) * 2 + ("stop",) * 3 + ("stop_limit",) * 3 + ("trailing_stop",) * 3
_TIFS = {
    "limit": ("day",) * 5 + ("gtc",) * 3 + ("gtd", "gtd", "ioc", "ioc", "fok", "fok", "at_open", "at_close"),
    "market": ("day", "gtc", "ioc", "fok", "fok", "at_open", "at_close"),
    "stop": ("day", "gtc", "gtd", "ioc", "fok"),
}
_MODES = (None,) * 4 + ("cancel_newest", "cancel_oldest", "cancel_both", "decrement")
_SPOILED = (None,) * 160 + (
    {"quantity": None},
    {"quantity": 0},
    {"quantity": -SHARE},
    {"quantity": SHARE // 2},
    {"price": None},
    {"price": 0},
    {"price": 1000 * CENT},
    {"price": 1000 * CENT + 1},
    {"type": "pegged"},
    {"side": None},
    {"tif": "someday"},
    {"tif": "at_open"},
    {"tif": "gtd"},
    {"stop_price": None},
    {"stop_price": 1000 * CENT},
    {"stop_price": 1},
    {"trail_offset": CENT},
    {"trail_offset": 0},
    {"display_quantity": SHARE},
    {"display_quantity": 0},
    {"display_quantity": 9 * SHARE},
    {"display_quantity": SHARE // 2},
    {"expire_date": DATES[1]},
    {"expire_date": None},
    {"post_only": True},
    {"self_trade_prevention": "maybe"},
    {"symbol": "NOBODY"},
)
_PHASES = (
    *(("continuous", None),) * 12,
    ("auction", None),
    ("continuous", None),
    ("auction", "opening"),
    ("pre_open", None),
    ("continuous", None),
    ("auction", "closing"),
    ("continuous", None),
    ("closed", None),
    ("halted", None),
    ("continuous", None),
    ("auction", "volatility"),
)
_KINDS = (
    ("new",) * 36
    + ("cancel",) * 3
    + ("replace",) * 8
    + ("phase",) * 4
    + ("uncross", "mass_cancel", "instrument", "split")
    + ("correct",) * 2
)


class Pick(Protocol):
    """One of some options."""

    def __call__(self, options: Sequence[T]) -> T: ...


@dataclass(frozen=True)
class Correction:
    """The `number`-th fill so far is to be corrected `how`; what that is in numbers depends on what happened before."""

    number: int
    how: str


def item(pick: Pick) -> OrderCommand | Correction:
    """One command, whatever came before it."""
    kind = pick(_KINDS)
    if kind == "correct":
        return Correction(pick(range(12)), pick(("bust", "price", "less", "more", "all")))
    base = OrderCommand("replace" if kind == "split" else kind, 1, "", "", pick(("X", "X", "X", "X", "Y")), 1_000_000)
    return _MADE[kind](pick, base)


def _phase(pick: Pick, base: OrderCommand) -> OrderCommand:
    phase, auction = pick(_PHASES)
    return replace(base, phase=phase, auction=auction, trade_date=pick(DATES))


def _mass_cancel(pick: Pick, base: OrderCommand) -> OrderCommand:
    account, side = pick((("", None), ("A", None), ("", "sell"), ("B", "buy")))
    return replace(base, account=account, side=side, symbol=pick(("X", "")))


def _instrument(pick: Pick, base: OrderCommand) -> OrderCommand:
    band = pick(({}, {"band": 100_000}, {"band": 150_000, "reference": 1000 * CENT}, {"band": 200_000, "reference": 990 * CENT}))
    return replace(base, attributes={"tick": CENT, "lot": SHARE} | band)


def _new(pick: Pick, base: OrderCommand) -> OrderCommand:
    kind = pick(_TYPES)
    tif = pick(_TIFS.get(kind, _TIFS["stop"]))
    id, quantity = pick(_FOUND), pick(QUANTITIES)
    may_show_less = kind == "limit" and tif in ("day", "gtc", "gtd")
    conditions = Conditions(
        stop_price=pick(PRICES) if kind in ("stop", "stop_limit") else None,
        trail_offset=pick((CENT, 2 * CENT)) if kind == "trailing_stop" else None,
        display_quantity=pick((None, None, None, SHARE, 2 * SHARE)) if may_show_less else None,
        expire_date=pick(DATES) if tif == "gtd" else None,
        post_only=may_show_less and pick((False,) * 7 + (True,)),
        self_trade_prevention=pick(_MODES),
        self_trade_group=pick((None,) * 5 + ("G",)),
    )
    if conditions.display_quantity is not None:
        conditions = replace(conditions, display_quantity=min(conditions.display_quantity, quantity))
    command = replace(
        base,
        id=id,
        account=pick(ACCOUNTS),
        side=pick(("buy", "sell")),
        type=kind,
        tif=tif,
        quantity=quantity,
        price=pick(PRICES) if kind in ("limit", "stop_limit") else None,
        client_order_id=pick((None, "mine")),
        trade_date=pick((None, None, *DATES)),
    )
    change = pick(_SPOILED) or {}
    conditions = replace(conditions, **{name: value for name, value in change.items() if hasattr(conditions, name)})
    command = replace(command, **{name: value for name, value in change.items() if hasattr(command, name)})
    return replace(command, conditions=None if conditions == Conditions() else conditions)


def _replace(pick: Pick, base: OrderCommand) -> OrderCommand:
    stop = pick((None, None, None, *PRICES))
    return replace(
        base,
        id=pick(_FOUND),
        account="A",
        quantity=pick((None, *QUANTITIES, None, *QUANTITIES, 0, SHARE // 2)),
        price=pick((None, None, *PRICES, None, None, *PRICES, 0, 1000 * CENT + 1)),
        conditions=None if stop is None else Conditions(stop_price=stop),
        unsolicited=pick((False,) * 7 + (True,)),
    )


def _split(pick: Pick, base: OrderCommand) -> OrderCommand:
    up, down = pick(((2, 1), (1, 2), (3, 1), (1, 1)))
    return replace(base, id=pick(_FOUND), account="A", unsolicited=True, attributes={"numerator": up, "denominator": down})


_MADE: dict[str, Callable[[Pick, OrderCommand], OrderCommand]] = {
    "new": _new,
    "cancel": lambda pick, base: replace(base, id=pick(_FOUND), account="A"),
    "replace": _replace,
    "split": _split,
    "phase": _phase,
    "uncross": lambda _, base: base,
    "mass_cancel": _mass_cancel,
    "instrument": _instrument,
}


class Stream(list[OrderCommand]):
    """Commands that a failing test shows as lines of text."""

    def __repr__(self) -> str:
        return "Stream\n    " + "\n    ".join(written(command) for command in self) + "\n"


def resolved(items: Sequence[OrderCommand | Correction]) -> Stream:
    """The commands of a stream: corrections get their numbers from what the model says has happened, what says nothing is left out."""
    model, commands = started(Model()), Stream()
    for thing in items:
        command = _correction(thing, model) if isinstance(thing, Correction) else _named(thing, model)
        if command is None or tells_nothing(command, model):
            continue
        model.apply(command)
        commands.append(command)
    return commands


def started(market: M) -> M:
    """With X and Y announced."""
    for command in START:
        market.apply(command)
    return market


def _named(command: OrderCommand, model: Model) -> OrderCommand:
    """With the id its `+number` stands for."""
    if not command.id.startswith("+"):
        return command
    open_now = [order.id for order in model.open]
    choice = [id for id in IDS if id not in open_now] if command.command == "new" else open_now
    choice = choice or IDS
    found = replace(command, id=choice[int(command.id) % len(choice)])
    return _fitting(found, model) if int(command.id) % 4 else found


def _fitting(command: OrderCommand, model: Model) -> OrderCommand:
    """Without prices that the order to be replaced does not have."""
    order = model.find(command.id) if command.command == "replace" else None
    if order is None:
        return command
    return replace(
        command,
        price=None if order.price is None else command.price,
        conditions=None if order.stop is None or order.triggered else command.conditions,
    )


def tells_nothing(command: OrderCommand, model: Model) -> bool:
    """A market is told a phase it is in already."""
    if command.command != "phase":
        return False
    market = model.markets[command.symbol]
    return (market.phase, market.auction) == (command.phase, _kind(command))


def _kind(command: OrderCommand) -> str | None:
    return (command.auction or "opening") if command.phase == "auction" else None


def _correction(wanted: Correction, model: Model) -> OrderCommand | None:
    """A fill of an order that its id still names."""
    whole = (fill for fill in model.fills if not fill.order.was_split)
    fills = [fill for fill in whole if fill.order is (model.find(fill.order.id) or model.closed.get(fill.order.id))]
    if not fills:
        return None
    fill = fills[wanted.number % len(fills)]
    quantity = _corrected(wanted.how, fill, model.fills)
    if quantity is None or (quantity, wanted.how) == (fill.quantity, "less"):
        return None
    command = OrderCommand("trade_correct", 1, fill.order.id, fill.order.account, fill.order.symbol, 1_000_000)
    was = {"quantity": fill.quantity, "price": fill.price or 1000 * CENT}
    price = 1001 * CENT if wanted.how == "price" else was["price"]
    if not quantity:
        return replace(command, trade_id=fill.trade_id, attributes=was)
    return replace(command, trade_id=fill.trade_id, attributes=was, quantity=quantity, price=price)


def _corrected(how: str, fill: Fill, fills: Sequence[Fill]) -> int | None:
    """The fill's new quantity, in whole lots and never more than the order's quantity has room for."""
    filled = sum(other.quantity for other in fills if other.order is fill.order)
    room = fill.order.quantity - filled
    match how:
        case "bust":
            return 0 if fill.quantity else None
        case "price":
            return fill.quantity or None
        case "less":
            return max(fill.quantity - SHARE, 0)
        case "more":
            return fill.quantity + min(SHARE, room) or None
    return fill.quantity + room or None


def _resting(pick: Pick) -> OrderCommand:
    """A limit order for icebergs to meet: most show a slice."""
    quantity = pick(QUANTITIES)
    show = min(quantity, pick((SHARE, 2 * SHARE, SHARE, 6 * SHARE)))
    base = OrderCommand("new", 1, pick(_FOUND), pick(ACCOUNTS), "X", 1_000_000, pick(("buy", "sell")), "limit", pick(("day", "gtc")))
    conditions = Conditions(display_quantity=show, self_trade_prevention=pick(_MODES))
    return replace(base, quantity=quantity, price=pick(PRICES), conditions=conditions)


def _crowding(pick: Pick) -> OrderCommand | Correction:
    """Queues build up at two prices a side, and are broken into from within and from the front."""
    kind = pick(("new",) * 8 + ("cancel",) * 3 + ("replace",) * 2 + ("any",))
    if kind == "any":
        return item(pick)
    base = OrderCommand(kind, 1, pick(_FOUND), "A", "X", 1_000_000)
    if kind != "new":
        return _MADE[kind](pick, base)
    side = pick(("buy", "sell"))
    near = (1000, 1000, 999, 999, 1001) if side == "buy" else (1001, 1001, 1002, 1002, 1000)
    show = pick((None,) * 6 + (SHARE,))
    conditions = None if show is None else Conditions(display_quantity=show)
    terms = replace(base, side=side, type="limit", tif="day", account=pick(ACCOUNTS), price=pick(near) * CENT, conditions=conditions)
    return replace(terms, quantity=pick((*QUANTITIES, 9 * SHARE)))


def _called(pick: Pick) -> OrderCommand:
    """An order for an auction."""
    kind, tif = pick(("limit",) * 5 + ("market",)), pick(("day", "at_open"))
    quantity = pick(QUANTITIES)
    base = OrderCommand("new", 1, pick(_FOUND), pick(ACCOUNTS), "X", 1_000_000, pick(("buy", "sell")), kind, tif, quantity)
    base = replace(base, price=pick(PRICES)) if kind == "limit" else replace(base, tif="at_open")
    show = pick((None, None, SHARE)) if kind == "limit" and tif == "day" else None
    return base if show is None else replace(base, conditions=Conditions(display_quantity=show))


def _auction(last: int | None, orders: list[OrderCommand]) -> Stream:
    """Perhaps a first trade at `last`, then a call, its orders, and the uncross as the last command."""
    commands: list[OrderCommand] = []
    if last is not None:
        first = OrderCommand("new", 1, "l1", "L", "X", 1_000_000, "buy", "limit", "day", SHARE, last)
        commands = [first, replace(first, id="l2", side="sell")]
    call = OrderCommand("phase", 1, "", "", "X", 1_000_000, phase="auction", trade_date=DATES[0])
    return resolved([*commands, call, *orders, OrderCommand("uncross", 1, "", "", "X", 1_000_000)])


def _drawn(make: Callable[[Pick], T]) -> st.SearchStrategy[T]:
    """What `make` picks by a drawn seed: one draw a command, so that ten thousand streams do not take all day."""
    return st.integers(0, 2**32 - 1).map(lambda seed: make(random.Random(seed).choice))


STREAMS = st.one_of(
    st.lists(_drawn(item), max_size=10),
    st.lists(_drawn(item), min_size=20, max_size=50),
    st.lists(_drawn(_crowding), min_size=20, max_size=50),
).map(resolved)
"""A few commands of any kind, many of any kind, and many that crowd at few prices."""

ICEBERGS = st.lists(st.one_of(_drawn(_resting), _drawn(_resting), _drawn(item)), min_size=5, max_size=40).map(resolved)
"""Books in which almost everything shows only a slice."""

AUCTIONS = st.builds(_auction, st.sampled_from((None, *PRICES)), st.lists(_drawn(_called), min_size=2, max_size=14))
"""A call auction; the last command uncrosses it."""


def seeded(seed: int, length: int = 60) -> Stream:
    """The stream of a seed, the same everywhere."""
    chance = random.Random(seed)
    make = _crowding if seed % 3 == 2 else item
    return resolved([make(chance.choice) for _ in range(length)])
