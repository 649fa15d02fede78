"""The running product as the scenarios need it: people's requests, quotes, workers that are held, and the log while the projection is."""

import re
import secrets
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import Any

import httpx
import psycopg

from marketdata.publishing import TopicWriter
from oms_site.infra.bus.connection import bus, decode_record, wire
from schemas.messages import Execution, OrderCommand, Quote
from schemas.topics import BY_NAME, EXECUTIONS, ORDERS_VALIDATED, QUOTES
from tests.eventually import eventually
from tests.live import Live
from tests.scenarios.by_rest import ACCOUNTS, DESK_NAME, SECOND_NAME, Answer
from tests.scenarios.commands import QUOTE, units

FRESH_SECONDS = 20
"""Quotes are sent again when they are older: risk takes none older than 60 s."""


class Floor:
    """One for all scenarios; a context manager that gives its connections back."""

    def __init__(self, live: Live, symbols: Sequence[str]) -> None:
        self.live = live
        self.quotes = dict.fromkeys(symbols, QUOTE)
        self.held = ""
        self.holding: list[Any] = []
        self._open = ExitStack()
        self._quoted_at = 0.0

    def __enter__(self) -> "Floor":
        live = self.live
        tokens = {name: secrets.token_hex(16) for name in ACCOUNTS}
        self._people = {name: self._open.enter_context(_client(live, {"Authorization": f"Token {tokens[name]}"})) for name in ACCOUNTS}
        self._desk = {name: self._open.enter_context(_client(live, {"Referer": live.web})) for name in (DESK_NAME, SECOND_NAME)}
        self._database = self._open.enter_context(psycopg.connect(live.stack.postgres_url(), autocommit=True))
        self._writer = TopicWriter(bus(), wire(), QUOTES, client_id="scenarios")
        self._open.callback(self._writer.close)
        self.quote()  # before the instruments are listed: by then risk has seen it
        live.manage("shell", "-c", f"from tests.scenarios.listing import scene; scene({sorted(self.quotes)!r}, {tokens!r})")
        self._log = bus().consumer(None, client_id="scenarios")
        self._open.callback(self._log.close)
        self._open.callback(self.release)
        for name in self._desk:
            form = {"username": name, "password": live.users[name]["password"], "next": "/admin/"}
            self.press("/admin/login/", form, who=name)
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    # people

    def call(self, who: str, method: str, path: str, body: Mapping[str, Any] | None = None, key: str = "") -> Answer:
        """A request by REST."""
        self.quote()
        response = self._people[who].request(method, path, json=body, headers={"Idempotency-Key": key} if key else {})
        return Answer(response.status_code, response.json(), "Idempotent-Replayed" in response.headers)

    def press(self, path: str, form: Mapping[str, str], *, who: str = DESK_NAME, page: str = "") -> str:
        """Somebody of the desk opens a page of the admin and sends its form; the address that comes next."""
        shown = self._desk[who].get(page or path)
        assert shown.status_code == 200, f"{page or path}: {shown.status_code}"
        sent = self._desk[who].post(path, data={"csrfmiddlewaretoken": _token(shown.text), **form})
        assert sent.status_code == 302, f"{path}: {sent.status_code} {_errors(sent.text)}"
        return sent.headers["Location"]

    # the market outside

    def quote(self, symbol: str = "", *quote: str) -> None:
        """Another quote of a symbol; all again where they are no longer fresh. Risk takes notice of them between its batches."""
        if symbol:
            self.quotes[symbol] = (quote[0], quote[1])
        elif time.monotonic() - self._quoted_at < FRESH_SECONDS:
            return
        now = time.time_ns() // 1000
        self._quoted_at = time.monotonic()
        self._writer.send(
            [Quote(name, units(bid), units(ask), None, None, None, None, "Q", now, "scenarios") for name, (bid, ask) in self.quotes.items()]
        )

    # workers

    def hold(self, worker: str) -> None:
        """Pause a worker and wait until each of its runs has taken its last batch; remember where the log ends."""
        self.press(f"/admin/supervision/desiredworker/{worker}/pause/", {})
        self.held = worker
        eventually(lambda: self._states(worker) == {"paused"}, within=30, what=f"{worker} is paused")
        parts = [part for topic in (EXECUTIONS, ORDERS_VALIDATED) for part in self._log.partitions(topic.name)]
        self._log.assign(self._log.end_offsets(parts))
        self._since: list[Execution | OrderCommand] = []

    def release(self) -> None:
        """Let the held worker run."""
        if self.held:
            self.press(f"/admin/supervision/desiredworker/{self.held}/run/", {})
            self.held = ""

    def _states(self, worker: str) -> set[str]:
        rows = self._database.execute(
            "SELECT lease.state FROM supervision_workerlease lease JOIN supervision_desiredworker ON name = worker_id AND slot < count"
            " WHERE name = %s",
            (worker,),
        )
        return {state for (state,) in rows}

    def logged(self, symbol: str) -> list[Execution | OrderCommand]:
        """A market's records on `executions` and `orders.validated` since a worker was held."""
        self._since += [decode_record(BY_NAME[record.topic], record.value) for record in self._log.poll(50, 5_000)]
        return [record for record in self._since if record.symbol == symbol]


def _client(live: Live, headers: dict[str, str]) -> httpx.Client:
    return httpx.Client(base_url=live.web, headers=headers, timeout=30)


def _token(page: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found, "the page has no form"
    return found[1]


def _errors(page: str) -> str:
    return " ".join(re.findall(r'class="error[^"]*"[^>]*>([^<]+)', page))
