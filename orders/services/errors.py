"""What order services refuse."""

from oms_site.infra.errors import Conflict, OmsError
from orders.domain.lifecycle import LifecycleError
from schemas.enums import Reason


class OrderNotCancellable(Conflict):
    """The order has ended: there is nothing to cancel. HTTP 409."""

    default_code = Reason.ORDER_CLOSED.value


class OrderNotReplaceable(Conflict):
    """The order has ended, or a cancel of it is under way. HTTP 409."""

    default_code = Reason.ORDER_CLOSED.value


class TradeNotCorrectable(Conflict):
    """The trade cannot be busted or corrected now. HTTP 409."""

    default_code = "trade_not_correctable"


class ClientOrderIdTaken(Conflict):
    """The account has an order of this client order id, and this request is not a repeat of it. HTTP 409."""

    default_code = "client_order_id_taken"


class IdempotencyKeyReused(OmsError):
    """The key was used for another request. HTTP 422."""

    status = 422
    default_code = "idempotency_key_reused"


class StreamBroken(LifecycleError):
    """An account's records on `executions` have a gap: the reader halts."""
