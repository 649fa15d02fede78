"""Django's session engine here: sessions in PostgreSQL that know whose they are, how old, and when they were last used.

The database holds the SHA-256 of a session's key: who reads the table cannot use what is in it. A session that is too old or was not used
for too long is not found, so it ends for pages, REST and sockets alike. What keeps it alive is `seen` alone (requests; not sockets).
"""

import hashlib
from datetime import timedelta
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError
from django.db import IntegrityError, transaction
from django.utils import timezone

from risk.models import WebSession
from risk.selectors import live


def digest(key: str) -> str:
    """What the database holds of a session's key."""
    return hashlib.sha256(key.encode()).hexdigest()


def digest_of(session: Any) -> str:
    """What the database holds of a request's session; empty while it has no key."""
    return digest(session.session_key) if session.session_key else ""


class SessionStore(SessionBase):
    """One session. `row` is what `load` found."""

    row: WebSession | None = None

    def load(self) -> dict[str, Any]:
        """The data of a live session, nothing (and no key) when there is none."""
        key = self.session_key
        self.row = live(timezone.now()).filter(pk=digest(key)).first() if key else None
        if self.row is None:
            self._session_key = None
            return {}
        data: dict[str, Any] = self.decode(self.row.session_data)
        return data

    def exists(self, session_key: str) -> bool:
        """Whether the key is taken."""
        return WebSession.objects.filter(pk=digest(session_key)).exists()

    def create(self) -> None:
        """A new key with a row of its own; its age counts from now."""
        while True:
            self._session_key = self._get_new_session_key()  # type: ignore[attr-defined] # of SessionBase, not in its stubs
            try:
                self.save(must_create=True)
            except CreateError:
                continue
            self.modified = True
            return

    def save(self, must_create: bool = False) -> None:
        """Write the data; age and use stay as they are. Raises `CreateError` (key taken), `UpdateError` (revoked meanwhile)."""
        if self.session_key is None:
            return self.create()
        data = self._get_session(no_load=must_create)  # type: ignore[attr-defined]
        row = {"session_data": self.encode(data), "user_id": data.get(SESSION_KEY)}
        key = digest(self.session_key)
        if not must_create:
            if not WebSession.objects.filter(pk=key).update(**row):
                raise UpdateError
            return None
        now = timezone.now()
        greatest = now + timedelta(seconds=settings.OMS_SESSION_MAX_SECONDS)
        try:
            with transaction.atomic():
                WebSession.objects.create(session_key=key, **row, started_at=now, seen_at=now, expire_date=greatest)
        except IntegrityError:
            raise CreateError from None
        return None

    def delete(self, session_key: str | None = None) -> None:
        """End a session: this one, or the one with the key."""
        key = session_key or self.session_key
        if key is not None:
            WebSession.objects.filter(pk=digest(key)).delete()

    @classmethod
    def clear_expired(cls) -> None:
        """Remove what is too old or has been idle for too long."""
        now = timezone.now()
        WebSession.objects.exclude(pk__in=live(now).values("pk")).delete()

    async def aload(self) -> dict[str, Any]:
        """As `load`; so are the others below."""
        return await sync_to_async(self.load)()

    async def aexists(self, session_key: str) -> bool:
        """Whether the key is taken."""
        return await sync_to_async(self.exists)(session_key)

    async def acreate(self) -> None:
        """A new key."""
        await sync_to_async(self.create)()

    async def asave(self, must_create: bool = False) -> None:
        """Write the data."""
        await sync_to_async(self.save)(must_create)

    async def adelete(self, session_key: str | None = None) -> None:
        """End a session."""
        await sync_to_async(self.delete)(session_key)
