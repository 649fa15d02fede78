"""The records that travel through Kafka, one frozen class per Avro record in `avro/`.

Prices and quantities are integers of 1e-8 (`schemas.units`), times are microseconds since the epoch (UTC). A field that may be
missing is None. A new field needs a default, so that old and new readers and writers understand each other (FULL_TRANSITIVE).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quote:
    """Topic `quotes`, key symbol: the best bid and ask of a venue outside, and its last trade, as they came.

    Sizes are None where the source has none; `last_size` only on event T. `time` is the source's time.
    """

    symbol: str
    bid: int
    ask: int
    bid_size: int | None
    ask_size: int | None
    last: int | None
    last_size: int | None
    event: str
    time: int
    source: str = ""


@dataclass(frozen=True, slots=True)
class Conditions:
    """What an order asks for beyond side, type, time in force, quantity and limit. Prices and quantities in 1e-8, dates YYYY-MM-DD.

    A plain order has none, so a record costs it one byte. `trail_offset` belongs to a trailing stop, which has no `stop_price`;
    `self_trade_group` None means that the account is the group.
    """

    stop_price: int | None = None
    trail_offset: int | None = None
    display_quantity: int | None = None
    expire_date: str | None = None
    post_only: bool = False
    reduce_only: bool = False
    self_trade_prevention: str | None = None
    self_trade_group: str | None = None


@dataclass(frozen=True, slots=True)
class OrderCommand:
    """Topics `orders` (key account) and `orders.validated` (key symbol): something asked for.

    `command_id` rises per account (and over all controls), so a repeat is recognised by being no higher than the last one
    applied. `id` is the order's id (empty for controls and mass_cancel). For replace, `quantity` is the new total and `price` the new
    limit; None keeps what it was. For a control, `scope`, `key`, `rule` and `value` say what is set: a limit (scope account or
    firm; rule; value in the rule's unit, None removes it), a kill (scope, key; value 1 sets, 0 releases). For an instrument,
    `attributes` holds its numbers in 1e-8 or plain integers by name (tick, lot, max_quantity, tradable, band) and `symbol` names it.
    A phase says which `phase` begins for `symbol`, which `auction`, and the `trade_date` that begins or (closed) ends. An uncross is
    about `symbol` alone. `unsolicited` marks a cancel or replace by the desk. A trade_correct says what `trade_id`'s fill of order `id`
    is to be (`quantity`, `price`; quantity None busts it), `attributes` (quantity, price) what it was. A setting says what `scope` and
    `key` name and what holds for it: words in `details`, numbers in `attributes` and `value`. A limit and a setting hold from
    `effective_from` until `effective_until` (microseconds), None meaning at once and until it is changed.
    """

    command: str
    command_id: int
    id: str
    account: str
    symbol: str
    time: int
    side: str | None = None
    type: str | None = None
    tif: str | None = None
    quantity: int | None = None
    price: int | None = None
    client_order_id: str | None = None
    user: str = ""
    reason: str | None = None
    scope: str | None = None
    key: str | None = None
    rule: str | None = None
    value: int | None = None
    attributes: dict[str, int] | None = None
    conditions: Conditions | None = None
    trade_date: str | None = None
    phase: str | None = None
    auction: str | None = None
    trader: str | None = None
    unsolicited: bool = False
    trade_id: str | None = None
    details: dict[str, str] | None = None
    effective_from: int | None = None
    effective_until: int | None = None


@dataclass(frozen=True, slots=True)
class Execution:
    """Topics `matching.reports` and `executions` (key account): one step in the life of one order (FIX ExecutionReport).

    `seq` counts the account's records from 1 without a gap in `executions`; it is 0 in `matching.reports`, where the account's one
    writer, the risk worker, has not numbered it yet. Quantities and `price` are the order's terms after the event. `last_quantity`,
    `last_price`, `trade_id` and `liquidity` belong to a trade. A refusal carries `reason` (a code), `rule`, `limit`, `actual` (plain
    decimal text) and `message`.
    On pending_replace, `requested_quantity`, `requested_price` and `requested_stop_price` are the terms asked for: until the answer, risk
    reserves for both. On trade_cancel and trade_correct, `last_quantity` and `last_price` are the fill's now (None when it was
    busted), `original_quantity` and `original_price` what it was before. `decision` is what risk's answer rests on, as JSON text.
    """

    id: str
    seq: int
    type: str
    order_id: str
    account: str
    symbol: str
    side: str
    order_type: str
    tif: str
    quantity: int
    price: int | None
    cum_quantity: int
    leaves_quantity: int
    time: int
    last_quantity: int | None = None
    last_price: int | None = None
    trade_id: str | None = None
    liquidity: str | None = None
    client_order_id: str | None = None
    reason: str | None = None
    rule: str | None = None
    limit: str | None = None
    actual: str | None = None
    message: str | None = None
    requested_quantity: int | None = None
    requested_price: int | None = None
    conditions: Conditions | None = None
    requested_stop_price: int | None = None
    trade_date: str | None = None
    trader: str | None = None
    original_quantity: int | None = None
    original_price: int | None = None
    decision: str | None = None


@dataclass(frozen=True, slots=True)
class Trade:
    """Topic `trades`, key symbol: one match, with both sides. `seq` counts the symbol's trades from 1 without a gap.

    In an auction both sides were resting: `maker_side` is none and `auction` says which auction it was.
    """

    id: str
    seq: int
    symbol: str
    quantity: int
    price: int
    buy_order: str
    sell_order: str
    buy_account: str
    sell_account: str
    maker_side: str
    time: int
    auction: str | None = None


@dataclass(frozen=True, slots=True)
class BookLevel:
    """One price of one side: what rests there in total. `quantity` 0 removes the level."""

    price: int
    quantity: int
    orders: int


@dataclass(frozen=True, slots=True)
class BookUpdate:
    """Topic `book`, key symbol: changed levels, or the whole book when `type` is snapshot. `seq` has no gap per symbol.

    `phase` and `auction` are the market's after the update, `phase_reason` says why on the one that changed them. In a call phase,
    `indicative_price`, `indicative_quantity` and `imbalance` (above zero: buyers left) are what an uncross would give now.
    """

    symbol: str
    seq: int
    type: str
    bids: tuple[BookLevel, ...]
    asks: tuple[BookLevel, ...]
    last: int | None
    time: int
    phase: str = "continuous"
    auction: str | None = None
    phase_reason: str | None = None
    trade_date: str | None = None
    indicative_price: int | None = None
    indicative_quantity: int | None = None
    imbalance: int | None = None


@dataclass(frozen=True, slots=True)
class SettlementInstruction:
    """Topic `settlement.instructions` (key account): what is to be delivered against what, and what the houses are asked to do about it.

    Quantities in 1e-8; amounts in plain decimal text, because 64 bits do not hold them exactly. `amount` is what a buyer pays (below
    zero: gets). The offsets are what was booked both ways and cancels out. `open_quantity` is what has not moved yet. `attempt` counts
    what was sent of this action, `command_id` rises with each message of an account. `price` is that of a buy-in. `penalty_rate` is a
    day's part of the cash, in 1e-8. `odds` are for simulated houses alone: the seed, and what fails, is late, partial or mismatched in
    millionths.
    """

    id: str
    command_id: int
    action: str
    account: str
    symbol: str
    side: str
    quantity: int
    amount: str
    currency: str
    trade_date: str
    settlement_date: str
    attempt: int
    open_quantity: int
    time: int
    offset_quantity: int = 0
    offset_amount: str = "0"
    trade_id: str | None = None
    price: int | None = None
    penalty_rate: int = 0
    odds: dict[str, int] | None = None


@dataclass(frozen=True, slots=True)
class SettlementAdvice:
    """Topic `settlement.status` (key account): a word of the clearing house or the custodian about an instruction.

    `id` is the same when it is said again. `quantity` is what moved with it, in 1e-8; `attempt` that of the message it answers; `price`
    what was paid at a buy-in; `penalty_rate` a day's part of the cash, in 1e-8, that lateness costs whose fault it is.
    """

    id: str
    source: str
    instruction_id: str
    account: str
    symbol: str
    attempt: int
    status: str
    quantity: int
    time: int
    reason: str | None = None
    price: int | None = None
    penalty_rate: int = 0


Message = Quote | OrderCommand | Execution | Trade | BookUpdate | SettlementInstruction | SettlementAdvice
