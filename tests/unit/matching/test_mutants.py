"""Do the tests notice? Bugs are planted in copies of the engine, and a small set of the checks has to catch each of them.

The bugs are listed in `bugs`. The checks: every script of `rules/`, and over a fixed set of streams the model's words, levels and open
orders, readers of changed levels, and a snapshot in the middle.
"""

import json
from types import ModuleType

import pytest

from matching.domain.engine import Engine
from tests.unit.matching.bugs import BUGS
from tests.unit.matching.model import Model
from tests.unit.matching.planting import FOLDER, engine_with
from tests.unit.matching.rules import CASES
from tests.unit.matching.script import differences
from tests.unit.matching.streams import SYMBOLS, Stream, seeded, started
from tests.unit.matching.subject import Subject, plain

STREAMS = 300


@pytest.fixture(scope="module")
def streams() -> list[Stream]:
    return [seeded(seed) for seed in range(STREAMS)]


def faults(engine: ModuleType, state: ModuleType, streams: list[Stream]) -> list[str]:
    """What the checks find wrong with an engine: one entry for each kind of check at most."""
    return [*_broken_rules(engine), *_unlike_the_model(engine, state, streams)]


def _broken_rules(engine: ModuleType) -> list[str]:
    for name, script in CASES.items():
        try:
            found = differences(Subject(engine.Engine), script)
        except Exception as error:  # noqa: BLE001 - a crash is a fault like another
            found = [repr(error)]
        if found:
            return [f"rule {name}: {found[0]}"]
    return []


def _unlike_the_model(engine: ModuleType, state: ModuleType, streams: list[Stream]) -> list[str]:
    for number, stream in enumerate(streams):
        try:
            _follow(Subject(engine.Engine), state, stream)
        except Exception as error:  # noqa: BLE001 - a crash is a fault like another
            return [f"stream {number}: {error!r}"]
    return []


def _follow(subject: Subject, state: ModuleType, stream: Stream) -> None:
    model = started(Model())
    reader: dict[tuple[str, str], dict[int, tuple[int, int]]] = {(symbol, side): {} for symbol in SYMBOLS for side in ("buy", "sell")}
    for number, sent in enumerate(stream):
        events = subject.engine.apply(sent)
        assert [plain(event) for event in events] == model.apply(sent)
        for _, changed in subject.engine.changed(sent, events):
            for level in changed:
                reader[level.ladder.book.symbol, level.ladder.side][level.price] = (level.quantity, level.count)
        for (symbol, side), levels in reader.items():
            told = {(price, *level) for price, level in levels.items() if level[0]}
            assert told == set(subject.levels(symbol, side)) == set(model.levels(symbol, side))
        assert {order.id: order.leaves for order in model.open} == {id: order.leaves for id, order in subject.engine.orders.items()}
        if number % 20 == 19:
            copy = type(subject.engine)()
            state.restore(copy, json.loads(json.dumps(state.dump(subject.engine))))
            subject.engine = copy


def test_the_engine_as_it_is_passes_every_check(streams: list[Stream]) -> None:
    with engine_with(None) as (engine, state):
        assert engine.Engine is not Engine
        assert faults(engine, state, streams) == []


@pytest.mark.parametrize("name", BUGS)
def test_a_planted_bug_is_caught(name: str, streams: list[Stream]) -> None:
    with engine_with(BUGS[name]) as (engine, state):
        found = faults(engine, state, streams)
    assert found, f"no check notices that {name} ({BUGS[name].breaks})"


def test_bugs_are_planted_all_over_the_engine() -> None:
    planted = {bug.module for bug in BUGS.values()}
    modules = {path.stem for path in FOLDER.glob("*.py")} - {"__init__", "events"}
    assert planted == modules
    assert len(BUGS) >= 15
