"""Level 2: the Kafka messages. Commands go to risk and matching as records; what is told is read from the topic `executions`."""

from dataclasses import replace

from schemas.messages import OrderCommand
from tests.scenarios.by_command import ByCommand, Fills
from tests.scenarios.chain import Chain
from tests.scenarios.commands import OWNER, QUOTE, SYMBOL, changes, units
from tests.scenarios.files import Step
from tests.scenarios.notation import Told
from tests.scenarios.reader import Reader


class MessageLevel(ByCommand):
    """The chain with one market, wide limits and a fresh quote."""

    by_rest = False
    sees = True

    def __init__(self) -> None:
        super().__init__()
        self.chain = Chain()
        self.readers: dict[str, Reader] = {}
        self.told: list[Told] = []
        self._read = 0
        self._quote(*QUOTE)
        for control in (self.commands.instrument(), *self.commands.limits()):
            self.send(control)

    def send(self, command: OrderCommand) -> None:
        """As a record on `orders`."""
        self.chain.send(command)

    def news(self) -> list[Told]:
        """The owner's records since this was asked last."""
        fresh, self._read = self.chain.log[self._read :], len(self.chain.log)
        told = [self.readers.setdefault(one.order_id, Reader(one.order_id)).read(one) for one in fresh if one.account == OWNER]
        self.told += told
        return told

    def fills(self) -> Fills:
        """X's fills as last told."""
        found: dict[str, tuple[str, int, int]] = {}
        for record in self.chain.log:
            if record.order_id == "X" and record.trade_id is not None:
                before = found.get(record.trade_id, ("", 0, 0))
                found[record.trade_id] = (record.trade_id, record.last_quantity or 0, record.last_price or before[2])
        return list(found.values())

    def trader_enters(self, step: Step) -> None:
        """A new order; `again` is the same record once more, or another of the same id where it differs."""
        if step.ask.words != ("again",):
            if not step.stops_at_intake:
                super().trader_enters(step)
            return
        assert self.entered is not None
        differs = {name: value for name, value in step.ask.fields.items() if name != "key"}
        more = {"command_id": next(self.commands.numbers), **changes(differs)} if differs else {}
        self.send(replace(self.entered, **more))

    def trader_cancels(self, step: Step) -> None:
        if not step.stops_at_intake:
            super().trader_cancels(step)

    def trader_replaces(self, step: Step) -> None:
        if not step.stops_at_intake:
            super().trader_replaces(step)

    def market_quotes(self, step: Step) -> None:
        self._quote(*step.ask.words)

    def market_refuses(self, step: Step) -> None:
        """The held cancel is refused."""
        self.chain.refuse("cancel_rejected", "phase_refuses")

    def test_hold(self, step: Step) -> None:
        """Matching takes nothing from now on; the projection is not here."""
        self.chain.held = step.ask.words == ("matching",)

    def test_release(self, step: Step) -> None:
        self.chain.held = False
        self.chain.settle()

    def _quote(self, bid: str, ask: str) -> None:
        self.chain.quote(SYMBOL, units(bid), units(ask), self.commands.now)
