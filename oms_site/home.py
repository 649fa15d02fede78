"""The admin's first page: tiles of what waits and what goes on, each a number that leads to the list it counts, charts and queues.

Each role has a home of its own: a person gets the tiles of the pages they may see, in the order of what the role is there for. Numbers are
of the accounts the person sees.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet, prefetch_related_objects
from django.urls import reverse

from marketdata.models import Instrument
from marketdata.selectors.markets import with_markets
from oms_site.infra.alerts.selectors import alerts, sees_alerts
from oms_site.infra.approvals import selectors as approvals
from oms_site.infra.bus.models import OutboxMessage
from oms_site.infra.supervision.selectors import slots_list
from oms_site.infra.tracking.models import OutsideEdit
from orders.domain.state import OPEN
from orders.models import Execution, Order
from reporting.selectors import breaks_open, fails_open
from risk import control_room
from risk import selectors as risk_selectors
from risk.domain.roles import Role
from schemas.enums import ExecType, OrderStatus, Phase

MOST = 10_000
"""Numbers are told up to here: a home that counts millions of rows is a slow home."""

SLOW_ANSWER = timedelta(seconds=10)
"""How long an order may wait for its answer before the home speaks of it."""

PENDING = (OrderStatus.PENDING_NEW, OrderStatus.PENDING_CANCEL, OrderStatus.PENDING_REPLACE)


@dataclass(frozen=True, slots=True)
class Tile:
    """A number with its meaning and the page it leads to. `urgent`: any number above zero wants somebody to look."""

    name: str
    number: str
    purpose: str
    url: str
    urgent: bool = False

    @property
    def calls(self) -> bool:
        """Whether somebody has to look now."""
        return self.urgent and self.number != "0"


@dataclass(frozen=True, slots=True)
class Chart:
    """A small chart: its name in the pulse, and its title."""

    name: str
    title: str


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks, when, and the accounts the person sees."""

    user: Any
    now: datetime
    accounts: list[str]

    @property
    def orders(self) -> "QuerySet[Order]":
        """Of these accounts."""
        return Order.objects.filter(account__in=self.accounts)

    @property
    def last_hour(self) -> "QuerySet[Execution]":
        """What happened to orders of these accounts in the last hour."""
        return Execution.objects.filter(account__in=self.accounts, time__gte=self.now - timedelta(hours=1))


def _to(page: str, query: str = "") -> str:
    return f"{reverse(f'admin:{page}')}{query}"


def _counted(rows: "QuerySet[Any]") -> str:
    number = rows.order_by()[: MOST + 1].count()
    return f"{MOST:,}+" if number > MOST else f"{number:,}"


def _alerts(viewer: Viewer) -> Tile | None:
    if not sees_alerts(viewer.user):
        return None
    number = _counted(alerts().filter(acknowledged_at=None))
    return Tile("Alerts", number, "nobody has acknowledged", _to("alerts_alert_changelist", "?seen=no"), urgent=True)


def _requests(viewer: Viewer) -> Tile:
    number = f"{len(approvals.requests_to_decide(viewer.user, viewer.now)):,}"
    return Tile("Requests", number, "wait for your decision", _to("approvals_changerequest_changelist", "?queue=decide"), urgent=True)


def _breaks(_: Viewer) -> Tile:
    return Tile("Breaks", _counted(breaks_open()), "values unlike the log", _to("reporting_break_changelist", "?open=yes"), urgent=True)


def _fails(viewer: Viewer) -> Tile:
    rows = fails_open().filter(account__in=viewer.accounts)
    return Tile(
        "Fails", _counted(rows), "not settled on their day", _to("reporting_settlementobligation_changelist", "?late=any"), urgent=True
    )


def _alone(_: Viewer) -> Tile:
    number = _counted(approvals.break_glass_open())
    return Tile(
        "Done alone", number, "by break-glass, not reviewed", _to("approvals_changerequest_changelist", "?queue=alone"), urgent=True
    )


def _kills(viewer: Viewer) -> Tile:
    number = _counted(risk_selectors.kills_in_force(viewer.accounts))
    return Tile("Kills", number, "in force", _to("risk_kill_changelist", "?released_at__isnull=True"), urgent=True)


def _stale(viewer: Viewer) -> Tile:
    number = f"{len(control_room.stale_prices(viewer.now)):,}"
    return Tile("Stale prices", number, "symbols risk would refuse", _to("risk_home", "#stale"), urgent=True)


def _workers(viewer: Viewer) -> Tile:
    missing = sum(slot.wanted and not slot.live for slot in slots_list(viewer.now))
    return Tile("Workers", f"{missing:,}", "wanted and not running", _to("supervision_desiredworker_changelist"), urgent=True)


def _unanswered(viewer: Viewer) -> Tile:
    rows = viewer.orders.filter(working__in=OPEN, status__in=PENDING, updated_at__lt=viewer.now - SLOW_ANSWER)
    purpose = f"orders, for over {SLOW_ANSWER.seconds} s"
    return Tile("Unanswered", _counted(rows), purpose, _to("orders_order_changelist", "?open=yes"), urgent=True)


def _working(viewer: Viewer) -> Tile:
    return Tile(
        "Open orders", _counted(viewer.orders.filter(working__in=OPEN)), "may still trade", _to("orders_order_changelist", "?open=yes")
    )


def _fills(viewer: Viewer) -> Tile:
    rows = viewer.last_hour.filter(fill_seq__isnull=False)
    return Tile("Fills", _counted(rows), "in the last hour", _to("orders_execution_changelist", "?type=trade"))


def _rejects(viewer: Viewer) -> Tile:
    rows = viewer.last_hour.filter(type=ExecType.REJECTED)
    return Tile("Rejects", _counted(rows), "in the last hour", _to("orders_order_changelist", "?status=rejected"))


def _markets(_: Viewer) -> Tile:
    listed = with_markets(Instrument.objects.filter(tradable=True, delisted=False)).order_by()
    trading = Count("pk", filter=Q(market_phase=Phase.CONTINUOUS) | Q(market_phase=None))
    told = listed.aggregate(every=Count("pk"), trading=trading)
    return Tile("Markets", f"{told['trading']} of {told['every']}", "trade continuously", _to("marketdata_instrument_changelist"))


def _outbox(_: Viewer) -> Tile:
    return Tile("Outbox", _counted(OutboxMessage.objects.all()), "messages not yet on the bus", _to("bus_outboxmessage_changelist"))


def _edits(_: Viewer) -> Tile:
    return Tile(
        "Edits outside", _counted(OutsideEdit.objects.all()), "rows changed past the product", _to("tracking_outsideedit_changelist")
    )


TILES: tuple[tuple[str, Callable[[Viewer], Tile | None]], ...] = (
    ("alerts.view_alert", _alerts),
    ("approvals.view_changerequest", _requests),
    ("approvals.view_changerequest", _alone),
    ("reporting.view_break", _breaks),
    ("reporting.view_settlementobligation", _fails),
    ("risk.view_kill", _kills),
    ("supervision.view_desiredworker", _workers),
    ("risk.view_accountexposure", _stale),
    ("orders.view_order", _unanswered),
    ("orders.view_order", _working),
    ("orders.view_execution", _fills),
    ("orders.view_order", _rejects),
    ("marketdata.view_instrument", _markets),
    ("bus.view_outboxmessage", _outbox),
    ("tracking.view_outsideedit", _edits),
)
"""(the permission a tile asks for, what makes it), what waits first."""


@dataclass(frozen=True, slots=True)
class Home:
    """What a role looks at first: the page's title, its tiles and its chart. The others follow in their own order."""

    title: str
    tiles: tuple[Callable[[Viewer], Tile | None], ...] = ()
    chart: str = "orders"


HOMES: Mapping[Role, Home] = {
    Role.ADMIN: Home("Back office", (_workers, _outbox, _edits, _alerts, _alone, _requests), "lag"),
    Role.RISK: Home("Risk desk", (_alerts, _requests, _kills, _stale, _rejects, _working, _breaks), "rejects"),
    Role.OPERATIONS: Home("Operations desk", (_alerts, _fails, _breaks, _unanswered, _workers, _outbox, _markets, _requests), "lag"),
    Role.COMPLIANCE: Home("Compliance desk", (_alone, _edits, _alerts, _requests, _rejects, _kills, _breaks), "rejects"),
    Role.SALES: Home("Sales desk", (_unanswered, _rejects, _working, _fills, _fails), "value"),
    Role.TRADER: Home("Trading desk", (_working, _fills, _rejects, _unanswered, _markets, _fails)),
    Role.VIEWER: Home("Back office"),
}
"""By role; of a person with several the first counts, who has none gets the viewer's."""


def home_of(user: Any) -> Home:
    """The home of a person's first role."""
    held = risk_selectors.roles(user)
    return next((home for role, home in HOMES.items() if role in held), HOMES[Role.VIEWER])


def tiles(user: Any, now: datetime, first: Home) -> list[Tile]:
    """The tiles of the pages the person may see, those of the home first."""
    viewer = Viewer(user, now, risk_selectors.visible_accounts(user))
    mine = [tile for permission, tile in TILES if user.has_perm(permission)]
    made = (tile(viewer) for tile in (*(tile for tile in first.tiles if tile in mine), *(tile for tile in mine if tile not in first.tiles)))
    return [tile for tile in made if tile is not None]


CHARTS: tuple[tuple[str, Chart], ...] = (
    ("orders.view_order", Chart("orders", "Orders")),
    ("orders.view_order", Chart("value", "Value traded")),
    ("orders.view_order", Chart("rejects", "Rejects")),
    ("supervision.view_desiredworker", Chart("lag", "Records behind")),
)
"""(the permission a chart asks for, the chart)."""


def home(user: Any, now: datetime) -> dict[str, Any]:
    """Everything the page of one person shows."""
    prefetch_related_objects([user], "groups")  # several tiles ask for the person's roles
    mine = home_of(user)
    charts = [chart for permission, chart in CHARTS if user.has_perm(permission)]
    return {
        "title": mine.title,
        "tiles": tiles(user, now, mine),
        "charts": sorted(charts, key=lambda chart: chart.name != mine.chart),
        "now": now,
    }
