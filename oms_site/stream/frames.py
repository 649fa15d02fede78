"""Frames: what clients send, strictly read, and what they get, encoded once for all sockets of a process, down to the bytes on the wire."""

import struct
from typing import Any, NamedTuple

import orjson

from orders.domain import disconnect

OPS = frozenset({"auth", "subscribe", "unsubscribe", "ping"})
_FIELDS = {
    "auth": ({"op", "token"}, {"cancel_on_disconnect"}),
    "subscribe": ({"op", "channel", "key"}, {"from_seq", "cancel_on_disconnect"}),
    "unsubscribe": ({"op", "channel", "key"}, set()),
    "ping": ({"op"}, set()),
}
_ECHOED = 512
_LARGEST_SEQ = 2**63 - 1
_FINAL_TEXT = 0x81


class BadFrame(Exception):
    """A client's frame that cannot be taken. It is answered by an error frame; the socket stays."""

    def __init__(self, code: str, message: str, channel: str | None = None, key: str | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.channel, self.key = code, message, channel, key


class Command(NamedTuple):
    """A well-formed client frame."""

    op: str
    channel: str = ""
    key: str = ""
    from_seq: int | None = None
    token: str = ""
    grace: int | None = None
    """Of cancel-on-disconnect: seconds asked for, 0 not wanted, None nothing said."""


def parse(text: str) -> Command:
    """Read a client's frame. Raises `BadFrame` naming what is wrong; channel and key are told where the frame had them."""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise BadFrame("frame_invalid", "the frame is no JSON") from None
    if not isinstance(value, dict):
        raise BadFrame("frame_invalid", "the frame must be a JSON object")
    channel, key = _told(value.get("channel")), _told(value.get("key"))
    op = value.get("op")
    if not isinstance(op, str) or op not in OPS:
        raise BadFrame("op_unknown", f"op: must be one of {', '.join(sorted(OPS))}", channel, key)
    required, optional = _FIELDS[op]
    missing, unknown = required - value.keys(), value.keys() - required - optional
    if missing or unknown:
        wrong = f"{sorted(missing)[0]}: missing" if missing else f"{sorted(unknown)[0][:64]}: unknown field"
        raise BadFrame("frame_invalid", wrong, channel, key)
    for name in ("channel", "key", "token"):
        if name in value and not isinstance(value[name], str):
            raise BadFrame("frame_invalid", f"{name}: must be text", channel, key)
    grace = _grace(value, channel, key)
    return Command(op, value.get("channel", ""), value.get("key", ""), _from_seq(value, channel, key), value.get("token", ""), grace)


def _from_seq(value: dict[str, Any], channel: str | None, key: str | None) -> int | None:
    if "from_seq" not in value:
        return None
    found = value["from_seq"]
    if isinstance(found, bool) or not isinstance(found, int) or not 1 <= found <= _LARGEST_SEQ:
        raise BadFrame("from_seq_invalid", "from_seq: must be a whole number from 1: the first frame wanted", channel, key)
    return found


def _grace(value: dict[str, Any], channel: str | None, key: str | None) -> int | None:
    found = value.get("cancel_on_disconnect")
    if isinstance(found, bool):
        return disconnect.DEFAULT_GRACE if found else disconnect.NEVER
    if "cancel_on_disconnect" not in value or (isinstance(found, int) and 1 <= found <= disconnect.LONGEST_GRACE):
        return found
    told = f"must be true, false, or the whole seconds of the grace period, 1 to {disconnect.LONGEST_GRACE}"
    raise BadFrame("cancel_on_disconnect_invalid", f"cancel_on_disconnect: {told}", channel, key)


def _told(value: Any) -> str | None:
    return value[:_ECHOED] if isinstance(value, str) else None


def prefix(channel: str, key: str) -> str:
    """The beginning of every frame of a (channel, key): `{"channel":…,"key":…,"seq":`."""
    return f'{{"channel":{orjson.dumps(channel).decode()},"key":{orjson.dumps(key).decode()},"seq":'


def wire(text: str) -> bytes:
    """The WebSocket frame (RFC 6455, section 5.2) of a text. A server masks nothing, so all readers get the same bytes."""
    payload = text.encode()
    size = len(payload)
    if size < 126:
        return struct.pack("!BB", _FINAL_TEXT, size) + payload
    if size < 2**16:
        return struct.pack("!BBH", _FINAL_TEXT, 126, size) + payload
    return struct.pack("!BBQ", _FINAL_TEXT, 127, size) + payload


def frame(start: str, seq: int, kind: str, data: str) -> bytes:
    """A whole frame from its `prefix` and the JSON text of its data, which is not looked at again."""
    return wire(f'{start}{seq},"type":"{kind}","data":{data}}}')


def gap(start: str, first: int, last: int) -> bytes:
    """Tells that frames `first` to `last` were lost; a snapshot follows."""
    return frame(start, last, "gap", f'{{"from":{first},"to":{last}}}')


def error(code: str, message: str, channel: str | None = None, key: str | None = None) -> bytes:
    """An error frame; it has no sequence."""
    return _plain("error", {"code": code, "message": message}, channel, key)


def _plain(kind: str, data: Any, channel: str | None, key: str | None) -> bytes:
    return wire(orjson.dumps({"channel": channel, "key": key, "seq": None, "type": kind, "data": data}).decode())


PONG = _plain("pong", None, None, None)
