"""Where projections stand: next offsets in PostgreSQL, moved in the transaction that holds the effect, from exactly where they were."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from oms_site.infra.bus.models import ConsumedOffset
from oms_site.infra.bus.ports import Fenced, Partition

_ADVANCE = """
UPDATE bus_consumedoffset AS stored SET "offset" = moved.next, updated_at = %s
FROM unnest(%s::text[], %s::int[], %s::bigint[], %s::bigint[]) AS moved (topic, partition, was, next)
WHERE stored."group" = %s AND stored.topic = moved.topic AND stored.partition = moved.partition AND stored."offset" = moved.was
"""


def positions(group: str, beginnings: Mapping[Partition, int], *, now: datetime) -> dict[Partition, int]:
    """The group's next offset of each partition; one it has never read starts where the log does."""
    rows = [
        ConsumedOffset(group=group, topic=part.topic, partition=part.index, offset=offset, updated_at=now)
        for part, offset in beginnings.items()
    ]
    ConsumedOffset.objects.bulk_create(rows, ignore_conflicts=True)
    found = ConsumedOffset.objects.filter(group=group).values_list("topic", "partition", "offset")
    return {part: offset for topic, index, offset in found if (part := Partition(topic, index)) in beginnings}


def advance(group: str, was: Mapping[Partition, int], following: Mapping[Partition, int], *, now: datetime) -> None:
    """Move the offsets in the open transaction. Raises `Fenced` when one is not where it was: another instance has gone on.

    The rows stay locked until the end of the transaction, so that a second instance waits and then finds them moved.
    """
    parts = sorted(following)
    values: list[list[Any]] = [
        [part.topic for part in parts],
        [part.index for part in parts],
        [was[part] for part in parts],
        [following[part] for part in parts],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_ADVANCE, [now, *values, group])
        if cursor.rowcount != len(parts):
            raise Fenced(f"{group}: another instance has consumed meanwhile")
