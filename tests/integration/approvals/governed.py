"""What each kind of request governs, and every way in which one person could try to do it alone: a row a kind, a function a way.

A way raises, or answers with a page; either way nothing may have come of it. `NO_ROUTE` stands where no such door exists: that there is
none is proven by the lists of all routes and all admin pages in tests/integration/access.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from reporting import services as reporting_services
from reporting.models import FeeSchedule
from risk import selectors, services
from risk.domain.settings import Said
from risk.models import Account, Kill, Limit, LimitVersion, Setting
from schemas.units import ONE, from_units, to_units

Way = Callable[[User], object]
NO_ROUTE: dict[str, Way] = {}
TOMORROW = timedelta(hours=20)


@dataclass(frozen=True)
class Governed:
    """What stands before, whether it has happened, and the ways to try. `pages` answer with a page; `raising` must raise."""

    done: Callable[[], bool]
    raising: Mapping[str, Way]
    pages: Mapping[str, Way]
    rest: Mapping[str, Way] = field(default_factory=lambda: NO_ROUTE)


def browser(person: User) -> Client:
    """Somebody at the desk, logged in."""
    client = Client()
    client.force_login(person)
    return client


def sql(statement: str, *values: Any) -> Way:
    """The way of a database console."""

    def run(_: User) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)

    return run


def posts(path: str, form: Mapping[str, str]) -> Way:
    """The way of an address with a form."""
    return lambda person: browser(person).post(path, form)


def by_bulk_action(model: str, pk: Any, **columns: str) -> Way:
    """Every action of a list there could be, and an edit of its rows."""

    def run(person: User) -> None:
        client, path = browser(person), f"/admin/{model}/"
        for action in ("delete_selected", "approve", "release", "activate", "set", "apply", "replay"):
            client.post(path, {"action": action, "_selected_action": [str(pk)], "post": "yes"})
        edit = {f"form-0-{name}": value for name, value in columns.items()}
        counts = {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", "form-MIN_NUM_FORMS": "0", "form-MAX_NUM_FORMS": "1000"}
        client.post(path, {**counts, "form-0-id": str(pk), "form-0-code": str(pk), **edit, "_save": "Save"})

    return run


def by_crafted_addresses(model: str, pk: Any, form: Mapping[str, str]) -> Way:
    """The stock admin's addresses, called as no page of ours does."""

    def run(person: User) -> None:
        client = browser(person)
        client.post(f"/admin/{model}/{pk}/change/", {**form, "_save": "Save"})
        client.post(f"/admin/{model}/{pk}/delete/", {"post": "yes"})

    return run


# limits

LIMIT = {"scope": "firm", "key": "", "rule": "max_position"}


def limit_loosened(people: Mapping[str, User], *, until: bool) -> Governed:
    """A limit of 100 that somebody wants at 150, for good or until tomorrow."""
    now = timezone.now()
    limit = services.limit_set(actor=people["risk"], value=from_units(100 * ONE), now=now, **LIMIT)
    end = now + TOMORROW if until else None
    change = services.LimitChange(**LIMIT, value=from_units(150 * ONE), effective_until=end)
    shown = {"effective_until_0": f"{end:%Y-%m-%d}", "effective_until_1": f"{end:%H:%M:%S}"} if end else {}
    form = {"value": "150", "seen_version": "1", "reason": "a large mandate", **shown}
    version = {**LIMIT, "version": 2, "value": 150, "set_at": now, "effective_until": end}
    text = f"scope,key,rule,value,effective_from,effective_until\nfirm,,max_position,150,,{end.isoformat() if end else ''}\n"

    def apply(person: User) -> object:
        return services.limits_apply(actor=person, changes=[change], reason="mine", now=timezone.now())

    def later(person: User) -> object:
        return LimitVersion.objects.create(**version | {"effective_from": now + timedelta(hours=1)}, set_by=person)

    def done() -> bool:
        held = selectors.limit_values(timezone.now() + timedelta(seconds=1)).get(("firm", "", "max_position"))
        stands = list(Limit.objects.values_list("value", flat=True)) == [100]
        return held != 100 * ONE or not stands or LimitVersion.objects.count() != 1

    return Governed(
        done,
        {
            "service": apply,
            "row": lambda person: LimitVersion.objects.create(**version, set_by=person),
            "row that begins later": later,
            "row of an earlier moment": lambda _: LimitVersion.objects.create(**version | {"set_at": now - timedelta(days=9)}),
            "row in bulk": lambda person: LimitVersion.objects.bulk_create([LimitVersion(**version, set_by=person)]),
            "rows": lambda _: LimitVersion.objects.update(value=150),
            "shown rows": lambda _: Limit.objects.update(value=150),
            "rows deleted": lambda _: LimitVersion.objects.all().delete(),
            "shown rows deleted": lambda _: Limit.objects.all().delete(),
            "sql": sql("UPDATE risk_limitversion SET value = 150"),
            "sql of what is shown": sql("UPDATE risk_limit SET value = 150"),
        },
        {
            "page": posts(f"/admin/risk/limit/{limit.pk}/change/", form),
            "page to add": posts("/admin/risk/limit/add/", LIMIT | form),
            "address": by_crafted_addresses("risk/limitversion", LimitVersion.objects.get().pk, {"value": "150"}),
            "removal": posts(f"/admin/risk/limit/{limit.pk}/remove/", {"reason": "no longer needed"}),
            "file": posts("/admin/risk/limit/import/", {"text": text, "reason": "a large mandate", "confirm": "yes", "seen": "x"}),
            "bulk action": by_bulk_action("risk/limit", limit.pk, value="150"),
        },
    )


# settings


def setting_put_in(people: Mapping[str, User], said: Said, page: str, form: Mapping[str, str]) -> Governed:
    """A setting of the right-hand column of docs/limits.md; what stood before is what there are rows of now."""
    before = list(Setting.objects.order_by("pk").values_list("pk", "value", "details", "current"))
    part = (said.details or {}).get("rule", "") if said.scope == "bypass" else ""
    values = {
        "scope": said.scope,
        "key": said.key,
        "part": part,
        "value": None if said.value is None else from_units(said.value),
        "details": dict(said.details or {}),
        "attributes": dict(said.attributes or {}),
        "version": 2,
        "set_at": timezone.now(),
        "reason": "raw",
        "current": not before,
    }
    columns = "scope, key, part, value, details, attributes, version, current, set_at, reason"
    insert = f"INSERT INTO risk_setting ({columns}) VALUES (%s, %s, %s, %s, %s::jsonb, '{{}}', 3, false, now(), 'raw')"
    details = "{" + ", ".join(f'"{name}": "{value}"' for name, value in (said.details or {}).items()) + "}"
    pk = before[0][0] if before else 1

    def alone(person: User) -> object:
        return services.setting_set(actor=person, said=said, reason="mine", now=timezone.now())

    return Governed(
        lambda: list(Setting.objects.order_by("pk").values_list("pk", "value", "details", "current")) != before,
        {
            "service": alone,
            "row": lambda person: Setting.objects.create(**values, set_by=person),
            "row in bulk": lambda person: Setting.objects.bulk_create([Setting(**values, set_by=person)]),
            "sql": sql(insert, said.scope, said.key, part, values["value"], details),
        },
        {
            "page": posts(f"/admin/risk/{page}/add/", {**form, "reason": "it is needed"}),
            "address": by_crafted_addresses(f"risk/{page}", pk, form),
            "bulk action": by_bulk_action(f"risk/{page}", pk, **form),
        },
    )


def restriction_lifted(people: Mapping[str, User]) -> Governed:
    """A symbol that compliance has restricted."""
    held = Said("restriction", "IBM", details={"list": "restricted"})
    services.setting_set(actor=people["compliance"], said=held, reason="insiders", now=timezone.now())
    said = Said("restriction", "IBM", details={"list": "none"})
    return setting_put_in(people, said, "restriction", {"symbol": "IBM", "list": "none", "account": ""})


def bypass_given(people: Mapping[str, User]) -> Governed:
    """A rule that does not block an account for two hours."""
    until = timezone.now() + timedelta(hours=2)
    said = Said("bypass", "ACME-1", 1, {"rule": "fat_finger"}, effective_until=selectors.moment_us(until))
    ends = {"effective_until_0": f"{until:%Y-%m-%d}", "effective_until_1": f"{until:%H:%M:%S}"}
    return setting_put_in(people, said, "bypass", {"key": "ACME-1", "rule": "fat_finger", **ends})


def position_put_in(people: Mapping[str, User]) -> Governed:
    """A position taken over by hand."""
    said = Said("position", "ACME-1/IBM", 5 * ONE, attributes={"price": to_units(10)})
    return setting_put_in(people, said, "positionentry", {"account": "ACME-1", "symbol": "IBM", "value": "5", "price": "10"})


# kills and accounts


def kill_released(people: Mapping[str, User]) -> Governed:
    """A kill of an account that somebody of risk has set."""
    kill, _ = services.kill_set(actor=people["risk2"], scope="account", key="ACME-1", reason="drill", now=timezone.now())
    now = timezone.now()

    def twice(person: User) -> None:
        for _ in range(2):
            browser(person).post(f"/api/risk/kill/{kill.pk}/release", {"reason": "over"}, content_type="application/json")

    def save(_: User) -> None:
        kill.released_at = now
        kill.save()

    return Governed(
        lambda: Kill.objects.filter(released_at=None).count() != 1,
        {
            "service": lambda person: services.kill_release(actor=person, kill_id=kill.pk, approval=None, now=now),
            "row": save,
            "rows": lambda person: Kill.objects.update(released_at=now, released_by=person),
            "bulk": lambda _: Kill.objects.bulk_update([Kill(pk=kill.pk, released_at=now)], ["released_at"]),
            "rows deleted": lambda _: Kill.objects.all().delete(),
            "sql": sql("UPDATE risk_kill SET released_at = now()"),
            "sql delete": sql("DELETE FROM risk_kill"),
        },
        {
            "page": posts(f"/admin/risk/kill/{kill.pk}/release/", {"reason": "it is over"}),
            "page again": posts(f"/admin/risk/kill/{kill.pk}/release/", {"reason": "it is over"}),
            "address": by_crafted_addresses("risk/kill", kill.pk, {"released_at_0": "2026-11-24", "released_at_1": "15:00:00"}),
            "bulk action": by_bulk_action("risk/kill", kill.pk, released_at="2026-11-24"),
        },
        {"rest, asked and agreed": twice},
    )


def account_activated(people: Mapping[str, User]) -> Governed:
    """An account that was set inactive."""
    now = timezone.now()
    terms = {"code": "ACME-1", "name": "ACME-1", "desk": "AGENCY", "now": now}
    services.account_save(actor=people["operations"], active=False, **terms)
    form = {"name": "ACME-1", "desk": "AGENCY", "currency": "USD", "active": "on", "reason": "it is needed"}
    inlines = {"entitlements-TOTAL_FORMS": "0", "entitlements-INITIAL_FORMS": "0"}

    def save(_: User) -> None:
        account = Account.objects.get(pk="ACME-1")
        account.active = True
        account.save()

    return Governed(
        lambda: Account.objects.filter(pk="ACME-1", active=False).count() != 1,
        {
            "service": lambda person: services.account_save(actor=person, active=True, **terms),
            "row": save,
            "rows": lambda _: Account.objects.update(active=True),
            "bulk": lambda _: Account.objects.bulk_update([Account(code="ACME-1", active=True)], ["active"]),
            "row deleted": lambda _: Account.objects.filter(pk="ACME-1").delete(),
            "sql": sql("UPDATE risk_account SET active = true"),
        },
        {
            "page": posts("/admin/risk/account/ACME-1/change/", {**form, **inlines}),
            "address": by_crafted_addresses("risk/account", "ACME-1", form),
            "bulk action": by_bulk_action("risk/account", "ACME-1", active="on"),
        },
    )


def letter_sent_again(world: Any) -> Governed:
    """A dead letter of `orders`."""
    from oms_site.infra.bus.replay import letter_replay

    path = "/admin/bus/outboxmessage/dead-letters/orders/1/0/"
    letter = {"topic": "orders", "partition": 1, "offset": 0}

    def by_command(_: User) -> None:
        for pk in ("1", "999"):
            call_command("dead_letters", "replay", pk)

    return Governed(
        lambda: len(world.records("orders")) != 1,
        {"service": lambda _: letter_replay(approval=None, **letter, now=timezone.now()), "command": by_command},
        {
            "page": posts(path, {"reason": "cause mended"}),
            "bulk action": by_bulk_action("bus/outboxmessage", 1),
        },
    )


# fees


def fees_set(people: Mapping[str, User]) -> Governed:
    """A schedule that somebody wants from tomorrow on."""
    begins = timezone.now() + TOMORROW
    tier = {"from": "0", "maker": "0", "taker": "1", "other": "1"}
    terms = {"name": "mine", "account": "", "group": "", "currency": "USD", "tiers": [tier], "tax_side": ""}
    amounts = {"minimum": Decimal(0), "maximum": None, "tax_bps": Decimal(0)}
    wanted = reporting_services.Wanted(**terms, **amounts, effective_from=begins)
    form = {"name": "mine", "currency": "USD", "tiers": "0 0 1 1", "minimum": "0", "tax_bps": "0", "reason": "it is needed"}
    form |= {"effective_from_0": f"{begins:%Y-%m-%d}", "effective_from_1": f"{begins:%H:%M:%S}"}
    columns = {**terms, **amounts, "effective_from": begins, "reason": "raw", "set_at": timezone.now()}

    def alone(person: User) -> object:
        return reporting_services.schedule_set(actor=person, wanted=wanted, approval=None, now=timezone.now())

    insert = """INSERT INTO reporting_feeschedule (name, account, "group", symbols, currency, tiers, minimum, tax_bps, tax_side,
        effective_from, reason, set_at, approval_id) VALUES ('mine', '', '', '{}', 'USD', '[]', 0, 0, '', now(), 'raw', now(), 1)"""
    return Governed(
        FeeSchedule.objects.exists,
        {
            "service": alone,
            "row": lambda _: FeeSchedule.objects.create(**columns),
            "row in bulk": lambda _: FeeSchedule.objects.bulk_create([FeeSchedule(**columns)]),
            "sql": sql(insert),
        },
        {
            "page": posts("/admin/reporting/feeschedule/add/", form),
            "address": by_crafted_addresses("reporting/feeschedule", 1, form),
            "bulk action": by_bulk_action("reporting/feeschedule", 1, name="mine"),
        },
    )
