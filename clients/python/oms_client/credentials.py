"""Who the program is: a token it was given, or a log-in that can make itself a new one."""

import threading
from typing import Protocol

import httpx

from oms_client.errors import NotAuthenticated


class Credentials(Protocol):
    """Gives the token to use, and a newer one when that was refused."""

    def token(self) -> str:
        """The token to use now."""

    def renew(self, refused: str) -> bool:
        """Get another token than `refused`; False when there is none to be had."""


class Token:
    """A token of `POST /api/auth/token`, made elsewhere. It cannot be renewed here."""

    def __init__(self, raw: str) -> None:
        self._raw = raw

    def token(self) -> str:
        """See `Credentials`."""
        return self._raw

    def renew(self, refused: str) -> bool:
        """See `Credentials`: never."""
        return False


class Login:
    """User name and password. The token is made when first needed and again when it is refused; threads may share one log-in."""

    def __init__(self, web: str, username: str, password: str, *, timeout: float = 30.0) -> None:
        self._web, self._username, self._password, self._timeout = web.rstrip("/"), username, password, timeout
        self._raw: str | None = None
        self._lock = threading.Lock()

    def token(self) -> str:
        """See `Credentials`. Raises `NotAuthenticated`, httpx' transport errors."""
        with self._lock:
            if self._raw is None:
                self._raw = self._made()
            return self._raw

    def renew(self, refused: str) -> bool:
        """See `Credentials`: logs in again, unless another thread has done so meanwhile."""
        with self._lock:
            if self._raw == refused:
                self._raw = self._made()
            return True

    def _made(self) -> str:
        body = {"username": self._username, "password": self._password}
        answer = httpx.post(f"{self._web}/api/auth/token", json=body, timeout=self._timeout)
        if answer.status_code in {400, 401, 403, 429}:
            raise NotAuthenticated(answer.json()["message"])
        answer.raise_for_status()
        token: str = answer.json()["token"]
        return token
