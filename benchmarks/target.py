"""The running stack a benchmark measures, found through `.run/stack.json`, and the people it acts as."""

import json
import os
from pathlib import Path
from typing import Any

import httpx
import psycopg

CHECKOUT = Path(__file__).resolve().parents[1]


def stack() -> dict[str, Any]:
    """Addresses and demo people of the demo that runs (OMS_RUN_DIR names another)."""
    path = Path(os.environ.get("OMS_RUN_DIR", CHECKOUT / ".run")) / "stack.json"
    if not path.exists():
        raise SystemExit("nothing runs: start it with 'make up'")
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if not found["processes"]:
        raise SystemExit("nothing runs: start it with 'make up'")
    return found


def person(found: dict[str, Any], username: str) -> dict[str, Any]:
    """A demo log-in."""
    return next(user for user in found["users"] if user["username"] == username)


def client(found: dict[str, Any], username: str) -> httpx.Client:
    """A REST client with the person's token."""
    token = person(found, username)["token"]
    return httpx.Client(base_url=found["web"], headers={"Authorization": f"Token {token}"}, timeout=60)


def database(found: dict[str, Any]) -> psycopg.Connection[tuple[Any, ...]]:
    """A connection to the books, to see when the last row is there."""
    return psycopg.connect(found["postgres"], autocommit=True)
