"""Heads of chains: how long each is and what its last entry's hash is, sealed with a key the database does not hold.

Without them entries could be cut off a chain's end unseen. Who can write to the database, but not read `SECRET_KEY`, cannot make a seal.
Pure.
"""

import hashlib
import hmac
from collections.abc import Iterable
from typing import NamedTuple

import orjson

REGISTER = ""
"""The head that counts the chains: its `seq` is how many there are."""


class Head(NamedTuple):
    """The end of a chain. `number` counts the chains as they began; `doubt` is the entry after which the head was not the product's."""

    chain: str
    number: int
    seq: int
    hash: str
    doubt: int | None = None


def seal(head: Head, secret: str) -> str:
    """HMAC-SHA256 (hex) over the head."""
    key = hashlib.sha256(b"audit heads" + secret.encode()).digest()
    return hmac.digest(key, orjson.dumps(list(head)), "sha256").hex()


def genuine(head: Head, sealed: str, secrets: Iterable[str]) -> bool:
    """Whether one of the secrets made the seal."""
    return any(hmac.compare_digest(seal(head, secret), sealed) for secret in secrets)
