"""Two at once, and one that dies in the middle: one effect, and the same ledger after."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction

from oms_site.infra.bus.models import OutboxMessage
from reporting import services
from reporting.models import JournalEntry, SettlementObligation, SettlementStep
from schemas.messages import SettlementAdvice
from tests.integration.orders.conftest import Log
from tests.integration.reporting.conftest import NOW
from tests.integration.reporting.settling import nobody, rules, say, settle, states
from tests.integration.reporting.test_books import books_prove_themselves, held
from tests.integration.reporting.test_settlement import DUE, traded, word

pytestmark = pytest.mark.usefixtures("transactional_db", "market")
Submit = Callable[..., dict[str, Any]]


def at_once(*acts: Callable[[], Any]) -> None:
    """Each on a connection of its own, begun together."""
    together = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> None:
        try:
            together.wait(10)
            act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        for done in [pool.submit(run, act) for act in acts]:
            done.result(30)


@pytest.fixture
def row(market: None, log: Log, submit: Submit) -> SettlementObligation:
    rules()
    traded(log, submit)
    settle(NOW)
    settle(DUE, nobody)
    return SettlementObligation.objects.get(side="sell")


def test_two_settlements_of_one_instruction_at_once_move_it_once(row: SettlementObligation) -> None:
    other = _with(word(row, "settled", 150), id="said by somebody else")
    at_once(lambda: say(word(row, "settled", 150), now=DUE), lambda: say(other, now=DUE))
    assert held()["ACME-1", "available", "IBM"] == -150
    assert JournalEntry.objects.filter(cause="settlement", cause_id__startswith=row.pk).count() == 1
    told = SettlementStep.objects.filter(instruction=row, word="settled").values_list("effect", flat=True)
    assert sorted(told) == ["applied", "repeated"]
    books_prove_themselves()


def test_a_settlement_and_a_part_of_it_at_once_never_move_more_than_there_is(row: SettlementObligation) -> None:
    at_once(lambda: say(word(row, "settled", 150), now=DUE), lambda: say(word(row, "partial", 60), now=DUE))
    row.refresh_from_db()
    assert held()["ACME-1", "available", "IBM"] == -row.settled_quantity
    assert (row.status, row.settled_quantity) in {("settled", 150), ("partial", 60)}, "the second contradicts the first"
    books_prove_themselves()


def test_the_clock_sent_twice_sends_each_once(row: SettlementObligation) -> None:
    late = NOW + timedelta(days=2)
    at_once(lambda: services.settlement_move(now=late), lambda: services.settlement_move(now=late))
    sent = OutboxMessage.objects.filter(topic="settlement.instructions").count()
    assert (sent, set(SettlementObligation.objects.values_list("released", flat=True))) == (3, {2})


def test_killed_between_the_entries_and_the_commit_the_next_run_comes_to_the_same(row: SettlementObligation) -> None:
    advices = [word(one, "settled", int(one.quantity)) for one in SettlementObligation.objects.order_by("id")]
    before = held(), states()
    for cut in range(len(advices)):
        with pytest.raises(KeyboardInterrupt), transaction.atomic():  # noqa: PT012 - dies in the middle
            services.advices_apply(advices=advices[: cut + 1], now=DUE)
            raise KeyboardInterrupt
        assert (held(), states()) == before
    for advice in advices:
        say(advice, advice, now=DUE)
    say(*advices, now=DUE)
    assert set(states().values()) == {"settled"}
    assert JournalEntry.objects.filter(cause="settlement").count() == len(advices)
    assert {kind for (_, kind, _), _ in held().items()} == {"available"}
    books_prove_themselves()


def _with(advice: SettlementAdvice, **changes: Any) -> SettlementAdvice:
    return SettlementAdvice(**{name: getattr(advice, name) for name in advice.__slots__} | changes)
