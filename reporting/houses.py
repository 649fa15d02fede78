"""The simulated clearing house and custodian: workers that read instructions and answer on `settlement.status`. ADR 0016.

They know nothing but what each message tells them, so they have no state: nothing to recover, and the same log has the same answers.
"""

from collections.abc import Callable
from typing import Any

from oms_site.infra.bus.processor import Delivery, Output, TransformSpec
from reporting.domain.settlement.odds import clearing_answers, custodian_answers
from schemas.messages import SettlementAdvice, SettlementInstruction
from schemas.topics import SETTLEMENT_INSTRUCTIONS, SETTLEMENT_STATUS

Answers = Callable[[SettlementInstruction, int], list[SettlementAdvice]]
POLL_MS = 1_000
"""Nobody waits for them by the millisecond."""


class NotInstructed(TypeError):
    """A record of another kind on the topic."""


class House:
    """One partition of a house. See `PartitionFold`."""

    format_version = 1

    def __init__(self, answers: Answers) -> None:
        self._answers = answers

    def handle(self, delivery: Delivery, now: int) -> list[Output]:
        """What it says to an instruction."""
        told = delivery.message
        if not isinstance(told, SettlementInstruction):
            raise NotInstructed(type(told).__name__)
        return [Output(SETTLEMENT_STATUS.name, answer) for answer in self._answers(told, now)]

    def recover(self, delivery: Delivery) -> None:
        """It remembers nothing."""

    def recovered(self, now: int) -> list[Output]:
        """It has nothing to say by itself."""
        return []

    def dump(self) -> Any:
        """Nothing."""
        return {}

    def restore(self, state: Any) -> None:
        """Nothing."""


def _spec(name: str, answers: Answers) -> TransformSpec:
    return TransformSpec(
        name=name,
        inputs=(SETTLEMENT_INSTRUCTIONS.name,),
        fold=lambda partition: House(answers),
        refusals=(NotInstructed,),
        poll_ms=POLL_MS,
    )


CLEARING = _spec("clearing", clearing_answers)
CUSTODIAN = _spec("custodian", custodian_answers)
