"""What a stream gives its program."""

from dataclasses import dataclass
from typing import Any

from oms_client.records import Candle, Execution, Order, Position, Quote, Trade, read

_RECORDS: dict[str, type] = {
    "quotes": Quote,
    "candles": Candle,
    "trades": Trade,
    "orders": Order,
    "executions": Execution,
    "positions": Position,
}


@dataclass(frozen=True, slots=True)
class Event:
    """One frame of a channel. `type` says what it is for the program's own state.

    - `snapshot`: replace what you hold of this (channel, key) by `data`.
    - `update`: apply `data`. Sequences rise by one.
    - `gap`: frames `data["from"]` to `data["to"]` will not come; a snapshot follows.
    - `error`: the subscription was ended: `data["code"]`, `data["message"]`.
    """

    channel: str
    key: str
    seq: int | None
    type: str
    data: Any

    @property
    def value(self) -> Any:
        """The data as a record, or a list of records; books, alerts, gaps and errors stay as JSON. None before the first quote or print."""
        record = _RECORDS.get(self.channel)
        if record is None or self.data is None or self.type not in {"snapshot", "update"}:
            return self.data
        if isinstance(self.data, list):
            return [read(record, one) for one in self.data]
        return read(record, self.data)
