"""What people and the desk do at the levels without a door: commands, one way for the engine and for the messages."""

from schemas.enums import CommandType
from schemas.messages import OrderCommand
from tests.scenarios.commands import Commands, fill_of
from tests.scenarios.files import Step
from tests.scenarios.notation import terms

Fills = list[tuple[str, int, int]]
"""(trade, quantity, price) of each of an order's fills as they stand, oldest first; quantity 0 of a busted one."""


class ByCommand:
    """The steps of one play as commands. A subclass says where they go (`send`) and which fills X has."""

    def __init__(self) -> None:
        self.commands = Commands()
        self.entered: OrderCommand | None = None

    def send(self, command: OrderCommand) -> None:
        """Let a command have its effect."""
        raise AssertionError("a level says where commands go")

    def fills(self) -> Fills:
        """X's fills."""
        raise AssertionError("a level knows what it has heard")

    # the owner

    def trader_enters(self, step: Step) -> None:
        """A new order."""
        source = {"user": "ops1", "trader": "ops1"} if step.ask.actor == "desk" else {"user": "scene-owner"}
        self.entered = self.commands.enter("X", terms(step.ask), **source)
        self.send(self.entered)

    desk_enters = trader_enters

    def trader_cancels(self, step: Step) -> None:
        """A cancel of X, or of an order nobody knows."""
        self.send(self.commands.cancel(step.ask.words[0] if step.ask.words else "X"))

    def trader_replaces(self, step: Step) -> None:
        """New terms."""
        self.send(self.commands.replace("X", step.ask))

    def trader_looks(self, step: Step) -> None:
        """A look asks nobody for anything."""

    # the market

    def market_sells(self, step: Step) -> None:
        self._other("sell", step, "ioc")

    def market_buys(self, step: Step) -> None:
        self._other("buy", step, "ioc")

    def market_offers(self, step: Step) -> None:
        self._other("sell", step, "day")

    def market_bids(self, step: Step) -> None:
        self._other("buy", step, "day")

    def _other(self, side: str, step: Step, tif: str) -> None:
        quantity, at, price = step.ask.words
        assert at == "@"
        self.send(self.commands.other(side, quantity, price, tif))

    # the desk

    def desk_cancels(self, step: Step) -> None:
        """A cancel for a reason, without the owner asking."""
        self.send(self.commands.cancel("X", reason=step.ask.words[0], unsolicited=True, user="ops1"))

    def desk_changes(self, step: Step) -> None:
        """New terms without the owner asking."""
        self.send(self.commands.replace("X", step.ask, unsolicited=True, user="ops1"))

    def desk_splits(self, step: Step) -> None:
        """So many new for so many old."""
        numerator, denominator = map(int, step.ask.words[0].split(":"))
        ratio = {"numerator": numerator, "denominator": denominator}
        self.send(self.commands.command(CommandType.REPLACE, id="X", unsolicited=True, attributes=ratio, reason="split", user="ops1"))

    def desk_busts(self, step: Step) -> None:
        """A fill of X is to be another, or none."""
        number, quantity, price = fill_of(step.ask)
        trade, was, at = self.fills()[number - 1]
        change = {"trade_id": trade, "quantity": quantity, "price": price, "attributes": {"quantity": was, "price": at}}
        self.send(self.commands.command(CommandType.TRADE_CORRECT, id="X", reason="desk_change", unsolicited=True, user="ops1", **change))

    desk_corrects = desk_busts

    def desk_halts(self, step: Step) -> None:
        self.send(self.commands.phase("halted"))

    def desk_calls(self, step: Step) -> None:
        """An auction of the kind that is named."""
        self.send(self.commands.phase("auction", step.ask.words[0]))

    def desk_resumes(self, step: Step) -> None:
        self.send(self.commands.phase("continuous"))

    def desk_closes(self, step: Step) -> None:
        self._day(step, "closed")

    def desk_opens(self, step: Step) -> None:
        self._day(step, "continuous")

    def _day(self, step: Step, phase: str) -> None:
        word, day = step.ask.words
        assert word == "day"
        self.commands.day = int(day)
        self.send(self.commands.phase(phase))
