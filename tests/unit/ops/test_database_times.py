"""Times of the database are read as Django reads them, only quicker."""

from datetime import UTC, datetime

import pytest
from psycopg import adapters

from oms_site.infra.postgresql.base import UtcLoader

OID = adapters.types["timestamptz"].oid


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        (b"2026-11-24 15:04:05.123456+00", datetime(2026, 11, 24, 15, 4, 5, 123456, UTC)),
        (b"2026-11-24 15:04:05+00", datetime(2026, 11, 24, 15, 4, 5, 0, UTC)),
        (b"0001-01-01 00:00:00+00", datetime(1, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_time_is_read_to_the_microsecond_and_is_utc(told: bytes, meant: datetime) -> None:
    read = UtcLoader(OID).load(told)
    assert (read, read.tzinfo) == (meant, UTC)
