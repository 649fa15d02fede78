"""Every control by its number: what passes it, which codes it refuses with, which limits it reads, where it comes from, what helps.

One line for each rule a decision can record, in the order of the checks. `docs/risk.md` is generated from it.
"""

from dataclasses import dataclass

from risk.domain.limits import UNITS, Rule
from schemas.enums import Reason

_FX = (Reason.FX_MISSING, Reason.FX_STALE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One rule. `rule` is its name in decisions, refusals, modes and bypasses; `by` says who acts on it, where it is not a check of risk.

    `may_be_off`: whether it may be put into shadow, switched off or bypassed. `source` is the duty it meets.
    """

    rc: str
    rule: str
    passes: str
    codes: tuple[Reason, ...]
    source: str
    remedy: str = ""
    limits: tuple[Rule, ...] = ()
    unit: str = ""
    may_be_off: bool = True
    by: str = ""

    @property
    def measured_in(self) -> str:
        """The unit of limit and actual, in words; empty where nothing is measured."""
        return self.unit or (UNITS[self.limits[0]] if self.limits else "")


LINES: tuple[Line, ...] = (
    Line(
        rc="RC1",
        rule="entitlement",
        passes="the user, where the log knows what it may do, may enter this account, side, type and group",
        codes=(Reason.NOT_ENTITLED,),
        remedy="ask an admin for the entitlement",
        source="SEC 15c3-5 (c)(2)(iii)",
        may_be_off=False,
    ),
    Line(
        rc="RC1",
        rule="account_state",
        passes="the account is active, or close-only and the order only reduces its position",
        codes=(Reason.ACCOUNT_DISABLED, Reason.ACCOUNT_CLOSE_ONLY),
        remedy="cancel or reduce; operations can activate the account",
        source="SEC 15c3-5 (c)(2)(iii)",
        may_be_off=False,
    ),
    Line(
        rc="RC2",
        rule="kill",
        passes="no kill of the firm, desk, account, trader or instrument is in force",
        codes=(Reason.RISK_KILLED,),
        remedy="cancel or reduce; two persons of risk can release the kill",
        source="RTS 6 Art. 12",
        may_be_off=False,
    ),
    Line(
        rc="RC3",
        rule="instrument",
        passes="the instrument is known and open for trading",
        codes=(Reason.INSTRUMENT_UNKNOWN, Reason.INSTRUMENT_NOT_TRADABLE),
        remedy="only cancels pass until it is published as tradable",
        source="SEC 15c3-5 (c)(2)(ii)",
        may_be_off=False,
    ),
    Line(
        rc="RC3",
        rule="phase",
        passes="the market is neither halted nor closed",
        codes=(Reason.PHASE_REFUSES,),
        remedy="look at the phase, send it again in another",
        source="RTS 7 Art. 18",
        may_be_off=False,
    ),
    Line(
        rc="RC4",
        rule="restriction",
        passes="the symbol is not restricted; one that is watched passes and is recorded",
        codes=(Reason.INSTRUMENT_RESTRICTED,),
        remedy="ask compliance",
        source="SEC 15c3-5 (c)(2)(ii)",
        may_be_off=False,
    ),
    Line(
        rc="RC5",
        rule="tick",
        passes="limit price, stop price and trail offset are above zero and on the tick",
        codes=(Reason.PRICE_OFF_TICK,),
        remedy="use one of the two prices named",
        source="SEC 15c3-5 (c)(1)(ii)",
        unit="price",
        may_be_off=False,
    ),
    Line(
        rc="RC5",
        rule="lot",
        passes="the quantity is above zero and in whole lots",
        codes=(Reason.QUANTITY_OFF_LOT,),
        remedy="send whole lots",
        source="SEC 15c3-5 (c)(1)(ii)",
        unit="quantity",
        may_be_off=False,
    ),
    Line(
        rc="RC5",
        rule="instrument_max_quantity",
        passes="the quantity is at most the largest the instrument takes",
        codes=(Reason.QUANTITY_TOO_LARGE,),
        remedy="send smaller orders",
        source="SEC 15c3-5 (c)(1)(ii)",
        unit="quantity",
        may_be_off=False,
    ),
    Line(
        rc="RC6",
        rule=Rule.MAX_QUANTITY,
        passes="the quantity is at most the limit",
        codes=(Reason.QUANTITY_TOO_LARGE,),
        remedy="send smaller orders",
        source="SEC 15c3-5 (c)(1)(ii), RTS 6 Art. 15 (1)(c)",
        limits=(Rule.MAX_QUANTITY,),
    ),
    Line(
        rc="RC9",
        rule=Rule.MAX_QUOTE_AGE,
        passes="there is a good quote and it is not too old",
        codes=(Reason.PRICE_STALE, Reason.PRICE_MISSING),
        remedy="wait for the market",
        source="SEC 15c3-5 (c)(1)(ii)",
        limits=(Rule.MAX_QUOTE_AGE,),
    ),
    Line(
        rc="RC7",
        rule=Rule.MAX_NOTIONAL,
        passes="open quantity times the price it is judged at is at most the limit",
        codes=(Reason.NOTIONAL_TOO_LARGE, Reason.PRICE_MISSING, *_FX),
        remedy="send less",
        source="SEC 15c3-5 (c)(1)(ii), RTS 6 Art. 15 (1)(b)",
        limits=(Rule.MAX_NOTIONAL,),
    ),
    Line(
        rc="RC8",
        rule=Rule.STATIC_BAND,
        passes="the price is near the reference of the day",
        codes=(Reason.PRICE_OUTSIDE_STATIC_BAND, Reason.PRICE_MISSING),
        remedy="move it closer",
        source="RTS 6 Art. 15 (1)(a)",
        limits=(Rule.STATIC_BAND,),
    ),
    Line(
        rc="RC9",
        rule=Rule.PRICE_BAND,
        passes="the price is near the middle of the newest good quote",
        codes=(Reason.PRICE_OUTSIDE_BAND, Reason.PRICE_MISSING),
        remedy="move it closer",
        source="SEC 15c3-5 (c)(1)(ii), RTS 6 Art. 15 (1)(a)",
        limits=(Rule.PRICE_BAND,),
    ),
    Line(
        rc="RC10",
        rule=Rule.FAT_FINGER,
        passes="the price goes through the far touch by no more than the limit",
        codes=(Reason.PRICE_THROUGH_TOUCH, Reason.PRICE_MISSING),
        remedy="move it closer to the touch",
        source="SEC 15c3-5 (c)(1)(ii)",
        limits=(Rule.FAT_FINGER,),
    ),
    Line(
        rc="RC11",
        rule="client_order_id",
        passes="no open order of the account has this client order id",
        codes=(Reason.ORDER_DUPLICATE,),
        remedy="look at the order of this id; a new one needs a new id",
        source="SEC 15c3-5 (c)(1)(ii)",
        may_be_off=False,
    ),
    Line(
        rc="RC11",
        rule=Rule.REPEAT_COUNT,
        passes="not too many orders alike were accepted within the window",
        codes=(Reason.ORDER_REPEATED,),
        remedy="if it is meant, wait until the window has passed",
        source="SEC 15c3-5 (c)(1)(ii)",
        limits=(Rule.REPEAT_COUNT, Rule.REPEAT_WINDOW),
    ),
    Line(
        rc="RC12",
        rule=Rule.MESSAGE_RATE,
        passes="not too many requests came within the last second",
        codes=(Reason.MESSAGES_TOO_MANY,),
        remedy="send fewer a second",
        source="RTS 6 Art. 15 (1)(d)",
        limits=(Rule.MESSAGE_RATE,),
    ),
    Line(
        rc="RC13",
        rule=Rule.ORDER_TO_TRADE,
        passes="not too many requests for each fill of the day",
        codes=(Reason.ORDERS_PER_TRADE_TOO_MANY,),
        remedy="send orders that trade",
        source="RTS 9",
        limits=(Rule.ORDER_TO_TRADE,),
    ),
    Line(
        rc="RC14",
        rule=Rule.MAX_OPEN_ORDERS,
        passes="not too many orders are open",
        codes=(Reason.OPEN_ORDERS_TOO_MANY,),
        remedy="cancel open orders",
        source="RTS 6 Art. 15",
        limits=(Rule.MAX_OPEN_ORDERS,),
    ),
    Line(
        rc="RC15",
        rule=Rule.MAX_OPEN_NOTIONAL,
        passes="everything open is worth at most the limit",
        codes=(Reason.OPEN_NOTIONAL_TOO_LARGE, Reason.PRICE_MISSING, *_FX),
        remedy="cancel open orders or send less",
        source="SEC 15c3-5 (c)(1)(i)",
        limits=(Rule.MAX_OPEN_NOTIONAL,),
    ),
    Line(
        rc="RC16",
        rule="reduce_only",
        passes="a reduce-only order, with all of its side, is at most what there is to reduce",
        codes=(Reason.REDUCE_ONLY_WOULD_OPEN,),
        remedy="send less, or cancel other orders of this side",
        source="SEC 15c3-5 (c)(1)(i)",
        unit="quantity",
        may_be_off=False,
    ),
    Line(
        rc="RC16",
        rule=Rule.MAX_POSITION,
        passes="were all of its side filled, the position would be at most the limit",
        codes=(Reason.POSITION_TOO_LARGE,),
        remedy="cancel open orders or send less",
        source="SEC 15c3-5 (c)(1)(i)",
        limits=(Rule.MAX_POSITION,),
    ),
    Line(
        rc="RC17",
        rule=Rule.MAX_CONCENTRATION,
        passes="that position would be a small part of the average daily volume",
        codes=(Reason.CONCENTRATION_TOO_LARGE, Reason.VOLUME_MISSING),
        remedy="send less",
        source="SEC 15c3-5 (c)(1)(i)",
        limits=(Rule.MAX_CONCENTRATION,),
    ),
    Line(
        rc="RC18",
        rule=Rule.CREDIT_LINE,
        passes="open buys are covered by cash and credit line",
        codes=(Reason.CREDIT_EXCEEDED, Reason.PRICE_MISSING, Reason.CURRENCY_MISSING, *_FX),
        remedy="deposit cash or buy less",
        source="SEC 15c3-5 (c)(1)(i)",
        limits=(Rule.CREDIT_LINE,),
    ),
    Line(
        rc="RC19",
        rule="locate",
        passes="a customer sells what it holds, or what has been located",
        codes=(Reason.LOCATE_MISSING,),
        remedy="get a locate or sell less",
        source="Regulation SHO 203(b)",
        unit="quantity sold short, were every open sell filled",
    ),
    Line(
        rc="RC20",
        rule=Rule.MAX_DAILY_LOSS,
        passes="the loss of the day is at most the limit, and none has stopped the account before",
        codes=(Reason.LOSS_CLOSE_ONLY, Reason.LOSS_DISABLED, Reason.PRICE_MISSING, *_FX),
        remedy="only reduce; risk can enable the account again",
        source="SEC 15c3-5 (c)(1)(i)",
        limits=(Rule.MAX_DAILY_LOSS,),
    ),
    Line(
        rc="RC21",
        rule=Rule.MAX_DAILY_NOTIONAL,
        passes="what was traded on the day and is open is worth at most the limit",
        codes=(Reason.DAILY_NOTIONAL_TOO_LARGE, Reason.PRICE_MISSING, *_FX),
        remedy="wait for the next day",
        source="SEC 15c3-5 (c)(1)(i)",
        limits=(Rule.MAX_DAILY_NOTIONAL,),
    ),
    Line(
        rc="RC22",
        rule="self_trade",
        passes="an order does not trade with one of its own group",
        codes=(Reason.SELF_TRADE,),
        remedy="see the order's self-trade prevention",
        source="RTS 6 Art. 13",
        may_be_off=False,
        by="matching",
    ),
    Line(
        rc="RC23",
        rule=Rule.MAX_EXECUTIONS_RATE,
        passes="no burst of fills has stopped the account or the trader",
        codes=(Reason.EXECUTIONS_THROTTLED,),
        remedy="risk can enable the account again",
        source="RTS 6 Art. 15 (3)",
        limits=(Rule.MAX_EXECUTIONS_RATE,),
    ),
    Line(
        rc="RC24",
        rule="amend",
        passes="a replace is judged on the exposure that would result; a pure reduction always passes",
        codes=(),
        source="SEC 15c3-5",
        may_be_off=False,
        by="the way every check above is asked",
    ),
    Line(
        rc="RC25",
        rule=Rule.AUCTION_COLLAR,
        passes="in an auction the limit is near the reference of the day",
        codes=(Reason.PRICE_OUTSIDE_COLLAR, Reason.PRICE_MISSING),
        remedy="move it closer",
        source="RTS 7 Art. 19",
        limits=(Rule.AUCTION_COLLAR,),
    ),
    Line(
        rc="RC26",
        rule="protection_price",
        passes="an order without a limit is judged at the worst price that `fat_finger` and `price_band` allow",
        codes=(),
        source="RTS 6 Art. 15",
        may_be_off=False,
        by="the price every check above is asked at",
    ),
    Line(
        rc="RC27",
        rule=Rule.STOP_DISTANCE,
        passes="a stop waits near the market; how many may be set off at once is matching's",
        codes=(Reason.STOP_TOO_FAR, Reason.PRICE_MISSING),
        remedy="move the stop closer",
        source="RTS 7 Art. 18",
        limits=(Rule.STOP_DISTANCE,),
    ),
    Line(
        rc="RC28",
        rule=Rule.DISCONNECT_GRACE,
        passes="a trader who asked for it, or whose limit wants it, is connected, or comes back within the grace period",
        codes=(Reason.DISCONNECTED,),
        remedy="come back in time; good-till orders stay",
        source="RTS 7 Art. 18, FIX CancelOnDisconnect",
        limits=(Rule.DISCONNECT_GRACE,),
        may_be_off=False,
        by="after the fact: the orders of the day are canceled",
    ),
    Line(
        rc="RC29",
        rule="recount",
        passes="fills, busts and corrections count at once; who is beyond a limit by them enters nothing that adds",
        codes=(),
        source="SEC 15c3-5 (c)(1)(i)",
        may_be_off=False,
        by="the state every check above is asked of",
    ),
    Line(
        rc="RC30",
        rule="drop_copy",
        passes="orders, positions and trades agree with the log, counted a second time",
        codes=(),
        source="SEC 15c3-5 (e), RTS 6 Art. 16",
        may_be_off=False,
        by="after the fact: a break is told to the desk",
    ),
)

BY_RULE: dict[str, Line] = {line.rule: line for line in LINES}
MODED: tuple[str, ...] = tuple(line.rule for line in LINES if line.may_be_off)
"""Rules that a `rule` setting can put into shadow or switch off, and that a bypass can name."""
CODES: dict[Reason, tuple[Line, ...]] = {
    code: tuple(line for line in LINES if code in line.codes) for code in Reason if any(code in line.codes for line in LINES)
}
"""By code: the rules that refuse with it. Every rule that needs a limit also refuses with `limit_missing` until there is one."""
