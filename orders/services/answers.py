"""What the projection needs to know about corrections of trades, and what it says to those who asked. Costs nothing without one."""

from collections.abc import Sequence

from django.db import connection

from schemas.enums import ExecType, Reason
from schemas.messages import Execution

_TRADE, _CANCEL_REJECTED, _RESTATED = ExecType.TRADE.value, ExecType.CANCEL_REJECTED.value, ExecType.RESTATED.value
_CORRECTIONS = frozenset({ExecType.TRADE_CANCEL.value, ExecType.TRADE_CORRECT.value})

_EARLIER = """
SELECT fill.order_id, fill.trade_id FROM orders_execution AS fill
JOIN unnest(%s::text[], %s::text[]) AS asked (order_id, trade_id) ON fill.order_id = asked.order_id AND fill.trade_id = asked.trade_id
WHERE fill.type = 'trade' GROUP BY fill.order_id, fill.trade_id
HAVING max(fill.order_seq) < (
    SELECT max(day.order_seq) FROM orders_execution AS day
    WHERE day.order_id = fill.order_id AND day.type = 'restated' AND day.reason = 'new_day'
)
"""
_ANSWER = """
UPDATE orders_tradecorrection AS c SET answers = least(c.answers + t.answers, 2), refused = c.refused OR t.refused
FROM unnest(%s::text[], %s::integer[], %s::boolean[]) AS t (trade_id, answers, refused) WHERE c.trade_id = t.trade_id AND c.answers < 2
"""


def of_earlier_days(executions: Sequence[Execution]) -> set[str]:
    """Ids of the corrections whose fill is of a business day before its order's present one (J.1.c)."""
    corrections = [execution for execution in executions if execution.type in _CORRECTIONS]
    if not corrections:
        return set()
    pairs = sorted({(execution.order_id, execution.trade_id or "") for execution in corrections})
    with connection.cursor() as cursor:
        cursor.execute(_EARLIER, [[pair[0] for pair in pairs], [pair[1] for pair in pairs]])
        stored = set(cursor.fetchall())
    return {execution.id for execution in corrections if (execution.order_id, execution.trade_id) in _with(stored, executions, execution)}


def _with(stored: set[tuple[str, str]], executions: Sequence[Execution], correction: Execution) -> set[tuple[str, str]]:
    """Also the fills that this batch itself, up to the correction, makes ones of an earlier day."""
    order_id, trade_id = correction.order_id, correction.trade_id or ""
    own = [execution for execution in executions if execution.order_id == order_id and execution.seq < correction.seq]
    days = [execution.seq for execution in own if execution.type == _RESTATED and execution.reason == Reason.NEW_DAY]
    if not days:
        return stored
    traded_after = any(execution.trade_id == trade_id and execution.type == _TRADE and execution.seq > days[-1] for execution in own)
    return stored if traded_after else stored | {(order_id, trade_id)}


def corrections_answer(executions: Sequence[Execution]) -> None:
    """Count the answers to what the desk asked for: a corrected fill, one booked late, or a refusal that names the trade."""
    answers: dict[str, list[int]] = {}
    for execution in executions:
        trade_id = execution.trade_id
        if trade_id is None:
            continue
        if execution.type in _CORRECTIONS or (execution.type == _TRADE and execution.liquidity is None):
            answers.setdefault(trade_id, [0, 0])[0] += 1
        elif execution.type == _CANCEL_REJECTED:
            answers.setdefault(trade_id, [0, 0])[0] += 1
            answers[trade_id][1] = 1
    if not answers:
        return
    trades = sorted(answers)
    with connection.cursor() as cursor:
        cursor.execute(_ANSWER, [trades, [answers[trade][0] for trade in trades], [bool(answers[trade][1]) for trade in trades]])
