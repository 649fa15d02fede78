"""Corrections of trades as something two people agree to: in words, whose orders they touch, and how they are carried out."""

from oms_site.infra.approvals.kinds import Act, Change, Kind, Payload, Told
from orders.domain.desk import DESK, DeskAction
from orders.selectors import order_owners
from orders.services.corrections import KIND, require_possible, trade_correct, trade_sides, wanted_of
from risk.domain.roles import Role
from schemas.units import format_units


def described(payload: Payload) -> Told:
    """The trade, both of its orders, and what becomes of it. Raises what `trade_correct` would refuse now."""
    wanted = wanted_of(payload)
    sides = trade_sides(payload["order"], payload["trade"])
    require_possible(sides, wanted)
    now = sides[0]
    symbol = now.order.identity.symbol
    scope = {"Trade": payload["trade"], "Instrument": symbol} | {
        f"{side.order.identity.side.capitalize()} order": f"{side.order.identity.id} of {side.order.identity.account}" for side in sides
    }
    changes = [
        Change("Quantity", format_units(now.quantity), payload["quantity"] or "0 (busted)"),
        Change("Price", format_units(now.price), payload["price"] or "-"),
    ]
    for side in sides:
        cum = side.order.cum_quantity
        becomes = cum - side.quantity + (wanted.quantity or 0)
        changes.append(Change(f"Filled of order {side.order.identity.id}", format_units(cum), format_units(becomes)))
    verb = "Bust" if wanted.quantity is None else "Correct"
    return Told(f"{verb} trade {payload['trade']} in {symbol}", scope, tuple(changes))


def owners(payload: Payload) -> frozenset[int]:
    """Who entered either order."""
    return order_owners(payload["was"])


def carried_out(act: Act) -> str:
    """Both commands, recorded under the person who asked."""
    payload = act.payload
    trade_correct(
        actor=act.asker,
        order_id=payload["order"],
        trade_id=payload["trade"],
        wanted=wanted_of(payload),
        approval=act.request,
        now=act.now,
        request_id=act.request_id,
    )
    return f"{'Bust' if payload['quantity'] is None else 'Correction'} sent: trade {payload['trade']}, both sides"


CORRECTION = Kind(
    name=KIND,
    words="correction of a trade",
    may_request=DESK[DeskAction.TRADE_CORRECT],
    may_approve=frozenset({Role.OPERATIONS, Role.RISK}),
    describe=described,
    owners=owners,
    carry_out=carried_out,
)
