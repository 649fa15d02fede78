"""The simulated clearing house and custodian: one worker that reads instructions and answers for both on `settlement.status`. ADR 0016.

They know nothing but what each message tells them, so they have no state: nothing to recover, and the same log has the same answers. Each
action is for one of the two, and each word says who says it: two processes would tell the same, for twice the memory.
"""

from collections.abc import Callable
from typing import Any

from oms_site.infra.bus.processor import Delivery, Output, TransformSpec
from reporting.domain.settlement.odds import clearing_answers, custodian_answers
from schemas.messages import SettlementAdvice, SettlementInstruction
from schemas.topics import SETTLEMENT_INSTRUCTIONS, SETTLEMENT_STATUS

Answers = Callable[[SettlementInstruction, int], list[SettlementAdvice]]
HOUSES: tuple[Answers, ...] = (clearing_answers, custodian_answers)
POLL_MS = 1_000
"""Nobody waits for them by the millisecond."""


class NotInstructed(TypeError):
    """A record of another kind on the topic."""


class Houses:
    """One partition of both. See `PartitionFold`."""

    format_version = 1

    def handle(self, delivery: Delivery, now: int) -> list[Output]:
        """What they say to an instruction."""
        told = delivery.message
        if not isinstance(told, SettlementInstruction):
            raise NotInstructed(type(told).__name__)
        return [Output(SETTLEMENT_STATUS.name, answer) for house in HOUSES for answer in house(told, now)]

    def recover(self, delivery: Delivery) -> None:
        """They remember nothing."""

    def recovered(self, now: int) -> list[Output]:
        """They have nothing to say by themselves."""
        return []

    def dump(self) -> Any:
        """Nothing."""
        return {}

    def restore(self, state: Any) -> None:
        """Nothing."""


SPEC = TransformSpec(
    name="houses",
    inputs=(SETTLEMENT_INSTRUCTIONS.name,),
    fold=lambda partition: Houses(),
    refusals=(NotInstructed,),
    poll_ms=POLL_MS,
)
