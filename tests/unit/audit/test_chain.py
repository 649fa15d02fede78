"""The hash of an audit entry covers every field and the entry before it."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from oms_site.infra.audit.chain import START, Link, digest

LINK = Link(
    "ACME-1", 1, 7, "order_entered", "order", "O-1", {"price": "1.50", "quantity": "10"}, "r1", datetime(2026, 1, 5, 12, tzinfo=UTC)
)


@pytest.mark.parametrize(
    "change",
    [
        {"chain": "ZEN-1"},
        {"seq": 2},
        {"actor_id": 8},
        {"actor_id": None},
        {"action": "order_canceled"},
        {"object_type": "limit"},
        {"object_id": "O-2"},
        {"detail": {"price": "1.51", "quantity": "10"}},
        {"request_id": "r2"},
        {"created_at": LINK.created_at + timedelta(microseconds=1)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_change_of_any_field_changes_the_hash(change: dict) -> None:
    assert digest(LINK._replace(**change), START) != digest(LINK, START)


def test_the_hash_covers_the_entry_before_it() -> None:
    assert digest(LINK, START) != digest(LINK, "1" * 64)


def test_the_order_of_keys_does_not_matter() -> None:
    assert digest(LINK._replace(detail={"quantity": "10", "price": "1.50"}), START) == digest(LINK, START)


def test_an_instant_hashes_alike_whatever_zone_it_was_written_in_once_in_utc() -> None:
    elsewhere = LINK.created_at.astimezone(timezone(timedelta(hours=2))).astimezone(UTC)
    assert digest(LINK._replace(created_at=elsewhere), START) == digest(LINK, START)
