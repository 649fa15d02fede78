"""Order entry: what is acknowledged is on disk, with its audit entry and its command in the outbox, in one transaction (ADR 0004)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from django.db import IntegrityError, transaction

from marketdata import selectors as market_selectors
from oms_site.infra.audit import services as audit
from oms_site.infra.bus import outbox
from oms_site.infra.errors import InvalidInput, OmsError
from orders.domain.desk import Source
from orders.domain.entry import NewOrder
from orders.domain.objects import extras_told, order_object
from orders.domain.state import PLAIN, Identity, OrderState, entered, extras_of
from orders.models import IdempotencyKey
from orders.selectors import first_states
from orders.services.access import Trading, accounts_lock, microseconds, trading
from orders.services.errors import ClientOrderIdTaken, IdempotencyKeyReused
from orders.services.rows import orders_insert
from schemas.enums import CommandType
from schemas.ids import order_id
from schemas.messages import Conditions, OrderCommand
from schemas.units import format_units

Item = NewOrder | OmsError
_ATTEMPTS = 3
_APART = 1_000_003
_ASKED = frozenset(field.name for field in fields(Conditions))


class KeyGiven(NamedTuple):
    """An `Idempotency-Key` and the digest of the body it came with."""

    key: str
    digest: str


class Submission(NamedTuple):
    """One answer an item, in order: `{"order": …}` or `{"error": …}`. `replayed` when all of it had been answered before."""

    answers: list[dict[str, Any]]
    replayed: bool

    @property
    def order(self) -> dict[str, Any]:
        """The first order told."""
        order: dict[str, Any] = self.answers[0]["order"]
        return order


class _Made(NamedTuple):
    """An order to be stored, and what its command asks for."""

    order: OrderState
    conditions: Conditions | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    """What one request brings besides its items. `unique` (random) starts the ids of its orders, `door` is where it came in."""

    actor: Any
    now: datetime
    request_id: str
    unique: int
    key: KeyGiven | None
    door: Source


def order_submit(
    *,
    actor: Any,
    order: NewOrder,
    now: datetime,
    request_id: str,
    unique: int,
    key: KeyGiven | None = None,
    door: Source = Source.REST,
) -> Submission:
    """Enter one order, or answer a repeat as the first time.

    Raises `Forbidden`, `InvalidInput` (account, expire_date), `ClientOrderIdTaken`, `IdempotencyKeyReused`; then nothing is done.
    """
    request = _Request(actor=actor, now=now, request_id=request_id, unique=unique, key=key, door=door)
    return _submit(request, [order], single=True)


def orders_submit(
    *,
    actor: Any,
    items: Sequence[Item],
    now: datetime,
    request_id: str,
    unique: int,
    key: KeyGiven | None = None,
    door: Source = Source.REST,
) -> Submission:
    """Enter 1 to 500 orders in one transaction; an item that cannot be entered (or could not be read) is answered by its error alone.

    Raises `Forbidden` and `IdempotencyKeyReused`; then nothing is done.
    """
    request = _Request(actor=actor, now=now, request_id=request_id, unique=unique, key=key, door=door)
    return _submit(request, items, single=False)


def _submit(request: _Request, items: Sequence[Item], *, single: bool) -> Submission:
    may = trading(request.actor)
    groups = may.groups_needed((item.account, item.symbol) for item in items if isinstance(item, NewOrder))
    judged = [item if isinstance(item, OmsError) else _entitled(may, item, groups) for item in items]
    entry = _Entry(request, may.source(request.door), _business_dates(judged, request.now))
    for attempt in range(_ATTEMPTS):
        try:
            with transaction.atomic():
                return _in_transaction(entry, judged, single=single, unique=request.unique + attempt * _APART)
        except IntegrityError:
            # a key used at the same moment for another account, or an id that met another: what is there now decides
            if attempt + 1 == _ATTEMPTS:
                raise
    raise AssertionError("the loop returns or raises")


def _entitled(may: Trading, item: NewOrder, groups: Mapping[str, str]) -> Item:
    return may.refusal(item.account, item.side, item.type, item.symbol, groups) or item


class _Entry(NamedTuple):
    """A request, where its orders come from, and the business date each symbol's orders belong to now."""

    request: _Request
    source: Source
    dates: Mapping[str, str]


def _business_dates(items: Sequence[Item], now: datetime) -> dict[str, str]:
    symbols = {item.symbol for item in items if isinstance(item, NewOrder)}
    return {symbol: day.isoformat() for symbol, day in market_selectors.trade_dates(symbols, now).items()} if symbols else {}


def _in_transaction(entry: _Entry, items: Sequence[Item], *, single: bool, unique: int) -> Submission:
    request = entry.request
    groups = accounts_lock(item.account for item in items if isinstance(item, NewOrder))
    if request.key is not None and (first := _answered_before(request)) is not None:
        return first
    answers, new = _judge(entry, items, groups, unique)
    if single and isinstance(answers[0], OmsError):
        raise answers[0]
    _store(request, new)
    told = [_told(answer, request.request_id) for answer in answers]
    if request.key is not None:
        IdempotencyKey.objects.create(
            user=request.actor,
            key=request.key.key,
            body_digest=request.key.digest,
            order_ids=[made.order.identity.id for made in new],
            response=orjson.dumps(told).decode(),
            created_at=request.now,
        )
    return Submission(told, replayed=not new and all("order" in answer for answer in told))


def _answered_before(request: _Request) -> Submission | None:
    assert request.key is not None
    first = IdempotencyKey.objects.filter(user=request.actor, key=request.key.key).first()
    if first is None:
        return None
    if first.body_digest != request.key.digest:
        raise IdempotencyKeyReused("Idempotency-Key: used before with another body; use a new key", field="Idempotency-Key")
    return Submission(orjson.loads(first.response), replayed=True)


def _judge(entry: _Entry, items: Sequence[Item], groups: Mapping[str, str], unique: int) -> tuple[list[OrderState | OmsError], list[_Made]]:
    """An answer for each item, and the orders to be made. Under the accounts' locks: no client order id can be taken meanwhile."""
    known = first_states({(item.account, item.client_order_id) for item in items if isinstance(item, NewOrder) and item.client_order_id})
    answers: list[OrderState | OmsError] = []
    new: list[_Made] = []
    for item in items:
        if isinstance(item, OmsError):
            answers.append(item)
            continue
        name = (item.account, item.client_order_id or "")
        first = known.get(name)
        if first is not None:
            answers.append(first if entry.request.key is None and _same(first, item) else _taken(first))
            continue
        passed = _passed(item, entry.dates[item.symbol])
        if passed is not None:
            answers.append(passed)
            continue
        made = _made(entry, item, groups.get(item.account, ""), unique + len(new))
        new.append(made)
        answers.append(made.order)
        if item.client_order_id:
            known[name] = made.order
    return answers, new


def _passed(item: NewOrder, today: str) -> InvalidInput | None:
    """A date that is over. Judged for new orders only: a repeat gets its first answer on any day."""
    expires = item.conditions.expire_date if item.conditions is not None else None
    if expires is None or expires >= today:
        return None
    return InvalidInput(f"expire_date: has passed, the business date is {today}", field="expire_date")


def _made(entry: _Entry, item: NewOrder, group: str, unique: int) -> _Made:
    """The order, and its conditions with the accounts it must not trade with: also a resting order has to say whose it is."""
    time = microseconds(entry.request.now)
    identity = Identity(
        *(order_id(time, unique), item.client_order_id, item.account, item.symbol, item.side, item.type, item.tif, time),
        *(entry.dates[item.symbol], entry.source.value),
    )
    conditions = replace(item.conditions or Conditions(), self_trade_group=group) if group else item.conditions
    return _Made(entered(identity, item.quantity, item.price, extras_of(item.conditions)), conditions)


def _same(first: OrderState, item: NewOrder) -> bool:
    identity = first.identity
    plain = (identity.symbol, identity.side, identity.type, identity.tif, first.quantity, first.price) == item[1:7]
    return plain and first.extras == extras_of(item.conditions)


def _taken(first: OrderState) -> ClientOrderIdTaken:
    order = first.identity.id
    return ClientOrderIdTaken(f"client_order_id: order {order} has it; use a new one", field="client_order_id", details=[{"order": order}])


def _store(request: _Request, new: Sequence[_Made]) -> None:
    if not new:
        return
    user = request.actor.get_username()
    orders_insert([made.order for made in new], entered_by=request.actor.pk, request_id=request.request_id)
    by_account: dict[str, list[audit.Entry]] = defaultdict(list)
    for made in new:
        by_account[made.order.identity.account].append(_entry(made.order))
    for account in sorted(by_account):
        audit.record_many(chain=account, actor=request.actor, entries=by_account[account], request_id=request.request_id, now=request.now)
    ids = outbox.allocate_ids(len(new))
    outbox.add([_command(made, command_id, user) for made, command_id in zip(new, ids, strict=True)], now=request.now)


def _command(made: _Made, command_id: int, user: str) -> OrderCommand:
    order = made.order
    identity = order.identity
    return OrderCommand(
        CommandType.NEW.value,
        command_id,
        identity.id,
        identity.account,
        identity.symbol,
        identity.created_at,
        identity.side,
        identity.type,
        identity.tif,
        order.quantity,
        order.price,
        identity.client_order_id,
        user,
        conditions=made.conditions,
        trade_date=identity.trade_date,
        trader=user,
    )


def _entry(order: OrderState) -> audit.Entry:
    identity = order.identity
    detail = {
        "symbol": identity.symbol,
        "side": identity.side,
        "type": identity.type,
        "tif": identity.tif,
        "quantity": format_units(order.quantity),
        "price": None if order.price is None else format_units(order.price),
        "client_order_id": identity.client_order_id,
        "trade_date": identity.trade_date,
        "source": identity.source,
    }
    if order.extras is not PLAIN:
        detail |= {name: value for name, value in extras_told(order.extras, order.quantity, 0).items() if name in _ASKED and value}
    return audit.Entry("order_entered", "order", identity.id, detail)


def _told(answer: OrderState | OmsError, request_id: str) -> dict[str, Any]:
    if not isinstance(answer, OmsError):
        return {"order": order_object(answer)}
    told = {"code": answer.code, "message": answer.message, "field": answer.field, "request_id": request_id, "details": answer.details}
    return {"error": told}
