"""The life cycle of an order: one table of working statuses and steps (FIX 4.4 appendix D), and the fold of executions over it. Pure."""

from orders.domain.lifecycle.errors import FillMismatch, LifecycleError, OrderUnseen, StepIllegal
from orders.domain.lifecycle.fold import FILLS, apply, opened
from orders.domain.lifecycle.table import TRANSITIONS, WORKING, Step

__all__ = [
    "FILLS",
    "TRANSITIONS",
    "WORKING",
    "FillMismatch",
    "LifecycleError",
    "OrderUnseen",
    "Step",
    "StepIllegal",
    "apply",
    "opened",
]
