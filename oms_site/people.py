"""What each role may see and change in the admin, and who may log in. Services decide again from the actor: this only shows or hides."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Group, Permission
from django.db.models import Q

from risk.domain.roles import Role

MARKET = (
    *("marketdata.instrument", "marketdata.latestquote", "marketdata.candlerow", "marketdata.depthsnapshot"),
    "marketdata.tradingcalendar",
)
DESK = ("marketdata.instrument", "marketdata.tradingcalendar")
HOUSE = "marketdata.housequoting"
SETTLEMENT = ("reporting.settlementrules", "reporting.settlementcycle", "reporting.currencycalendar")
OWN_TRADING = (
    *("orders.order", "orders.execution", "reporting.position", "reporting.settlementobligation", "reporting.export"),
    *("reporting.ledgeraccount", "reporting.journalentry", "reporting.fillfee", "reporting.costmethod"),
)
SETTINGS = (
    *("risk.rulemode", "risk.restriction", "risk.locate", "risk.fxrate", "risk.dailyvolume", "risk.bypass", "risk.enabling"),
    *("risk.cashentry", "risk.positionentry"),
)
BACK_OFFICE = ("risk.locate", "risk.fxrate", "risk.dailyvolume", "risk.cashentry", "risk.positionentry")
BOOKS = (
    *MARKET,
    *OWN_TRADING,
    "reporting.feeschedule",
    *SETTLEMENT,
    "matching.trade",
    "risk.account",
    "risk.desk",
    "risk.limit",
    "risk.limitversion",
    "risk.kill",
    "risk.setting",
    "risk.accountexposure",
    *SETTINGS,
    "marketdata.feedclaim",
    "marketdata.quotereplay",
    "marketdata.syntheticregime",
    "marketdata.instrumentschedule",
    HOUSE,
    "supervision.desiredworker",
)
CONTROL_ROOM = (
    *BOOKS,
    "risk.entitlement",
    "risk.apitoken",
    "audit.auditentry",
    "tracking.outsideedit",
    "approvals.changerequest",
    "alerts.alert",
    "orders.idempotencykey",
    "orders.accountstream",
    "orders.tradecorrection",
    "orders.disconnection",
    "reporting.break",
    "bus.outboxmessage",
    "bus.consumedoffset",
    "bus.workersnapshot",
)

PEOPLE = ("auth.user", "risk.websession", "axes.accessattempt")

VIEW: dict[Role, tuple[str, ...]] = {
    Role.TRADER: (*MARKET, *OWN_TRADING),
    Role.SALES: (*MARKET, *OWN_TRADING),
    Role.RISK: CONTROL_ROOM,
    Role.OPERATIONS: CONTROL_ROOM,
    Role.COMPLIANCE: CONTROL_ROOM,
    Role.VIEWER: BOOKS,
    Role.ADMIN: (*CONTROL_ROOM, *PEOPLE, "auth.group", "django_celery_beat.periodictask"),
}
CHANGE: dict[Role, tuple[str, ...]] = {
    Role.TRADER: ("orders.order",),
    Role.SALES: ("orders.order",),
    Role.RISK: ("risk.limit", "risk.kill", "orders.order"),
    Role.OPERATIONS: (
        *DESK,
        HOUSE,
        *SETTLEMENT,
        "risk.account",
        "risk.desk",
        "supervision.desiredworker",
        "orders.order",
        "reporting.costmethod",
    ),
    Role.ADMIN: (
        *DESK,
        HOUSE,
        *SETTLEMENT,
        "risk.account",
        "risk.desk",
        "risk.limit",
        "risk.kill",
        "risk.entitlement",
        "risk.apitoken",
        *PEOPLE,
        "django_celery_beat.periodictask",
        "supervision.desiredworker",
        "orders.order",
        "reporting.costmethod",
    ),
}
ADD: dict[Role, tuple[str, ...]] = {
    Role.RISK: ("risk.limit", "risk.kill", *SETTINGS),
    Role.OPERATIONS: (
        *DESK,
        "risk.account",
        "risk.desk",
        "risk.kill",
        *BACK_OFFICE,
        "reporting.feeschedule",
        "reporting.costmethod",
        *SETTLEMENT[1:],
    ),
    Role.COMPLIANCE: ("risk.kill", "risk.restriction"),
    Role.ADMIN: (
        *DESK,
        "risk.account",
        "risk.desk",
        "risk.limit",
        "risk.kill",
        *SETTINGS,
        "risk.entitlement",
        "auth.user",
        "reporting.feeschedule",
        "reporting.costmethod",
        *SETTLEMENT[1:],
    ),
}
DELETE: dict[Role, tuple[str, ...]] = {
    Role.ADMIN: ("risk.entitlement",),
}
"""What can be taken away at all. Everything else stays, closed or inactive."""


@dataclass(frozen=True, slots=True)
class Person:
    """A demo log-in: a role, the accounts it trades, the desk it belongs to."""

    username: str
    role: Role
    accounts: tuple[str, ...] = ()
    desk: str = ""


DEMO_GROUP = "demo"
"""Marks the demo's people: they cannot log in where DEBUG is off."""


def _permissions(names: tuple[str, ...], action: str) -> Q:
    wanted = Q(pk=None)
    for name in names:
        app, model = name.split(".")
        wanted |= Q(content_type__app_label=app, codename=f"{action}_{model}")
    return wanted


def roles_sync() -> None:
    """Make each role's group and give it exactly the permissions of the tables above."""
    for role in Role:
        group, _ = Group.objects.get_or_create(name=role.value)
        wanted = Q(pk=None)
        for action, table in (("view", VIEW), ("change", CHANGE), ("add", ADD), ("delete", DELETE)):
            wanted |= _permissions(table.get(role, ()), action)
        group.permissions.set(Permission.objects.filter(wanted))


class DemoAwareBackend(ModelBackend):
    """Django's log-in, which refuses the demo's people where DEBUG is off."""

    def user_can_authenticate(self, user: Any) -> bool:
        """Whether this user may log in here at all."""
        return super().user_can_authenticate(user) and (settings.DEBUG or not user.groups.filter(name=DEMO_GROUP).exists())
