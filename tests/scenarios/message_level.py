"""Level 2: the Kafka messages. Commands go to risk and matching as records; what is told is read from the topic `executions`."""

from schemas.enums import CommandType
from schemas.messages import OrderCommand
from tests.scenarios.chain import Chain
from tests.scenarios.commands import OWNER, QUOTE, SYMBOL, Commands, changes, fill_of, units
from tests.scenarios.files import Step
from tests.scenarios.notation import Told, terms
from tests.scenarios.reader import Reader


class MessageLevel:
    """The chain with one market, wide limits and a fresh quote."""

    by_rest = False
    sees = True

    def __init__(self) -> None:
        self.chain = Chain()
        self.commands = Commands()
        self.readers: dict[str, Reader] = {}
        self.entered: OrderCommand | None = None
        self._read = 0
        self._quote(*QUOTE)
        for control in (self.commands.instrument(), *self.commands.limits()):
            self.chain.send(control)

    def news(self) -> list[Told]:
        """The owner's records since this was asked last."""
        fresh, self._read = self.chain.log[self._read :], len(self.chain.log)
        return [
            self.readers.setdefault(record.order_id, Reader(record.order_id)).read(record) for record in fresh if record.account == OWNER
        ]

    def trader_enters(self, step: Step) -> None:
        """A new order; `again` is the same record once more, or another under the same id where it differs."""
        if step.ask.words == ("again",):
            assert self.entered is not None
            more = {"command_id": next(self.commands.numbers), **changes(step.ask.fields)} if step.ask.fields else {}
            self.chain.send(OrderCommand(**{name: getattr(self.entered, name) for name in OrderCommand.__slots__} | more))
        elif not step.stops_at_intake:
            self.entered = self.commands.enter("X", terms(step.ask), **self._source(step))
            self.chain.send(self.entered)

    desk_enters = trader_enters

    @staticmethod
    def _source(step: Step) -> dict[str, str]:
        return {"user": "ops1", "trader": "ops1"} if step.ask.actor == "desk" else {"user": "trader1"}

    def trader_cancels(self, step: Step) -> None:
        """A cancel of X, or of an order nobody knows."""
        if not step.stops_at_intake:
            self.chain.send(self.commands.cancel(step.ask.words[0] if step.ask.words else "X"))

    def trader_replaces(self, step: Step) -> None:
        """New terms."""
        if not step.stops_at_intake:
            self.chain.send(self.commands.replace("X", step.ask))

    def trader_looks(self, step: Step) -> None:
        """A look writes no record."""

    def market_sells(self, step: Step) -> None:
        self._other("sell", step, "ioc")

    def market_buys(self, step: Step) -> None:
        self._other("buy", step, "ioc")

    def market_offers(self, step: Step) -> None:
        self._other("sell", step, "day")

    def market_bids(self, step: Step) -> None:
        self._other("buy", step, "day")

    def market_quotes(self, step: Step) -> None:
        self._quote(*step.ask.words)

    def desk_cancels(self, step: Step) -> None:
        self.chain.send(self.commands.cancel("X", reason=step.ask.words[0], unsolicited=True, user="ops1"))

    def desk_changes(self, step: Step) -> None:
        self.chain.send(self.commands.replace("X", step.ask, unsolicited=True, user="ops1"))

    def desk_splits(self, step: Step) -> None:
        numerator, denominator = map(int, step.ask.words[0].split(":"))
        ratio = {"numerator": numerator, "denominator": denominator}
        self.chain.send(self.commands.command(CommandType.REPLACE, id="X", unsolicited=True, attributes=ratio, reason="split", user="ops1"))

    def desk_busts(self, step: Step) -> None:
        """A fill of X is to be another, or none."""
        number, quantity, price = fill_of(step.ask)
        trade, was, at = self.fills()[number - 1] if number else ("D1", 0, price)
        change = {"trade_id": trade, "quantity": quantity, "price": price, "attributes": {"quantity": was, "price": at}}
        self.chain.send(self.commands.command(CommandType.TRADE_CORRECT, id="X", user="ops1", **change))

    desk_corrects = desk_adds = desk_busts

    def fills(self) -> list[tuple[str, int, int]]:
        """(trade, quantity, price) of each of X's fills as they stand now, oldest first."""
        found: dict[str, tuple[str, int, int]] = {}
        for record in self.chain.log:
            if record.order_id == "X" and record.trade_id is not None:
                found[record.trade_id] = (record.trade_id, record.last_quantity or 0, record.last_price or 0)
        return list(found.values())

    def desk_halts(self, step: Step) -> None:
        self.chain.send(self.commands.phase("halted"))

    def desk_resumes(self, step: Step) -> None:
        self.chain.send(self.commands.phase("continuous"))

    def desk_closes(self, step: Step) -> None:
        self.commands.day = step.ask.words[0]
        self.chain.send(self.commands.phase("closed"))

    def desk_opens(self, step: Step) -> None:
        self.commands.day = step.ask.words[0]
        self.chain.send(self.commands.phase("continuous"))

    def test_hold(self, step: Step) -> None:
        """Matching takes nothing from now on; the projection is not here."""
        self.chain.held = step.ask.words == ("matching",)

    def test_release(self, step: Step) -> None:
        self.chain.held = False
        self.chain.settle()

    def _other(self, side: str, step: Step, tif: str) -> None:
        quantity, at, price = step.ask.words
        assert at == "@"
        self.chain.send(self.commands.other(side, quantity, price, tif))

    def _quote(self, bid: str, ask: str) -> None:
        self.chain.quote(SYMBOL, units(bid), units(ask), self.commands.now)
