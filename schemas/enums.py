"""The closed sets of words used on the wire, in REST and in the database. Lower case, as FIX names them."""

from enum import StrEnum


class Side(StrEnum):
    """FIX Side (54)."""

    BUY = "buy"
    SELL = "sell"


class OrderType(StrEnum):
    """FIX OrdType (40)."""

    MARKET = "market"
    LIMIT = "limit"


class TimeInForce(StrEnum):
    """FIX TimeInForce (59)."""

    DAY = "day"
    GTC = "gtc"
    IOC = "ioc"


class OrderStatus(StrEnum):
    """FIX OrdStatus (39)."""

    PENDING_NEW = "pending_new"
    NEW = "new"
    PARTIALLY_FILLED = "partially_filled"
    FILLED = "filled"
    PENDING_CANCEL = "pending_cancel"
    CANCELED = "canceled"
    PENDING_REPLACE = "pending_replace"
    REJECTED = "rejected"
    EXPIRED = "expired"


CLOSED_STATUSES = frozenset({OrderStatus.FILLED, OrderStatus.CANCELED, OrderStatus.REJECTED, OrderStatus.EXPIRED})


class ExecType(StrEnum):
    """FIX ExecType (150): what happened to an order. Past tense or state reached; one per `Execution` record."""

    PENDING_NEW = "pending_new"
    NEW = "new"
    REJECTED = "rejected"
    TRADE = "trade"
    PENDING_CANCEL = "pending_cancel"
    CANCELED = "canceled"
    CANCEL_REJECTED = "cancel_rejected"
    PENDING_REPLACE = "pending_replace"
    REPLACED = "replaced"
    REPLACE_REJECTED = "replace_rejected"
    EXPIRED = "expired"


class CommandType(StrEnum):
    """What a record on `orders` and `orders.validated` asks for. Imperative.

    The last three are controls: written by a service to every partition, applied once by each worker.
    """

    NEW = "new"
    CANCEL = "cancel"
    REPLACE = "replace"
    MASS_CANCEL = "mass_cancel"
    LIMIT = "limit"
    KILL = "kill"
    INSTRUMENT = "instrument"


CONTROLS = frozenset({CommandType.LIMIT, CommandType.KILL, CommandType.INSTRUMENT})


class QuoteEvent(StrEnum):
    """Why a quote row exists: a quote changed or a trade printed."""

    QUOTE = "Q"
    TRADE = "T"


class Liquidity(StrEnum):
    """FIX LastLiquidityInd (851): who was resting."""

    MAKER = "maker"
    TAKER = "taker"


class BookType(StrEnum):
    """A `BookUpdate` carries the whole book or only the changed levels."""

    SNAPSHOT = "snapshot"
    UPDATE = "update"


class Reason(StrEnum):
    """Every code a refusal or an unsolicited close can carry, in bands by who says so.

    `CATEGORY_CONDITION`; one emitter each (the risk worker or the matching engine).
    """

    # said by risk
    RISK_KILLED = "risk_killed"
    INSTRUMENT_UNKNOWN = "instrument_unknown"
    INSTRUMENT_NOT_TRADABLE = "instrument_not_tradable"
    PRICE_OFF_TICK = "price_off_tick"
    QUANTITY_OFF_LOT = "quantity_off_lot"
    QUANTITY_TOO_LARGE = "quantity_too_large"
    PRICE_MISSING = "price_missing"
    PRICE_STALE = "price_stale"
    PRICE_OUTSIDE_BAND = "price_outside_band"
    NOTIONAL_TOO_LARGE = "notional_too_large"
    POSITION_TOO_LARGE = "position_too_large"
    LIMIT_MISSING = "limit_missing"
    ORDER_DUPLICATE = "order_duplicate"
    ORDER_UNKNOWN = "order_unknown"
    # said by matching
    ORDER_CLOSED = "order_closed"
    ORDER_TOO_LATE = "order_too_late_to_cancel"
    ORDER_FIELD_INVALID = "order_field_invalid"
    LIQUIDITY_NONE = "liquidity_none"
    CANCEL_REQUESTED = "cancel_requested"
    DAY_ENDED = "day_ended"
