"""Kills as they come on a topic of their own, past the queue of `orders`: shared by all partitions of one worker. ADR 0017.

A kill stands in `orders` behind whatever was entered before it; while the workers are busy that may be seconds. It is therefore told
twice, and this one only refuses: what is open is canceled, and the kill released, in the order of the log. Which kills a decision has seen
ahead is recorded with it, as its quote is, so that it can be repeated.
"""

from collections.abc import Sequence

from oms_site.infra.bus.processor import Delivery
from risk.domain.ahead import AheadKill, Scope
from schemas.messages import OrderCommand


class KillsAhead(dict[Scope, AheadKill]):
    """The newest kill of every scope. One that the log has reached meanwhile stays and says nothing (`Controls.not_reached`)."""

    def observe(self, deliveries: Sequence[Delivery]) -> None:
        """Take kills in the order they came."""
        for delivery in deliveries:
            kill = delivery.message
            if isinstance(kill, OrderCommand):
                self[kill.scope or "", kill.key or ""] = AheadKill(kill.command_id, kill.reason or "no reason given")
