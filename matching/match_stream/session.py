"""One run: an engine of its own, lines in, answers out."""

from collections.abc import Iterable, Sequence

from matching.domain import state
from matching.domain.book import Rules
from matching.domain.engine import Engine
from matching.domain.events import Event, Rejected, ReplaceRejected
from matching.match_stream.answers import Answers
from matching.match_stream.commands import SYMBOL, command, refusal
from matching.match_stream.forms import Request, read
from schemas.units import ONE

DEFAULT_RULES = Rules(tick=1, lot=ONE)
"""Of a symbol without an `instrument` line: tick 0.00000001, lot 1."""

_BLANKS = b" \t\r\n"


class Session:
    """The engine with the lines it was given so far; `line` is the number of the last one."""

    def __init__(self) -> None:
        self.engine = Engine(default_rules=DEFAULT_RULES)
        self.answers = Answers()
        self.line = 0

    def take(self, lines: Iterable[bytes]) -> None:
        """Apply some lines. Raises `Malformed` at the first one that is; those before it have been applied and answered."""
        for line in lines:
            self.line += 1
            stripped = line.strip(_BLANKS)
            if stripped:
                self._apply(read(stripped))

    def take_hash(self) -> None:
        """Answer with the hash of the state."""
        self.answers.hash(state.digest(self.engine))

    def _apply(self, request: Request) -> None:
        if request.op == "book":
            symbol = request.values.get("symbol", SYMBOL)
            self.answers.book(self.line, symbol, self.engine.books.get(symbol), request.values.get("depth"))
        else:
            self.answers.tell(self.line, self._events(request))

    def _events(self, request: Request) -> Sequence[Event]:
        op, values, _ = request
        if op in {"new", "replace"}:
            order_id = values["id"]
            if (order_id in self.engine.orders) == (op == "replace"):  # else the engine refuses it, whatever its terms
                code = refusal(request)
                if code is not None:
                    return [Rejected(order_id, code) if op == "new" else ReplaceRejected(order_id, code, None)]
        elif op == "mass_cancel" and "" in values.values():  # nobody's orders; to the engine it would mean everybody's
            return []
        return self.engine.apply(command(self.line, request))
