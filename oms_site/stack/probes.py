"""Tells whether a process is ready to serve, cheaply enough to ask several times a second."""

import http.client
import logging
import socket
from dataclasses import dataclass

import psycopg

from oms_site.stack.ports import LOOPBACK

_TIMEOUT = 2.0  # seconds

# A Ctrl-C in the middle of a probe makes psycopg warn that it could not roll back: nobody needs to know that of a probe.
logging.getLogger("psycopg").addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True)
class Tcp:
    """Ready when something accepts connections on a port (a field name of `Ports`)."""

    port: str


@dataclass(frozen=True, slots=True)
class Http:
    """Ready when GET of a path answers 200."""

    port: str
    path: str
    basic_auth: bool = False


@dataclass(frozen=True, slots=True)
class Postgres:
    """Ready when the server accepts a log-in and a query (it listens before it does)."""

    port: str = "postgres"


@dataclass(frozen=True, slots=True)
class Valkey:
    """Ready when PING is answered (while loading it answers with an error)."""

    port: str = "redis"


@dataclass(frozen=True, slots=True)
class Running:
    """Ready once supervisor counts the process as started: for programs that listen on nothing."""


Probe = Tcp | Http | Postgres | Valkey | Running


def accepts(port: int) -> bool:
    """True when a TCP connection to loopback is accepted."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=_TIMEOUT):
            return True
    except OSError:
        return False


def http_status(port: int, path: str) -> int | None:
    """Status code of a GET, None when there was no answer."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=_TIMEOUT)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def http_body(port: int, path: str) -> bytes | None:
    """Body of a GET that answered 200 or 503, None otherwise; read whole."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=_TIMEOUT)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
        return body if answer.status in {200, 503} else None
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def valkey_pong(port: int) -> bool:
    """True when PING is answered with PONG."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=_TIMEOUT) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def postgres_answers(url: str) -> bool:
    """True when a connection with the given URL runs a query."""
    try:
        with psycopg.connect(url, connect_timeout=2, autocommit=True) as connection:
            connection.execute("SELECT 1")
            return True
    except psycopg.Error:
        return False


_UNQUOTED = """
SELECT i.symbol FROM marketdata_instrument AS i LEFT JOIN marketdata_depthsnapshot AS d ON d.symbol = i.symbol
LEFT JOIN marketdata_housequoting AS h ON h.instrument_id = i.symbol
WHERE i.tradable AND coalesce(h."on", true) AND coalesce(d.phase, 'continuous') = 'continuous'
    AND (d.symbol IS NULL OR d.bids = '[]' OR d.asks = '[]' OR d.updated_at < now() - %s * interval '1 second')
ORDER BY i.symbol
"""


def unquoted_markets(url: str, seconds: float) -> list[str]:
    """Markets the house is asked to quote that have not had both sides in the last `seconds`; none while the database does not answer."""
    try:
        with psycopg.connect(url, connect_timeout=2, autocommit=True) as connection:
            return [symbol for (symbol,) in connection.execute(_UNQUOTED, [seconds]).fetchall()]
    except psycopg.Error:
        return []
