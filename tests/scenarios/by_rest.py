"""What people do at the levels that have a door for them: requests by REST, the desk's pages, and what each must be answered."""

import re
from collections.abc import Mapping
from functools import partialmethod
from typing import Any, NamedTuple

from tests.scenarios.commands import OTHER, OWNER, fill_of
from tests.scenarios.files import Step
from tests.scenarios.notation import Ask, Terms, terms

OWNER_NAME, OTHER_NAME, SALES_NAME = "scene-owner", "scene-other", "scene-sales"
DESK_NAME, SECOND_NAME = "ops1", "ops2"
"""Who presses the desk's buttons, and who agrees where it takes two."""
ACCOUNTS = {OWNER_NAME: OWNER, OTHER_NAME: OTHER, SALES_NAME: OWNER}
"""Who enters orders for which account; `sales` takes them by telephone."""
KINDS = {OWNER: "customer", OTHER: "house"}
"""The other side sells what it does not hold, as the house may."""
REQUEST = re.compile(r"/admin/approvals/changerequest/\d+/")
"""Where a request that waits for a second person is."""
FLAGS = {"true": True, "false": False}


class Answer(NamedTuple):
    """Status and decoded body of an answer, and whether it says that it is an earlier one again."""

    status: int
    body: Any
    replayed: bool


class ByRest:
    """The steps of one play as requests. A subclass says how a request travels (`call`) and how news arrive."""

    def __init__(self, symbol: str, mark: str) -> None:
        """`mark` makes the names of this play's orders and requests its own."""
        self.symbol = symbol
        self.mark = mark
        self.ids: dict[str, str] = {}
        self.last: tuple[str, str, str] = ("", "", "")
        """Status, cum and leaves told last of X."""
        self._body: dict[str, Any] = {}
        self._before: Any = None

    def call(self, who: str, method: str, path: str, body: Mapping[str, Any] | None = None, key: str = "") -> Answer:
        """Send a request as a person, with an Idempotency-Key where one is given."""
        raise AssertionError("a level says how requests travel")

    def press(self, path: str, form: Mapping[str, str], *, who: str = DESK_NAME, page: str = "") -> str:
        """Somebody of the desk opens a page of the admin, fills in its form and presses the button; the address that comes next.

        `page` is the page with the button, where it is not the button's own address.
        """
        raise AssertionError("a level says how the desk's forms travel")

    def path(self, order: str = "X") -> str:
        """Where an order is; of one nobody entered, where it would be."""
        return f"/api/orders/{self.ids.get(order, 'NOSUCHORDER')}"

    # the owner

    def trader_enters(self, step: Step, who: str = OWNER_NAME) -> None:
        """A new order, or (`again`) the last body once more, with changes; `key` is the Idempotency-Key."""
        fields = {name: value for name, value in step.ask.fields.items() if name != "key"}
        again = step.ask.words == ("again",)
        body = self._body | fields if again else self.body(ACCOUNTS[who], terms(step.ask)) | {"client_order_id": f"{self.mark}-X"}
        self.asking(step)
        answer = self.call(who, "POST", "/api/orders", body, self._key(step))
        self.answered(step, answer, 201)
        if answer.status != 201:
            return
        assert answer.replayed == again
        if again:
            assert answer.body["id"] == self.ids["X"], "a repeat gets the first answer"
        self.ids["X"], self._body = answer.body["id"], body

    def _key(self, step: Step) -> str:
        return f"{self.mark}-{step.ask.fields['key']}" if "key" in step.ask.fields else ""

    desk_enters = partialmethod(trader_enters, who=SALES_NAME)

    def trader_cancels(self, step: Step) -> None:
        """A cancel of X, or of an order nobody knows."""
        self.asking(step)
        answer = self.call(OWNER_NAME, "DELETE", self.path(*step.ask.words))
        self.answered(step, answer, 202)

    def trader_replaces(self, step: Step) -> None:
        """New terms, under the name that follows `as`."""
        name = {"client_order_id": f"{self.mark}-{step.ask.words[1]}"} if step.ask.words else {}
        self.asking(step)
        self.answered(step, self.call(OWNER_NAME, "PATCH", self.path(), dict(step.ask.fields) | name), 202)

    def trader_looks(self, step: Step) -> None:
        """A look tells the state of the moment and leaves no trace."""
        before = self._before = self.traces()
        answer = self.call(OWNER_NAME, "GET", self.path(*step.ask.words))
        self.answered(step, answer, 200)
        if answer.status == 200:
            assert (answer.body["status"], answer.body["cum_quantity"], answer.body["leaves_quantity"]) == self.last
        assert self.traces() == before, "a look leaves no trace"

    # the market

    def market_sells(self, step: Step) -> None:
        self._other("sell", step.ask, "ioc")

    def market_buys(self, step: Step) -> None:
        self._other("buy", step.ask, "ioc")

    def market_offers(self, step: Step) -> None:
        self._other("sell", step.ask, "day")

    def market_bids(self, step: Step) -> None:
        self._other("buy", step.ask, "day")

    def _other(self, side: str, ask: Ask, tif: str) -> None:
        quantity, at, price = ask.words
        assert at == "@"
        answer = self.call(OTHER_NAME, "POST", "/api/orders", self.body(ACCOUNTS[OTHER_NAME], Terms(side, quantity, price, tif, {})))
        assert answer.status == 201, answer
        self.ids["other"] = answer.body["id"]

    # the desk

    def desk_cancels(self, step: Step) -> None:
        """Told to the client with one of the desk's codes."""
        self.press(f"/admin/orders/order/{self.ids['X']}/cancel/", {"reason": step.sentence, "code": step.ask.words[0]})

    def desk_changes(self, step: Step) -> None:
        """The form shows the terms as they are; what is not changed is sent as it was."""
        stands = self.call(OWNER_NAME, "GET", self.path()).body
        terms_ = {name: stands[name] for name in ("quantity", "price")} | step.ask.fields
        self.press(f"/admin/orders/order/{self.ids['X']}/restate/", {"reason": step.sentence, **terms_})

    def desk_splits(self, step: Step) -> None:
        """So many new for so many old."""
        numerator, _, denominator = step.ask.words[0].partition(":")
        ratio = {"numerator": numerator, "denominator": denominator}
        self.press(f"/admin/orders/order/{self.ids['X']}/split/", {"reason": step.sentence, **ratio})

    def desk_busts(self, step: Step) -> None:
        """On the page of the fill's execution."""
        self._agreed(f"/admin/orders/execution/{self._fill(fill_of(step.ask)[0])}/bust/", {"reason": step.sentence})

    def desk_corrects(self, step: Step) -> None:
        """On the page of the fill's execution."""
        _, number, _, quantity, _, price = step.ask.words
        path = f"/admin/orders/execution/{self._fill(int(number))}/correct/"
        self._agreed(path, {"reason": step.sentence, "quantity": quantity, "price": price})

    def _agreed(self, path: str, form: Mapping[str, str]) -> None:
        """Press a button; where that only asks for it, a second person approves."""
        asked = REQUEST.match(self.press(path, form))
        if asked:
            self.press(f"{asked[0]}approve/", {"reason": form["reason"]}, who=SECOND_NAME, page=f"{asked[0]}change/")

    def _fill(self, number: int) -> str:
        """The execution of X's first, second … fill."""
        found = self.call(OWNER_NAME, "GET", f"/api/executions?account={ACCOUNTS[OWNER_NAME]}&symbol={self.symbol}").body["results"]
        own = [row["id"] for row in reversed(found) if row["order"] == self.ids["X"] and row["type"] == "trade"]
        return str(own[number - 1])

    def desk_halts(self, step: Step) -> None:
        self._market("halt", step)

    def desk_calls(self, step: Step) -> None:
        """An auction of the kind that is named."""
        self._market("auction", step, kind=step.ask.words[0])

    def desk_resumes(self, step: Step) -> None:
        self._market("resume", step)

    def desk_closes(self, step: Step) -> None:
        """The business date that ends is the one it is."""
        self._market("close", step)

    def desk_opens(self, step: Step) -> None:
        """Back to what the calendar says."""
        self._market("resume", step)

    def _market(self, action: str, step: Step, **more: str) -> None:
        self.press(f"/admin/marketdata/instrument/{self.symbol}/market/{action}/", {"reason": step.sentence, **more})

    # what is asked and answered

    def body(self, account: str, asked: Terms) -> dict[str, Any]:
        """An order's body: decimal text, flags as JSON's."""
        more = {name: FLAGS.get(value, value) for name, value in asked.conditions.items()}
        values = {"account": account, "symbol": self.symbol, "side": asked.side, "type": "limit", "tif": asked.tif}
        return values | {"quantity": asked.quantity, "price": asked.price} | more

    def asking(self, step: Step) -> None:
        """Remember the traces there are, before a request that is to be refused."""
        self._before = self.traces() if step.ask.answer is not None and step.ask.answer >= 400 else None

    def answered(self, step: Step, answer: Answer, usual: int) -> None:
        """The status (and what is at fault) the file asks for; a refusal leaves no trace."""
        assert answer.status == (step.ask.answer or usual), f"{step.sentence}: {answer}"
        if answer.status >= 400:
            kind, _, value = step.ask.fault.rpartition("=")
            assert answer.body[kind or "code"] == value, f"{step.sentence}: {answer}"
            assert self.traces() == self._before, f"{step.sentence}: it left a trace"
            self.refused(step)

    def refused(self, step: Step) -> None:
        """A refused request goes no further."""

    def traces(self) -> Any:
        """What a request that does nothing must leave as it is."""
        return None
