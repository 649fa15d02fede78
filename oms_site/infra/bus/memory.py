"""The bus in memory: one process, no threads, no clock of its own. For unit tests and simulations; it passes the suite Kafka passes.

Everything happens when somebody calls: a group decides at `poll`, a transaction becomes visible in one step. What the real broker does
with time (sessions that end, stalls) is done by the test that plays them: `MemoryBroker.evict`, `stop` and `start`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from oms_site.infra.bus.partitioner import partition_of
from oms_site.infra.bus.ports import BusError, Consumer, Fenced, OffsetGone, Outgoing, Partition, Record

Callback = Callable[[list[Partition]], None]

MAX_VALUE = 1_000_000
"""Bytes of the largest value, as the broker has such a limit."""


@dataclass
class _Log:
    """One partition: `first` is the offset of the first record kept."""

    records: list[Record] = field(default_factory=list)
    first: int = 0

    @property
    def end(self) -> int:
        return self.first + len(self.records)


@dataclass
class _Member:
    """A consumer in a group; `seen` is the generation whose assignment it knows."""

    topics: tuple[str, ...]
    seen: int = -1
    joined: bool = True


@dataclass
class _Group:
    """A group: who is in it, who owns what since which generation, what it has committed."""

    generation: int = 0
    members: dict[int, _Member] = field(default_factory=dict)
    assignments: dict[int, list[Partition]] = field(default_factory=dict)
    offsets: dict[Partition, int] = field(default_factory=dict)
    rebalancing: bool = False


class MemoryBroker:
    """What all clients of a memory bus share. `clock` gives the time of a record (microseconds)."""

    def __init__(self, topics: Mapping[str, int], clock: Callable[[], int] = lambda: 0) -> None:
        self.clock = clock
        self.running = True
        self.logs = {Partition(name, index): _Log() for name, count in topics.items() for index in range(count)}
        self.counts = dict(topics)
        self.groups: dict[str, _Group] = {}
        self.epochs: dict[str, int] = {}
        self._members = 0

    def stop(self) -> None:
        """From now on every call of a client raises `BusError`, but `poll`, which returns nothing, as with a broker that is down."""
        self.running = False

    def start(self) -> None:
        """Serve again."""
        self.running = True

    def cut(self, partition: Partition, offset: int) -> None:
        """Forget what lies before `offset`, as retention does."""
        log = self.logs[partition]
        log.records = log.records[max(0, offset - log.first) :]
        log.first = max(log.first, offset)

    def evict(self, consumer: "MemoryConsumer") -> None:
        """End a consumer's session without its knowing: it was stopped too long."""
        consumer.leave(knowing=False)

    def require_running(self) -> None:
        """Raise `BusError` while stopped."""
        if not self.running:
            raise BusError("the broker is down")

    def log(self, partition: Partition) -> _Log:
        """A partition's log. Raises `BusError` for a topic nobody created."""
        log = self.logs.get(partition)
        if log is None:
            raise BusError(f"no partition {partition.topic}[{partition.index}]")
        return log

    def placed(self, records: Sequence[Outgoing]) -> list[tuple[Partition, Outgoing]]:
        """Where each record goes. Raises `BusError` for a record the broker would not take: then none is taken."""
        found = []
        for record in records:
            count = self.counts.get(record.topic)
            if count is None:
                raise BusError(f"no topic {record.topic}")
            if len(record.value) > MAX_VALUE:
                raise BusError(f"{len(record.value)} bytes are too many")
            index = partition_of(record.key, count) if record.partition is None else record.partition
            self.log(Partition(record.topic, index))
            found.append((Partition(record.topic, index), record))
        return found

    def append(self, placed: Sequence[tuple[Partition, Outgoing]]) -> list[int]:
        """Write; the offsets in order."""
        now = self.clock()
        offsets = []
        for partition, record in placed:
            log = self.logs[partition]
            offsets.append(log.end)
            log.records.append(Record(partition.topic, partition.index, log.end, record.key, record.value, now, record.headers))
        return offsets

    def new_member(self) -> int:
        """A number no other consumer has."""
        self._members += 1
        return self._members

    def group(self, name: str) -> _Group:
        """A group, made when first asked for."""
        return self.groups.setdefault(name, _Group())


class MemoryConsumer:
    """`Consumer` in memory."""

    def __init__(self, broker: MemoryBroker, group: str | None) -> None:
        self._broker = broker
        self.group_name = group
        self.member = broker.new_member()
        self.generation = -1
        self._callbacks: tuple[Callback | None, Callback | None] = (None, None)
        self._positions: dict[Partition, int] = {}
        self._paused = False
        self._topics: tuple[str, ...] = ()
        self._turn = 0

    @property
    def _group(self) -> _Group:
        if self.group_name is None:
            raise BusError("this consumer has no group")
        return self._broker.group(self.group_name)

    def subscribe(self, topics: Sequence[str], on_assigned: Callback | None = None, on_revoked: Callback | None = None) -> None:
        """See `ports.Consumer`."""
        self._callbacks = (on_assigned, on_revoked)
        self._topics = tuple(topics)
        self._join()

    def assign(self, positions: Mapping[Partition, int]) -> None:
        """See `ports.Consumer`."""
        self._positions = dict(positions)

    def poll(self, timeout_ms: int, max_records: int) -> list[Record]:
        """See `ports.Consumer`. Never waits: there is nobody else who could write meanwhile."""
        if not self._broker.running:
            return []
        if self._topics and not self._settled():
            return []
        if self._paused:
            return []
        found: list[Record] = []
        partitions = sorted(self._positions)
        self._turn += 1  # every partition comes first in its turn, so that none starves behind a full one
        for partition in partitions[self._turn % max(1, len(partitions)) :] + partitions[: self._turn % max(1, len(partitions))]:
            log, position = self._broker.log(partition), self._positions[partition]
            if not log.first <= position <= log.end:
                raise OffsetGone(f"{partition.topic}[{partition.index}]: {position} is not in {log.first}..{log.end}")
            batch = log.records[position - log.first :][: max_records - len(found)]
            self._positions[partition] = position + len(batch)
            found += batch
        return found

    def committed(self, partitions: Sequence[Partition]) -> dict[Partition, int]:
        """See `ports.Consumer`."""
        self._broker.require_running()
        offsets = self._group.offsets
        return {partition: offsets[partition] for partition in partitions if partition in offsets}

    def seek(self, partition: Partition, offset: int) -> None:
        """See `ports.Consumer`."""
        if partition not in self._positions:
            raise BusError(f"{partition} is not assigned")
        self._positions[partition] = offset

    def position(self, partition: Partition) -> int:
        """See `ports.Consumer`."""
        return self._positions[partition]

    def beginning_offsets(self, partitions: Sequence[Partition]) -> dict[Partition, int]:
        """See `ports.Consumer`."""
        self._broker.require_running()
        return {partition: self._broker.log(partition).first for partition in partitions}

    def end_offsets(self, partitions: Sequence[Partition]) -> dict[Partition, int]:
        """See `ports.Consumer`."""
        self._broker.require_running()
        return {partition: self._broker.log(partition).end for partition in partitions}

    def log_ends(self, partitions: Sequence[Partition]) -> dict[Partition, int]:
        """See `ports.Consumer`. The same as `end_offsets`: no transaction is ever seen open."""
        return self.end_offsets(partitions)

    def offsets_for_time(self, partitions: Sequence[Partition], timestamp: int) -> dict[Partition, int]:
        """See `ports.Consumer`."""
        self._broker.require_running()
        logs = {partition: self._broker.log(partition) for partition in partitions}
        return {
            partition: next((record.offset for record in log.records if record.timestamp >= timestamp), log.end)
            for partition, log in logs.items()
        }

    def partitions(self, topic: str) -> list[Partition]:
        """See `ports.Consumer`."""
        self._broker.require_running()
        return [Partition(topic, index) for index in range(self._broker.counts.get(topic, 0))]

    def pause(self) -> None:
        """See `ports.Consumer`."""
        self._paused = True

    def resume(self) -> None:
        """See `ports.Consumer`."""
        self._paused = False

    def close(self) -> None:
        """See `ports.Consumer`."""
        if self._topics:
            self.leave(knowing=True)
        self._positions = {}

    def leave(self, *, knowing: bool) -> None:
        """Stop being a member; not `knowing`, this consumer still believes it is one."""
        group = self._group
        if group.members.pop(self.member, None) is not None:
            group.assignments.pop(self.member, None)
            _rebalance(group)
        if knowing:
            self._topics = ()

    def _join(self) -> None:
        group = self._group
        group.members[self.member] = _Member(self._topics)
        _rebalance(group)
        group.members[self.member].joined = True

    def _settled(self) -> bool:
        """Take part in what the group decides; False while it waits for other members."""
        group = self._group
        member = group.members.get(self.member)
        if member is None:  # evicted: begin anew, as the real client does
            self._give_up()
            self._join()
            member = group.members[self.member]
        if group.rebalancing:
            if not member.joined:
                self._give_up()
                member.joined = True
            if not all(other.joined for other in group.members.values()):
                return False
            self._decide(group)
        if member.seen != group.generation:
            self._take(group, member)
        return True

    def _decide(self, group: _Group) -> None:
        """Share the partitions out by range, each topic alike, in the order in which the members came."""
        group.generation += 1
        group.rebalancing = False
        group.assignments = {number: [] for number in group.members}
        for topic in sorted({topic for member in group.members.values() for topic in member.topics}):
            takers = sorted(number for number, member in group.members.items() if topic in member.topics)
            count = self._broker.counts.get(topic, 0)
            each, more = divmod(count, len(takers))
            start = 0
            for place, number in enumerate(takers):
                size = each + (place < more)
                group.assignments[number] += [Partition(topic, index) for index in range(start, start + size)]
                start += size

    def _take(self, group: _Group, member: _Member) -> None:
        member.seen = self.generation = group.generation
        assigned = group.assignments[self.member]
        self._positions = {partition: group.offsets.get(partition, self._broker.log(partition).first) for partition in assigned}
        if self._callbacks[0] is not None:
            self._callbacks[0](list(assigned))

    def _give_up(self) -> None:
        given, self._positions = sorted(self._positions), {}
        if given and self._callbacks[1] is not None:
            self._callbacks[1](given)


class MemoryProducer:
    """`Producer` in memory."""

    def __init__(self, broker: MemoryBroker) -> None:
        broker.require_running()
        self._broker = broker
        self._dead = False

    def prepare(self, topic: str) -> None:
        """See `ports.Producer`; nothing has to be learned here."""
        self.settle()

    def send(self, records: Sequence[Outgoing], timeout: float = 10.0) -> list[int]:
        """See `ports.Producer`."""
        if self._dead:
            raise BusError("this producer failed before: make another")
        try:
            self._broker.require_running()
            return self._broker.append(self._broker.placed(records))
        except BusError:
            self._dead = True
            raise

    def post(self, records: Sequence[Outgoing]) -> None:
        """See `ports.Producer`."""
        self.send(records)

    def settle(self, timeout: float = 10.0) -> None:
        """See `ports.Producer`; nothing is ever under way here."""
        if self._dead:
            raise BusError("this producer failed before: make another")

    def close(self) -> None:
        """See `ports.Producer`."""
        self._dead = True


class MemoryTransactions:
    """`TransactionalProducer` in memory."""

    def __init__(self, broker: MemoryBroker, transactional_id: str) -> None:
        broker.require_running()
        self._broker = broker
        self._id = transactional_id
        self._epoch = broker.epochs[transactional_id] = broker.epochs.get(transactional_id, 0) + 1
        self._dead = False

    def commit(self, records: Sequence[Outgoing], offsets: Mapping[Partition, int], consumer: Consumer) -> None:
        """See `ports.TransactionalProducer`."""
        if self._dead:
            raise BusError("this producer failed before: make another")
        if not isinstance(consumer, MemoryConsumer):
            raise TypeError("offsets are committed for a consumer of the same bus")
        try:
            self._broker.require_running()
            if self._broker.epochs[self._id] != self._epoch:
                raise Fenced(f"{self._id}: another producer of this id has begun")
            placed = self._broker.placed(records)
            if offsets:
                self._check_member(consumer)
                self._broker.group(str(consumer.group_name)).offsets.update(offsets)
            self._broker.append(placed)
        except BusError:
            self._dead = True
            raise

    def close(self) -> None:
        """See `ports.TransactionalProducer`."""
        self._dead = True

    def _check_member(self, consumer: MemoryConsumer) -> None:
        group = self._broker.group(str(consumer.group_name))
        if consumer.member not in group.members or group.generation != consumer.generation:
            raise Fenced(f"{consumer.group_name}: the group has gone on without this member")


class MemoryBus:
    """`Bus` in memory, over a broker that several buses (processes of a simulation) may share."""

    def __init__(self, broker: MemoryBroker) -> None:
        self.broker = broker

    def consumer(self, group: str | None, *, client_id: str) -> MemoryConsumer:
        """See `ports.Bus`."""
        self.broker.require_running()
        return MemoryConsumer(self.broker, group)

    def producer(self, *, client_id: str) -> MemoryProducer:
        """See `ports.Bus`."""
        return MemoryProducer(self.broker)

    def transactional_producer(self, transactional_id: str) -> MemoryTransactions:
        """See `ports.Bus`."""
        return MemoryTransactions(self.broker, transactional_id)


def _rebalance(group: _Group) -> None:
    """Every member has to come back before anybody gets anything."""
    group.rebalancing = True
    for member in group.members.values():
        member.joined = False
