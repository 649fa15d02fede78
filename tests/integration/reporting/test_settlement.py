"""From a fill to settled cash: each instruction once, whatever the houses say, and the books prove themselves after every step."""

from collections.abc import Callable
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction

from marketdata.domain.calendar_parts import Day, Line, Parts
from marketdata.models import Instrument
from marketdata.services import calendar_save
from oms_site.infra.alerts import services as alerts
from oms_site.infra.alerts.models import Alert
from oms_site.infra.audit.models import AuditEntry
from oms_site.infra.errors import Forbidden, InvalidInput, NotFound
from reporting import selectors, services
from reporting.domain.settlement.fold import Life
from reporting.models import JournalEntry, SettlementObligation, SettlementStep
from reporting.services.settlement.contradictions import TOLD, Contradiction, contradictions_tell
from reporting.services.settlement.desk import BuyInTooEarly, NotAFail
from reporting.services.settlement.rules import RulesChanged, RulesInvalid
from reporting.services.settlement.words import InstructionUnknown
from risk.domain.roles import Role
from schemas.messages import Execution, SettlementAdvice, Trade
from schemas.units import ONE, to_units
from tests.integration.orders.conftest import Log, person
from tests.integration.reporting.conftest import NOW, quote
from tests.integration.reporting.settling import effects, nobody, rules, say, sent, settle, states
from tests.integration.reporting.test_books import books_prove_themselves, held
from tests.integration.reporting.test_corrections import correction
from tests.integration.reporting.test_folds import deliver, lives, record

pytestmark = pytest.mark.usefixtures("market")
Submit = Callable[..., dict[str, Any]]
DUE = NOW + timedelta(days=1)
US = 1_000_000


@pytest.fixture
def ops(market: None) -> User:
    return person("ops1", Role.OPERATIONS)


def traded(log: Log, submit: Submit) -> list[Execution]:
    """40 at 181.25 and 60 at 181.24 bought, 150 at 190 sold, with their trades: three instructions of ACME-1's."""
    records = lives(log, submit)
    deliver(*records)
    record(*(_trade(fill) for fill in records if fill.type == "trade"))
    SettlementObligation.objects.filter(account="ZEN-1").delete()
    return [fill for fill in records if fill.type == "trade"]


def _trade(fill: Execution) -> Trade:
    buyer, seller = ("ACME-1", "ZEN-1") if fill.side == "buy" else ("ZEN-1", "ACME-1")
    orders = (fill.order_id, "O-other") if fill.side == "buy" else ("O-other", fill.order_id)
    quantity, price = fill.last_quantity or 0, fill.last_price or 0
    return Trade(fill.trade_id or "", 1, "IBM", quantity, price, *orders, buyer, seller, "sell", int(NOW.timestamp()) * US)


def word(row: SettlementObligation, status: str, quantity: int = 0, *, days: int = 1, **more: Any) -> SettlementAdvice:
    time = int((NOW + timedelta(days=days)).timestamp()) * US
    given: dict[str, Any] = {"id": f"{row.pk}:{status}.{quantity}.{days}", "source": "custodian", "attempt": 1, "reason": None}
    return SettlementAdvice(
        instruction_id=row.pk, account=row.account_id, symbol="IBM", status=status, quantity=quantity * ONE, time=time, **given | more
    )


def available() -> dict[str, Decimal]:
    return {asset: amount for (owner, kind, asset), amount in held().items() if (owner, kind) == ("ACME-1", "available")}


def test_nothing_moves_before_its_day_and_everything_on_it(log: Log, submit: Submit) -> None:
    rules()
    traded(log, submit)
    assert [one.action for one in settle(NOW)] == ["instruct"] * 3
    assert set(states().values()) == {"matched"}
    assert available() == {}
    assert settle(NOW.replace(hour=23)) == []
    assert [one.action for one in settle(DUE)] == ["release"] * 3
    assert set(states().values()) == {"settled"}
    assert available() == {"IBM": -50, "USD": 150 * 190 - 40 * Decimal("181.25") - 60 * Decimal("181.24")}
    assert {kind for (_, kind, _), _ in held().items()} == {"available"}, "nothing is owed any more"
    assert settle(DUE + timedelta(days=1)) == []
    books_prove_themselves()
    assert set(AuditEntry.objects.filter(chain="settlement").values_list("action", flat=True)) == {"settlement_moved"}


def test_both_of_a_trade_are_instructed_and_a_repeat_of_the_trade_changes_nothing(log: Log, submit: Submit) -> None:
    rules()
    fills = traded(log, submit)
    settle(DUE)
    before = states()
    assert services.obligations_record(trades=[_trade(fills[0])]) == 1, "the side that this test left out"
    assert {key: status for key, status in states().items() if key in before} == before


def test_netted_one_instruction_moves_what_three_would_have(log: Log, submit: Submit) -> None:
    rules(netting=True)
    traded(log, submit)
    assert settle(NOW) == [], "the day is not over"
    (told, release) = settle(DUE)
    assert (told.id, told.quantity, told.side, told.trade_id) == (release.id, 50 * ONE, "sell", None)
    assert sorted(states().values()) == ["netted", "netted", "netted", "settled"]
    assert available() == {"IBM": -50, "USD": 150 * 190 - 40 * Decimal("181.25") - 60 * Decimal("181.24")}
    assert {kind for (_, kind, _), _ in held().items()} == {"available"}
    assert JournalEntry.objects.filter(cause="settlement").count() == 1
    assert settle(DUE) == []
    books_prove_themselves()


def test_a_part_moves_its_part_of_both_legs_and_the_rest_the_rest(log: Log, submit: Submit) -> None:
    rules()
    traded(log, submit)
    settle(DUE, nobody)
    row = SettlementObligation.objects.get(quantity=60)
    say(word(row, "partial", 7), now=DUE)
    assert available() == {"IBM": 7, "USD": -(7 * Decimal("181.24")).quantize(Decimal("0.01"))}
    say(word(row, "partial", 20), word(row, "partial", 20), now=DUE)
    assert available()["IBM"] == 27, "said again it is the same part"
    say(word(row, "settled", 33), now=DUE)
    row.refresh_from_db()
    assert (row.status, row.settled_quantity, row.settled_amount, row.deliveries) == ("settled", 60, 60 * Decimal("181.24"), 3)
    assert available() == {"IBM": 60, "USD": -60 * Decimal("181.24")}
    assert list(JournalEntry.objects.filter(cause="settlement").order_by("id").values_list("cause_id", flat=True)) == [
        f"{row.pk}/{number}" for number in (1, 2, 3)
    ]
    books_prove_themselves()


def test_a_silent_custodian_fails_the_day_after_is_asked_each_day_and_settles_late(log: Log, submit: Submit) -> None:
    rules(penalty_bps=Decimal(5))
    traded(log, submit)
    settle(NOW)
    assert len(settle(DUE, nobody)) == 3
    assert settle(DUE + timedelta(hours=1), nobody) == []
    again = settle(DUE + timedelta(days=1), nobody)
    assert {(one.action, one.attempt) for one in again} == {("release", 2)}
    assert set(SettlementObligation.objects.values_list("status", "reason")) == {("failed", "silent")}
    settle(DUE + timedelta(days=2))
    assert set(states().values()) == {"settled"}
    assert not SettlementObligation.objects.exclude(penalties=0).exists(), "silence is nobody's fault"
    books_prove_themselves()


def test_lateness_is_paid_with_what_it_delays(log: Log, submit: Submit) -> None:
    rules(penalty_bps=Decimal(5))
    traded(log, submit)
    settle(DUE, nobody)
    sold = SettlementObligation.objects.get(side="sell")
    say(word(sold, "failed", reason="securities_lacking"), now=DUE)
    say(word(sold, "settled", 150, days=4, penalty_rate=50_000), now=DUE + timedelta(days=3))
    sold.refresh_from_db()
    cost = 150 * 190 * Decimal("0.0005") * 3
    assert sold.penalties == cost
    assert available() == {"IBM": -150, "USD": 150 * 190 - cost}
    books_prove_themselves()


def test_contradictions_after_the_end_are_kept_and_change_nothing(log: Log, submit: Submit) -> None:
    rules()
    traded(log, submit)
    settle(DUE)
    row = SettlementObligation.objects.get(side="sell")
    before = held()
    for status, quantity in (("failed", 0), ("partial", 10), ("cancelled", 0), ("settled", 150), ("matched", 0)):
        say(word(row, status, quantity, days=2), now=DUE)
    assert (SettlementObligation.objects.get(pk=row.pk).status, held()) == ("settled", before)
    told = dict(SettlementStep.objects.filter(instruction=row, id__endswith=".2").values_list("word", "effect"))
    assert told == {
        "failed": "contradicted",
        "partial": "contradicted",
        "cancelled": "contradicted",
        "settled": "repeated",
        "matched": "repeated",
    }
    books_prove_themselves()


def test_the_desk_is_alerted_of_a_house_that_contradicts_itself_once_until_it_has_seen_it(log: Log, submit: Submit, ops: User) -> None:
    rules()
    traded(log, submit)
    settle(DUE)
    sold, bought = SettlementObligation.objects.get(side="sell"), SettlementObligation.objects.get(quantity=60)
    say(word(sold, "failed", days=2), word(bought, "matched", days=2), now=DUE)
    (alert,) = Alert.objects.all()
    assert (alert.kind, alert.severity, alert.link) == ("settlement", "warning", f"/admin/reporting/settlementobligation/{sold.pk}/change/")
    assert alert.text == f"custodian says failed of settlement {sold.pk}, which is settled: ask it"
    say(word(sold, "failed", days=2), word(sold, "partial", 10, days=3), now=DUE)
    assert Alert.objects.count() == 1
    alerts.acknowledge(actor=ops, pk=alert.pk, now=DUE)
    say(word(sold, "failed", days=2), now=DUE)
    assert Alert.objects.count() == 1, "the same word again is no news"
    say(word(sold, "cancelled", days=4), now=DUE)
    assert Alert.objects.filter(acknowledged_at=None).count() == 1


def test_a_match_that_is_taken_back_is_believed_and_alerted(log: Log, submit: Submit) -> None:
    rules()
    traded(log, submit)
    settle(NOW)
    row = SettlementObligation.objects.get(side="sell")
    say(word(row, "mismatched", days=0, source="clearing"), now=NOW)
    assert (SettlementObligation.objects.get(pk=row.pk).status, Alert.objects.get().kind) == ("affirmed", "settlement")


def test_of_many_contradictions_at_once_some_are_told_one_by_one(log: Log, submit: Submit) -> None:
    found = [
        Contradiction(word(SettlementObligation(pk=f"I{number}", account_id="ACME-1"), "failed"), Life()) for number in range(TOLD + 2)
    ]
    contradictions_tell(found, now=NOW)
    assert Alert.objects.count() == TOLD + 1
    assert Alert.objects.get(key="contradictions").text.startswith(f"{TOLD + 2} settlement instructions")


def test_a_word_about_nobodys_instruction_is_refused_and_leaves_no_trace(log: Log, submit: Submit) -> None:
    rules()
    traded(log, submit)
    row = SettlementObligation.objects.get(side="sell")
    other = word(row, "settled", 150)
    for advice in (word(SettlementObligation(pk="nothing", account_id="ACME-1"), "settled", 1), _of_other(other)):
        with pytest.raises(InstructionUnknown), transaction.atomic():
            say(word(row, "settled", 150), advice, now=DUE)
    assert not SettlementStep.objects.exists()


def _of_other(advice: SettlementAdvice) -> SettlementAdvice:
    return SettlementAdvice(**{name: getattr(advice, name) for name in advice.__slots__} | {"account": "ZEN-1"})


def test_a_mismatch_waits_for_its_day_and_the_next_look(log: Log, submit: Submit) -> None:
    rules(mismatch=100)
    traded(log, submit)
    settle(NOW)
    assert set(SettlementObligation.objects.values_list("status", "reason", "matched")) == {("affirmed", "terms_differ", False)}
    again = settle(DUE)
    assert [one.action for one in again] == ["instruct"] * 3 + ["release"] * 3
    assert set(SettlementObligation.objects.values_list("status", "reason")) == {("settled", "")}


def test_odds_repeat_themselves_by_seed(log: Log, submit: Submit) -> None:
    rules(fail=40, partial=40, late=20, mismatch=30, seed=11)
    traded(log, submit)
    point = transaction.savepoint()
    outcomes = []
    for _ in range(2):
        settle(NOW)
        for day in range(1, 12):
            settle(NOW + timedelta(days=day))
        outcomes.append([effects(pk) for pk in states()])
        books_prove_themselves()
        assert set(states().values()) == {"settled"}
        transaction.savepoint_rollback(point)
    assert outcomes[0] == outcomes[1]


def test_a_bust_before_anybody_was_told_cancels_both(log: Log, submit: Submit) -> None:
    rules()
    first = traded(log, submit)[0]
    deliver(correction(log, first, 0, cum_quantity=60 * ONE, leaves_quantity=40 * ONE))
    settle(DUE)
    assert states(trade_id=first.trade_id) == dict.fromkeys(states(trade_id=first.trade_id), "cancelled")
    assert available() == {"IBM": -90, "USD": 150 * 190 - 60 * Decimal("181.24")}
    books_prove_themselves()


def test_a_bust_after_the_match_is_cancelled_by_the_clearing_house(log: Log, submit: Submit) -> None:
    rules()
    first = traded(log, submit)[0]
    settle(NOW)
    deliver(correction(log, first, 0, cum_quantity=60 * ONE, leaves_quantity=40 * ONE))
    assert [one.action for one in settle(NOW)] == ["cancel"]
    assert set(states(trade_id=first.trade_id).values()) == {"cancelled"}
    settle(DUE)
    assert {kind for (_, kind, _), _ in held().items()} == {"available"}
    books_prove_themselves()


def test_a_bust_after_settlement_is_delivered_back(log: Log, submit: Submit) -> None:
    rules()
    first = traded(log, submit)[0]
    settle(DUE)
    deliver(correction(log, first, 30, "180", cum_quantity=90 * ONE, leaves_quantity=10 * ONE, days=7))
    settle(NOW + timedelta(days=8))
    assert set(states().values()) == {"settled"}
    assert available() == {"IBM": -60, "USD": 150 * 190 - 60 * Decimal("181.24") - 30 * 180}
    assert {kind for (_, kind, _), _ in held().items()} == {"available"}
    books_prove_themselves()


@pytest.mark.usefixtures("settled_rules")
def test_a_fail_is_owned_retried_and_settled(log: Log, submit: Submit, ops: User) -> None:
    row = failed(log, submit)
    services.fail_own(actor=ops, instruction_id=row.pk, reason="calling the broker", now=DUE)
    services.fail_retry(actor=ops, instruction_id=row.pk, reason="they have found the shares", now=DUE)
    (told,) = sent()
    assert (told.action, told.attempt, told.open_quantity) == ("release", 2, 150 * ONE)
    say(word(row, "settled", 150), now=DUE)
    row.refresh_from_db()
    assert (row.status, row.owner, row.reason) == ("settled", ops, "")
    audited = AuditEntry.objects.filter(object_id=row.pk).order_by("id").values_list("action", flat=True)
    assert list(audited) == ["settlement_fail_owned", "settlement_fail_retried"]
    with pytest.raises(NotAFail):
        services.fail_retry(actor=ops, instruction_id=row.pk, reason="once more", now=DUE)


@pytest.fixture
def settled_rules(market: None) -> None:
    rules(buy_in_days=4)


def failed(log: Log, submit: Submit) -> SettlementObligation:
    """150 IBM for 28,500 that ACME-1 could not deliver."""
    traded(log, submit)
    settle(NOW)
    settle(DUE, nobody)
    row = SettlementObligation.objects.get(side="sell")
    say(word(row, "failed", reason="securities_lacking"), now=DUE)
    row.refresh_from_db()
    return row


@pytest.mark.usefixtures("settled_rules")
def test_a_buy_in_delivers_and_costs_who_failed_the_difference(log: Log, submit: Submit, ops: User) -> None:
    row = failed(log, submit)
    late = DUE + timedelta(days=4)
    with pytest.raises(BuyInTooEarly, match="4 days late"):
        services.fail_buy_in(actor=ops, instruction_id=row.pk, reason="enough", now=DUE + timedelta(days=3))
    with pytest.raises(BuyInTooEarly, match="no good quote"):
        services.fail_buy_in(actor=ops, instruction_id=row.pk, reason="enough", now=late)
    quote("IBM", "199", "201")
    services.fail_buy_in(actor=ops, instruction_id=row.pk, reason="enough", now=late)
    (told,) = sent()
    say(word(row, "bought_in", 150, days=5, source="clearing", price=told.price), now=late)
    row.refresh_from_db()
    step = SettlementStep.objects.get(instruction=row, word="bought_in")
    assert (row.status, step.compensation) == ("settled", 150 * 200 - 150 * 190)
    assert available() == {"IBM": -150, "USD": 150 * 190 - step.compensation}
    books_prove_themselves()


@pytest.mark.usefixtures("settled_rules")
def test_only_the_desk_acts_on_a_fail_and_says_why(log: Log, submit: Submit, ops: User, trader: User) -> None:
    row = failed(log, submit)
    for act in (services.fail_own, services.fail_retry, services.fail_buy_in):
        with pytest.raises(Forbidden):
            act(actor=trader, instruction_id=row.pk, reason="mine", now=DUE)
        with pytest.raises(InvalidInput):
            act(actor=ops, instruction_id=row.pk, reason=" ", now=DUE)
        with pytest.raises(NotFound):
            act(actor=ops, instruction_id="nothing", reason="why", now=DUE)
    assert not AuditEntry.objects.filter(object_id=row.pk).exists()


def test_rules_are_versions_each_with_an_audit_entry(ops: User, trader: User) -> None:
    saved = services.rules_save(actor=ops, values={"fail": Decimal(5)}, expected_version=1, reason="a drill", now=NOW)
    assert (saved.fail, saved.version) == (5, 2)
    services.rules_save(actor=ops, values={"fail": Decimal(5)}, expected_version=2, reason="the same", now=NOW)
    assert AuditEntry.objects.get(chain="settlement").detail["changed"] == {"fail": ["2", "5"]}
    with pytest.raises(RulesChanged):
        services.rules_save(actor=ops, values={"fail": Decimal(6)}, expected_version=1, reason="stale", now=NOW)
    with pytest.raises(RulesInvalid, match="fail"):
        services.rules_save(actor=ops, values={"fail": Decimal(101)}, expected_version=2, reason="too much", now=NOW)
    with pytest.raises(Forbidden):
        services.rules_save(actor=trader, values={"fail": Decimal(1)}, expected_version=2, reason="mine", now=NOW)


def test_an_instrument_settles_on_its_own_day_over_all_calendars(ops: User) -> None:
    day = ((time(8), "continuous"), (time(17), "closed"))
    lines = tuple(Line(weekday, 0, at, phase, "") for weekday in range(7) for at, phase in day)
    parts = Parts("UTC", False, lines, (Day(date(2026, 11, 26), "holiday", "rests"),))
    calendar_save(actor=ops, code="TEST", name="rests on Thursday", parts=parts, reason="a test", now=NOW)
    services.cycle_set(actor=ops, symbol="EURUSD", days=2, reason="spot", now=NOW)
    services.currency_calendar_set(actor=ops, currency="EUR", calendar="TEST", reason="TARGET", now=NOW)
    due = {symbol: _due(symbol) for symbol in ("IBM", "EURUSD")}
    assert due == {"IBM": date(2026, 11, 25), "EURUSD": date(2026, 11, 27)}, "Wednesday and Friday: Thursday the euro rests"
    Instrument.objects.filter(pk="IBM").update(calendar="TEST")
    services.cycle_set(actor=ops, symbol="IBM", days=2, reason="as the market", now=NOW)
    assert _due("IBM") == date(2026, 11, 27)
    with pytest.raises(RulesInvalid, match="days"):
        services.cycle_set(actor=ops, symbol="IBM", days=11, reason="never", now=NOW)
    with pytest.raises(RulesInvalid, match="there is no"):
        services.cycle_set(actor=ops, symbol="NONE", days=1, reason="who", now=NOW)


def _due(symbol: str) -> date:
    return selectors.settlement_days([symbol])(symbol, NOW.date())


def test_the_database_refuses_to_settle_beyond_and_to_change_a_step(log: Log, submit: Submit) -> None:
    rules()
    traded(log, submit)
    settle(DUE)
    for change, name in (
        ("settled_quantity = quantity + 1", "settlement_not_beyond"),
        ("settled_quantity = 0", "settlement_settled_is_all"),
    ):
        with pytest.raises(IntegrityError, match=name), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE reporting_settlementobligation SET {change}")
    with pytest.raises(IntegrityError, match="stays as it was told"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE reporting_settlementstep SET effect = 'x'")
    assert to_units(1) == ONE
