"""Every decision of a partition repeated from its log: the commands, the records that answered them, and what each decision has recorded.

A decision follows from the controls and the account's records before it, all of the log, and from what is no part of the log and is
therefore recorded with it: the quote, the loss in other symbols, the kills known ahead, the moment. What a fill stopped is taken as its
record tells it.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from oms_site.infra.bus.processor import Delivery, Position
from risk.decision_text import decision_text
from risk.domain.checks import Breach
from risk.domain.decide import Decision, judge_new, judge_replace, resulting_terms
from risk.domain.decisions import ahead_of, elsewhere_of, quote_of
from risk.domain.exposure import OWN_PREFIX
from risk.domain.instrument import Reference
from risk.domain.limits import Rule
from risk.fold import RiskFold
from schemas.enums import CommandType, ExecType, Reason
from schemas.ids import offset_of
from schemas.messages import Execution, OrderCommand
from schemas.topics import EXECUTIONS

_ACCEPTED = frozenset({ExecType.PENDING_NEW.value, ExecType.PENDING_REPLACE.value})
_ANSWERS = frozenset({*_ACCEPTED, ExecType.REJECTED.value, ExecType.REPLACE_REJECTED.value})


class Repeated(NamedTuple):
    """A decision that was made again: its record, and the code and the text that come out now (None: it passes, nothing was judged)."""

    record: Execution
    code: str | None
    decision: str | None

    @property
    def differs(self) -> bool:
        """Whether another answer comes out, or the same one for another reason."""
        told = None if self.record.type in _ACCEPTED else self.record.reason
        return (self.code, self.decision) != (told, self.record.decision)

    @property
    def words(self) -> str:
        """What differs, for people."""
        told = "accepted" if self.record.type in _ACCEPTED else self.record.reason
        now = "accepted" if self.code is None else self.code
        why = "" if told != now else ", on other grounds"
        return f"{self.record.id} ({self.record.account} {self.record.order_id}): {told}, repeated {now}{why}"


def decisions_repeat(partition: int, orders: Iterable[Delivery], executions: Iterable[Execution]) -> Iterator[Repeated]:
    """Repeat the decisions of one partition, each on what the records before it tell, in their order.

    Both logs are read from their beginning; `orders` goes at least as far as the last command `executions` answers. Raises `LookupError`
    for a record that answers no command of `orders`.
    """
    references: dict[str, Reference] = {}
    fold = RiskFold(lambda symbol: False, references)
    commands = iter(orders)
    last: Delivery | None = None
    for place, record in enumerate(executions):
        if record.id[0] == OWN_PREFIX:
            last = _answered(fold, commands, last, offset_of(record.id, partition), record)
            if record.decision is not None and record.type in _ANSWERS and isinstance(last.message, OrderCommand):
                decision = _repeat(fold, references, last.message, record)
                code = None if decision.breach is None else decision.breach.code.value
                yield Repeated(record, code, None if decision.results is None else decision_text(decision, record.time))
            fold.recover(last)
        fold.recover(Delivery(Position(EXECUTIONS.name, 0, place), record, record.time))


def _answered(fold: RiskFold, commands: Iterator[Delivery], last: Delivery | None, offset: int, record: Execution) -> Delivery:
    """The command a record answers; all before it are taken."""
    while last is None or last.position.offset < offset:
        last = next(commands, None)
        if last is None:
            break
        if last.position.offset < offset:
            fold.recover(last)
    if last is None or last.position.offset != offset:
        raise LookupError(f"{record.id} answers command {offset}, which the log of orders does not hold")
    return last


def _repeat(fold: RiskFold, references: dict[str, Reference], command: OrderCommand, record: Execution) -> Decision:
    text = record.decision or ""
    quote = quote_of(text, record.time)
    if quote is None:
        references.pop(record.symbol, None)
    else:
        references[record.symbol] = quote
    elsewhere: int | Breach | None = elsewhere_of(text)
    if elsewhere is None:
        code = Reason(record.reason or Reason.FX_MISSING)
        elsewhere = Breach(code, Rule.MAX_DAILY_LOSS, record.limit, record.actual, record.message or "")
    market = fold.market(record.time)._replace(elsewhere=elsewhere, ahead=ahead_of(text))
    account = fold.account(command.account)
    if command.command == CommandType.NEW:
        return judge_new(account, command, market)
    order = account.orders[command.id]
    return judge_replace(account, order, command, resulting_terms(order, command), market)
