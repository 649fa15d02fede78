"""Level 4: the running product. Requests by HTTP; what is told is read from the order's events."""

from collections.abc import Callable, Mapping
from typing import Any

from schemas.messages import Execution, OrderCommand
from tests.eventually import eventually
from tests.scenarios.by_rest import ACCOUNTS, DESK_NAME, OTHER_NAME, OWNER_NAME, Answer, ByRest
from tests.scenarios.files import Step
from tests.scenarios.floor import Floor
from tests.scenarios.notation import Told
from tests.scenarios.playing import side_by_side

WITHIN = 30.0
PHASES = {"halts": "halted", "resumes": "continuous", "closes": "closed", "opens": "continuous", "calls": "auction"}
"""Which phase the desk's verbs put a market into."""


class RestLevel(ByRest):
    """One play by REST. What is told is read from the order's events; while the projection is held, from the log."""

    def __init__(self, floor: Floor, symbol: str, mark: str) -> None:
        super().__init__(symbol, mark)
        self.floor = floor
        self.read = 0
        self.due: list[Told] = []
        self.expected: list[str] = []
        self.actual: list[str] = []

    def call(self, who: str, method: str, path: str, body: Mapping[str, Any] | None = None, key: str = "") -> Answer:
        """Over HTTP."""
        return self.floor.call(who, method, path, body, key)

    def press(self, path: str, form: Mapping[str, str], *, who: str = DESK_NAME, page: str = "") -> str:
        """Over HTTP, in that person's session."""
        return self.floor.press(path, form, who=who, page=page)

    def market_quotes(self, step: Step) -> None:
        """Another quote from outside."""
        self.floor.quote(self.symbol, *step.ask.words)

    # what follows

    def arrived(self, step: Step) -> None:
        """Wait until the step has had its effect, and compare what is told as soon as that can be seen."""
        self.expected.append(step.sentence)
        self.actual.append(step.sentence)
        self.due += step.heard(by_rest=True)
        if self.floor.held == "core":
            self._until(lambda: len(self._logged()) >= len(self.due), step)
            return
        if step.ask.method.startswith("market_") and "other" in self.ids:
            self._until(self._other_taken, step)
        if step.ask.verb in PHASES:
            self._until(lambda: self._stands(PHASES[step.ask.verb]), step)
        told = self._news()
        said, heard = side_by_side(self.due, told)
        self.due = []
        self.expected += said
        self.actual += heard

    def _other_taken(self) -> bool:
        """The other side's order is in the market, or before it where that is held."""
        events = self._events("other", OTHER_NAME)
        return bool(events) and (self.floor.held == "matching" or events[-1]["status"] != "pending_new")

    def _stands(self, phase: str) -> bool:
        """The market is in the phase, or the phase waits before it where it is held."""
        if self.floor.held == "matching":
            return any(isinstance(one, OrderCommand) and one.phase == phase for one in self.floor.logged(self.symbol))
        return bool(self._book()["phase"] == phase)

    def _logged(self) -> list[Execution]:
        """X's records since the projection is held."""
        return [one for one in self.floor.logged(self.symbol) if isinstance(one, Execution) and one.order_id == self.ids.get("X")]

    def _news(self) -> list[Told]:
        """New events of X, at least as many as are due (fewer when they do not come)."""
        if "X" not in self.ids:
            return []
        wanted = self.read + len(self.due)
        events: list[dict[str, Any]] = []

        def come() -> bool:
            events[:] = self.events()
            return len(events) >= wanted

        try:
            eventually(come, within=WITHIN if self.actual == self.expected else 0)
        except AssertionError:
            self.expected.append(f"    (not within {WITHIN} s)")
        fresh, self.read = events[self.read :], len(events)
        if not fresh:
            return []
        order = self.call(OWNER_NAME, "GET", self.path()).body
        told = [_told(event) for event in fresh]
        now = {
            "avg": order["avg_price"] or "none",
            "source": order["source"],
            "day": f"{order['day_quantity']}/{order['day_cum_quantity']}",
        }
        told[-1] = told[-1]._replace(named={**told[-1].named, **now})
        self.last = (told[-1].status, told[-1].cum, told[-1].leaves)
        return told

    # the end

    def ended(self) -> None:
        """Nothing was told after the last step, and the book shows what is open of X: it is the only buyer of every play."""
        assert len(self.events()) == self.read
        order = self.call(OWNER_NAME, "GET", self.path()).body if "X" in self.ids else {"leaves_quantity": "0"}
        left = {} if order["leaves_quantity"] == "0" else {order["price"]: order["leaves_quantity"]}
        eventually(
            lambda: {price: quantity for price, quantity, _ in self._book()["bids"]} == left, what=f"{self.symbol}: the book shows {left}"
        )

    def clear(self) -> None:
        """Take back whatever is open in the market."""
        for who in ACCOUNTS:
            assert self.call(who, "POST", "/api/orders/cancel", {"symbol": self.symbol}).status == 202

    def emptied(self) -> None:
        """What the play before has left is gone."""
        eventually(lambda: (book := self._book()) and not book["bids"] + book["asks"], what=f"{self.symbol} is empty")

    def _book(self) -> Any:
        return self.call(OWNER_NAME, "GET", f"/api/book/{self.symbol}").body

    def _events(self, order: str, who: str) -> list[dict[str, Any]]:
        return self.call(who, "GET", f"{self.path(order)}/events?page_size=100").body["results"]

    def _until(self, condition: Callable[[], bool], step: Step) -> None:
        eventually(condition, within=WITHIN, what=f"{self.symbol}: {step.sentence}")

    def traces(self) -> Any:
        """The owner's orders there are in this market, as they stand, and the events of X."""
        orders = self.call(OWNER_NAME, "GET", f"/api/orders?symbol={self.symbol}").body["results"]
        return orders, self.events()

    def events(self) -> list[dict[str, Any]]:
        """X's life."""
        return self._events("X", OWNER_NAME) if "X" in self.ids else []


def _told(event: Mapping[str, Any]) -> Told:
    named = {
        "total": event["quantity"],
        "price": event["price"] or "none",
        "last": "none" if event["last_quantity"] is None else f"{event['last_quantity']}@{event['last_price']}",
    }
    return Told("X", event["type"], event["status"], event["cum_quantity"], event["leaves_quantity"], event["reason"] or "", named)
