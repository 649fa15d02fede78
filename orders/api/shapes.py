"""What requests and answers look like, for the OpenAPI document."""

from drf_spectacular.utils import OpenApiParameter, extend_schema_field, inline_serializer
from rest_framework import serializers

from orders.domain.desk import Source
from orders.domain.entry import MAX_BULK, NEEDS, REASON_LENGTH, RESTING, TEXT_LENGTH, TIMES
from orders.domain.state import SYSTEM
from orders.services.keys import KEPT
from risk.domain.decisions import OUTCOMES
from schemas.enums import ExecType, Liquidity, OrderStatus, OrderType, SelfTradePrevention, Side, TimeInForce

STATUSES = tuple(status.value for status in OrderStatus)
"""Every status an order can be filtered by."""

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
REJECT = inline_serializer(
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
_PREVENTION = [mode.value for mode in SelfTradePrevention]
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
        "price": decimal(null=True, text="decimal text; null for an order without a limit"),
        "stop_price": decimal(null=True, text="of a stop or stop_limit order"),
        "display_quantity": decimal(null=True, text="what the book shows at most; null: all of it"),
        "trail_offset": decimal(null=True, text="of a trailing_stop order: price units behind the best last price"),
        "expire_date": serializers.DateField(allow_null=True, help_text="of a gtd order: the last business date it stands"),
        "post_only": serializers.BooleanField(),
        "reduce_only": serializers.BooleanField(),
        "self_trade_prevention": serializers.ChoiceField(choices=_PREVENTION),
        "trade_date": serializers.DateField(allow_null=True, help_text="the business date it was entered for"),
        "triggered": serializers.BooleanField(help_text="whether its stop acts, or has acted"),
        "status": serializers.ChoiceField(choices=_STATUS),
        "cum_quantity": decimal(),
        "leaves_quantity": decimal(),
        "avg_price": decimal(null=True, text="up to 8 decimals, half-even; null while nothing is filled"),
        "day_quantity": decimal(text="the quantity without what was filled before the present business day"),
        "day_cum_quantity": decimal(text="what of it is filled"),
        "reject": REJECT,
        "source": serializers.ChoiceField(
            choices=[*(source.value for source in Source), SYSTEM], help_text="desk: taken for a client by a sales trader"
        ),
        "version": serializers.IntegerField(help_text="rises with every event"),
        "created_at": serializers.DateTimeField(),
        "updated_at": serializers.DateTimeField(),
    },
)


def _types_with(field: str) -> str:
    """Which order types need a field, for its description."""
    return ", ".join(kind for kind, needed in NEEDS.items() if field in needed)


_TIMES = "; ".join(f"{kind}: {', '.join(times)}" for kind, times in TIMES.items())
_RESTING_LIMIT = f"only a limit order of {', '.join(RESTING)}"

NEW_ORDER = inline_serializer(
    "NewOrder",
    {
        "account": serializers.CharField(max_length=32),
        "symbol": serializers.CharField(max_length=32),
        "side": serializers.ChoiceField(choices=_SIDE),
        "type": serializers.ChoiceField(choices=ORDER_TYPES),
        "quantity": NumberField(help_text="a multiple of the instrument's lot"),
        "price": NumberField(required=False, help_text=f"a multiple of the tick; exactly with {_types_with('price')}"),
        "stop_price": NumberField(required=False, help_text=f"a multiple of the tick; exactly with {_types_with('stop_price')}"),
        "trail_offset": NumberField(required=False, help_text=f"a multiple of the tick; exactly with {_types_with('trail_offset')}"),
        "tif": serializers.ChoiceField(required=False, default="day", choices=_TIF, help_text=f"by type: {_TIMES}"),
        "expire_date": serializers.DateField(required=False, help_text="exactly with tif gtd; the present business date or a later one"),
        "display_quantity": NumberField(required=False, help_text=f"{_RESTING_LIMIT}; whole lots, at most the quantity"),
        "post_only": serializers.BooleanField(required=False, help_text=_RESTING_LIMIT),
        "reduce_only": serializers.BooleanField(required=False, help_text="may not open or turn a position"),
        "self_trade_prevention": serializers.ChoiceField(required=False, default="none", choices=_PREVENTION),
        "client_order_id": serializers.CharField(required=False, max_length=TEXT_LENGTH, help_text="once per account"),
    },
)
REPLACE = inline_serializer(
    "OrderReplace",
    {
        "quantity": NumberField(required=False, help_text="the new total"),
        "price": NumberField(required=False, help_text=f"only of {_types_with('price')}"),
        "stop_price": NumberField(required=False, help_text=f"only of {_types_with('stop_price')}, until it has triggered"),
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
        "trader": serializers.CharField(
            required=False, max_length=150, help_text="a user: what that user entered. Another than oneself only for roles of the desk"
        ),
        "all": serializers.BooleanField(required=False, help_text="true: without account, symbol, side and trader"),
        "reason": serializers.CharField(required=False, max_length=REASON_LENGTH, help_text="kept in the audit log"),
    },
)
MASS_CANCELED = inline_serializer(
    "MassCancelAnswer",
    {"request_id": serializers.CharField(), "requested": serializers.IntegerField(help_text="orders a cancel was requested of")},
)
_OUTCOMES = "; ".join(f"{letter}: {words}" for letter, words in OUTCOMES.items())
_CHECK = inline_serializer(
    "DecisionCheck",
    {
        "rc": serializers.CharField(help_text="number of the control"),
        "rule": serializers.CharField(),
        "outcome": serializers.ChoiceField(
            choices=list(OUTCOMES), help_text="; ".join(f"{key}: {words}" for key, words in OUTCOMES.items())
        ),
        "limit": decimal(null=True),
        "actual": decimal(null=True),
        "unit": serializers.CharField(allow_null=True),
        "words": serializers.CharField(help_text="what passes the check, and of one that failed the remedy"),
    },
)
_REFERENCE = inline_serializer(
    "DecisionReference",
    {
        "bid": decimal(),
        "ask": decimal(),
        "partition": serializers.IntegerField(),
        "offset": serializers.IntegerField(help_text="where the quote stands in the log"),
        "age_us": serializers.IntegerField(),
    },
    allow_null=True,
)
DECISION = inline_serializer(
    "Decision",
    {
        "price": decimal(null=True, text="the order was judged at it"),
        "reference": _REFERENCE,
        "checks": serializers.ListField(child=_CHECK),
    },
    allow_null=True,
    help_text="what risk's answer rests on; null of steps that are no answer of risk",
)
_EVENT = inline_serializer(
    "OrderEvent",
    {
        "seq": serializers.IntegerField(help_text="from 1, without a gap"),
        "type": serializers.ChoiceField(choices=EVENT_TYPES),
        "status": serializers.ChoiceField(choices=_STATUS),
        "quantity": decimal(),
        "price": decimal(null=True),
        "stop_price": decimal(null=True),
        "cum_quantity": decimal(),
        "leaves_quantity": decimal(),
        "last_quantity": decimal(null=True, text="of a trade; of a trade_correct what it is now"),
        "last_price": decimal(null=True),
        "original_quantity": decimal(null=True, text="of a trade_cancel or trade_correct: what the fill was"),
        "original_price": decimal(null=True),
        "requested_quantity": decimal(null=True, text="of a pending_replace: the terms asked for"),
        "requested_price": decimal(null=True),
        "requested_stop_price": decimal(null=True),
        "trade_id": serializers.CharField(allow_null=True),
        "reason": serializers.CharField(allow_null=True),
        "message": serializers.CharField(allow_null=True),
        "decision": DECISION,
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
        "quantity": decimal(text="of a trade_cancel: what is taken back"),
        "price": decimal(),
        "original_quantity": decimal(null=True, text="of a trade_cancel or trade_correct: what the fill was"),
        "original_price": decimal(null=True),
        "trade_id": serializers.CharField(),
        "liquidity": serializers.ChoiceField(
            choices=[kind.value for kind in Liquidity], allow_null=True, help_text="null on corrections, and where the desk booked the fill"
        ),
        "seq": serializers.IntegerField(help_text="counts the account's fills and their corrections"),
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
    description=(
        "1 to 64 printable ASCII characters: the same key and body give the first answer again, with `Idempotent-Replayed: true`. "
        f"Kept for {KEPT.days} days"
    ),
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
