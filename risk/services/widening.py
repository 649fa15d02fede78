"""What wider entitlements are to the second person who decides: their words, and what is done once they are approved."""

from django.contrib.auth import get_user_model

from oms_site.infra.approvals.kinds import Act, Change, Kind, Payload, Told
from oms_site.infra.errors import InvalidInput
from risk.domain.roles import Role
from risk.models import Account
from risk.services.entitlements import WIDEN, Right, entitlement_set


def widen_told(payload: Payload) -> Told:
    """The right in words. Raises `InvalidInput` for a user or an account that is not there."""
    _found(payload)
    right = right_words(_right(payload))
    changes = (Change(f"{payload['user']} on {payload['account']}", "may not all of this", right), Change("held now", payload["now"], ""))
    scope = {"user": payload["user"], "account": payload["account"]}
    return Told(f"{payload['user']} may {right} on {payload['account']}", scope, changes)


def widen_carry_out(act: Act) -> str:
    """Give the right."""
    user, account = _found(act.payload)
    right = _right(act.payload)
    entitlement_set(actor=act.asker, user=user, account=account, right=right, now=act.now, approval=act.request, request_id=act.request_id)
    return f"{user} may {right_words(right)} on {account}"


def widen_owners(payload: Payload) -> frozenset[int]:
    """Whose right it is."""
    return frozenset(get_user_model().objects.filter(username=payload["user"]).values_list("pk", flat=True))


def right_words(right: Right) -> str:
    """A right as a sentence has it: see; trade; sell limit, stop in FX."""
    if not right.can_trade:
        return "see"
    words = [right.side or "trade", ", ".join(right.types).replace("_", " "), f"in {right.group}" if right.group else ""]
    return " ".join(word for word in words if word)


ENTITLEMENT_WIDEN = Kind(
    name=WIDEN,
    words="a wider entitlement",
    may_request=frozenset({Role.ADMIN}),
    may_approve=frozenset({Role.ADMIN, Role.RISK, Role.COMPLIANCE}),
    describe=widen_told,
    carry_out=widen_carry_out,
    owners=widen_owners,
)
KINDS = (ENTITLEMENT_WIDEN,)


def _found(payload: Payload) -> tuple[object, Account]:
    user = get_user_model().objects.filter(username=payload["user"]).first()
    if user is None:
        raise InvalidInput("user: there is no such user", field="user")
    account = Account.objects.filter(pk=payload["account"]).first()
    if account is None:
        raise InvalidInput("account: there is no such account", field="account")
    return user, account


def _right(payload: Payload) -> Right:
    return Right(payload["can_trade"], payload["side"], tuple(payload["types"]), payload["group"])
