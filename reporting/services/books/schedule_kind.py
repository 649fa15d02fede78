"""A fee schedule as something two people agree to."""

from oms_site.infra.approvals.kinds import Act, Change, Kind, Payload, Told
from oms_site.infra.errors import Conflict
from reporting.models import FeeSchedule
from reporting.services.books.schedules import KIND, MAY_APPROVE, MAY_REQUEST, require_ahead, schedule_payload, schedule_set, wanted_of


def described(payload: Payload) -> Told:
    """The schedule in words, beside the one that holds for the same accounts and instruments."""
    wanted = wanted_of(payload)
    require_ahead(wanted.effective_from)
    held = FeeSchedule.objects.filter(pk=payload["follows"]).first()
    of = payload["account"] or "every account"
    what = f"{payload['group']} ({', '.join(payload['symbols'])})" if payload["group"] else "every instrument"
    scope = {"Accounts": of, "Instruments": what, "Currency": payload["currency"], "From": payload["effective_from"]}
    changes = (
        Change("rates, in basis points", "-" if held is None else rates_told(held.tiers), rates_told(payload["tiers"])),
        Change(
            "of one fill", "-" if held is None else _bounds(held.minimum, held.maximum), _bounds(payload["minimum"], payload["maximum"])
        ),
        Change("tax", "-" if held is None else _tax(held.tax_bps, held.tax_side), _tax(payload["tax_bps"], payload["tax_side"])),
    )
    return Told(f"Fees of {of}: {payload['name']}", scope, changes)


def carried_out(act: Act) -> str:
    """Set, recorded under the person who asked."""
    wanted = wanted_of(act.payload)
    if schedule_payload(wanted) != act.payload:
        raise Conflict("the instruments of the group, or the schedule it follows, have changed since this was asked for: ask again")
    row = schedule_set(actor=act.asker, wanted=wanted, approval=act.request, now=act.now, request_id=act.request_id)
    return f"schedule {row.pk} holds from {row.effective_from:%Y-%m-%d %H:%M:%S} UTC"


def rates_told(tiers: list[dict[str, str]]) -> str:
    """Tiers in words: maker/taker/other, from a volume on."""
    return ", ".join(f"{tier['maker']}/{tier['taker']}/{tier['other']} from {tier['from']}" for tier in tiers)


def _bounds(least: object, most: object) -> str:
    return f"at least {least}, " + ("unbounded" if most is None else f"at most {most}")


def _tax(bps: object, side: str) -> str:
    return f"{bps} bp of {side}" if side else "none"


KINDS = (
    Kind(
        name=KIND,
        words="fee schedule",
        may_request=MAY_REQUEST,
        may_approve=MAY_APPROVE,
        describe=described,
        carry_out=carried_out,
    ),
)
