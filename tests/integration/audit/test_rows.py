"""Row events: what the product does carries who and which request; what it did not do stands on a list, and the desk is told."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.db import IntegrityError, connection, transaction
from django.db.models import Model
from django.test import Client

from marketdata.models import Instrument
from oms_site.infra.alerts.models import Alert
from oms_site.infra.audit.models import AuditEntry
from oms_site.infra.audit.selectors import first_broken_link
from oms_site.infra.tracking.context import acting, going_on_with
from oms_site.infra.tracking.models import OutsideEdit
from oms_site.infra.tracking.rows import RowEvent
from oms_site.infra.tracking.services import outside_edits_tell
from orders.models import Order
from risk.models import Account, ApiToken, Desk
from risk.services import account_save
from tests.integration.audit.outside import forget, sql

pytestmark = [pytest.mark.django_db, pytest.mark.servers]

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


def events(model: type[Model]) -> list[RowEvent]:
    return list(apps.get_model(model._meta.app_label, f"{model.__name__}Event").objects.order_by("pgh_id"))


def told(event: RowEvent) -> tuple[str, object, object]:
    context = event.pgh_context or {}
    return event.pgh_label, context.get("by"), context.get("user")


def test_a_change_by_the_product_says_who_by_which_door_under_which_request() -> None:
    root = User.objects.create_superuser("root")
    with acting("POST /somewhere", request_id="r-1", user=root.pk):
        account_save(actor=root, code="ACME-1", name="Acme", now=NOW)
        account_save(actor=root, code="ACME-1", name="Acme Ltd", now=NOW)
    made, changed = events(Account)
    assert (told(made), told(changed)) == (("insert", "POST /somewhere", root.pk), ("update", "POST /somewhere", root.pk))
    assert (changed.pgh_before, changed.name, changed.pgh_context["request_id"]) == ({"name": "Acme"}, "Acme Ltd", "r-1")
    assert not OutsideEdit.objects.filter(row_table="risk_account").exists()


@pytest.mark.parametrize(
    "by_hand",
    [
        lambda: sql("UPDATE risk_account SET active = false"),
        lambda: Account.objects.update(active=False),
        lambda: Account.objects.bulk_update([Account(code="ACME-1", active=False)], ["active"]),
    ],
    ids=["sql", "update", "bulk_update"],
)
def test_an_edit_by_hand_is_seen_whatever_made_it(by_hand) -> None:
    with acting("test", request_id="r-1"):
        Account.objects.create(code="ACME-1", name="Acme")
    forget()
    by_hand()
    last = events(Account)[-1]
    assert (told(last), last.pgh_before, last.active) == (("update", None, None), {"active": True}, False)
    listed = OutsideEdit.objects.get()
    assert (listed.row_table, listed.row_key, listed.operation, listed.event) == ("risk_account", "ACME-1", "update", last.pgh_id)
    assert listed.database_user


def test_a_removal_keeps_the_row_as_it_was() -> None:
    Desk.objects.create(code="AGENCY", name="Agency")
    sql("DELETE FROM risk_desk")
    last = events(Desk)[-1]
    assert (last.pgh_label, last.pgh_obj_id, last.name) == ("delete", "AGENCY", "Agency")


def test_old_numbers_come_back_to_the_last_digit() -> None:
    Instrument.objects.create(symbol="IBM", name="IBM", reference_price=Decimal("123456789012.12345678"))
    Instrument.objects.update(reference_price=1)
    assert events(Instrument)[-1].pgh_before == {"reference_price": Decimal("123456789012.12345678")}


def test_no_trigger_is_left_out_by_the_librarys_switch() -> None:
    import pgtrigger

    Account.objects.create(code="ACME-1", name="Acme")
    with pgtrigger.ignore():
        Account.objects.update(name="Other")
    assert events(Account)[-1].name == "Other"


def test_an_order_changed_by_hand_is_seen_and_one_changed_by_the_product_writes_nothing() -> None:
    with acting("worker core", request_id="run-1"):
        Instrument.objects.create(symbol="IBM", name="IBM", reference_price=1)
        Account.objects.create(code="ACME-1", name="Acme")
        amounts = {"quantity": 100, "entered_quantity": 100, "leaves_quantity": 100}
        kinds = {"side": "buy", "type": "market", "tif": "day", "status": "new", "working": "new"}
        Order.objects.create(id="O1", account_id="ACME-1", symbol_id="IBM", created_at=NOW, updated_at=NOW, **amounts, **kinds)
        Order.objects.update(leaves_quantity=50)
    assert events(Order) == []
    sql("UPDATE orders_order SET leaves_quantity = 40")
    (seen,) = events(Order)
    assert (told(seen), seen.pgh_before) == (("update", None, None), {"leaves_quantity": 50})


def test_secrets_are_never_copied() -> None:
    user = User.objects.create_user("trader1", password="not told to anybody")
    ApiToken.objects.create(digest="d" * 64, user=user, hint="abcd", created_at=NOW, expires_at=NOW)
    user.set_password("another one")
    user.save()
    person, token = apps.get_model("risk", "PersonRowEvent"), apps.get_model("risk", "ApiTokenEvent")
    assert not {"password", "last_login"} & {field.name for field in person._meta.fields}
    assert "digest" not in {field.name for field in token._meta.fields}
    assert person.objects.count() == 1, "a new password is no change that is kept"
    assert "d" * 64 not in str(list(token.objects.values()))


def test_a_role_given_by_hand_is_seen() -> None:
    user, group = User.objects.create_user("mallory"), Group.objects.create(name="admin")
    user.groups.add(group)
    (seen,) = apps.get_model("risk", "RoleRowEvent").objects.all()
    assert (seen.user_id, seen.group_id, seen.pgh_context) == (user.pk, group.pk, None)


@pytest.mark.parametrize(
    "statement", ["UPDATE risk_accountevent SET name = 'x'", "DELETE FROM risk_accountevent", "DELETE FROM tracking_outsideedit"]
)
def test_what_happened_stays(statement: str) -> None:
    Account.objects.create(code="ACME-1", name="Acme")
    with pytest.raises(IntegrityError), transaction.atomic():
        sql(statement)


def test_the_desk_is_told_once_of_what_was_done_by_hand() -> None:
    with acting("test", request_id="r-1"):
        Account.objects.create(code="ACME-1", name="Acme")
    sql("UPDATE risk_account SET close_only = true")
    assert outside_edits_tell(now=NOW) == 1
    assert outside_edits_tell(now=NOW) == 0
    alert = Alert.objects.get()
    assert (alert.kind, alert.severity) == ("outside_edit", "critical")
    assert "1 edits of risk_account outside the product" in alert.text
    assert AuditEntry.objects.get(chain="outside").object_id == "risk_account"
    assert first_broken_link() is None
    listed = OutsideEdit.objects.get()
    assert (listed.told_at, listed.alert) == (NOW, alert.key)
    with pytest.raises(IntegrityError), transaction.atomic():
        OutsideEdit.objects.update(told_at=None)


def test_a_request_over_http_says_who_acts() -> None:
    root = User.objects.create_superuser("root", is_staff=True)
    client = Client()
    client.force_login(root)
    form = {"code": "ACME-1", "name": "Acme", "kind": "customer", "currency": "USD", "active": "on", "desk": "", "self_trade_group": ""}
    answer = client.post("/admin/risk/account/add/", form | _inline(), headers={"X-Request-ID": "from-the-desk-1"})
    assert answer.status_code == 302, answer.content
    (made,) = events(Account)
    assert told(made) == ("insert", "POST /admin/risk/account/add/", root.pk)
    assert made.pgh_context["request_id"] == "from-the-desk-1"
    assert set(AuditEntry.objects.filter(object_id="ACME-1").values_list("request_id", flat=True)) == {"from-the-desk-1"}


def _inline() -> dict[str, str]:
    return {"entitlements-TOTAL_FORMS": "0", "entitlements-INITIAL_FORMS": "0"}


def test_what_goes_on_with_a_chain_says_so_and_no_longer_than_it_does() -> None:
    with acting("task x", request_id="run-1"):
        with going_on_with("asked-1"):
            Account.objects.create(code="A-1", name="A")
        Account.objects.create(code="B-1", name="B")
    assert [event.pgh_context["correlation_id"] for event in events(Account)] == ["asked-1", ""]


@pytest.mark.django_db(transaction=True)
def test_nothing_is_said_once_the_work_is_over() -> None:
    with acting("task x", request_id="run-1"):
        Account.objects.create(code="A-1", name="A")
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO risk_desk (code, name) VALUES ('D', 'D')")
    assert told(events(Desk)[0]) == ("insert", None, None)
