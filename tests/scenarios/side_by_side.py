"""All plays of the running product side by side, each in a market of its own, so that a worker is held once for all who need it."""

from collections.abc import Callable, Iterable
from itertools import pairwise

from tests.scenarios.files import Play, Step
from tests.scenarios.floor import Floor
from tests.scenarios.rest_level import PHASES, RestLevel

_LEAVES_A_MARK = {*PHASES, "quotes"}
"""What changes a market for whoever comes after."""


class Player:
    """A play and how far it has come; `error` ends it. It begins when the one before it in its lane has ended."""

    def __init__(self, play: Play, mark: str) -> None:
        self.play = play
        self.mark = mark
        self.before: Player | None = None
        self.steps = list(play.steps)
        self.error = ""
        self.finished = False

    def enter(self, floor: Floor, symbol: str) -> None:
        """Take a market."""
        self.level = RestLevel(floor, symbol, self.mark)

    @property
    def next(self) -> Step | None:
        """The step it stands before, None at the end."""
        return self.steps[0] if self.steps and not self.error else None

    @property
    def may_go_on(self) -> bool:
        """Whether there is a step to do, and the market is its own."""
        return self.next is not None and (self.before is None or self.before.finished)

    @property
    def waits_for(self) -> str:
        """`hold matching`, `release`: what the test itself must do for all before this play can go on."""
        return self.next.sentence if self.next and self.next.ask.actor == "test" else ""

    def ask(self) -> None:
        """Do what the step says, in an empty market at the beginning."""
        if self.before and len(self.steps) == len(self.play.steps):
            self._try(self.level.emptied)
        self._try(lambda: self.next and getattr(self.level, self.next.ask.method)(self.next))

    def hear(self) -> None:
        """See what followed, and go on to the next step; after the last, leave the market as it was."""
        self._try(lambda: self.next and self.level.arrived(self.next))
        self.steps[:1] = []
        if not self.error and self.level.actual != self.level.expected:
            self.error = "told otherwise"
        if self.next is None:
            self._try(self.level.ended)
            self._try(self.level.clear)
            self.finished = not self.error

    def _try(self, act: Callable[[], object]) -> None:
        if not self.error:
            try:
                act()
            except AssertionError as error:
                self.error = f"{self.next.sentence if self.next else 'at the end'}: {error}"


def lanes(players: Iterable[Player]) -> list[list[Player]]:
    """Plays that can follow one another in one market: one that leaves no mark, then one that needs a worker held."""
    calm = [player for player in players if "hold" not in _verbs(player)]
    racing = [player for player in players if "hold" in _verbs(player)]
    unmarked = [player for player in calm if not _LEAVES_A_MARK & _verbs(player)]
    made = [[player] for player in calm if player not in unmarked]
    for index in range(max(len(unmarked), len(racing))):
        made.append(unmarked[index : index + 1] + racing[index : index + 1])
    for lane in made:
        for before, player in pairwise(lane):
            player.before = before
    return made


def _verbs(player: Player) -> set[str]:
    return {step.ask.verb for step in player.steps}


def play_all(floor: Floor, players: list[Player]) -> None:
    """Every play to its end, step by step side by side; a worker is held when all who can go on without have done so."""
    holding: list[Player] = []
    while True:
        active = [player for player in players if player.may_go_on and (not floor.held or player in holding)]
        movers = [player for player in active if not player.waits_for]
        if movers:
            for player in movers:
                player.ask()
            _hear(movers)
        elif floor.held:
            floor.release()
            _hear(active)
        elif active:
            holding = [player for player in active if player.waits_for == active[0].waits_for]
            floor.hold(holding[0].waits_for.removeprefix("hold "))
            _hear(holding)
        else:
            return


def _hear(players: Iterable[Player]) -> None:
    for player in players:
        player.hear()
