"""What requests and answers look like, for the OpenAPI document."""

from drf_spectacular.utils import OpenApiParameter, extend_schema_field, inline_serializer
from rest_framework import serializers

from orders.domain.entry import MAX_BULK, REASON_LENGTH, TEXT_LENGTH
from schemas.enums import ExecType, OrderType, Side, TimeInForce

STATUSES = (
    "pending_new",
    "new",
    "partially_filled",
    "filled",
    "pending_cancel",
    "canceled",
    "pending_replace",
    "rejected",
    "expired",
    "done_for_day",
    "suspended",
)
"""Every status an order can be filtered by; no order is done_for_day or suspended yet."""

NUMBER = "^(0|[1-9][0-9]{0,11})(\\.[0-9]{1,8})?$"
_DECIMAL = "decimal text"


def decimal(*, null: bool = False, text: str = _DECIMAL) -> serializers.CharField:
    """A number that travels as text."""
    return serializers.CharField(allow_null=null, help_text=text)


@extend_schema_field({"oneOf": [{"type": "string", "pattern": NUMBER}, {"type": "integer", "minimum": 1}]})
class NumberField(serializers.CharField):
    """A number in a request: decimal text or a JSON integer."""


REFUSAL = inline_serializer(
    "Refusal",
    {
        "code": serializers.CharField(help_text="a word programs can act on"),
        "message": serializers.CharField(help_text="what is wrong, and the remedy"),
        "field": serializers.CharField(allow_null=True, help_text="the one field at fault, else null"),
        "request_id": serializers.CharField(),
        "details": serializers.ListField(child=serializers.DictField()),
    },
)
_REJECT = inline_serializer(
    "OrderReject",
    {
        "code": serializers.CharField(),
        "rule": serializers.CharField(allow_null=True),
        "limit": decimal(null=True),
        "actual": decimal(null=True),
        "message": serializers.CharField(allow_null=True),
    },
    allow_null=True,
)
_SIDE = [side.value for side in Side]
ORDER_TYPES = [kind.value for kind in OrderType]
EVENT_TYPES = [kind.value for kind in ExecType]
FILL_TYPES = ["trade", "trade_cancel", "trade_correct"]
_TIF = [tif.value for tif in TimeInForce]
_STATUS = list(STATUSES)

ORDER = inline_serializer(
    "Order",
    {
        "id": serializers.CharField(),
        "client_order_id": serializers.CharField(allow_null=True),
        "account": serializers.CharField(),
        "symbol": serializers.CharField(),
        "side": serializers.ChoiceField(choices=_SIDE),
        "type": serializers.ChoiceField(choices=ORDER_TYPES),
        "tif": serializers.ChoiceField(choices=_TIF),
        "quantity": decimal(),
        "price": decimal(null=True, text="decimal text; null for a market order"),
        "stop_price": decimal(null=True, text="null: limit and market orders have none"),
        "display_quantity": decimal(null=True, text="null: orders are shown whole"),
        "status": serializers.ChoiceField(choices=_STATUS),
        "cum_quantity": decimal(),
        "leaves_quantity": decimal(),
        "avg_price": decimal(null=True, text="up to 8 decimals, half-even; null while nothing is filled"),
        "reject": _REJECT,
        "version": serializers.IntegerField(help_text="rises with every event"),
        "created_at": serializers.DateTimeField(),
        "updated_at": serializers.DateTimeField(),
    },
)
NEW_ORDER = inline_serializer(
    "NewOrder",
    {
        "account": serializers.CharField(max_length=32),
        "symbol": serializers.CharField(max_length=32),
        "side": serializers.ChoiceField(choices=_SIDE),
        "type": serializers.ChoiceField(choices=ORDER_TYPES),
        "quantity": NumberField(help_text="a multiple of the instrument's lot"),
        "price": NumberField(required=False, help_text="a multiple of the tick; limit orders need it, market orders have none"),
        "tif": serializers.ChoiceField(required=False, default="day", choices=_TIF),
        "client_order_id": serializers.CharField(required=False, max_length=TEXT_LENGTH, help_text="once per account"),
    },
)
REPLACE = inline_serializer(
    "OrderReplace",
    {
        "quantity": NumberField(required=False, help_text="the new total"),
        "price": NumberField(required=False),
        "client_order_id": serializers.CharField(required=False, max_length=TEXT_LENGTH, help_text="names the request, not the order"),
    },
)
BULK = inline_serializer("BulkOrders", {"orders": serializers.ListField(child=NEW_ORDER, min_length=1, max_length=MAX_BULK)})
BULK_ANSWER = inline_serializer(
    "BulkAnswer",
    {
        "results": serializers.ListField(
            child=inline_serializer(
                "BulkResult",
                {
                    "index": serializers.IntegerField(),
                    "order": inline_serializer("BulkResultOrder", dict(ORDER.fields), required=False, help_text="or error"),
                    "error": inline_serializer("BulkResultError", dict(REFUSAL.fields), required=False),
                },
            )
        )
    },
)
SCOPE = inline_serializer(
    "MassCancelScope",
    {
        "account": serializers.CharField(required=False, max_length=32),
        "symbol": serializers.CharField(required=False, max_length=32),
        "side": serializers.ChoiceField(required=False, choices=_SIDE),
        "all": serializers.BooleanField(required=False, help_text="true: without account, symbol and side"),
        "reason": serializers.CharField(required=False, max_length=REASON_LENGTH, help_text="kept in the audit log"),
    },
)
MASS_CANCELED = inline_serializer(
    "MassCancelAnswer",
    {"request_id": serializers.CharField(), "requested": serializers.IntegerField(help_text="orders a cancel was requested of")},
)
_EVENT = inline_serializer(
    "OrderEvent",
    {
        "seq": serializers.IntegerField(help_text="from 1, without a gap"),
        "type": serializers.ChoiceField(choices=EVENT_TYPES),
        "status": serializers.ChoiceField(choices=_STATUS),
        "quantity": decimal(),
        "price": decimal(null=True),
        "cum_quantity": decimal(),
        "leaves_quantity": decimal(),
        "last_quantity": decimal(null=True),
        "last_price": decimal(null=True),
        "trade_id": serializers.CharField(allow_null=True),
        "reason": serializers.CharField(allow_null=True),
        "message": serializers.CharField(allow_null=True),
        "time": serializers.DateTimeField(),
    },
)
_FILL = inline_serializer(
    "Execution",
    {
        "id": serializers.CharField(),
        "order": serializers.CharField(),
        "account": serializers.CharField(),
        "symbol": serializers.CharField(),
        "side": serializers.ChoiceField(choices=_SIDE),
        "type": serializers.ChoiceField(choices=FILL_TYPES),
        "quantity": decimal(),
        "price": decimal(),
        "trade_id": serializers.CharField(),
        "liquidity": serializers.ChoiceField(choices=["maker", "taker"]),
        "seq": serializers.IntegerField(help_text="counts the account's fills"),
        "time": serializers.DateTimeField(),
    },
)


def page_of(name: str, child: serializers.Serializer) -> serializers.Serializer:
    """A page of a list."""
    shape: serializers.Serializer = inline_serializer(
        name, {"results": serializers.ListField(child=child), "next": serializers.URLField(allow_null=True)}
    )
    return shape


ORDER_PAGE = page_of("OrderPage", ORDER)
EVENT_PAGE = page_of("OrderEventPage", _EVENT)
FILL_PAGE = page_of("ExecutionPage", _FILL)

ACCOUNT = OpenApiParameter("account", description="one of the accounts you see; any other has nothing")
SYMBOL = OpenApiParameter("symbol")
SIDE = OpenApiParameter("side", enum=[side.value for side in Side])
STATUS = OpenApiParameter("status", enum=list(STATUSES))
FROM = OpenApiParameter("from", description="at or after: a date or an ISO 8601 time with its zone")
TO = OpenApiParameter("to", description="before: a date or an ISO 8601 time with its zone")
PAGES = [
    OpenApiParameter("page_size", int, description="1 to 500"),
    OpenApiParameter("cursor", description="from `next` of the page before"),
]
KEY = OpenApiParameter(
    "Idempotency-Key",
    location=OpenApiParameter.HEADER,
    description="1 to 64 printable ASCII characters: the same key and body give the first answer again, with `Idempotent-Replayed: true`",
)
WAIT = OpenApiParameter(
    "Prefer",
    location=OpenApiParameter.HEADER,
    description="`wait=N` (at most 10 seconds): the answer comes as soon as the order has left pending_new, and tells it as it is then",
)


LOCATION = OpenApiParameter("Location", location=OpenApiParameter.HEADER, response=[201], description="where the order is found")


def replayed(status: int) -> OpenApiParameter:
    """The header that tells a repeat's answer from a first one."""
    return OpenApiParameter(
        "Idempotent-Replayed", location=OpenApiParameter.HEADER, response=[status], enum=["true"], description="only on a repeat"
    )


def refusals(*statuses: int, throttled: bool = True) -> dict[int, serializers.Serializer]:
    """The refusals an endpoint can answer with, for its `responses`."""
    return dict.fromkeys(sorted({400, 401, *statuses, 503} | ({429} if throttled else set())), REFUSAL)
