"""Keeps a finished join of a group from being thrown away.

The client (3.0.12) runs a join as a task that outlives a short poll. If it ends between two polls, the next poll finds it done, forgets
its result and joins again, and so makes the whole group rebalance again; or, where this member led the group and wanted to rejoin because
of new metadata only, it believes that nothing is left to do, never takes its partitions and never sends a heartbeat. Members that poll
with short time-outs may so never settle.
"""

from collections.abc import Callable
from typing import Any


class _Unread:
    """A join task that is not done until somebody has read its result."""

    is_done = False

    def __init__(self, task: Any) -> None:
        self._task = task

    def add_callback(self, callback: Callable[..., Any]) -> Any:
        """Called at once when the task has ended already."""
        return self._task.add_callback(callback)

    def add_errback(self, errback: Callable[..., Any]) -> Any:
        """Likewise for a task that failed."""
        return self._task.add_errback(errback)


def keep_join(coordinator: Any) -> None:
    """Call after every poll: a join still under way then keeps its result for the next one."""
    task = coordinator._join_task
    if task is None:
        return
    coordinator.request_rejoin()  # the next poll has to look for the result
    if not isinstance(task, _Unread):
        coordinator._join_task = _Unread(task)
