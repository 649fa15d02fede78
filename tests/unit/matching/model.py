"""A market so plain that each rule can be checked by reading: one list of orders, searched from end to end for every step.

Written from the contract ("The engine's rules, decided"); imports nothing of the engine. It answers a command with tuples in the words of
`match_stream`. `ANY` stands where the contract leaves open what is told; a refusal holds every code that would be right.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal

from schemas.messages import Conditions, OrderCommand
from tests.unit.matching.model_auction import Clearing, clearing
from tests.unit.matching.model_terms import AT_AUCTION, CALL_PHASES, RESTING, STOPS, Asked, asked, faults, phase_takes, replace_faults

ONE = 100_000_000


class _Any:
    """Equal to everything."""

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0

    def __repr__(self) -> str:
        return "ANY"


ANY = _Any()


class OneOf(frozenset):
    """Codes of which any is right: equal to each."""

    def __eq__(self, other: object) -> bool:
        return other in self

    def __ne__(self, other: object) -> bool:
        return other not in self

    def __hash__(self) -> int:
        return 0


@dataclass(eq=False)
class Market:
    """What is known of a symbol besides its orders.

    The band lies around `base`, before there is one around the `reference` announced. `halted` and `night` hold until orders are taken
    again.
    """

    symbol: str
    tick: int
    lot: int
    band: int = 0
    reference: int | None = None
    phase: str = "continuous"
    auction: str | None = None
    date: str | None = None
    last: int | None = None
    trades: int = 0
    base: int | None = None
    halted: bool = False
    night: bool = False
    waiting: list[Asked] = field(default_factory=list)
    """Elected stops, in the order they will act."""


@dataclass(eq=False)
class Fill:
    """One side of a trade as it now stands (`quantity` 0: busted)."""

    order: Asked
    trade_id: str
    quantity: int
    price: int | None


@dataclass(eq=False)
class Model:
    """All symbols and all orders. `apply` gives what follows from a command."""

    markets: dict[str, Market] = field(default_factory=dict)
    open: list[Asked] = field(default_factory=list)
    closed: dict[str, Asked] = field(default_factory=dict)
    fills: list[Fill] = field(default_factory=list)
    said: list[tuple] = field(default_factory=list)
    clock: int = 0

    # ---- commands

    def apply(self, command: OrderCommand) -> list[tuple]:
        self.said = []
        commands: dict[str, Callable[[OrderCommand], None]] = {
            "new": self.new,
            "cancel": self.cancel,
            "replace": self.replace,
            "mass_cancel": self.mass_cancel,
            "instrument": self.instrument,
            "phase": self.phase,
            "uncross": self.uncross_line,
            "trade_correct": self.trade_correct,
        }
        commands[command.command](command)
        for market in self.markets.values():
            self.let_elected_act(market)
        return self.said

    def instrument(self, command: OrderCommand) -> None:
        numbers = command.attributes
        market = self.markets.setdefault(command.symbol, Market(command.symbol, 1, 1))
        market.tick, market.lot = numbers["tick"], numbers["lot"]
        market.band, market.reference = numbers.get("band", 0), numbers.get("reference")
        if market.band and market.base is None:
            market.base = market.last

    def new(self, command: OrderCommand) -> None:
        market = self.markets.get(command.symbol)
        wrong = {"instrument_unknown"} if market is None else faults(command, market.tick, market.lot)
        if self.find(command.id):
            wrong.add("order_duplicate")
        if market and not phase_takes(market.phase, command):
            wrong.add("phase_refuses")
        if not wrong:
            order = asked(command)
            if order.post_only and market.phase == "continuous" and self.first_opposite(order):
                wrong.add("post_only_would_take")
        if wrong:
            self.say("rejected", command.id, OneOf(wrong))
            return
        order.entry = self.tick()
        self.open.append(order)
        self.say("new", order.id)
        if order.type in STOPS or (order.tif == "at_close" and not self.closing(market)):
            self.park(market, order)
        else:
            self.act(market, order)

    def cancel(self, command: OrderCommand) -> None:
        order = self.find(command.id)
        if order is None:
            self.say("cancel_rejected", command.id, self.too_late(command.id))
        else:
            self.close(order, "canceled", command.reason or "cancel_requested")

    def mass_cancel(self, command: OrderCommand) -> None:
        for order in self.by_entry():
            wanted = ((command.account, order.account), (command.symbol, order.symbol), (command.side, order.side))
            if all(not asked_for or asked_for == has for asked_for, has in wanted):
                self.close(order, "canceled", command.reason or "cancel_requested")

    def replace(self, command: OrderCommand) -> None:
        order = self.find(command.id)
        if order is None:
            self.say("replace_rejected", command.id, self.too_late(command.id))
            return
        market = self.markets[order.symbol]
        if command.unsolicited and command.attributes:
            self.split(market, order, command)
            return
        wrong = replace_faults(order, command, market.tick, market.lot)
        if market.phase not in ("continuous", *CALL_PHASES) and not command.unsolicited:  # the desk's changes are made at night
            wrong.add("phase_refuses")
        stop = (command.conditions or Conditions()).stop_price
        new = replace(order)
        new.quantity = order.quantity if command.quantity is None else command.quantity
        new.price = order.price if command.price is None else command.price
        new.stop = order.stop if stop is None else stop
        closes = new.quantity <= order.cum
        if not wrong and order.post_only and market.phase == "continuous" and not closes and self.first_opposite(new):
            wrong.add("post_only_would_take")
        if wrong:
            self.say("replace_rejected", order.id, OneOf(wrong))
            return
        kept = (new.price, new.stop) == (order.price, order.stop) and new.quantity <= order.quantity
        cum = order.cum
        order.quantity, order.price, order.stop = max(new.quantity, cum), new.price, new.stop
        order.leaves = order.quantity - cum
        if closes:
            self.say_changed(command, order, ANY if new.price != order.price else kept)
            self.end(order, "filled")
            return
        self.say_changed(command, order, kept)
        if kept:
            order.shown = min(order.shown, order.leaves)  # hidden quantity goes first
        else:
            self.to_the_tail(market, order)

    def split(self, market: Market, order: Asked, command: OrderCommand) -> None:
        """New shares for old: the quantities times the ratio, the prices divided by it and rounded half up to the tick; to the tail."""
        up, down = command.attributes["numerator"], command.attributes["denominator"]
        if any(number * up % (down * market.lot) for number in (order.quantity, order.leaves)):
            self.say("replace_rejected", order.id, "quantity_off_lot")
            return

        def price(number: int | None) -> int | None:
            ticks = Decimal(number or 0) * down / up / market.tick
            return None if number is None else max(int(ticks.quantize(Decimal(1), ROUND_HALF_UP)), 1) * market.tick

        order.quantity, order.leaves = order.quantity * up // down, order.leaves * up // down
        order.price, order.stop, order.offset = price(order.price), price(order.stop), price(order.offset)
        if order.display is not None:
            order.display = max(order.display * up // down // market.lot, 1) * market.lot
        order.was_split = True
        self.say_changed(command, order, False)
        self.to_the_tail(market, order)

    def to_the_tail(self, market: Market, order: Asked) -> None:
        if order.where == "parked":
            if order.type in STOPS:
                order.entry = self.tick()
            self.park(market, order)
        else:
            self.act(market, order)

    def phase(self, command: OrderCommand) -> None:
        market = self.markets[command.symbol]
        before = market.phase
        self.enter_phase(market, command.phase, command.auction, command.reason)
        market.date = command.trade_date or market.date
        shut = market.phase in ("halted", "closed")
        market.halted, market.night = (
            (market.halted or market.phase == "halted") and shut,
            (market.night or market.phase == "closed") and shut,
        )
        for order in self.by_entry():
            if order.symbol == market.symbol:
                self.tell_of_phase(market, order)
        if self.closing(market):
            for order in self.by_place():
                if order.symbol == market.symbol and order.where == "parked" and order.tif == "at_close":
                    self.act(market, order)
        if market.phase == "continuous" and before != "continuous":
            self.uncross(market)

    def tell_of_phase(self, market: Market, order: Asked) -> None:
        """A halt suspends, a night ends the day of what stays; either is over when the market takes orders again."""
        if market.phase == "halted" and not order.suspended:
            order.suspended = True
            self.say("suspended", order.id, order.leaves)
        elif market.phase == "closed":
            self.end_of_day(order, market.date)
        elif market.phase in ("continuous", *CALL_PHASES) and (order.done or order.suspended):
            self.say_restated(order, "new_day" if order.done else "market_resumed")
            order.done = order.suspended = False

    def uncross_line(self, command: OrderCommand) -> None:
        market = self.markets[command.symbol]
        if market.phase in CALL_PHASES:
            self.uncross(market)

    def trade_correct(self, command: OrderCommand) -> None:
        """The order is open, or closed and remembered."""
        order = self.find(command.id) or self.closed[command.id]
        market = self.markets[order.symbol]
        fill = next(fill for fill in self.fills if fill.order is order and fill.trade_id == command.trade_id)
        assert command.attributes["quantity"] == fill.quantity, "the desk names the fill as it stands"
        more = (command.quantity or 0) - fill.quantity
        assert sum(other.quantity for other in self.fills if other.order is order) + more <= order.quantity, "no more than was ordered"
        fill.quantity, fill.price = command.quantity or 0, command.price
        may_rest = order.type in ("limit", "stop_limit") and order.tif in RESTING and not last_day_over(order, market)
        opens = order.ended == "filled" and more < 0 and may_rest
        if opens:
            del self.closed[order.id]
            order.ended, order.entry, order.leaves = "", self.tick(), -more
            order.suspended, order.done = market.halted, market.night and order.tif in ("gtc", "gtd")
            self.open.append(order)
        elif order in self.open:
            order.leaves -= more
        elif more < 0:
            order.ended = "for good"
        leaves = order.leaves if order in self.open else 0
        cum = sum(fill.quantity for fill in self.fills if fill.order is order)
        self.say("trade_changed", order.id, command.trade_id, command.quantity or 0, command.price, cum, leaves)
        if opens or (order in self.open and more < 0):
            self.act(market, order)
        elif order in self.open and not order.leaves:
            self.end(order, "filled")
        else:
            order.shown = min(order.shown, leaves)

    # ---- an order's life

    def act(self, market: Market, order: Asked) -> None:
        """The order comes to its market: in continuous trading it takes what it may; then it rests, or what is left is canceled."""
        order.where = ""
        left = "liquidity_none"
        if market.phase == "continuous":
            if order.tif == "fok" and not self.would_fill(market, order):
                self.close(order, "canceled", left)
                return
            left = self.take(market, order)
        if order.ended:
            return
        if not order.leaves:
            self.end(order, "filled")
        elif (order.type in ("limit", "stop_limit") and order.tif in RESTING) or order.tif in AT_AUCTION:
            if market.phase == "continuous" and order.tif == "at_close":
                raise AssertionError("an at_close order outside its auction")
            order.where, order.shown, order.place = "book", order.slice, self.tick()
        else:
            self.close(order, "canceled", left)

    def take(self, market: Market, order: Asked) -> str:
        """Trade with the other side, best price first, then first in place. Why it ended."""
        reference = market.reference if market.base is None else market.base
        while order.leaves and not order.ended and (maker := self.first_opposite(order)):
            if order.mode != "none" and order.group == maker.group:
                self.prevent(order, maker)
            elif outside_band(market.band, reference, maker.price):
                self.enter_phase(market, "auction", "volatility", "volatility_pause")
                return "volatility_pause"
            else:
                reference = maker.price if reference is None else reference
                self.trade(market, maker.price, (maker, order), word="trade")
        return "liquidity_none"

    def prevent(self, order: Asked, maker: Asked) -> None:
        """What happens instead of a trade of one group with itself."""
        if order.mode in ("cancel_oldest", "cancel_both"):
            self.close(maker, "canceled", "self_trade")
        if order.mode in ("cancel_newest", "cancel_both"):
            self.close(order, "canceled", "self_trade")
        if order.mode == "decrement":
            less = min(order.leaves, maker.leaves)
            both = (maker, order)
            for side in both:
                if side.leaves == less:
                    self.close(side, "canceled", "self_trade")
            for side in both:
                if not side.ended:
                    side.quantity -= less
                    side.leaves -= less
                    side.shown = min(side.shown, side.leaves)
                    self.say_restated(side, "self_trade")

    def would_fill(self, market: Market, order: Asked) -> bool:
        """Try it on copies: whether trades alone would fill the whole quantity."""
        mine = [replace(other) for other in self.open if other.symbol == market.symbol]
        trial = Model({market.symbol: replace(market)}, mine, clock=self.clock)
        taker = trial.find(order.id)
        trial.take(trial.markets[market.symbol], taker)
        return sum(fill.quantity for fill in trial.fills if fill.order is taker) == order.leaves

    def trade(self, market: Market, price: int, sides: tuple[Asked, Asked], *, word: str) -> None:
        """One match: between a resting and an incoming order, or a buyer and a seller of an auction."""
        quantity = min(order.shown if order.where == "book" else order.leaves for order in sides)
        market.trades += 1
        market.last = price
        if market.band and market.base is None:
            market.base = price
        trade_id = f"{market.symbol}{market.trades}"
        for order in sides:
            order.leaves -= quantity
            self.fills.append(Fill(order, trade_id, quantity, price))
        (one, other) = sides
        self.say(word, market.symbol, market.trades, price, quantity, one.id, one.leaves, other.id, other.leaves)
        for order in sides:
            if order.where == "book":
                order.shown -= quantity
                if not order.leaves:
                    self.end(order, "filled")
                elif not order.shown:  # the next slice, at the tail
                    order.shown, order.place = order.slice, self.tick()
        self.elect(market, price)

    # ---- stops

    def park(self, market: Market, order: Asked) -> None:
        """It waits for its price (a stop) or its auction (at_close); a stop whose price is met already is elected."""
        order.where, order.place, order.elected = "parked", self.tick(), False
        market.waiting = [other for other in market.waiting if other is not order]
        order.best = market.last if order.type == "trailing_stop" else None
        if order.type in STOPS and market.last is not None:
            order.elected = meets(order, market.last)

    def elect(self, market: Market, price: int) -> None:
        """A trade printed: which parked stops does it elect?"""
        for order in self.open:
            if order.symbol == market.symbol and order.where == "parked" and order.type in STOPS:
                if order.type == "trailing_stop":
                    better = max if order.side == "sell" else min
                    order.best = price if order.best is None else better(order.best, price)
                order.elected = order.elected or meets(order, price)

    def let_elected_act(self, market: Market) -> None:
        """First elected first served; by entry among those one command or one triggered order elected."""
        self.line_up(market)
        while market.waiting and market.phase == "continuous":
            order = market.waiting.pop(0)
            order.triggered = True
            self.say("triggered", order.id)
            self.act(market, order)
            self.line_up(market)

    def line_up(self, market: Market) -> None:
        newly = [order for order in self.by_place() if order.symbol == market.symbol and order.where == "parked" and order.elected]
        market.waiting += [order for order in newly if order not in market.waiting]

    # ---- auctions and phases

    def enter_phase(self, market: Market, phase: str, auction: str | None, reason: str | None) -> None:
        market.phase = phase
        market.auction = (auction or "opening") if phase == "auction" else None
        if market.auction == "volatility":  # its uncross, or the first trade after it, is the new measure
            market.base = market.reference = None
        self.say("phase", market.symbol, phase, market.auction, ANY if reason is None else reason)

    def closing(self, market: Market) -> bool:
        """Whether the auction at_close orders wait for is on."""
        return (market.phase, market.auction) == ("auction", "closing")

    def uncross(self, market: Market) -> None:
        """Trade at the one price; then what was for this auction only expires."""
        found = self.indicative(market.symbol)
        if found:
            while (buy := self.first_at(market, "buy", found.price)) and (sell := self.first_at(market, "sell", found.price)):
                self.trade(market, found.price, (buy, sell), word="uncrossed")
            market.base = found.price
        for order in self.by_entry():
            if order.symbol == market.symbol and order.where == "book" and order.tif in AT_AUCTION:
                self.close(order, "expired", "auction_missed")

    def indicative(self, symbol: str) -> Clearing | None:
        """What an uncross would do now."""
        return clearing(self.book(symbol), self.markets[symbol].last)

    def end_of_day(self, order: Asked, date: str | None) -> None:
        if order.tif == "gtc" or (order.tif == "gtd" and (date is None or order.expires > date)):
            if not order.done:
                self.say("done_for_day", order.id, order.leaves)
            order.done = True
        elif order.tif == "gtd":
            self.close(order, "expired", "date_passed")
        elif order.day is None or date is None or order.day <= date:  # a late day-end never ends tomorrow's order
            self.close(order, "expired", "auction_missed" if order.tif in AT_AUCTION else "day_ended")

    # ---- lists

    def book(self, symbol: str) -> list[Asked]:
        return [order for order in self.open if order.symbol == symbol and order.where == "book"]

    def queue(self, symbol: str, side: str) -> list[Asked]:
        """Resting orders as they are served: those without a price, then the best price, then the first in place."""
        better = -1 if side == "buy" else 1
        mine = [order for order in self.book(symbol) if order.side == side]
        return sorted(mine, key=lambda order: (order.price is not None, better * (order.price or 0), order.place))

    def levels(self, symbol: str, side: str) -> list[tuple[int, int, int]]:
        """Price, displayed quantity and number of orders of each level, best first."""
        prices: dict[int, list[int]] = {}
        for order in self.queue(symbol, side):
            if order.price is not None:
                prices.setdefault(order.price, []).append(order.shown)
        return [(price, sum(shown), len(shown)) for price, shown in prices.items()]

    def first_opposite(self, order: Asked) -> Asked | None:
        """The resting order that `order` would meet first."""
        queue = self.queue(order.symbol, "sell" if order.side == "buy" else "buy")
        price = order.price
        fitting = [o for o in queue if price is None or (o.price <= price if order.side == "buy" else o.price >= price)]
        return fitting[0] if fitting else None

    def first_at(self, market: Market, side: str, price: int) -> Asked | None:
        queue = self.queue(market.symbol, side)
        fitting = [o for o in queue if o.price is None or (o.price >= price if side == "buy" else o.price <= price)]
        return fitting[0] if fitting else None

    def by_entry(self) -> list[Asked]:
        return sorted(self.open, key=lambda order: order.entry)

    def by_place(self) -> list[Asked]:
        return sorted(self.open, key=lambda order: order.place)

    def find(self, id: str) -> Asked | None:
        return next((order for order in self.open if order.id == id), None)

    def too_late(self, id: str) -> str:
        return "order_too_late_to_cancel" if id in self.closed else "order_unknown"

    def tick(self) -> int:
        self.clock += 1
        return self.clock

    # ---- words

    def say(self, *words: object) -> None:
        self.said.append(words)

    def say_changed(self, command: OrderCommand, order: Asked, kept: object) -> None:
        if command.unsolicited:
            self.say("restated", order.id, order.quantity, order.price, order.leaves, kept, command.reason or "desk_change")
        else:
            self.say("replaced", order.id, order.quantity, order.price, order.leaves, kept)

    def say_restated(self, order: Asked, reason: str) -> None:
        self.say("restated", order.id, order.quantity, order.price, order.leaves, True, reason)

    def close(self, order: Asked, word: str, reason: str) -> None:
        self.say(word, order.id, order.leaves, reason)
        self.end(order, word)

    def end(self, order: Asked, word: str) -> None:
        order.ended, order.where = word, ""
        self.open = [other for other in self.open if other is not order]
        self.closed[order.id] = order
        waiting = self.markets[order.symbol].waiting
        if order in waiting:
            waiting.remove(order)


def meets(order: Asked, price: int) -> bool:
    """Whether a trade at `price` elects this stop."""
    stop = order.stop
    if order.type == "trailing_stop":
        if order.best is None:
            return False
        stop = order.best - order.offset if order.side == "sell" else order.best + order.offset
    return price >= stop if order.side == "buy" else price <= stop


def last_day_over(order: Asked, market: Market) -> bool:
    """Whether the market has seen the end of the last day the order was good for."""
    last = {"day": order.day, "gtd": order.expires}.get(order.tif)
    if order.tif == "gtc" or (last is not None and market.date is None):
        return False
    return (market.phase == "closed" and (last is None or last <= market.date)) or (last is not None and last < market.date)


def outside_band(band: int, reference: int | None, price: int) -> bool:
    """Whether a trade at `price` must not print in continuous trading."""
    return bool(band) and reference is not None and abs(price - reference) * ONE > reference * band
