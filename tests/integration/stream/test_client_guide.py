"""The Python client's guide and examples run as they stand, against the running product."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from oms_client import Client, Login, NotAuthenticated
from tests.eventually import eventually
from tests.live import Live

CLIENT = Path(__file__).parents[3] / "clients" / "python"


@pytest.fixture
def environment(live_stack: Live) -> dict[str, str]:
    person = live_stack.users["trader1"]
    return {"OMS_URL": live_stack.web, "OMS_USER": "trader1", "OMS_PASSWORD": person["password"]}


@pytest.fixture
def oms(environment: dict[str, str]) -> Iterator[Client]:
    web = environment["OMS_URL"]
    with Client(web, Login(web, environment["OMS_USER"], environment["OMS_PASSWORD"])) as made:
        eventually(lambda: made.quote("IBM").quality == "good", within=20)
        yield made


def example(name: str, environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, CLIENT / "examples" / name, *arguments],
        env=os.environ | environment | {"PYTHONPATH": str(CLIENT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_guide_runs_as_it_stands(
    environment: dict[str, str], oms: Client, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    blocks = re.findall(r"```python\n(.*?)```", (CLIENT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 4
    exec(compile("\n".join(blocks), "README.md", "exec"), {})
    printed = capsys.readouterr().out
    assert re.search(r"^\d+ new 5$", printed, re.MULTILINE)
    assert re.search(r"^\w+ symbol ", printed, re.MULTILINE), "the refusal names the field"
    assert re.search(r"^\d+ canceled$", printed, re.MULTILINE)


def test_bootstrap_prints_the_account(environment: dict[str, str], oms: Client) -> None:
    printed = example("bootstrap.py", environment, "ACME-1")
    assert re.findall(r"^(\w+) of ACME-1 as of sequence \d+$", printed, re.MULTILINE) == ["orders", "executions", "positions"]


def test_follow_keeps_the_book(environment: dict[str, str], oms: Client) -> None:
    printed = example("follow.py", environment, "IBM", "8")
    tops = [line.split() for line in printed.splitlines() if " / " in line]
    assert tops
    assert all(Decimal(bid) < Decimal(ask) for _, _, bid, _, ask in tops)


def test_recover_goes_on_where_its_last_run_ended(environment: dict[str, str], oms: Client, tmp_path: Path) -> None:
    copy = tmp_path / "orders.json"
    example("recover.py", environment, "ACME-1", str(copy), "5")
    before = json.loads(copy.read_text())
    bid = oms.quote("IBM").bid
    assert bid is not None
    price = (bid * Decimal("0.95")).quantize(Decimal("0.01"))
    order = oms.submit(account="ACME-1", symbol="IBM", side="buy", type="limit", quantity=1, price=price, wait=5)
    oms.cancel(order.id)
    eventually(lambda: oms.order(order.id).status == "canceled", within=10)
    example("recover.py", environment, "ACME-1", str(copy), "5")
    after = json.loads(copy.read_text())
    assert after["orders"][order.id] == oms.call("GET", f"/api/orders/{order.id}")
    steps = len(list(oms._pages(f"/api/orders/{order.id}/events")))
    assert after["seq"] == before["seq"] + steps


def test_a_wrong_password_is_told(environment: dict[str, str]) -> None:
    web = environment["OMS_URL"]
    with pytest.raises(NotAuthenticated):
        Client(web, Login(web, "nobody-of-that-name", "wrong")).quote("IBM")
