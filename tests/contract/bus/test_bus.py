"""One suite for every bus: what the worker loops rely on. What memory cannot do is a strict expected failure with its reason."""

import threading
import time
from dataclasses import replace

import pytest

from oms_site.infra.bus.kafka import KafkaBus
from oms_site.infra.bus.partitioner import partition_of
from oms_site.infra.bus.ports import BusError, Fenced, OffsetGone, Outgoing, Partition
from tests.eventually import eventually


def outgoing(topic, *keys, **more):
    return [Outgoing(topic, key, f"{key}-{number}".encode(), **more) for number, key in enumerate(keys)]


def settle(case, *members, within=15.0):
    """Poll all members until every partition has an owner among them; what they read meanwhile."""
    found, deadline = [], time.monotonic() + within
    while time.monotonic() < deadline:
        for member in members:
            found += member.poll(20, 1_000)
        owned = sorted(part for member in members for part in member.assigned)
        if (
            len(owned) == len(set(owned))
            and len({part.index for part in owned}) == 4
            and all(m.assigned or len(members) > 4 for m in members)
        ):
            return found
    raise AssertionError("the group did not settle")


# -- writing and reading --------------------------------------------------------------------------------------------


def test_what_is_posted_is_there_in_order_once_it_is_settled(case):
    producer = case.producer()
    for number in range(300):
        producer.post([Outgoing("in", "k", b"%d" % number, partition=0)])
    producer.settle()
    producer.settle()
    assert [record.value for record in case.everything("in")] == [b"%d" % number for number in range(300)]


def test_a_post_that_is_refused_ends_the_producer(case):
    producer = case.producer()
    with pytest.raises(BusError):
        producer.post([Outgoing("in", "k", bytes(10 * 1024 * 1024))])
    with pytest.raises(BusError):
        producer.post(outgoing("in", "k"))
    with pytest.raises(BusError):
        producer.settle()


def test_records_of_a_key_keep_their_order_and_offsets_are_told(case):
    keys = [f"account-{number % 7}" for number in range(210)]
    records = outgoing("in", *keys)
    offsets = case.producer().send(records)
    found = case.everything("in")
    assert len(found) == 210
    for key in set(keys):
        assert [r.value for r in found if r.key == key] == [r.value for r in records if r.key == key]
    told = {(partition_of(r.key, 4), offset): r.value for r, offset in zip(records, offsets, strict=True)}
    assert told == {(r.partition, r.offset): r.value for r in found}


def test_the_key_decides_the_partition_unless_one_is_said(case):
    case.producer().send([*outgoing("in", "ACME-1", "ZEN-1", "IBM"), Outgoing("in", "*", b"control", partition=3)])
    for record in case.everything("in"):
        assert record.partition == (3 if record.key == "*" else partition_of(record.key, 4))


def test_headers_and_time_travel(case):
    before = time.time_ns() // 1000
    case.producer().send([Outgoing("in", "k", b"v", headers=(("error_code", b"x"), ("n", b"\x00\xff")))])
    (record,) = case.everything("in")
    assert record.headers == (("error_code", b"x"), ("n", b"\x00\xff"))
    assert before - 1_000_000 <= record.timestamp <= time.time_ns() // 1000 + 1_000_000


def test_a_reader_without_a_group_reads_from_where_it_is_told(case):
    case.producer().send([Outgoing("in", "k", str(n).encode(), partition=1) for n in range(10)])
    consumer = case.consumer()
    consumer.assign({Partition("in", 1): 4})
    assert [r.offset for r in case.read(consumer, 6)] == [4, 5, 6, 7, 8, 9]
    consumer.seek(Partition("in", 1), 8)
    assert [r.value for r in case.read(consumer, 2)] == [b"8", b"9"]
    assert consumer.position(Partition("in", 1)) == 10


def test_a_position_the_log_does_not_hold_is_said_never_skipped(case):
    case.producer().send(outgoing("in", "a"))
    consumer = case.consumer()
    consumer.assign({Partition("in", 0): 500})
    with pytest.raises(OffsetGone):
        case.read(consumer, 1, within=10)


def test_offsets_are_found_by_time(case):
    producer = case.producer()
    producer.send([Outgoing("in", "k", b"old", partition=0)])
    after = time.monotonic()
    eventually(lambda: time.monotonic() > after + 0.02, every=0.005)
    between = time.time_ns() // 1000
    eventually(lambda: time.monotonic() > after + 0.04, every=0.005)
    producer.send([Outgoing("in", "k", b"new", partition=0)])
    consumer = case.consumer()
    parts = consumer.partitions("in")
    found = consumer.offsets_for_time(parts, between)
    assert found == {Partition("in", 0): 1, Partition("in", 1): 0, Partition("in", 2): 0, Partition("in", 3): 0}
    assert consumer.offsets_for_time(parts, between + 10**12)[Partition("in", 0)] == 2


def test_a_record_that_is_too_large_is_refused_and_ends_the_producer(case):
    producer = case.producer()
    with pytest.raises(BusError):
        producer.send([Outgoing("in", "k", bytes(10 * 1024 * 1024))])
    with pytest.raises(BusError):
        producer.send(outgoing("in", "k"))
    case.producer().send(outgoing("in", "k"))


def test_back_pressure_more_records_than_may_be_in_flight_arrive_in_order(case):
    records = [Outgoing("in", "k", str(n).encode(), partition=0) for n in range(12_000)]
    case.producer().send(records, timeout=30)
    assert [r.value for r in case.everything("in")] == [r.value for r in records]


def test_a_small_poll_is_never_larger_than_asked(case):
    case.producer().send([Outgoing("in", "k", b"v", partition=n % 4) for n in range(100)])
    consumer = case.consumer()
    consumer.assign({Partition("in", index): 0 for index in range(4)})
    found = []
    while len(found) < 100:
        batch = consumer.poll(500, 7)
        assert len(batch) <= 7
        found += batch
    assert len({(r.partition, r.offset) for r in found}) == 100


# -- transactions ---------------------------------------------------------------------------------------------------


def forward(case, member, producer, records):
    """Commit the copies of a batch with its offsets."""
    offsets = {}
    for record in records:
        offsets[Partition(record.topic, record.partition)] = record.offset + 1
    producer.commit([Outgoing("out", r.key, r.value, r.partition) for r in records], offsets, member)


def test_outputs_and_offsets_become_visible_together(case):
    case.producer().send(outgoing("in", *"abcdefgh"))
    member, producer = case.member(), case.transactional()
    records = case.read(member, 8)
    assert case.everything("out") == []
    forward(case, member, producer, records)
    assert sorted(r.value for r in case.everything("out")) == sorted(r.value for r in records)
    committed = case.consumer("readers").committed([Partition("in", index) for index in range(4)])
    assert sum(committed.values()) == 8
    assert set(committed) == {Partition(r.topic, r.partition) for r in records}


def test_what_was_not_committed_is_delivered_again_to_the_next_run(case):
    case.producer().send(outgoing("in", *"abcdefgh"))
    member, producer = case.member(), case.transactional()
    records = case.read(member, 8)
    first = [r for r in records if r.partition == records[0].partition]
    forward(case, member, producer, first)
    member.close()
    producer.close()
    again = case.read(case.member(), 8 - len(first))
    assert sorted((r.partition, r.offset) for r in again) == sorted((r.partition, r.offset) for r in records if r not in first)


def test_a_transaction_that_fails_shows_nothing_of_itself(case):
    case.producer().send(outgoing("in", "a"))
    member, producer = case.member(), case.transactional()
    (record,) = case.read(member, 1)
    with pytest.raises(BusError):
        producer.commit(
            [*outgoing("out", "a", "b"), Outgoing("out", "c", bytes(10 * 1024 * 1024))],
            {Partition("in", record.partition): 1},
            member,
        )
    with pytest.raises(BusError):
        producer.commit(outgoing("out", "d"), {}, member)
    after = case.transactional()  # ends what the failed one left open
    after.commit([Outgoing("out", "e", b"good")], {}, member)
    assert [r.value for r in case.everything("out")] == [b"good"]
    assert case.consumer("readers").committed([Partition("in", record.partition)]) == {}


def test_an_older_producer_of_the_same_id_is_fenced(case):
    member = case.consumer("readers")
    zombie = case.transactional("worker-0")
    zombie.commit([Outgoing("out", "k", b"1")], {}, member)
    heir = case.transactional("worker-0")
    with pytest.raises(Fenced):
        zombie.commit([Outgoing("out", "k", b"zombie")], {}, member)
    heir.commit([Outgoing("out", "k", b"2")], {}, member)
    assert [r.value for r in case.everything("out")] == [b"1", b"2"]


def test_a_member_the_group_has_gone_on_without_cannot_commit(case):
    case.producer().send(outgoing("in", *"abcdefgh"))
    zombie, producer = case.member(), case.transactional("worker-0")
    records = case.read(zombie, 8)
    heir, heirs = case.member(), case.transactional("worker-1")
    if case.name == "memory":
        case.bus.broker.evict(zombie)
        settle(case, heir)
    else:  # the group takes both in anew; the batch read before belongs to the generation before
        before = zombie.group_metadata
        settle(case, zombie, heir)
        zombie.group_metadata = before
    with pytest.raises(Fenced):
        forward(case, zombie, producer, records)
    assert case.everything("out") == []
    heirs.commit([Outgoing("out", "k", b"ok")], {}, heir)
    assert [r.value for r in case.everything("out")] == [b"ok"]


# -- groups ---------------------------------------------------------------------------------------------------------


def test_co_partitioned_topics_are_assigned_together(case):
    members = [case.member(topics=("in", "side")) for _ in range(2)]
    settle(case, *members)
    for member in members:
        assert {p.index for p in member.assigned if p.topic == "in"} == {p.index for p in member.assigned if p.topic == "side"}
    assert sorted(len(member.assigned) for member in members) == [4, 4]


def test_members_that_poll_briefly_settle_again_and_again(case):
    """The client used to forget a join that ended between two polls (`kafka/joining.py`)."""
    for number in range(6):
        members = [case.member(f"group-{number}", ("in", "side")) for _ in range(2)]
        settle(case, *members)
        for member in members:
            member.close()


def test_when_a_member_leaves_the_rest_get_its_partitions_and_lose_nothing(case):
    case.producer().send(outgoing("in", *[f"k{n}" for n in range(40)]))
    one, two = case.member(), case.member()
    producer = case.transactional()
    found = settle(case, one, two)
    mine = [r for r in found if Partition(r.topic, r.partition) in one.assigned]
    two.close()
    # what `one` had read before the change is read again: nothing of it was committed
    deadline, again = time.monotonic() + 15, {}
    while len(again) < 40 and time.monotonic() < deadline:
        for record in one.poll(100, 1_000):
            again[record.partition, record.offset] = record
    if len(again) < 40:
        again |= {(r.partition, r.offset): r for r in mine}
    assert len(again) == 40
    assert len(one.assigned) == 4
    forward(case, one, producer, sorted(again.values(), key=lambda r: (r.partition, r.offset)))
    assert len(case.everything("out")) == 40


def test_a_paused_member_gets_nothing_and_goes_on_where_it_was(case):
    member = case.member()
    settle(case, member)
    member.pause()
    case.producer().send(outgoing("in", *"abcd"))
    assert case.read(member, 1, within=0.5) == []
    member.resume()
    assert len(case.read(member, 4)) == 4


def test_a_group_without_offsets_starts_at_the_first_record_kept(case):
    case.producer().send(outgoing("in", *"abcd"))
    assert len(case.read(case.member(), 4)) == 4


# -- faults ---------------------------------------------------------------------------------------------------------


NOT_IN_MEMORY = pytest.mark.xfail(strict=True, reason="a broker in memory answers at once or not at all: there is nothing to freeze")


@pytest.mark.parametrize("case", ["kafka", pytest.param("memory", marks=NOT_IN_MEMORY)], indirect=True)
def test_after_the_broker_froze_longer_than_the_delivery_timeout_everything_goes_on(case):
    assert case.freeze is not None
    producer, transactions, member = case.producer(), case.transactional(), case.member()
    case.producer().send(outgoing("in", "before"))
    records = case.read(member, 1)
    case.freeze()
    began = time.monotonic()
    with pytest.raises(BusError):
        producer.send(outgoing("in", "lost?"), timeout=5)
    assert time.monotonic() - began < 7, "a bounded wait"
    with pytest.raises(BusError):
        forward(case, member, transactions, records)
    assert time.monotonic() - began > case.bus.settings.delivery_timeout
    case.thaw()
    deadline = time.monotonic() + 20
    while True:
        try:
            case.producer().send(outgoing("in", "after"), timeout=5)
            break
        except BusError:
            assert time.monotonic() < deadline
    values = [r.value for r in case.everything("in")]
    assert values.count(b"after-0") == 1
    assert values.count(b"before-0") == 1
    assert values.count(b"lost?-0") <= 1
    heir = case.transactional()
    heir.commit([Outgoing("out", "k", b"ok")], {}, member)
    assert b"ok" in [r.value for r in case.everything("out")]


def test_clients_made_while_the_broker_is_away_say_so(case):
    if case.name == "memory":
        case.bus.broker.stop()
        bus = case.bus
    else:
        bus = KafkaBus(replace(case.bus.settings, bootstrap="127.0.0.1:9", connect_timeout=0.5))
    before = threading.active_count()
    for make in (
        lambda: bus.producer(client_id="x"),
        lambda: bus.consumer("g", client_id="x"),
        lambda: bus.transactional_producer("x"),
    ):
        with pytest.raises(BusError):
            make()
    assert threading.active_count() <= before, "nothing is left behind"
