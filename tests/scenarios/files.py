"""The scenario files: one for each row of the state-change matrices, each with one or more plays of it."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from tests.scenarios.notation import Ask, Told, read_ask, read_told

DATA = Path(__file__).parent / "data"
LEVELS = ("engine", "messages", "rows", "rest")


class Step(NamedTuple):
    """Something is done, and what the owner of order X is told because of it, in order."""

    ask: Ask
    sentence: str
    told: tuple[Told, ...]

    def heard(self, *, by_rest: bool) -> tuple[Told, ...]:
        """What is told at a level that goes by REST, or at one where a command may come another way."""
        return tuple(line for line in self.told if not (by_rest and line.past_intake))

    @property
    def stops_at_intake(self) -> bool:
        """Whether intake answers it and no command follows."""
        return self.ask.answer is not None and not self.told

    @property
    def stops_at_risk(self) -> bool:
        """Whether risk refuses it, so that the market never hears of it."""
        return any(line.by_risk and line.reason and line.type.endswith("rejected") for line in self.told)


class Play(NamedTuple):
    """One way a scenario goes. `levels` are those it can happen at; `why` says what keeps it from the others."""

    scenario: str
    name: str
    steps: tuple[Step, ...]
    levels: tuple[str, ...]
    why: str

    @property
    def key(self) -> str:
        """`B.1.c the fill wins`."""
        return f"{self.scenario} {self.name}"


class Scenario(NamedTuple):
    """A row of the matrices: what it says, and what differs here and why (`policy`)."""

    id: str
    title: str
    row: str
    policy: str
    plays: tuple[Play, ...]


@cache
def scenarios() -> tuple[Scenario, ...]:
    """All files, by id. Raises `ValueError` for a file that does not read as one."""
    return tuple(sorted((_scenario(tomllib.loads(path.read_text(encoding="utf-8"))) for path in DATA.glob("*.toml")), key=lambda s: s.id))


def plays(level: str) -> list[Play]:
    """Every play that can happen at a level."""
    return [play for scenario in scenarios() for play in scenario.plays if level in play.levels]


def _scenario(data: dict[str, Any]) -> Scenario:
    _only(data, "id", "title", "row", "policy", "play")
    return Scenario(data["id"], data["title"], data["row"], data.get("policy", ""), tuple(_play(data["id"], play) for play in data["play"]))


def _play(scenario: str, data: dict[str, Any]) -> Play:
    _only(data, "name", "steps", "levels", "why")
    levels = tuple(data.get("levels", LEVELS))
    if set(levels) - set(LEVELS) or (levels != LEVELS) != ("why" in data):
        raise ValueError(f"{scenario} {data['name']}: unknown level, or levels without a why")
    steps = tuple(Step(read_ask(sentence), sentence, tuple(map(read_told, told))) for sentence, *told in data["steps"])
    return Play(scenario, data["name"], steps, levels, data.get("why", ""))


def _only(data: dict[str, Any], *known: str) -> None:
    if data.keys() - set(known):
        raise ValueError(f"{data.get('id', data.get('name'))}: unknown {data.keys() - set(known)}")
