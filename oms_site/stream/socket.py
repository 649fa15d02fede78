"""One client's socket: its subscriptions, and the tasks that load what it asked for and write what it gets."""

import asyncio
import uuid
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError

from oms_site.infra import metrics
from oms_site.stream import frames, reads
from oms_site.stream.channel import Channel, Scope
from oms_site.stream.credentials import Credential
from oms_site.stream.follower import Follower, Verdict
from oms_site.stream.outbox import DRAINED_FRAMES, Outbox

log = structlog.get_logger(__name__)

UNAUTHENTICATED, FORBIDDEN, TOO_SLOW, TOO_MANY = 4401, 4403, 4408, 4429
TRY_AGAIN_LATER = 1013
_RETRY_SECONDS = 1.0
_SNAPSHOTS_IN_A_ROW = 3
_LOADS_AT_ONCE = 32
"""Their snapshots must find room beside what waits already: a reader is not slow because of them."""
REPLAYED_FRAMES = 50_000
"""The longest resume: PostgreSQL has more, but who was away for so long is better served by a snapshot."""
Send = Callable[[dict[str, Any]], Awaitable[None]]


class Socket:
    """State of an open socket. Everything it sends, its close included, goes through one writer in the order it was put."""

    def __init__(self, send: Send) -> None:
        self.id = uuid.uuid4().hex
        self.user: Any = None
        self.credential: Credential | None = None
        self.trades = False
        """Whether the user enters orders: then the connection is told of, see `oms_site.stream.presence`."""
        self.grace: int | None = None
        """What was said about cancel-on-disconnect: seconds, 0 not wanted, None nothing."""
        self.followers: dict[tuple[str, str], Follower] = {}
        self.outbox = Outbox()
        self._send = send
        self._todo: asyncio.Queue[Follower] = asyncio.Queue()
        self._lagging: deque[Follower] = deque()
        self._tasks = [asyncio.create_task(self._write()), asyncio.create_task(self._load_all())]

    def close(self, code: int) -> None:
        """Close with a code; what was queued is dropped."""
        self.outbox.close(code)

    def tell(self, frame: bytes) -> None:
        """Queue a frame that belongs to no sequence."""
        if not self.outbox.put(frame):
            self.close(TOO_SLOW)

    def stop(self) -> None:
        """End the tasks; the connection is gone."""
        self.followers.clear()
        for task in self._tasks:
            task.cancel()

    def load(self, follower: Follower) -> None:
        """Queue a follower of this socket for loading."""
        self._todo.put_nowait(follower)

    def offer(self, follower: Follower, arrived: Sequence[tuple[int, bytes]]) -> None:
        """Encoded frames from the hub, in order: send what is next, notice what is missing."""
        for seq, frame in arrived:
            match follower.arrived(seq):
                case Verdict.MISSED:
                    self.missed(follower, seq)
                case Verdict.SEND if follower.channel.conflated and self.outbox.congested:
                    follower.reload(seq)
                    self._lagging.append(follower)
                case Verdict.SEND:
                    if not self.outbox.put(frame):
                        self.close(TOO_SLOW)
                        return
                    follower.sent(seq)

    def missed(self, follower: Follower, seen: int) -> None:
        """Frames up to `seen` exist and were not all delivered: fetch them, or say what is lost and start from a snapshot."""
        if follower.channel.since is None and follower.next is not None:
            self.tell(frames.gap(follower.start, follower.next, seen))
        follower.reload(seen)
        self.load(follower)

    def revoke(self, accounts: frozenset[str] | None, *, desk: bool) -> list[Follower]:
        """End the subscriptions of accounts that are not in `accounts` any more (None: not looked up), and the desk's of who is not of it.

        Each gets an error frame. Those ended.
        """
        kept: dict[Scope, Callable[[str], bool]] = {
            **dict.fromkeys((Scope.SYMBOL, Scope.BARS), lambda _: True),
            Scope.ACCOUNT: lambda key: accounts is None or key in accounts,
            Scope.DESK: lambda _: desk,
        }
        lost = [follower for follower in self.followers.values() if not kept[follower.channel.scope](follower.key)]
        for follower in lost:
            del self.followers[follower.channel.name, follower.key]
            told = f"you may no longer see this {follower.channel.scope.value}"
            self.tell(frames.error("forbidden", told, follower.channel.name, follower.key))
        return lost

    async def _write(self) -> None:
        try:
            while (taken := await self.outbox.get()) is not None:
                await self._send({"type": "websocket.send", "frames": taken})
                if self._lagging and len(self.outbox) <= DRAINED_FRAMES:
                    self._catch_up()
            metrics.STREAM_CLOSED.labels(str(self.outbox.close_code)).inc()
            await self._send({"type": "websocket.close", "code": self.outbox.close_code})
        except (OSError, RuntimeError) as error:  # the connection went away under the writer: uvicorn says so in both ways
            log.debug("stream_write_ended", error=type(error).__name__)
            self.outbox.close(1006)

    def _catch_up(self) -> None:
        while self._lagging:
            self.load(self._lagging.popleft())

    async def _load_all(self) -> None:
        """One after the other; of the market all that wait, because they are read together."""
        while True:
            taken = [await self._todo.get()]
            while taken[-1].channel.conflated and len(taken) < _LOADS_AT_ONCE and not self._todo.empty():
                taken.append(self._todo.get_nowait())
            await asyncio.gather(*map(self._load_or_tell, taken))

    async def _load_or_tell(self, follower: Follower) -> None:
        try:
            await self._load(follower)
        except (OperationalError, InterfaceError) as error:
            log.warning("stream_read_failed", error=type(error).__name__, channel=follower.channel.name)
            asyncio.get_running_loop().call_later(_RETRY_SECONDS, self.load, follower)
        except Exception:
            log.exception("stream_load_failed", channel=follower.channel.name)
            self._give_up(follower, "internal_error", "this subscription failed here and was ended; it was logged")

    async def _load(self, follower: Follower) -> None:
        snapshots = 0
        while follower.loading and self._has(follower):
            await self.outbox.room()
            if follower.next is None:
                snapshots += 1
                await self._load_snapshot(follower)
            elif not await self._load_since(follower):
                continue
            if snapshots > _SNAPSHOTS_IN_A_ROW:
                follower.trust_database()
            if not follower.settle() and follower.channel.since is None:
                follower.next = None

    async def _load_snapshot(self, follower: Follower) -> None:
        seq, text = await reads.snapshot(follower.channel, follower.key)
        if self._has(follower):
            self._deliver(follower, seq, "snapshot", text)

    async def _load_since(self, follower: Follower) -> bool:
        """Deliver what PostgreSQL has from `next` on; whether that was all of it."""
        assert follower.next is not None
        if follower.resuming and await self._from_too_far_back(follower):
            return False
        rows = await reads.since(follower.channel, follower.key, follower.next)
        if not self._has(follower):
            return True
        if not rows:
            return await self._nothing_since(follower)
        if rows[0][0] != follower.next:
            self.tell(frames.gap(follower.start, follower.next, rows[0][0] - 1))
            follower.next, follower.resuming = None, False
            return False
        for seq, text in rows:
            await self.outbox.room()
            self._deliver(follower, seq, "update", text)
        follower.resuming = False
        return False

    async def _from_too_far_back(self, follower: Follower) -> bool:
        """Whether a resume wants more frames than are replayed: then what is lost is told, and a snapshot is what it gets."""
        heads = await reads.run(follower.channel.heads, [follower.key])
        head = heads.get(follower.key, 0)
        if not self._has(follower) or follower.next is None or head - follower.next < REPLAYED_FRAMES:
            return False
        self.tell(frames.gap(follower.start, follower.next, head))
        follower.next, follower.resuming = None, False
        return True

    async def _nothing_since(self, follower: Follower) -> bool:
        """A resume from head + 1 is answered by a snapshot, since each subscribe has an answer; one from beyond is refused."""
        assert follower.next is not None
        if not follower.resuming:
            follower.trust_database()
            return True
        seq, text = await reads.snapshot(follower.channel, follower.key)
        if not self._has(follower) or seq >= follower.next:
            return False
        if seq + 1 < follower.next:
            self._give_up(follower, "from_seq_ahead", f"from_seq: the newest frame is {seq}; subscribe without from_seq")
            return True
        follower.resuming = False
        self._deliver(follower, seq, "snapshot", text)
        return True

    def _deliver(self, follower: Follower, seq: int, kind: str, text: str) -> None:
        channel: Channel = follower.channel
        metrics.STREAM_FRAMES.labels(channel.name).inc()
        if not self.outbox.put(frames.frame(follower.start, seq, kind, text)):
            self.close(TOO_SLOW)
        follower.sent(seq)

    def _give_up(self, follower: Follower, code: str, message: str) -> None:
        if self._has(follower):
            del self.followers[follower.channel.name, follower.key]
            self.tell(frames.error(code, message, follower.channel.name, follower.key))

    def _has(self, follower: Follower) -> bool:
        return self.followers.get((follower.channel.name, follower.key)) is follower
