"""Entitlements: given by somebody else, wider ones by two persons, and what an order must be covered by."""

import json
from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from marketdata.models import Instrument
from oms_site.infra.approvals import services as approvals
from oms_site.infra.approvals.models import ChangeRequest
from oms_site.infra.audit.models import AuditEntry
from oms_site.infra.bus.models import OutboxMessage
from oms_site.infra.errors import Forbidden
from orders.models import Order
from risk import selectors, services
from risk.domain.entitlements import Grant
from risk.domain.settings import Setting, setting_read, setting_said
from risk.models import Account, Entitlement
from schemas.codec import decode
from schemas.messages import OrderCommand
from tests.entitled import entitle
from tests.integration.people.conftest import NOW
from tests.integration.people.test_log_in import token

pytestmark = [pytest.mark.django_db, pytest.mark.servers]

TRADE = services.Right(can_trade=True)
SEE = services.Right(can_trade=False)


def ask(people, user="trader", code="ZEN-1", right=TRADE, actor="admin"):
    account = Account.objects.get(pk=code)
    return services.entitlement_ask(actor=people[actor], user=people[user], account=account, right=right, reason="a test", now=NOW)


def agree(people, asked: ChangeRequest, second="risk") -> None:
    approvals.request_approve(actor=people[second], pk=asked.pk, reason="seen", now=asked.requested_at)


def test_a_wider_entitlement_waits_for_a_second_person(people) -> None:
    asked = ask(people)
    assert isinstance(asked, ChangeRequest)
    assert selectors.tradable_accounts(people["trader"]) == ["ACME-1"]
    agree(people, asked)
    assert selectors.tradable_accounts(people["trader"]) == ["ACME-1", "ZEN-1"]
    entry = AuditEntry.objects.get(action="entitlement_set")
    assert (entry.actor, entry.detail["user"], entry.detail["after"]) == (people["admin"], "trader", {"can_trade": True, "types": []})


@pytest.mark.parametrize("second", ["admin", "trader", "operations", "viewer", "sales"])
def test_who_cannot_be_the_second_person(people, second: str) -> None:
    asked = ask(people)
    with pytest.raises(Forbidden):
        agree(people, asked, second)
    assert selectors.tradable_accounts(people["trader"]) == ["ACME-1"]


def test_the_owner_of_the_right_does_not_decide_whatever_the_role(people) -> None:
    asked = ask(people, user="risk")
    with pytest.raises(Forbidden):
        agree(people, asked, "risk")
    agree(people, asked, "compliance")


@pytest.mark.parametrize("who", ["admin", "root"])
def test_nobody_entitles_oneself(people, who: str) -> None:
    with pytest.raises(Forbidden):
        ask(people, user=who, actor=who)


@pytest.mark.parametrize("who", ["trader", "sales", "risk", "operations", "compliance", "viewer"])
def test_who_gives_no_entitlements(people, who: str) -> None:
    with pytest.raises(Forbidden):
        ask(people, user="stranger", actor=who)


def test_the_service_alone_gives_nothing_wider_without_the_request(people) -> None:
    account = Account.objects.get(pk="ZEN-1")
    with pytest.raises(approvals.ApprovalNeeded):
        services.entitlement_set(actor=people["root"], user=people["trader"], account=account, right=TRADE, now=NOW)
    other = ask(people, right=services.Right(True, "buy"))
    with pytest.raises(approvals.ApprovalNeeded):
        services.entitlement_set(actor=people["admin"], user=people["trader"], account=account, right=TRADE, approval=other, now=NOW)


def test_a_narrower_one_needs_one_person(people) -> None:
    narrowed = ask(people, code="ACME-1", right=services.Right(True, types=("limit",)))
    assert isinstance(narrowed, Entitlement)
    assert narrowed.types == ["limit"]
    assert isinstance(ask(people, code="ACME-1", right=services.Right(True, types=("limit", "stop"))), ChangeRequest)
    assert isinstance(ask(people, code="ACME-1", right=SEE), Entitlement)
    held = Entitlement.objects.get(user=people["trader"])
    assert services.entitlement_remove(actor=people["admin"], entitlement=held, now=NOW)
    assert not services.entitlement_remove(actor=people["admin"], entitlement=held, now=NOW)
    actions = list(AuditEntry.objects.filter(chain="access").order_by("id").values_list("action", flat=True))
    assert actions == ["entitlement_set", "entitlement_set", "entitlement_removed"]


def test_seeing_an_account_that_was_not_seen_is_wider(people) -> None:
    assert isinstance(ask(people, user="trader", right=SEE), ChangeRequest)


def test_a_request_whose_ground_has_shifted_is_not_carried_out(people) -> None:
    asked = ask(people, code="ACME-1", right=services.Right(True, "sell", group="FX"))
    assert isinstance(asked, Entitlement), "it is covered already"
    ask(people, code="ACME-1", right=services.Right(True, types=("limit",)))
    asked = ask(people, code="ACME-1", right=services.Right(True, types=("market", "limit")))
    services.entitlement_remove(actor=people["admin"], entitlement=Entitlement.objects.get(side="sell"), now=NOW)
    with pytest.raises(approvals.ApprovalNeeded):
        agree(people, asked)


@pytest.mark.parametrize(
    ("right", "field"),
    [
        (services.Right(True, "short"), "side"),
        (services.Right(True, types=("iceberg",)), "types"),
        (services.Right(True, group=" FX"), "group"),
        (services.Right(True, group="x" * 33), "group"),
        (services.Right(False, "buy"), "can_trade"),
        (services.Right(False, group="FX"), "can_trade"),
    ],
)
def test_a_right_that_makes_no_sense_is_refused(people, right, field: str) -> None:
    with pytest.raises(services.EntitlementInvalid) as refused:
        ask(people, right=right)
    assert refused.value.field == field


def test_the_page_asks_for_what_is_wider_and_does_what_is_not(people, browser_of) -> None:
    admin = browser_of("admin")
    form = {
        "user": people["trader"].pk,
        "account": "ZEN-1",
        "can_trade": "on",
        "side": "buy",
        "types": ["limit"],
        "group": "",
        "reason": "grows",
    }
    answer = admin.post("/admin/risk/entitlement/add/", form, follow=True)
    assert b"it waits for a second person" in answer.content
    assert not Entitlement.objects.filter(account="ZEN-1").exists()
    agree(people, ChangeRequest.objects.get())
    held = Entitlement.objects.get(account="ZEN-1", user=people["trader"])
    assert (held.side, held.types) == ("buy", ["limit"])
    change = f"/admin/risk/entitlement/{held.pk}/change/"
    assert admin.get(change).status_code == 200
    assert admin.post(change, {"can_trade": "", "types": [], "reason": "x"}).status_code == 302
    assert Entitlement.objects.get(pk=held.pk).can_trade, "who only sees, sees all: the row of a side is not that"
    assert admin.post(f"/admin/risk/entitlement/{held.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not Entitlement.objects.filter(pk=held.pk).exists()


@pytest.mark.parametrize("who", ["admin", "root"])
def test_ones_own_page_is_read_only(people, browser_of, who: str) -> None:
    own = entitle(people[who], "ACME-1", can_trade=False)
    browser = browser_of(who)
    form = {"user": people[who].pk, "account": "ZEN-1", "can_trade": "on", "side": "", "types": [], "group": "", "reason": "me"}
    assert browser.post("/admin/risk/entitlement/add/", form).status_code == 403
    assert browser.post(f"/admin/risk/entitlement/{own.pk}/change/", {"can_trade": "on", "reason": "me"}).status_code == 403
    assert browser.post(f"/admin/risk/entitlement/{own.pk}/delete/", {"post": "yes"}).status_code == 403
    assert not AuditEntry.objects.exclude(action="logged_in").exists()


def told_to_risk(username: str) -> list[Setting]:
    """What the outbox has of a user's entitlement, as the risk worker reads it, from one partition."""
    commands = [decode(OrderCommand, bytes(row.body)) for row in OutboxMessage.objects.filter(partition=0).order_by("id")]
    return [setting_read(setting_said(command)) for command in commands if command.key == username]


def test_risk_is_told_what_somebody_may_trade_whenever_that_changes(people) -> None:
    agree(people, ask(people))
    ask(people, code="ACME-1", right=services.Right(True, types=("limit",)))
    services.entitlement_remove(actor=people["admin"], entitlement=Entitlement.objects.get(account="ZEN-1"), now=NOW)
    acme, zen, limits = Grant("ACME-1"), Grant("ZEN-1"), Grant("ACME-1", types=frozenset({"limit"}))
    told = told_to_risk("trader")
    assert [set(one.grants) for one in told] == [{acme, zen}, {limits, zen}, {limits}]
    assert all(one.active for one in told)


@pytest.mark.parametrize("changes", [{"role": "viewer"}, {"active": False}])
def test_risk_is_told_that_somebody_without_a_trading_role_trades_nothing(people, changes) -> None:
    from tests.integration.people.test_people import save

    save(people["admin"], people["trader"], **changes)
    assert [one.active for one in told_to_risk("trader")] == [False]
    save(people["admin"], people["trader"], role="trader", active=True)
    assert [one.active for one in told_to_risk("trader")] == [False, True]


# -- what an order must be covered by ------------------------------------------------------------------------------------


@pytest.fixture
def market(people) -> None:
    for symbol, group in (("IBM", "EQUITY"), ("EURUSD", "FX")):
        Instrument.objects.create(symbol=symbol, name=symbol, reference_price=Decimal(100), group=group)


ORDER = {"account": "ACME-1", "symbol": "IBM", "side": "buy", "type": "limit", "quantity": "1", "price": "100", "tif": "day"}


def grant(user: User, *rights: services.Right) -> None:
    Entitlement.objects.filter(user=user).delete()
    for right in rights:
        entitle(user, "ACME-1", can_trade=True, side=right.side, types=list(right.types), group=right.group)


def send(client, raw: str, path: str, body: dict, method: str = "post"):
    return getattr(client, method)(path, json.dumps(body), content_type="application/json", headers={"Authorization": f"Token {raw}"})


@pytest.mark.parametrize(
    ("rights", "changes", "field"),
    [
        ([services.Right(True, "buy")], {}, None),
        ([services.Right(True, "buy")], {"side": "sell"}, "side"),
        ([services.Right(True, types=("limit",))], {"type": "market", "price": None}, "type"),
        ([services.Right(True, group="FX")], {}, "symbol"),
        ([services.Right(True, group="FX")], {"symbol": "EURUSD"}, None),
        ([services.Right(True, "buy"), services.Right(True, group="FX")], {"side": "sell"}, "symbol"),
        ([services.Right(True, "buy"), services.Right(True, group="FX")], {"side": "sell", "symbol": "EURUSD"}, None),
    ],
)
def test_an_order_that_is_not_covered_is_refused_without_effect(people, market, client, rights, changes, field) -> None:  # noqa: PLR0917
    grant(people["trader"], *rights)
    raw = token("trader").json()["token"]
    order = {name: value for name, value in (ORDER | changes).items() if value is not None}
    answer = send(client, raw, "/api/orders", order)
    if field is None:
        assert answer.status_code == 201, answer.content
        return
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (403, "not_entitled", field)
    bulk = send(client, raw, "/api/orders/bulk", {"orders": [order]}).json()["results"]
    assert bulk[0]["error"]["code"] == "not_entitled"
    assert not Order.objects.exists()


def test_an_order_on_an_account_of_others_is_answered_as_an_unknown_one(people, market, client) -> None:
    grant(people["trader"], services.Right(True, "buy"))
    raw = token("trader").json()["token"]
    answers = [send(client, raw, "/api/orders", ORDER | {"account": code}).json() for code in ("ZEN-1", "NOSUCH")]
    told = [{name: answer[name] for name in ("code", "message", "field")} for answer in answers]
    assert told[0] == told[1]


def test_a_replace_needs_the_right_to_enter_such_an_order_and_a_cancel_does_not(people, market, client) -> None:
    grant(people["trader"], services.Right(True))
    raw = token("trader").json()["token"]
    order = send(client, raw, "/api/orders", ORDER).json()["id"]
    Order.objects.update(status="new", working="new")
    grant(people["trader"], services.Right(True, "sell"))
    answer = send(client, raw, f"/api/orders/{order}", {"quantity": "2"}, "patch")
    assert (answer.status_code, answer.json()["code"]) == (403, "not_entitled")
    assert send(client, raw, f"/api/orders/{order}", {}, "delete").status_code == 202


def test_entering_an_order_costs_no_more_queries_with_a_whole_grant(people, market, django_assert_num_queries) -> None:
    from orders.services.access import trading

    grant(people["trader"], services.Right(True), services.Right(True, "buy"))
    with django_assert_num_queries(1):
        may = trading(people["trader"])
        assert may.groups_needed([("ACME-1", "IBM")]) == {}
        assert may.refusal("ACME-1", "buy", "limit", "IBM", {}) is None
