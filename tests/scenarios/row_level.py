"""Level 3: the database. Requests go through intake into PostgreSQL; what risk and matching make of them is projected into rows."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import Group, User
from django.db import transaction
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from marketdata import services as market_services
from oms_site.infra.audit.models import AuditEntry
from oms_site.infra.bus import outbox
from oms_site.infra.bus.models import OutboxMessage
from orders import services
from orders.models import Execution, Order
from orders.selectors import order_object_as_of
from risk import services as risk_services
from risk.domain.roles import Role
from schemas import codec
from schemas.enums import CommandType
from schemas.messages import OrderCommand
from tests.entitled import entitle
from tests.scenarios.by_rest import ACCOUNTS, DESK_NAME, KINDS, OWNER_NAME, SALES_NAME, SECOND_NAME, Answer, ByRest
from tests.scenarios.chain import Chain
from tests.scenarios.commands import LIMITS, OWNER, QUOTE, changes, units
from tests.scenarios.files import Step
from tests.scenarios.notation import Told
from tests.scenarios.reader import plain

SYMBOL = "SCEN"
INSTRUMENT = {"name": "scenarios", "reference_price": Decimal(110)}


def market_open() -> dict[str, User]:
    """An instrument, two traders with an account each, the desk, wide limits: through the services, so that the outbox has the controls.

    Whose page shows which button is not asked here: the desk may open every page, and may do what operations may.
    """
    now = timezone.now()
    admin = User.objects.create_superuser("admin")
    people = {name: _person(name, Role.OPERATIONS, is_superuser=True) for name in (DESK_NAME, SECOND_NAME)}
    for code, kind in KINDS.items():
        risk_services.account_save(actor=admin, code=code, name=code, kind=kind, now=now)
    for name, code in ACCOUNTS.items():
        people[name] = _person(name, Role.SALES if name == SALES_NAME else Role.TRADER)
        entitle(people[name], code)
    market_services.instrument_save(actor=people[DESK_NAME], symbol=SYMBOL, values=dict(INSTRUMENT), now=now)
    for rule, value in LIMITS.items():
        risk_services.limit_set(actor=admin, scope="firm", key="", rule=rule, value=Decimal(value), now=now)
    return people


def _person(name: str, role: Role, **more: bool) -> User:
    user = User.objects.create_user(name, is_staff=True, **more)
    user.groups.add(Group.objects.get_or_create(name=role.value)[0])
    return user


def relayed() -> list[OrderCommand]:
    """What the relay would send now, for one partition."""
    rows = list(OutboxMessage.objects.order_by("id"))
    OutboxMessage.objects.all().delete()
    return [codec.decode(OrderCommand, bytes(row.body), row.schema_version) for row in rows if row.partition in {None, 0}]


class RowLevel(ByRest):
    """Intake and projection on PostgreSQL, the folds between them in memory. `sees` is false while the projection is held."""

    by_rest = False

    def __init__(self) -> None:
        super().__init__(SYMBOL, "mine")
        self.people = market_open()
        self.chain = Chain()
        self.sees = True
        self._projected = 0
        self._read = 0
        self._clients: dict[str, APIClient] = {}
        self.market_is(*QUOTE)
        self.arrive()

    # how requests travel, and what follows from them

    def call(self, who: str, method: str, path: str, body: Mapping[str, Any] | None = None, key: str = "") -> Answer:
        """In this process, through every layer of the web program; then the relay's work, and whatever follows."""
        client = self._clients.get(who)
        if client is None:
            client = self._clients[who] = APIClient()
            client.force_authenticate(self.people[who])
        content = b"" if body is None else json.dumps(body).encode()
        headers = {"Idempotency-Key": key} if key else {}
        response = client.generic(method, path, content, content_type="application/json", headers=headers)
        self.arrive()
        return Answer(response.status_code, response.json(), "Idempotent-Replayed" in response.headers)

    def press(self, path: str, form: Mapping[str, str], *, who: str = DESK_NAME, page: str = "") -> str:
        """In this process; then whatever follows."""
        desk = Client()
        desk.force_login(self.people[who])
        assert desk.get(page or path).status_code == 200, page or path
        response = desk.post(path, form)
        assert response.status_code == 302, response.content.decode()
        self.arrive()
        return response.headers["Location"]

    def arrive(self) -> None:
        """The outbox goes to risk and matching, what they tell goes into rows, unless the projection is held."""
        self.market_is(*self._quote)
        for command in relayed():
            self.chain.send(command)
        fresh = self.chain.log[self._projected :] if self.sees else []
        self._projected += len(fresh)
        with transaction.atomic():
            services.executions_project(executions=fresh)

    def news(self) -> list[Told]:
        """The owner's new rows; the order's own row is as the last of them says."""
        names = {order_id: name for name, order_id in self.ids.items()}
        rows = list(Execution.objects.filter(account=OWNER, account_seq__gt=self._read).order_by("account_seq"))
        self._read += len(rows)
        for row in {row.order_id: row for row in rows}.values():
            self._same(Order.objects.get(pk=row.order_id), row)
        told = [self._told(row, names.get(row.order_id, "U")) for row in rows]
        if told:
            self.last = (told[-1].status, told[-1].cum, told[-1].leaves)
        return told

    @staticmethod
    def _same(order: Order, row: Execution) -> None:
        stands = (
            order.status,
            order.quantity,
            order.price,
            order.cum_quantity,
            order.leaves_quantity,
            order.cum_notional,
            order.event_count,
        )
        assert stands == (row.status, row.quantity, row.price, row.cum_quantity, row.leaves_quantity, row.cum_notional, row.order_seq)

    @staticmethod
    def _told(row: Execution, name: str) -> Told:
        told = order_object_as_of(row)
        named = {
            "total": plain(row.quantity),
            "price": "none" if row.price is None else plain(row.price),
            "last": "none"
            if row.last_quantity is None or row.last_price is None
            else f"{plain(row.last_quantity)}@{plain(row.last_price)}",
            "avg": plain(row.cum_notional / row.cum_quantity) if row.cum_quantity else "none",
            "source": row.order.source,
            "day": f"{told['day_quantity']}/{told['day_cum_quantity']}",
        }
        return Told(name, row.type, row.status, plain(row.cum_quantity), plain(row.leaves_quantity), row.reason or "", named)

    def refused(self, step: Step) -> None:
        """What REST has refused comes once more another way, where the file says what is told of it then."""
        if step.told:
            command_id = outbox.allocate_ids(1)[0]
            kind = {"cancels": CommandType.CANCEL, "replaces": CommandType.REPLACE}[step.ask.verb]
            order = self.ids.get(step.ask.words[0] if kind == CommandType.CANCEL and step.ask.words else "X", "NOSUCHORDER")
            more = changes(step.ask.fields)
            self.chain.send(OrderCommand(kind.value, command_id, order, OWNER, self.symbol, self._now(), user=OWNER_NAME, **more))
            self.arrive()

    def traces(self) -> tuple[int, ...]:
        """Rows that any act would add to."""
        return Order.objects.count(), Execution.objects.count(), AuditEntry.objects.count(), len(self.chain.log)

    # the market, the desk, the workers

    def market_is(self, bid: str, ask: str) -> None:
        """A fresh quote from outside."""
        self._quote = (bid, ask)
        self.chain.quote(SYMBOL, units(bid), units(ask), self._now())

    def market_quotes(self, step: Step) -> None:
        bid, ask = step.ask.words
        self.market_is(bid, ask)

    def market_refuses(self, step: Step) -> None:
        """The held cancel is refused."""
        self.chain.refuse("cancel_rejected", "phase_refuses")
        self.arrive()

    def test_hold(self, step: Step) -> None:
        """Matching takes nothing, or nothing is projected, from now on."""
        (worker,) = step.ask.words
        self.chain.held, self.sees = worker == "matching", worker != "core"

    def test_release(self, step: Step) -> None:
        self.chain.held, self.sees = False, True
        self.chain.settle()
        self.arrive()

    @staticmethod
    def _now() -> int:
        return (timezone.now() - datetime.fromtimestamp(0, timezone.get_default_timezone())) // timedelta(microseconds=1)
