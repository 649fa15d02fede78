"""Reads of orders and executions: what a caller may see, and the stream's snapshots and resumes."""

from orders.selectors.explaining import limits_near, order_explained
from orders.selectors.fills import fill_revisions, fill_seqs, fills_before, fills_corrected, fills_until, fills_visible
from orders.selectors.objects import decision_object, event_object, fill_object, order_object, order_object_as_of
from orders.selectors.orders import (
    events_of,
    first_states,
    left_pending_new,
    open_orders,
    open_reserved,
    order_owners,
    order_visible,
    orders_visible,
)
from orders.selectors.streams import executions_since, executions_snapshot, fill_count, fill_head, orders_since, orders_snapshot
from orders.selectors.terms import instrument_terms

__all__ = [
    "decision_object",
    "event_object",
    "events_of",
    "executions_since",
    "executions_snapshot",
    "fill_count",
    "fill_head",
    "fill_object",
    "fill_revisions",
    "fill_seqs",
    "fills_before",
    "fills_corrected",
    "fills_until",
    "fills_visible",
    "first_states",
    "instrument_terms",
    "left_pending_new",
    "limits_near",
    "open_orders",
    "open_reserved",
    "order_explained",
    "order_object",
    "order_object_as_of",
    "order_owners",
    "order_visible",
    "orders_since",
    "orders_snapshot",
    "orders_visible",
]
