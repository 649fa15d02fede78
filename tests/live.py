"""The whole product, running, as tests see it: addresses, people, REST, sockets, and the power to kill."""

import json
import subprocess
import sys
from dataclasses import dataclass, field
from typing import Any

import httpx
from websockets.sync.client import ClientConnection, connect

from oms_site.stack import Stack
from tests.eventually import eventually


@dataclass
class Live:
    """A running stack. `user(name)` gives a REST client of a demo person."""

    stack: Stack
    users: dict[str, dict[str, Any]] = field(default_factory=dict)

    def start(self) -> None:
        """Set up as the demo does and start every program."""
        self.manage("setup_stack")
        self.users = {user["username"]: user for user in self.stack.users()}
        self.stack.start_programs("all")
        self.stack.write_stack_json()
        eventually(self.ready, within=90, every=0.25, what="/readyz answers 200")

    def stop(self) -> None:
        """Stop the programs; the servers belong to the session."""
        for name in ("beat", "flower", "web", "workers", "tasks"):
            self.stack.stop_process(name)

    @property
    def web(self) -> str:
        """Base URL."""
        return self.stack.addresses()["web"]

    def ready(self) -> bool:
        """Whether everything an order needs is up."""
        try:
            return httpx.get(f"{self.web}/readyz", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    def manage(self, *arguments: str, check: bool = True, timeout: float = 300) -> subprocess.CompletedProcess[str]:
        """Run a management command against this stack."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=self.stack.layout.checkout,
            env=self.stack.child_environment(),
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        if check and done.returncode:
            raise AssertionError(f"manage.py {' '.join(arguments)}: exit {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done

    def user(self, name: str) -> httpx.Client:
        """A REST client with the token of a demo person."""
        return httpx.Client(base_url=self.web, headers={"Authorization": f"Token {self.users[name]['token']}"}, timeout=30)

    def socket(self, name: str) -> ClientConnection:
        """An authenticated socket of a demo person."""
        socket = connect(self.stack.addresses()["ws"])
        socket.send(json.dumps({"op": "auth", "token": self.users[name]["token"]}))
        return socket
