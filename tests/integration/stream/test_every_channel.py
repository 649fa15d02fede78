"""Every channel of the stream by role, with an account of one's own, a foreign one and none: from the registry of channels."""

from collections.abc import Callable

import pytest

from oms_site.stream.channel import Scope
from oms_site.stream.channels import CHANNELS
from tests.integration.stream.clients import Client

EVERYONE = frozenset({"trader1", "trader2", "sales", "risk1", "ops1", "compliance", "viewer", "admin"})
SEE_ALL = frozenset({"risk1", "ops1", "compliance", "viewer", "admin"})
DESK = frozenset({"risk1", "ops1", "compliance", "admin"})
ACCOUNTS = {
    "ACME-1": SEE_ALL | {"trader1", "sales"},
    "ZEN-1": SEE_ALL | {"trader2", "sales"},
    "HOUSE-LP": SEE_ALL,
    "NOBODY": frozenset(),
    "IBM": frozenset(),
    "desk": frozenset(),
}
SYMBOLS = {"IBM": EVERYONE, "NOSUCH": frozenset(), "ACME-1": frozenset()}
TABLE: dict[str, dict[str, frozenset[str]]] = {
    "quotes": SYMBOLS,
    "candles": {"IBM:1m": EVERYONE, "IBM:7m": frozenset(), "NOSUCH:1m": frozenset(), "ACME-1": frozenset()},
    "book": SYMBOLS,
    "trades": SYMBOLS,
    "orders": ACCOUNTS,
    "executions": ACCOUNTS,
    "positions": ACCOUNTS,
    "alerts": {"desk": DESK, "ACME-1": frozenset(), "IBM": frozenset()},
}
"""Channel, key: who may follow it. Sales sees the accounts of its desk."""


def test_every_channel_is_listed_here_and_every_listed_channel_exists() -> None:
    assert set(TABLE) == set(CHANNELS)
    assert set(Scope) == {Scope.SYMBOL, Scope.BARS, Scope.ACCOUNT, Scope.DESK}, "a scope more has keys of its own: list them"


@pytest.mark.parametrize("name", sorted(EVERYONE))
def test_a_person_follows_exactly_what_the_table_says(client: Callable[[str], Client], name: str) -> None:
    mine = client(name)
    got = {(channel, key): mine.answer(channel, key) for channel, keys in TABLE.items() for key in keys}
    followed = {place for place, frame in got.items() if frame["type"] == "snapshot"}
    assert followed == {(channel, key) for channel, keys in TABLE.items() for key, who in keys.items() if name in who}
    refused = {frame["data"]["code"] for frame in got.values() if frame["type"] == "error"}
    assert refused <= {"key_unknown"}, "what is foreign is answered like what is not there"
