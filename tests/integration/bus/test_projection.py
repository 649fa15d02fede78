"""The loop of projections: rows and offsets together or not at all, one instance, poison found and put aside."""

from collections import Counter

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, OperationalError

from oms_site.infra.bus import projection
from oms_site.infra.bus.dead_letters import Budget, TooManyDeadLetters, parse
from oms_site.infra.bus.models import ConsumedOffset
from oms_site.infra.bus.ports import Fenced, OffsetGone, Partition
from oms_site.infra.bus.processor import Frame, ProjectionSpec
from oms_site.infra.bus.projection import Isolation, ProjectionSession
from schemas.topics import ORDERS, QUOTES
from tests.integration.bus.conftest import Hand, command

pytestmark = pytest.mark.django_db(transaction=True)


class Pushed(list):
    """Where frames go."""

    def push(self, frames):
        self.extend(frames)

    def close(self):
        pass


class Rows:
    """A handler that writes one row a command (names of groups will do) and fails where it is told to."""

    def __init__(self):
        self.batches = []
        self.fail = {}
        self.calls = Counter()

    def __call__(self, deliveries, now):
        self.batches.append(len(deliveries))
        for delivery in deliveries:
            self.calls[delivery.message.id] += 1
            failure = self.fail.get(delivery.message.id)
            if failure is not None:
                raise failure
        Group.objects.bulk_create([Group(name=f"{d.message.id}") for d in deliveries])
        return [Frame("orders", d.message.account, d.message.command_id, "update", lambda: b"{}") for d in deliveries]


@pytest.fixture
def rows():
    return Rows()


def spec_of(rows, **more):
    return ProjectionSpec(name="toy", handlers={ORDERS.name: (rows,)}, **more)


def session(world, spec, hand=None, *, pushed=None, cap=100):
    return ProjectionSession(
        world.bus,
        world.wire,
        spec,
        (hand or Hand()).control,
        publisher=Pushed() if pushed is None else pushed,
        budget=Budget(spec.name, cap),
        isolation=Isolation(spec.max_records),
    )


def drain(made, steps=6):
    for _ in range(steps):
        made.step()


def stored():
    return sum(ConsumedOffset.objects.filter(group="toy").values_list("offset", flat=True))


def names():
    return sorted(Group.objects.values_list("name", flat=True))


def orders(*numbers):
    return [command(f"A{number % 5}", number, f"O{number:03}") for number in numbers]


def test_rows_and_offsets_are_written_together_and_frames_follow(world, rows):
    world.send(ORDERS, *orders(*range(30)))
    hand, pushed = Hand(), Pushed()
    drain(session(world, spec_of(rows), hand, pushed=pushed))
    assert names() == [f"O{number:03}" for number in range(30)]
    assert stored() == 30
    assert len(pushed) == 30
    assert hand.control.counts == {"consumed": 30, "frames": 30, "transactions": 1}


def test_a_restart_goes_on_where_postgresql_says(world, rows):
    world.send(ORDERS, *orders(*range(10)))
    drain(session(world, spec_of(rows)))
    world.send(ORDERS, *orders(*range(10, 20)))
    drain(session(world, spec_of(rows)))
    assert names() == [f"O{number:03}" for number in range(20)]
    assert set(rows.calls.values()) == {1}


def test_a_second_instance_never_applies_a_batch_twice(world, rows):
    spec = spec_of(rows)
    one, two = session(world, spec), session(world, spec)
    world.send(ORDERS, *orders(*range(10)))
    drain(one)
    pushed = Pushed()
    two._publisher = pushed
    with pytest.raises(Fenced, match="another instance"):
        drain(two)
    assert names() == [f"O{number:03}" for number in range(10)]
    assert stored() == 10
    assert pushed == []


def test_a_batch_that_is_rolled_back_leaves_no_row_no_offset_and_no_frame(world, rows):
    world.send(ORDERS, *orders(1, 2))
    rows.fail["O002"] = OperationalError("deadlock detected")
    pushed = Pushed()
    with pytest.raises(OperationalError):
        drain(session(world, spec_of(rows), pushed=pushed))
    assert (names(), stored(), pushed) == ([], 0, [])


def test_a_database_that_is_away_is_waited_for_and_nothing_is_put_aside(world, rows):
    world.send(ORDERS, *orders(1, 2, 3))
    rows.fail["O002"] = OperationalError("the server closed the connection")
    hand = Hand()
    waits = []

    class Watched(type(hand.control)):
        __slots__ = ()

        def idle(self, seconds):
            waits.append(seconds)
            if len(waits) == 4:
                rows.fail.clear()

    def report(state, progress):
        if stored() == 3:
            hand.reason = "done"

    result = projection.run(spec_of(rows), Watched(lambda: hand.reason, lambda: False, report), Pushed())
    assert result["reason"] == "done"
    assert result["faults"] == 4
    assert names() == ["O001", "O002", "O003"]
    assert world.records(ORDERS.dead_letters) == []


@pytest.mark.parametrize("failure", [IntegrityError("null value"), KeyError("symbol"), ZeroDivisionError()], ids=lambda e: type(e).__name__)
def test_the_record_that_fails_is_found_put_aside_and_the_rest_applied(world, rows, failure):
    world.send(ORDERS, *orders(*range(40)))
    rows.fail = {"O013": failure, "O031": failure}
    hand = Hand()
    drain(session(world, spec_of(rows), hand), 60)
    assert names() == [f"O{number:03}" for number in range(40) if number not in (13, 31)]
    assert stored() == 40
    letters = [parse(record) for record in world.records(ORDERS.dead_letters)]
    assert sorted(world.wire.message(ORDERS, letter.value).id for letter in letters) == ["O013", "O031"]
    assert {letter.code for letter in letters} == {"handler_failed"}
    assert all(type(failure).__name__ in letter.message for letter in letters)
    assert hand.control.counts["dead_letters"] == 2


def test_a_failure_that_passes_puts_nothing_aside(world, rows):
    world.send(ORDERS, *orders(*range(8)))
    rows.fail["O005"] = ValueError("for now")
    made = session(world, spec_of(rows))
    drain(made, 3)
    rows.fail.clear()
    drain(made, 12)
    assert names() == [f"O{number:03}" for number in range(8)]
    assert world.records(ORDERS.dead_letters) == []


def test_what_cannot_be_read_is_put_aside_in_kafka_before_the_offset_moves(world, rows):
    world.send(ORDERS, *orders(1))
    world.send_raw(ORDERS, "A1", b"garbage")
    world.send(ORDERS, *orders(6))
    drain(session(world, spec_of(rows)))
    assert names() == ["O001", "O006"]
    assert stored() == 3
    (letter,) = [parse(record) for record in world.records(ORDERS.dead_letters)]
    assert (letter.code, letter.worker, letter.offset) == ("bad_header", "toy", 1)


def test_after_too_many_dead_letters_it_halts(world, rows):
    for _ in range(4):
        world.send_raw(ORDERS, "A1", b"garbage")
    with pytest.raises(TooManyDeadLetters):
        drain(session(world, spec_of(rows), cap=3))
    assert stored() == 0


def test_a_conflating_projection_gathers_before_it_writes(world, rows):
    spec = spec_of(rows, min_interval_ms=300, max_records=1_000)
    made = session(world, spec)
    world.send(ORDERS, *orders(1))
    drain(made, 1)
    for number in range(2, 12):
        world.send(ORDERS, *orders(number))
        made.step()
    assert rows.batches == [1], "the first at once, then nothing until the interval is over"
    made._written_at -= 1
    made.step()
    assert rows.batches == [1, 10]


def test_what_was_written_together_is_gathered_from_the_first_record_on(world, rows):
    made = session(world, spec_of(rows, gather_ms=200, max_records=1_000))
    for number in range(1, 4):
        world.send(ORDERS, *orders(number))
        made.step()
    assert rows.batches == []
    made._began_at -= 1
    made.step()
    assert rows.batches == [3]


def test_prepare_may_go_back_and_what_is_read_again_is_the_handlers_to_know(world, rows):
    world.send(ORDERS, *orders(1, 6, 11))
    drain(session(world, spec_of(rows)))
    Group.objects.all().delete()
    asked = []

    def prepare(positions):
        asked.append(dict(positions))
        return {place: max(0, offset - 2) for place, offset in positions.items()}

    drain(session(world, spec_of(rows, prepare=prepare)))
    assert sum(asked[0].values()) == 3
    assert names() == ["O006", "O011"]
    assert stored() == 3


def test_a_log_cut_beyond_the_position_halts(world, rows):
    world.send(ORDERS, *orders(*range(20)))
    drain(session(world, spec_of(rows)))
    for index in range(4):
        where = Partition(ORDERS.name, index)
        world.broker.cut(where, world.broker.logs[where].end)
    world.send(ORDERS, *orders(*range(20, 30)))
    for index in range(4):
        world.broker.cut(Partition(ORDERS.name, index), world.broker.logs[Partition(ORDERS.name, index)].end)
    with pytest.raises(OffsetGone):
        projection.run(spec_of(rows), Hand().control, Pushed())


def test_a_paused_projection_writes_nothing(world, rows, hand):
    made = session(world, spec_of(rows), hand)
    hand.halted = True
    drain(made, 1)
    world.send(ORDERS, *orders(1))
    drain(made)
    assert names() == []
    hand.halted = False
    drain(made)
    assert names() == ["O001"]


def test_topics_have_their_handlers_in_order(world):
    calls = []

    def handler(name):
        def handle(deliveries, now):
            calls.append((name, len(deliveries)))
            return []

        return handle

    spec = ProjectionSpec(name="toy", handlers={ORDERS.name: (handler("first"), handler("second")), QUOTES.name: (handler("quotes"),)})
    world.send(ORDERS, *orders(1, 2))
    drain(session(world, spec), 2)
    assert calls == [("first", 2), ("second", 2)]
