"""The release of a kill as something two people agree to."""

from oms_site.infra.approvals.kinds import Act, Change, Kind, Payload, Told
from risk import selectors
from risk.domain.roles import PERMISSIONS, Permission
from risk.services.kills import RELEASE, kill_in_force, kill_release


def described(payload: Payload) -> Told:
    """What is stopped, since when, by whom and why, and what is still open of it. Raises `NotFound`, `KillNotInForce`."""
    kill = kill_in_force(payload["kill"])
    scope = {
        "Stopped": str(kill),
        "By": f"{kill.set_by} at {kill.set_at:%Y-%m-%d %H:%M:%S} UTC",
        "Because": kill.reason,
        "Still open": str(selectors.still_open(kill).left),
    }
    return Told(f"Release the kill of {kill}", scope, (Change(str(kill), "stopped", "trades again"),))


def carried_out(act: Act) -> str:
    """The release."""
    kill = kill_release(actor=act.asker, kill_id=act.payload["kill"], approval=act.request, now=act.now, request_id=act.request_id)
    return f"{kill} may trade again"


_ROLES = PERMISSIONS[Permission.KILL_RELEASE]
KINDS = (
    Kind(
        name=RELEASE,
        words="release of a kill",
        may_request=_ROLES,
        may_approve=_ROLES,
        describe=described,
        carry_out=carried_out,
    ),
)
