"""Deposits by two people, fee schedules by two people, and what fills cost by them."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from oms_site.infra import keyset
from oms_site.infra.approvals import services as approvals
from oms_site.infra.approvals.models import ChangeRequest
from oms_site.infra.audit.models import AuditEntry
from oms_site.infra.errors import Forbidden
from reporting import selectors, services
from reporting.models import FeeSchedule, FillFee, JournalEntry
from reporting.services import Wanted
from risk import services as risk_services
from risk.domain.roles import Role
from risk.domain.settings import Said
from schemas.units import ONE, to_units
from tests.integration.orders.conftest import Log, person
from tests.integration.reporting.conftest import NOW
from tests.integration.reporting.test_books import books_prove_themselves, held
from tests.integration.reporting.test_corrections import correction
from tests.integration.reporting.test_folds import deliver, lives

pytestmark = pytest.mark.usefixtures("market")
Submit = Callable[..., dict[str, Any]]
EARLIER = NOW - timedelta(hours=1)


@pytest.fixture
def ops(market: None) -> User:
    return person("ops1", Role.OPERATIONS)


@pytest.fixture
def second(market: None) -> User:
    return person("ops2", Role.OPERATIONS)


def approved(request: ChangeRequest, second: User) -> ChangeRequest:
    return approvals.request_approve(actor=second, pk=request.pk, reason="looked at it", now=NOW)


def cash(ops: User, second: User, amount: str, currency: str = "USD") -> None:
    said = Said("cash", f"ACME-1/{currency}", to_units(Decimal(amount)))
    asked = risk_services.setting_request(actor=ops, said=said, reason="the client's money", now=NOW)
    approved(asked, second)


def wanted(**changes: Any) -> Wanted:
    """0.2 bp rebate to make, 5 bp to take, at least a dollar, from an hour before the fills on."""
    values: dict[str, Any] = {
        "name": "standard",
        "account": "",
        "group": "",
        "currency": "USD",
        "tiers": [{"from": "0", "maker": "-0.2", "taker": "5", "other": "3"}],
        "minimum": Decimal(1),
        "maximum": None,
        "tax_bps": Decimal(0),
        "tax_side": "",
        "effective_from": EARLIER,
    }
    return Wanted(**values | changes)


def schedule(ops: User, second: User, **changes: Any) -> FeeSchedule:
    asked = services.schedule_request(actor=ops, wanted=wanted(**changes), reason="agreed with the client", now=NOW)
    approved(asked, second)
    return FeeSchedule.objects.get(approval=asked)


def test_money_two_people_bring_in_is_booked_with_the_approval(ops: User, second: User) -> None:
    cash(ops, second, "1000.5")
    assert held() == {("ACME-1", "available", "USD"): Decimal("1000.5"), ("@FIRM", "house", "USD"): Decimal("-1000.5")}
    entry = JournalEntry.objects.get()
    assert (entry.cause, entry.account, entry.time) == ("deposit", "ACME-1", NOW)
    books_prove_themselves()


def test_what_is_taken_out_must_be_there(ops: User, second: User) -> None:
    cash(ops, second, "100")
    cash(ops, second, "-40")
    assert held()["ACME-1", "available", "USD"] == 60
    with pytest.raises(services.CashShort, match="has 60 USD free"):
        cash(ops, second, "-60.01")
    assert held()["ACME-1", "available", "USD"] == 60
    assert ChangeRequest.objects.filter(state="requested").count() == 1
    assert JournalEntry.objects.filter(cause="withdrawal").count() == 1


def test_unpaid_purchases_are_not_free_to_take_out(ops: User, second: User, log: Log, submit: Submit) -> None:
    cash(ops, second, "8000")
    deliver(*lives(log, submit)[:3])
    with pytest.raises(services.CashShort, match="has 750 USD free"):
        cash(ops, second, "-751")


def test_a_position_put_in_by_hand_is_booked_as_securities(ops: User, second: User) -> None:
    said = Said("position", "ACME-1/IBM", 5 * ONE, attributes={"price": 100 * ONE})
    approved(risk_services.setting_request(actor=ops, said=said, reason="taken over", now=NOW), second)
    assert held() == {("ACME-1", "available", "IBM"): 5, ("@FIRM", "house", "IBM"): -5}


def test_each_fill_is_charged_by_the_schedule_that_held_when_it_was_made(log: Log, submit: Submit, ops: User, second: User) -> None:
    first = schedule(ops, second)
    records = lives(log, submit)
    deliver(*records)
    fees = dict(FillFee.objects.values_list("id", "fee"))
    assert list(fees.values()) == [Decimal("3.62"), Decimal("5.44"), Decimal("14.25")]  # 5 bp of 7250, 10874.40 and 28500
    assert set(FillFee.objects.values_list("schedule", flat=True)) == {first.pk}
    assert held()["ACME-1", "available", "USD"] == -Decimal("23.31")
    assert held()["@FIRM", "fees", "USD"] == Decimal("23.31")
    schedule(
        ops, second, name="dearer", tiers=[{"from": "0", "maker": "0", "taker": "50", "other": "50"}], effective_from=NOW + timedelta(1)
    )
    deliver(*records)
    assert dict(FillFee.objects.values_list("id", "fee")) == fees
    books_prove_themselves()


def test_a_bust_gives_the_fee_back_and_a_correction_charges_what_held_then(log: Log, submit: Submit, ops: User, second: User) -> None:
    schedule(ops, second)
    *before, first, later, pending, new, sale = lives(log, submit)
    deliver(*before, first, later, pending, new, sale)
    schedule(ops, second, tiers=[{"from": "0", "maker": "0", "taker": "50", "other": "50"}], effective_from=NOW + timedelta(hours=1))
    less = correction(log, first, 10, "181", days=2, cum_quantity=70 * ONE, leaves_quantity=30 * ONE)
    deliver(less, correction(log, sale, 0, days=2, cum_quantity=0, leaves_quantity=150 * ONE))
    assert list(FillFee.objects.filter(trade_id=first.trade_id).order_by("entry").values_list("fee", flat=True)) == [
        *(Decimal("3.62"), Decimal("-3.62"), Decimal(1))  # 5 bp of 1810 are 90.5 cents: the least is a dollar
    ]
    assert held()["@FIRM", "fees", "USD"] == Decimal("5.44") + 1
    books_prove_themselves()


def test_a_tier_counts_the_thirty_days_before(log: Log, submit: Submit, ops: User, second: User) -> None:
    tiers = [
        {"from": start, "maker": "0", "taker": taker, "other": "0"} for start, taker in (("0", "5"), ("46624.4", "4"), ("46624.41", "3"))
    ]
    schedule(ops, second, tiers=tiers, minimum=Decimal(0))
    deliver(*lives(log, submit))
    later = submit(quantity=10 * ONE, price=100 * ONE)
    fill = log.fill(later, 10, 10, price="100", time=log.fill(later, 1, 1).time + 86_400_000_000)
    log.seqs["ACME-1"] -= 2
    later_on = [log.step(later, "pending_new", prefix="E"), log.step(later, "new"), log.fill(later, 10, 10, price="100", time=fill.time)]
    deliver(*later_on)
    assert FillFee.objects.get(id=later_on[-1].id).bps == 4
    assert FillFee.objects.exclude(id=later_on[-1].id).values_list("bps", flat=True).distinct().get() == 5


def test_a_schedule_for_fills_that_were_charged_is_refused(log: Log, submit: Submit, ops: User, second: User) -> None:
    asked = services.schedule_request(actor=ops, wanted=wanted(), reason="agreed with the client", now=NOW)
    deliver(*lives(log, submit))
    with pytest.raises(services.ScheduleLate):
        approved(asked, second)
    with pytest.raises(services.ScheduleLate):
        services.schedule_request(actor=ops, wanted=wanted(name="again"), reason="agreed with the client", now=NOW)
    assert not FeeSchedule.objects.exists()


def test_the_database_refuses_a_schedule_for_fills_that_were_charged(log: Log, submit: Submit, ops: User, second: User) -> None:
    held = schedule(ops, second)
    deliver(*lives(log, submit))
    with pytest.raises(DatabaseError, match="fills to come"), transaction.atomic():
        FeeSchedule.objects.create(**wanted()._asdict(), reason="raw", set_at=NOW, approval=held.approval)


def test_a_schedule_stays_as_it_was_set_and_is_told(ops: User, second: User) -> None:
    row = schedule(ops, second)
    with pytest.raises(DatabaseError, match="stays as it was set"), transaction.atomic():
        FeeSchedule.objects.filter(pk=row.pk).update(minimum=0)
    entry = AuditEntry.objects.get(action="fee_schedule_set")
    assert (entry.actor, entry.detail["tiers"][0]["taker"]) == (ops, "5")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"account": "NOBODY"}, "account"),
        ({"group": "NONE"}, "group"),
        ({"currency": "usd"}, "currency"),
        ({"tiers": []}, "tiers"),
        ({"tiers": [{"from": "1", "maker": "0", "taker": "0", "other": "0"}]}, "tiers"),
        ({"tiers": [{"from": "0", "maker": "NaN", "taker": "0", "other": "0"}]}, "tiers"),
        ({"tiers": [{"from": "0", "maker": "1e9", "taker": "0", "other": "0"}]}, "tiers"),
        ({"tiers": [{"from": "0", "maker": "0.00001", "taker": "0", "other": "0"}]}, "tiers"),
        ({"tiers": [{"from": "0", "maker": "x", "taker": "0", "other": "0"}]}, "tiers"),
        ({"minimum": Decimal(-1)}, "minimum"),
        ({"minimum": Decimal("NaN")}, "minimum"),
        ({"maximum": Decimal("0.5")}, "maximum"),
        ({"tax_bps": Decimal(1)}, "tax_side"),
        ({"tax_side": "buy"}, "tax_side"),
        ({"effective_from": NOW.replace(tzinfo=None)}, "effective_from"),
    ],
)
def test_a_schedule_nobody_could_reckon_by_names_its_field(ops: User, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(services.ScheduleInvalid) as refusal:
        services.schedule_request(actor=ops, wanted=wanted(**changes), reason="agreed with the client", now=NOW)
    assert refusal.value.field == field
    assert not ChangeRequest.objects.exists()


def test_who_is_not_of_the_back_office_sets_no_fees() -> None:
    with pytest.raises(Forbidden):
        services.schedule_request(actor=person("trader9", Role.TRADER), wanted=wanted(), reason="mine", now=NOW)


def test_the_page_asks_a_second_person_and_says_what_is_wrong(ops: User, second: User) -> None:
    client = _desk(ops)
    form = {
        "name": "standard",
        "currency": "USD",
        "tiers": "0 -0.2 5 3\n1000000 -0.2 4 3",
        "minimum": "1",
        "tax_bps": "0",
        "reason": "agreed",
    }
    form |= {"effective_from_0": "2099-12-24", "effective_from_1": "10:00:00"}
    told = client.post("/admin/reporting/feeschedule/add/", form | {"tiers": "0 1 2"}).content.decode()
    assert "each line has four numbers" in told
    answer = client.post("/admin/reporting/feeschedule/add/", form)
    asked = ChangeRequest.objects.get()
    assert answer.url == f"/admin/approvals/changerequest/{asked.pk}/change/"
    assert "1000000" in client.get(answer.url).content.decode()
    approvals.request_approve(actor=second, pk=asked.pk, reason="looked at it", now=timezone.now())
    assert FeeSchedule.objects.get().effective_from == datetime(2099, 12, 24, 10, tzinfo=UTC)
    assert client.get(f"/admin/reporting/feeschedule/{FeeSchedule.objects.get().pk}/change/").status_code == 200


def _desk(user: User) -> Client:
    user.is_staff = user.is_superuser = True
    user.save()
    client = Client()
    client.force_login(user)
    return client


def test_the_ledger_page_proves_that_it_is_zero_in_sum(log: Log, submit: Submit, ops: User, second: User) -> None:
    schedule(ops, second)
    cash(ops, second, "50000")
    deliver(*lives(log, submit))
    client = _desk(ops)
    told = client.get("/admin/reporting/ledgeraccount/proof/?lines=yes").content.decode()
    assert told.count("<td>balances</td>") == 2
    assert "Every balance is the sum of its lines." in told
    assert "does not balance" not in told
    assert [(row.asset, row.total, row.lines) for row in selectors.proof(lines=True)] == [("USD", 0, 0), ("IBM", 0, 0)]
    page = client.get(f"/admin/reporting/journalentry/{JournalEntry.objects.order_by('id').last().pk}/change/").content.decode()
    assert "unsettled payable: -150 IBM" in page
    (row,) = selectors.cash_told(ops)
    assert (row.available, row.receivable, row.payable) == (50_000 - Decimal("23.31"), 28_500, -Decimal("18124.4"))
    assert row.reserved == 0


@pytest.fixture
def pages_of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyset.KeysetAdmin, "list_per_page", 2)


@pytest.mark.usefixtures("pages_of_two")
def test_the_journal_and_the_fees_are_paged_by_key_and_found_by_trade(
    log: Log, submit: Submit, ops: User, second: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    schedule(ops, second)
    cash(ops, second, "50000")
    deliver(*lives(log, submit))
    client = _desk(ops)
    for model, rows in (("journalentry", JournalEntry.objects.order_by("-id")), ("fillfee", FillFee.objects.order_by("-entry", "-pk"))):
        seen: list[str] = []
        query: str | None = ""
        while query is not None:
            with django_assert_max_num_queries(25):
                page = client.get(f"/admin/reporting/{model}/?{query}").content.decode()
            seen += re.findall(rf"/admin/reporting/{model}/([^/\"]+)/change/", page)
            following = re.search(r'<a href="\?([^"]+)">Next page', page)
            query = following[1].replace("&amp;", "&") if following else None
        assert list(dict.fromkeys(seen)) == [str(row.pk) for row in rows]
        trade = rows.exclude(trade_id="")[0].trade_id
        found = client.get(f"/admin/reporting/{model}/?q={trade}").content.decode()
        assert f"<span>{rows.filter(trade_id=trade).count()} " in found


def test_open_orders_reserve_what_they_may_cost(ops: User, second: User, log: Log, submit: Submit) -> None:
    cash(ops, second, "50000")
    submit()
    (row,) = selectors.cash_told(ops)
    assert (row.reserved, row.free) == (18_125, 50_000 - 18_125)


def test_the_journal_is_told_by_rest_with_its_lines(log: Log, submit: Submit, trader: User) -> None:
    deliver(*lives(log, submit))
    client = Client()
    client.force_login(trader)
    told = client.get("/api/ledger/entries?cause=trade&account=ACME-1&page_size=2").json()
    assert [entry["trade_id"] for entry in told["results"]] == list(
        JournalEntry.objects.order_by("-id").values_list("trade_id", flat=True)[:2]
    )
    assert {line["asset"] for line in told["results"][0]["lines"]} == {"IBM", "USD"}
    assert len(client.get(told["next"]).json()["results"]) == 1
    for query, field in (("cause=gift", "cause"), ("from=x", "from"), ("owner=A", "owner"), ("cursor=x", "cursor")):
        answer = client.get(f"/api/ledger/entries?{query}")
        assert (answer.status_code, answer.json()["field"]) == (400, field)
