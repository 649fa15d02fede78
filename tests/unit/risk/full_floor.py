"""A floor on which everything happens: every type, time in force and condition, phases and auctions, the desk's own changes, busts."""

from schemas.enums import AuctionKind, CommandType, ExecType, OrderType, Phase, Reason, SelfTradePrevention, TimeInForce
from schemas.messages import Conditions
from schemas.units import ONE
from tests.unit.risk.boundary import LOT, TICK
from tests.unit.risk.desk import ACCOUNTS, SYMBOLS
from tests.unit.risk.test_with_matching import Floor

TRADERS = ("ann", "bob")
DAYS = ("2026-11-23", "2026-11-24", "2026-11-25")
ASKED = "asked"
"""Reason of every cancel that a client asks for, so that the market's own cancels can be told apart."""
BAND = ONE // 2_000
"""0.05 %: five ticks at these prices, so that pauses happen."""

Fill = tuple[str, str]
"""Order and trade id."""


class FullFloor(Floor):
    """As `Floor`, with everything an order and a market can do."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.day = DAYS[1]
        self.corrected: set[Fill] = set()
        for symbol in SYMBOLS:
            numbers = {"tick": TICK, "lot": LOT, "max_quantity": 10_000_000 * ONE, "tradable": 1, "band": BAND}
            self.desk.control(CommandType.INSTRUMENT, symbol=symbol, attributes=numbers)

    def step(self) -> None:
        """One random thing happens."""
        if self.random.random() < 0.8:
            super().step()
            return
        self.random.choice((self.the_market_moves_on, self.the_desk_acts, self.a_fill_was_wrong, self.cancel_much))()

    def enter(self) -> None:
        """An order of any kind; some of them the market refuses."""
        self.orders += 1
        pick, chance = self.random.choice, self.random.random
        kind = pick(list(OrderType)) if chance() < 0.6 else OrderType.LIMIT
        tif = pick(list(TimeInForce)) if chance() < 0.5 else TimeInForce.DAY
        quantity = self.random.randint(1, 40) * LOT
        resting = kind == OrderType.LIMIT and tif in (TimeInForce.DAY, TimeInForce.GTC, TimeInForce.GTD)
        asks = Conditions(
            stop_price=self.price() if kind in (OrderType.STOP, OrderType.STOP_LIMIT) else None,
            trail_offset=self.random.randint(1, 4) * TICK if kind == OrderType.TRAILING_STOP else None,
            display_quantity=min(quantity, 3 * LOT) if resting and chance() < 0.2 else None,
            expire_date=pick(DAYS) if tif == TimeInForce.GTD else None,
            post_only=resting and chance() < 0.1,
            reduce_only=chance() < 0.1,
            self_trade_prevention=pick(list(SelfTradePrevention)) if chance() < 0.3 else None,
            self_trade_group="FAMILY" if chance() < 0.2 else None,
        )
        self.desk.new(
            f"O{self.orders}",
            account=self.account(),
            symbol=self.symbol(),
            side=pick(["buy", "sell"]),
            type=kind.value,
            tif=tif.value,
            price=self.price() if kind in (OrderType.LIMIT, OrderType.STOP_LIMIT) else None,
            quantity=quantity,
            conditions=None if asks == Conditions() else asks,
            trade_date=self.day,
            user=pick(TRADERS),
        )

    def ask_cancel(self) -> None:
        """A client wants an order canceled."""
        if target := self._target():
            self.desk.cancel(**target, reason=ASKED)

    def ask_replace(self) -> None:
        """A client wants other terms, also such that the order does not have."""
        if not (target := self._target()):
            return
        what = self.random.random()
        if what < 0.6:
            self.desk.replace(**target, quantity=self.random.randint(1, 60) * LOT)
        elif what < 0.85:
            self.desk.replace(**target, price=self.price())
        else:
            self.desk.replace(**target, conditions=Conditions(stop_price=self.price()))

    def the_market_moves_on(self) -> None:
        """A symbol's market goes into another phase, or uncrosses; mostly it comes back to continuous trading soon."""
        symbol = self.symbol()
        if self.random.random() < 0.2:
            self.desk.control(CommandType.UNCROSS, symbol=symbol)
            return
        phase = Phase.CONTINUOUS if self.random.random() < 0.6 else self.random.choice(list(Phase))
        auction = self.random.choice(list(AuctionKind)) if phase == Phase.AUCTION else None
        if phase == Phase.CLOSED:
            self.day = self.random.choice(DAYS)
        self.desk.control(CommandType.PHASE, symbol=symbol, phase=phase.value, auction=auction, trade_date=self.day)

    def the_desk_acts(self) -> None:
        """An unsolicited cancel, replace or split."""
        held = [order for account in self.desk.fold.accounts.values() for order in account.orders.values()]
        if not held:
            return
        order = self.random.choice(held)
        code = next(code for code, account in self.desk.fold.accounts.items() if order.id in account.orders)
        names = {"order_id": order.id, "account": code, "symbol": order.symbol, "unsolicited": True, "reason": "desk_change"}
        what = self.random.random()
        if what < 0.3:
            self.desk.cancel(**names)
        elif what < 0.6:
            self.desk.replace(**names, quantity=self.random.randint(1, 60) * LOT)
        elif what < 0.8:
            self.desk.replace(**names, price=self.price())
        else:
            self.desk.replace(**names, attributes={"numerator": self.random.randint(1, 2), "denominator": self.random.randint(1, 2)})

    def fills(self) -> dict[Fill, tuple[str, str, str, int, int | None]]:
        """Account, symbol, side, quantity and price of every fill as it stands now, told anew from the whole log."""
        found: dict[Fill, tuple[str, str, str, int, int | None]] = {}
        for record in self.desk.log:
            if record.trade_id and record.type != ExecType.CANCEL_REJECTED:  # that refuses a correction of it
                told = (record.account, record.symbol, record.side, record.last_quantity or 0, record.last_price)
                found[record.order_id, record.trade_id] = told
        return found

    def a_fill_was_wrong(self) -> None:
        """A fill is busted or corrected, now and then by more than the order has; again only once the first time is through."""
        known = self.fills()
        if not known:
            return
        fill = self.random.choice(list(known)[-30:])
        if fill in self.corrected:
            self.settle()
            known = self.fills()
        self.corrected.add(fill)
        (order_id, trade_id), (account, symbol, side, quantity, price) = fill, known[fill]
        names = {"id": order_id, "trade_id": trade_id, "account": account, "symbol": symbol, "side": side}
        now = None if self.random.random() < 0.5 else max(LOT, quantity + self.random.randint(-5, 5) * LOT)
        was = {"quantity": quantity, "price": price or 0}
        corrected = {"quantity": now, "price": None if now is None else self.price()}
        self.desk.say(self.desk.command(CommandType.TRADE_CORRECT, **names, attributes=was, **corrected))

    def cancel_much(self) -> None:
        """A mass cancel of a trader, a symbol, a side, or any of them."""
        pick = self.random.choice
        scope = {"symbol": pick(["", *SYMBOLS]), "side": pick([None, "buy", "sell"]), "trader": pick([None, *TRADERS])}
        self.desk.say(self.desk.command(CommandType.MASS_CANCEL, account=pick(ACCOUNTS), reason=ASKED, **scope))

    def drain(self) -> None:
        """The desk asks everybody's every order away, and everything on its way arrives."""
        self.settle()
        for code in ACCOUNTS:
            self.desk.say(self.desk.command(CommandType.MASS_CANCEL, account=code, reason=ASKED))
        self.settle()

    def answers(self) -> int:
        """How many requests matching has answered."""
        return sum(
            record.type in (ExecType.REPLACED, ExecType.REPLACE_REJECTED, ExecType.CANCEL_REJECTED, ExecType.CANCELED)
            and (record.type != ExecType.CANCELED or record.reason in (ASKED, Reason.CANCEL_REQUESTED))
            and record.rule != "desk"
            and not record.id.startswith("E")
            for record in self.desk.log
        )
