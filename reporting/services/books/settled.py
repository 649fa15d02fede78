"""What settlement has posted, made anew from its two logs: what was instructed, and what the houses said of it."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import count

from oms_site.infra.bus.connection import bus, wire
from oms_site.infra.bus.dead_letters import skipped
from oms_site.infra.bus.inbox import read
from oms_site.infra.bus.ports import Partition
from oms_site.infra.bus.reading import read_upto
from reporting.domain.ledger import Entry
from reporting.domain.objects import wide_units
from reporting.domain.settlement.delivery import Terms
from reporting.domain.settlement.fold import Life, advised, entry
from reporting.selectors.stored import PROJECTION
from schemas.messages import Message, SettlementAdvice, SettlementInstruction
from schemas.topics import SETTLEMENT_INSTRUCTIONS, SETTLEMENT_STATUS


def settled_entries(offsets: Mapping[int, int]) -> Iterator[Entry]:
    """The entries of every word up to these offsets of `settlement.status`, partition by partition. Raises `BusError`.

    An account's instructions are on the partition of the words about them.
    """
    for partition, end in sorted(offsets.items()):
        told = (one for one in messages(SETTLEMENT_INSTRUCTIONS.name, partition, None) if isinstance(one, SettlementInstruction))
        words = (one for one in messages(SETTLEMENT_STATUS.name, partition, end) if isinstance(one, SettlementAdvice))
        yield from entries_of_words({one.id: terms_told(one) for one in told}, words)


def entries_of_words(terms: Mapping[str, Terms], words: Iterable[SettlementAdvice]) -> Iterator[Entry]:
    """The entries words make, each word once. Their numbers count from 1: those of the table are its own."""
    lives: dict[str, Life] = {}
    seen: set[str] = set()
    numbers = count(1)
    for word in words:
        if word.id in seen:
            continue
        seen.add(word.id)
        about = terms[word.instruction_id]
        outcome = advised(about, lives.get(word.instruction_id, Life()), word)
        lives[word.instruction_id] = outcome.life
        if outcome.delivery is not None:
            yield entry(word.instruction_id, about, next(numbers), outcome, word.time)


def terms_told(told: SettlementInstruction) -> Terms:
    """What an instruction's message says is to be delivered."""
    amount, offset = wide_units(Decimal(told.amount)), wide_units(Decimal(told.offset_amount))
    due = date.fromisoformat(told.settlement_date)
    named = (told.account, told.symbol, told.currency, told.side, told.quantity, amount, due)
    return Terms(*named, told.offset_quantity, offset, told.trade_id or "")


def messages(topic: str, partition: int, end: int | None) -> Iterator[Message]:
    """A partition's messages up to an offset (None: all there are), without those that were put aside."""
    where = Partition(topic, partition)
    consumer = bus().consumer(None, client_id="rebuild-settled")
    try:
        upto = consumer.end_offsets([where])[where] if end is None else end
        left_out = skipped(bus(), PROJECTION, where)
        consumer.assign({where: consumer.beginning_offsets([where])[where]})
        for records in read_upto(consumer, {where: upto}):
            yield from (read(wire(), record).message for record in records if record.offset < upto and record.offset not in left_out)
    finally:
        consumer.close()
