"""An account that may trade again as something two people agree to."""

from oms_site.infra.approvals.kinds import Act, Change, Kind, Payload, Told
from oms_site.infra.errors import NotFound
from risk.domain.roles import PERMISSIONS, Permission, Role
from risk.models import Account
from risk.services.access import ACTIVATE, account_save


def described(payload: Payload) -> Told:
    """The account, and what it may do then."""
    account = _account(payload)
    was, becomes = _words(account.active, account.close_only), _words(payload["active"], payload["close_only"])
    return Told(f"Account {account} becomes {becomes}", {"Account": f"{account} {account.name}"}, (Change(str(account), was, becomes),))


def carried_out(act: Act) -> str:
    """Saved in that state, all else as it is; recorded under the person who asked."""
    account = _account(act.payload)
    account_save(
        actor=act.asker,
        code=account.code,
        name=account.name,
        kind=account.kind,
        currency=account.currency,
        active=act.payload["active"],
        close_only=act.payload["close_only"],
        desk=account.desk_id or "",
        approval=act.request,
        now=act.now,
        request_id=act.request_id,
    )
    return f"{account} is {_words(act.payload['active'], act.payload['close_only'])}"


def _account(payload: Payload) -> Account:
    account = Account.objects.filter(pk=payload["account"]).first()
    if account is None:
        raise NotFound("there is no such account")
    return account


def _words(active: bool, close_only: bool) -> str:
    return "close-only" if active and close_only else "active" if active else "inactive"


KINDS = (
    Kind(
        name=ACTIVATE,
        words="activation of an account",
        may_request=PERMISSIONS[Permission.ACCOUNT_SAVE],
        may_approve=PERMISSIONS[Permission.ACCOUNT_SAVE] | {Role.RISK},
        describe=described,
        carry_out=carried_out,
    ),
)
