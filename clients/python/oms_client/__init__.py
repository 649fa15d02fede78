"""Client of the order management system: `Client` for REST, `Stream` for everything live. It needs httpx and websockets, nothing else."""

from oms_client.backoff import Backoff
from oms_client.book import Book, Level
from oms_client.connection import Connection
from oms_client.credentials import Credentials, Login, Token
from oms_client.errors import ConnectionLost, Forbidden, NotAuthenticated, OmsClientError, ProtocolError, Refused
from oms_client.events import Event
from oms_client.records import Candle, Execution, Order, Position, Quote, Trade
from oms_client.rest import Client
from oms_client.stream import Stream

__all__ = [
    "Backoff",
    "Book",
    "Candle",
    "Client",
    "Connection",
    "ConnectionLost",
    "Credentials",
    "Event",
    "Execution",
    "Forbidden",
    "Level",
    "Login",
    "NotAuthenticated",
    "OmsClientError",
    "Order",
    "Position",
    "ProtocolError",
    "Quote",
    "Refused",
    "Stream",
    "Token",
    "Trade",
]
