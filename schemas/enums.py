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
    STOP = "stop"
    STOP_LIMIT = "stop_limit"
    TRAILING_STOP = "trailing_stop"


class TimeInForce(StrEnum):
    """FIX TimeInForce (59)."""

    DAY = "day"
    GTC = "gtc"
    GTD = "gtd"
    IOC = "ioc"
    FOK = "fok"
    AT_OPEN = "at_open"
    AT_CLOSE = "at_close"


GOOD_TILL = frozenset({TimeInForce.GTC.value, TimeInForce.GTD.value})
"""Orders that stay open over the end of a day, whoever is connected."""

SPARE_GOOD_TILL = "spare_good_till"
"""Attribute of a mass cancel: 1 leaves these orders open."""


class SelfTradePrevention(StrEnum):
    """What happens before an incoming order would trade with an order of its own group (FIX SelfMatchPreventionInstruction, tag 2964)."""

    NONE = "none"
    CANCEL_NEWEST = "cancel_newest"
    CANCEL_OLDEST = "cancel_oldest"
    CANCEL_BOTH = "cancel_both"
    DECREMENT = "decrement"


class Phase(StrEnum):
    """What a market does with orders (FIX TradingSessionSubID, tag 625)."""

    PRE_OPEN = "pre_open"
    AUCTION = "auction"
    CONTINUOUS = "continuous"
    HALTED = "halted"
    CLOSED = "closed"


class AuctionKind(StrEnum):
    """Why orders are collected for one price."""

    OPENING = "opening"
    CLOSING = "closing"
    VOLATILITY = "volatility"


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
    DONE_FOR_DAY = "done_for_day"
    SUSPENDED = "suspended"


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
    TRIGGERED = "triggered"
    RESTATED = "restated"
    DONE_FOR_DAY = "done_for_day"
    SUSPENDED = "suspended"
    TRADE_CANCEL = "trade_cancel"
    TRADE_CORRECT = "trade_correct"


class CommandType(StrEnum):
    """What a record on `orders` and `orders.validated` asks for. Imperative.

    The last six are controls: written by a service to every partition, applied once by each worker; those about a symbol's market
    are passed on to its matching worker.
    """

    NEW = "new"
    CANCEL = "cancel"
    REPLACE = "replace"
    MASS_CANCEL = "mass_cancel"
    TRADE_CORRECT = "trade_correct"
    LIMIT = "limit"
    KILL = "kill"
    SETTING = "setting"
    INSTRUMENT = "instrument"
    PHASE = "phase"
    UNCROSS = "uncross"


MARKET_CONTROLS = frozenset({CommandType.INSTRUMENT, CommandType.PHASE, CommandType.UNCROSS})
CONTROLS = frozenset({CommandType.LIMIT, CommandType.KILL, CommandType.SETTING, *MARKET_CONTROLS})


class QuoteEvent(StrEnum):
    """Why a quote row exists: a quote changed or a trade printed."""

    QUOTE = "Q"
    TRADE = "T"


class Liquidity(StrEnum):
    """FIX LastLiquidityInd (851): who was resting."""

    MAKER = "maker"
    TAKER = "taker"
    AUCTION = "auction"


class MakerSide(StrEnum):
    """Which side of a trade was resting; neither was in an auction."""

    BUY = "buy"
    SELL = "sell"
    NONE = "none"


class BookType(StrEnum):
    """A `BookUpdate` carries the whole book or only the changed levels."""

    SNAPSHOT = "snapshot"
    UPDATE = "update"


class SettlementAction(StrEnum):
    """What a record on `settlement.instructions` asks for. Imperative; a release is for the custodian, the rest for the clearing house."""

    INSTRUCT = "instruct"
    RELEASE = "release"
    CANCEL = "cancel"
    BUY_IN = "buy_in"


class SettlementSource(StrEnum):
    """Who speaks on `settlement.status`."""

    CLEARING = "clearing"
    CUSTODIAN = "custodian"


class SettlementWord(StrEnum):
    """What the clearing house or the custodian says of an instruction (ISO 20022 settlement status advice)."""

    AFFIRMED = "affirmed"
    MATCHED = "matched"
    MISMATCHED = "mismatched"
    PARTIAL = "partial"
    SETTLED = "settled"
    FAILED = "failed"
    CANCELLED = "cancelled"
    CANCEL_REJECTED = "cancel_rejected"
    BOUGHT_IN = "bought_in"


class SettlementReason(StrEnum):
    """Why an instruction has not settled. The last is ours: nobody has said anything by its date."""

    SECURITIES_LACKING = "securities_lacking"
    CASH_LACKING = "cash_lacking"
    TERMS_DIFFER = "terms_differ"
    CANCEL_REJECTED = "cancel_rejected"
    SILENT = "silent"


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
    REDUCE_ONLY_WOULD_OPEN = "reduce_only_would_open"
    LIMIT_MISSING = "limit_missing"
    ORDER_DUPLICATE = "order_duplicate"
    ORDER_UNKNOWN = "order_unknown"
    NOT_ENTITLED = "not_entitled"
    ACCOUNT_CLOSE_ONLY = "account_close_only"
    ACCOUNT_DISABLED = "account_disabled"
    INSTRUMENT_RESTRICTED = "instrument_restricted"
    PRICE_OUTSIDE_STATIC_BAND = "price_outside_static_band"
    PRICE_THROUGH_TOUCH = "price_through_touch"
    PRICE_OUTSIDE_COLLAR = "price_outside_collar"
    STOP_TOO_FAR = "stop_too_far"
    ORDER_REPEATED = "order_repeated"
    MESSAGES_TOO_MANY = "messages_too_many"
    ORDERS_PER_TRADE_TOO_MANY = "orders_per_trade_too_many"
    OPEN_ORDERS_TOO_MANY = "open_orders_too_many"
    OPEN_NOTIONAL_TOO_LARGE = "open_notional_too_large"
    CONCENTRATION_TOO_LARGE = "concentration_too_large"
    VOLUME_MISSING = "volume_missing"
    CREDIT_EXCEEDED = "credit_exceeded"
    CURRENCY_MISSING = "currency_missing"
    FX_MISSING = "fx_missing"
    FX_STALE = "fx_stale"
    LOCATE_MISSING = "locate_missing"
    LOSS_CLOSE_ONLY = "loss_close_only"
    LOSS_DISABLED = "loss_disabled"
    DAILY_NOTIONAL_TOO_LARGE = "daily_notional_too_large"
    EXECUTIONS_THROTTLED = "executions_throttled"
    DISCONNECTED = "disconnected"
    # said by risk where it is certain, else by matching
    PHASE_REFUSES = "phase_refuses"
    # said by matching
    ORDER_CLOSED = "order_closed"
    ORDER_TOO_LATE = "order_too_late_to_cancel"
    ORDER_FIELD_INVALID = "order_field_invalid"
    LIQUIDITY_NONE = "liquidity_none"
    CANCEL_REQUESTED = "cancel_requested"
    DAY_ENDED = "day_ended"
    DATE_PASSED = "date_passed"
    AUCTION_MISSED = "auction_missed"
    POST_ONLY_WOULD_TAKE = "post_only_would_take"
    SELF_TRADE = "self_trade"
    VOLATILITY_PAUSE = "volatility_pause"
    STOPS_TOO_MANY = "stops_too_many"
    NEW_DAY = "new_day"
    MARKET_HALTED = "market_halted"
    MARKET_RESUMED = "market_resumed"
    DESK_CHANGE = "desk_change"
    SPLIT = "split"


DESK_RULE = "desk"
"""`rule` of matching's refusal of what the desk asked (unsolicited cancel or replace, trade_correct): no pending request ends with it."""
