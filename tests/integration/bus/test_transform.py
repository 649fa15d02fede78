"""The loop of folds: exactly once, dead letters, recovery, sharing of partitions; over the bus in memory, with snapshots in PostgreSQL."""

import json
from dataclasses import replace

import pytest
from django.db import OperationalError

from oms_site.infra.bus import snapshots, transform
from oms_site.infra.bus.dead_letters import Budget, TooManyDeadLetters, parse, skipped
from oms_site.infra.bus.models import WorkerSnapshot
from oms_site.infra.bus.partitioner import partition_of
from oms_site.infra.bus.ports import BusError, Fenced, OffsetGone, Partition
from oms_site.infra.bus.processor import Halt, Output
from oms_site.infra.bus.transform import TransformSession
from schemas.messages import Quote
from schemas.topics import BOOK, EXECUTIONS, ORDERS, QUOTES
from tests.integration.bus.conftest import Hand, command, counting, step

pytestmark = pytest.mark.django_db

ACCOUNTS = ("ACME-1", "ZEN-1", "BETA-2", "HOUSE-LP", "X-9")


def session(world, spec, hand=None, *, slot=0, cap=100):
    return TransformSession(world.bus, world.wire, spec, (hand or Hand()).control, slot=slot, budget=Budget(spec.name, cap))


def drain(made, steps=6):
    for _ in range(steps):
        made.step()


def commands(count, start=1):
    return [command(ACCOUNTS[number % len(ACCOUNTS)], number) for number in range(start, start + count)]


def numbers(world):
    """What was answered, by account, in the order of the log."""
    found = {}
    for message in world.messages(EXECUTIONS):
        found.setdefault(message.account, []).append(message.seq)
    return found


def gapless(world, total):
    found = numbers(world)
    assert sum(map(len, found.values())) == total
    assert all(sequence == list(range(1, len(sequence) + 1)) for sequence in found.values())


def committed(world):
    consumer = world.bus.consumer("counting", client_id="test")
    return sum(consumer.committed([Partition(ORDERS.name, index) for index in range(4)]).values())


# -- exactly once ---------------------------------------------------------------------------------------------------


def test_every_command_is_answered_once_and_its_offset_moves_with_the_answer(world, hand):
    spec, _ = counting()
    world.send(ORDERS, *commands(50))
    made = session(world, spec, hand)
    drain(made)
    gapless(world, 50)
    assert committed(world) == 50
    assert hand.control.counts["consumed"] == 50
    assert hand.states == ["recovering", "running"]


@pytest.mark.parametrize("cut", [0, 1, 7, 33, 49])
def test_a_run_that_died_is_continued_as_if_nothing_had_happened(world, cut):
    spec, folds = counting(snapshot_every=5)
    world.send(ORDERS, *commands(cut))
    drain(session(world, spec))  # dies without a last word
    world.broker.groups["counting"].members.clear()
    world.send(ORDERS, *commands(50 - cut, cut + 1))
    drain(session(world, spec))
    gapless(world, 50)
    assert sum(made[-1].orders for made in folds.values()) == 50


def test_an_uncertain_commit_is_settled_by_the_committed_offsets(world, monkeypatch):
    """The commit arrived, its answer did not: the next session must not repeat it."""
    spec, _ = counting()
    world.send(ORDERS, *commands(10))
    made = session(world, spec)
    drain(made, 1)
    real = made._producer.commit

    def lost(*arguments):
        real(*arguments)
        raise OperationalError("answer lost")

    monkeypatch.setattr(made._producer, "commit", lost)
    with pytest.raises(OperationalError):
        drain(made)
    made.close()
    drain(session(world, spec))
    gapless(world, 10)


def test_a_newer_run_of_the_slot_fences_the_older_one(world):
    spec, _ = counting()
    old = session(world, spec)
    drain(old)
    world.broker.evict(old._consumer)
    new = session(world, spec)
    drain(new)
    world.send(ORDERS, *commands(5))
    with pytest.raises(Fenced):
        old._producer.commit([], {}, old._consumer)
    drain(new)
    gapless(world, 5)


def test_fenced_ends_the_run_and_says_so(world, monkeypatch):
    spec, _ = counting()

    def taken(self):
        raise Fenced("counting-0: another producer")

    monkeypatch.setattr(TransformSession, "step", taken)
    assert transform.run(spec, Hand().control, 0)["reason"].startswith("fenced: ")


def test_a_broker_that_is_down_is_waited_for_and_nothing_is_put_aside(world):
    spec, _ = counting()
    world.send(ORDERS, *commands(3))
    hand = Hand()
    world.broker.stop()
    waits = []

    def idle(seconds):
        waits.append(seconds)
        if len(waits) == 3:
            world.broker.start()
        if len(waits) > 20:
            hand.reason = "enough"

    class Watched(type(hand.control)):
        """Counts the waits instead of waiting, and ends once the answers are there."""

        __slots__ = ()

        def idle(self, seconds):
            idle(seconds)

    def report(state, progress):
        if len(world.records(EXECUTIONS.name)) == 3:
            hand.reason = "done"

    control = Watched(stop_reason=lambda: hand.reason, paused=lambda: False, report=report)
    result = transform.run(spec, control, 0)
    assert result["reason"] == "done"
    assert result["faults"] == 3
    assert waits == sorted(waits)
    assert "dead_letters" not in result
    gapless(world, 3)


# -- dead letters ---------------------------------------------------------------------------------------------------


def letters(world):
    return [parse(record) for record in world.records(ORDERS.dead_letters)]


BAD = {
    "empty_record": lambda world: b"",
    "bad_header": lambda world: b'{"command": "new"}',
    "unknown_schema_id": lambda world: b"\x00\x00\x00\xff\xffxyz",
    "malformed": lambda world: world.wire.value(ORDERS, command("ACME-1", 1))[:-9],
    "trailing_bytes": lambda world: world.wire.value(ORDERS, command("ACME-1", 1)) + b"!",
    "wrong_record": lambda world: world.wire.value(QUOTES, Quote("IBM", 1, 2, None, None, None, None, "Q", 5)),
}


@pytest.mark.parametrize("code", BAD)
def test_what_cannot_be_read_is_put_aside_with_its_reason_and_the_rest_goes_on(world, code):
    spec, _ = counting()
    world.send(ORDERS, command("ACME-1", 1))
    value = BAD[code](world)
    world.send_raw(ORDERS, "ACME-1", value)
    world.send(ORDERS, command("ACME-1", 2))
    hand = Hand()
    drain(session(world, spec, hand))
    gapless(world, 2)
    (letter,) = letters(world)
    assert (letter.topic, letter.partition, letter.offset) == ("orders", partition_of("ACME-1", 4), 1)
    assert letter.code == code
    assert letter.worker == "counting"
    assert letter.key == "ACME-1"
    assert letter.value == value
    assert letter.message
    assert letter.time > 1_700_000_000_000_000
    assert committed(world) == 3
    assert hand.control.counts["dead_letters"] == 1


def test_a_record_under_a_foreign_key_or_on_a_foreign_partition_is_put_aside(world):
    spec, _ = counting()
    value = world.wire.value(ORDERS, command("ACME-1", 1))
    world.send_raw(ORDERS, "ZEN-1", value)
    world.send_raw(ORDERS, "ACME-1", value, partition=(partition_of("ACME-1", 4) + 1) % 4)
    drain(session(world, spec))
    assert [letter.code for letter in letters(world)] == ["wrong_record"] * 2
    assert world.records(EXECUTIONS.name) == []


def test_a_refusal_of_the_fold_is_put_aside_at_once(world):
    spec, folds = counting()
    world.send(ORDERS, command("ACME-1", 1), command("ACME-1", 2, "NO"), command("ACME-1", 3))
    drain(session(world, spec))
    assert [(letter.code, letter.message) for letter in letters(world)] == [("refused", "Refused: not this one")]
    gapless(world, 2)
    assert len(folds[partition_of("ACME-1", 4)]) == 1, "the fold was not rebuilt"


def test_a_record_that_fails_three_times_is_put_aside_and_leaves_no_trace_in_the_state(world):
    spec, folds = counting()
    world.send(ORDERS, command("ACME-1", 1), command("ACME-1", 2, "BOOM"), command("ACME-1", 3), command("ZEN-1", 4))
    hand = Hand()
    drain(session(world, spec, hand), 12)
    (letter,) = letters(world)
    assert letter.code == "handler_failed"
    assert "ZeroDivisionError: half-way" in letter.message
    gapless(world, 3)
    tries = sum(fold.seen.count("BOOM") for made in folds.values() for fold in made)
    assert tries == 3
    assert hand.control.counts["rewound"] == 3
    assert folds[partition_of("ACME-1", 4)][-1].counts["ACME-1"] == 2


def test_recovery_leaves_out_what_was_put_aside(world):
    spec, folds = counting()
    world.send(ORDERS, command("ACME-1", 1), command("ACME-1", 2, "BOOM"), command("ACME-1", 3, "NO"), command("ACME-1", 4))
    first = session(world, spec)
    drain(first, 12)
    index = partition_of("ACME-1", 4)
    state = folds[index][-1].dump()
    world.broker.evict(first._consumer)
    WorkerSnapshot.objects.all().delete()
    drain(session(world, spec))
    assert folds[index][-1].dump() == state
    assert skipped(world.bus, "counting", Partition("orders", index)) == {1, 2}
    assert skipped(world.bus, "somebody", Partition("orders", index)) == frozenset()


def test_after_too_many_dead_letters_the_worker_halts_before_the_next(world):
    spec, _ = counting(most_records=1)
    for _ in range(5):
        world.send_raw(ORDERS, "ACME-1", b"garbage")
    made = session(world, spec, cap=3)
    with pytest.raises(TooManyDeadLetters, match=r"3 dead letters in one run; stopped before orders\[\d\] at 3: bad_header"):
        drain(made, 10)
    assert len(letters(world)) == 3
    assert committed(world) == 3


def test_a_halt_of_the_fold_stops_the_worker_with_its_reason(world, monkeypatch):
    spec, _ = counting()
    world.send(ORDERS, command("ACME-1", 1))

    class Halting:
        format_version = 1

        def handle(self, delivery, now):
            raise Halt("a gap in the sequence")

        recovered = staticmethod(lambda now: [])
        recover = staticmethod(lambda delivery: None)
        dump = staticmethod(dict)

    result = transform.run(replace(spec, fold=lambda partition: Halting()), Hand().control, 0)
    assert result["halted"] is True
    assert result["reason"] == "a gap in the sequence"
    assert committed(world) == 0


# -- recovery -------------------------------------------------------------------------------------------------------


def stopped(world, spec, count, start=1):
    """A run that ends in order, with its last snapshots."""
    world.send(ORDERS, *commands(count, start))
    hand = Hand()
    made = session(world, spec, hand)
    drain(made)
    hand.reason = "stop"
    made.work()
    made.close()


def test_a_snapshot_holds_the_state_at_its_offsets_and_three_are_kept(world):
    spec, folds = counting()
    for run in range(5):
        stopped(world, spec, 10, run * 10 + 1)
    for index in {partition_of(account, 4) for account in ACCOUNTS}:
        made = folds[index]
        kept = list(snapshots.usable(worker="counting", partition=index, format_version=1))
        assert len(kept) == 3
        assert kept[0].state == json.loads(snapshots.serialise(made[-1].dump()))
        assert kept[0].state_hash == snapshots.state_hash(made[-1].dump())
        assert kept[0].offsets == {
            "orders": world.broker.logs[Partition("orders", index)].end,
            "executions": world.broker.logs[Partition("executions", index)].end,
        }


def spoil(what):
    """Damage the newest snapshot of every partition."""
    for index in range(4):
        row = WorkerSnapshot.objects.filter(partition=index).order_by("-id").first()
        if row is None:
            continue
        if what == "bit":
            row.payload = bytes([row.payload[0]]) + bytes([row.payload[1] ^ 1]) + bytes(row.payload[2:])
        elif what == "torn":
            row.payload = bytes(row.payload)[: len(row.payload) // 2]
        elif what == "newer":
            row.format_version = 99
        elif what == "ahead":
            row.offsets = {"orders": 10_000, "executions": 10_000}
        else:
            row.offsets = {"orders": 0}
        row.save()


@pytest.mark.parametrize("what", ["bit", "torn", "newer", "ahead", "incomplete"])
def test_a_snapshot_that_cannot_be_trusted_is_passed_over_for_the_one_before(world, what):
    spec, folds = counting()
    stopped(world, spec, 20)
    stopped(world, spec, 20, 21)
    states = {index: made[-1].dump() for index, made in folds.items()}
    spoil(what)
    hand = Hand()
    drain(session(world, spec, hand))
    assert {index: made[-1].dump() for index, made in folds.items()} == states
    assert 0 < hand.control.counts["replayed"] < 80, "from the snapshot before, not from the beginning"


def test_without_any_snapshot_the_whole_log_is_replayed(world):
    spec, folds = counting()
    stopped(world, spec, 30)
    states = {index: made[-1].dump() for index, made in folds.items()}
    WorkerSnapshot.objects.all().delete()
    hand = Hand()
    drain(session(world, spec, hand))
    assert {index: made[-1].dump() for index, made in folds.items()} == states
    assert hand.control.counts["replayed"] == 60


def test_a_log_cut_beyond_what_is_needed_halts_the_worker(world):
    spec, _ = counting()
    stopped(world, spec, 30)
    WorkerSnapshot.objects.all().delete()
    for index in range(4):
        world.broker.cut(Partition("orders", index), 2)
    with pytest.raises(OffsetGone):
        transform.run(spec, Hand().control, 0)


@pytest.mark.django_db(transaction=True)
def test_snapshots_are_written_while_running_and_a_database_that_is_down_only_delays_them(world, monkeypatch):
    spec, _ = counting(snapshot_every=5)
    world.send(ORDERS, *commands(20))

    def down(**more):
        raise OperationalError("down")

    with monkeypatch.context() as patched:
        patched.setattr(snapshots, "save", down)
        made = session(world, spec)
        drain(made)
    gapless(world, 20)
    assert not WorkerSnapshot.objects.exists()
    world.send(ORDERS, *commands(20, 21))
    drain(made)
    assert WorkerSnapshot.objects.exists()


def test_what_recovery_publishes_is_written_before_the_first_answer(world):
    spec, _ = counting()
    plain = spec.fold

    def fold(partition):
        made = plain(partition)
        made.recovered = lambda now: [Output(EXECUTIONS.name, step(command("ACME-1", 1), 1))] if partition == home else []
        return made

    home = partition_of("ACME-1", 4)
    drain(session(world, replace(spec, fold=fold)))
    assert numbers(world) == {"ACME-1": [1]}
    assert committed(world) == 0


# -- members --------------------------------------------------------------------------------------------------------


def test_two_members_share_the_partitions_and_a_third_takes_over_where_one_stopped(world):
    spec, _ = counting()
    hands = [Hand(), Hand()]
    one, two = (session(world, spec, hands[slot], slot=slot) for slot in range(2))
    for _ in range(5):
        one.step()
        two.step()
    world.send(ORDERS, *commands(40))
    for _ in range(5):
        one.step()
        two.step()
    gapless(world, 40)
    assert set(one._folds) | set(two._folds) == {0, 1, 2, 3}
    assert not set(one._folds) & set(two._folds)
    two.close()
    world.send(ORDERS, *commands(40, 41))
    drain(one)
    gapless(world, 80)
    assert set(one._folds) == {0, 1, 2, 3}


def test_a_member_that_keeps_a_partition_keeps_its_fold(world):
    spec, folds = counting()
    one = session(world, spec)
    drain(one)
    world.send(ORDERS, *commands(20))
    drain(one)
    two = session(world, spec, slot=1)
    for _ in range(5):
        one.step()
        two.step()
    kept = [index for index in one._folds if len(folds[index]) == 1]
    assert kept == sorted(one._folds), "nobody else has committed there meanwhile"
    world.send(ORDERS, *commands(20, 21))
    for _ in range(5):
        one.step()
        two.step()
    gapless(world, 40)


def test_a_paused_worker_takes_nothing_and_goes_on_where_it_was(world, hand):
    spec, _ = counting()
    made = session(world, spec, hand)
    drain(made)
    hand.halted = True
    drain(made, 1)
    world.send(ORDERS, *commands(5))
    drain(made)
    assert world.records(EXECUTIONS.name) == []
    hand.halted = False
    drain(made)
    gapless(world, 5)
    assert hand.states == ["recovering", "running", "paused", "running"]


# -- watched topics -------------------------------------------------------------------------------------------------


def quote(bid):
    return Quote("IBM", bid, bid + 1, None, None, None, None, "Q", 5, "test")


def test_watched_topics_are_read_whole_from_a_while_ago_and_before_each_batch(world):
    seen = []
    spec, _ = counting(
        observed=(QUOTES.name,),
        observe=lambda deliveries: seen.extend(delivery.message.bid for delivery in deliveries),
        observe_from=60_000_000,
    )
    now = world.broker.clock
    world.broker.clock = lambda: now() - 120_000_000
    world.send(QUOTES, quote(1))
    world.broker.clock = now
    world.send(QUOTES, quote(2))
    made = session(world, spec)
    assert seen == [2], "known before the first command"
    drain(made)
    world.send(QUOTES, quote(3))
    world.send_raw(QUOTES, "IBM", b"garbage")
    world.send(QUOTES, quote(4))
    world.send(ORDERS, command("ACME-1", 1))
    drain(made)
    assert seen == [2, 3, 4]
    assert made._observation.unreadable == 1
    assert world.records(QUOTES.dead_letters) == [], "whoever consumes them puts them aside"
    for index in range(4):
        world.broker.cut(Partition(QUOTES.name, index), 50)
    drain(made)
    gapless(world, 1)
    assert BOOK.name not in {record.topic for record in world.records(BOOK.name)}


def test_a_run_that_lost_its_partitions_saves_no_snapshot(world):
    """Its state is old, and the end of the log already holds what its heir has written."""
    spec, _ = counting()
    world.send(ORDERS, *commands(20))
    hand = Hand()
    zombie = session(world, spec, hand)
    drain(zombie)
    world.broker.evict(zombie._consumer)
    heir = session(world, spec, slot=1)
    drain(heir)
    world.send(ORDERS, *commands(20, 21))
    drain(heir)
    hand.reason = "stop"
    with pytest.raises(Fenced):
        zombie.work()
    assert not WorkerSnapshot.objects.exists()
    gapless(world, 40)


def test_topics_that_do_not_exist_are_said(world, hand):
    spec, _ = counting()
    for index in range(4):
        del world.broker.logs[Partition("orders", index)]
    del world.broker.counts["orders"]
    with pytest.raises(BusError, match="topics create"):
        session(world, spec, hand)


def test_what_is_watched_is_read_again_within_a_batch(world):
    """Before each `observe_every` records of it: what comes while a large batch is worked on is known to its rest."""
    seen, known, times = [], [], []

    class Telling:
        format_version = 1

        def handle(self, delivery, now):
            known.append(list(seen))
            times.append(now)
            world.send(QUOTES, quote(len(known)))
            return []

        recovered = staticmethod(lambda now: [])
        recover = staticmethod(lambda delivery: None)
        dump = staticmethod(dict)

    spec, _ = counting(
        observed=(QUOTES.name,),
        observe=lambda deliveries: seen.extend(delivery.message.bid for delivery in deliveries),
        observe_every=2,
    )
    hand = Hand()
    made = session(world, replace(spec, fold=lambda partition: Telling()), hand)
    world.send(ORDERS, *(command("ACME-1", number) for number in range(1, 6)))
    drain(made)
    assert known == [[], [], [1, 2], [1, 2], [1, 2, 3, 4]]
    assert times[0] == times[1] < times[2] == times[3] < times[4], "the clock is read with it"
    assert hand.control.counts["transactions"] == 1
