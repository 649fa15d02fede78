"""The matching worker: `orders.validated` in, `matching.reports`, `trades` and `book` out. One engine per partition."""

from collections.abc import Iterator
from typing import Any

from matching import published, records
from matching.domain import state
from matching.domain.book import Book
from matching.domain.engine import Engine, UnknownCommand
from matching.domain.events import Event
from matching.domain.ladder import Level
from oms_site.infra import metrics
from oms_site.infra.bus.processor import Delivery, Output, TransformSpec
from oms_site.infra.tally import StageTally
from schemas.enums import AuctionKind, CommandType, Phase
from schemas.messages import OrderCommand
from schemas.topics import BOOK, ORDERS_VALIDATED

SNAPSHOT_EVERY_UPDATES = 1_000
"""A whole book is published after this many changes of it, so that a reader never has to go back further."""


_STAGE = StageTally(metrics.ORDER_STAGE_SECONDS.labels("matching"))


class NotACommand(TypeError):
    """A record of another kind on the topic of commands."""


class MatchingFold:
    """The books of one partition. The state depends on the commands alone, so a replay from any snapshot ends in the same one."""

    format_version = state.FORMAT

    def __init__(self, partition: int) -> None:
        self.partition = partition
        self.engine = Engine()

    def handle(self, delivery: Delivery, now: int) -> list[Output]:
        """The reports, trades and book changes that follow from one command. `now` decides nothing here.

        Raises `UnknownCommand` or `NotACommand`, without effect.
        """
        command = _command(delivery)
        time = max(command.time, delivery.timestamp)  # when it was passed on, in a log that never says a fact preceded its request
        auction = self._auction(command.symbol)
        events, changes = self._apply(command)
        answer = records.Answer(command, delivery.position, time, auction)
        answer.tell(events)
        outputs = answer.outputs
        reason = published.phase_reason(events)
        for book, levels in changes:
            outputs.append(Output(BOOK.name, published.book_change(book, levels, time, reason)))
            if book.updates % SNAPSHOT_EVERY_UPDATES == 0:
                outputs.append(Output(BOOK.name, published.book_snapshot(book, time)))
        if command.command == CommandType.INSTRUMENT:
            outputs.append(Output(BOOK.name, published.book_snapshot(self.engine.books[command.symbol], time)))
        _STAGE.observe((now - command.time) / 1e6)
        return outputs

    def recover(self, delivery: Delivery) -> None:
        """Apply a command that was answered before; one the engine refused to know went to the dead letters then."""
        try:
            self._apply(_command(delivery))
        except (UnknownCommand, NotACommand):
            return

    def recovered(self, now: int) -> list[Output]:
        """Every book whole, so that readers start from what this worker starts from."""
        return [Output(BOOK.name, published.book_snapshot(book, now)) for book in self._books()]

    def dump(self) -> Any:
        """See `matching.domain.state`."""
        return state.dump(self.engine)

    def restore(self, state_: Any) -> None:
        """See `matching.domain.state`."""
        state.restore(self.engine, state_)

    def state_hash(self) -> str:
        """SHA-256 over books, remembered orders and counters."""
        return state.digest(self.engine)

    def _auction(self, symbol: str) -> AuctionKind | str | None:
        """The auction being called in a market; what is collected before the opening is uncrossed as the opening's."""
        book = self.engine.books.get(symbol)
        if book is None or book.phase != Phase.PRE_OPEN:
            return None if book is None else book.auction
        return AuctionKind.OPENING

    def _apply(self, command: OrderCommand) -> tuple[list[Event], list[tuple[Book, list[Level]]]]:
        """One way for live and replayed commands, so that the books' counts of updates agree."""
        events = self.engine.apply(command)
        changes = list(self.engine.changed(command, events))
        for book, _ in changes:
            book.updates += 1
        return events, changes

    def _books(self) -> Iterator[Book]:
        for symbol in sorted(self.engine.books):
            yield self.engine.books[symbol]


def _command(delivery: Delivery) -> OrderCommand:
    if not isinstance(delivery.message, OrderCommand):
        raise NotACommand(f"{type(delivery.message).__name__} on {delivery.position.topic}")
    return delivery.message


SPEC = TransformSpec(
    name="matching",
    inputs=(ORDERS_VALIDATED.name,),
    fold=MatchingFold,
    recover_inputs=(ORDERS_VALIDATED.name,),
    refusals=(UnknownCommand, NotACommand),
)
