"""The schema registry as we use it: a small client of its Confluent-compatible routes. Schemas lie in git; only the command registers."""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx

from schemas.errors import Incompatible, NotRegistered, RegistryError, RegistryUnavailable, UnknownSchemaId

COMPATIBILITY = "FULL_TRANSITIVE"
"""Old and new readers and writers of every version understand each other; set on every subject, never assumed."""
ID_ATTEMPTS = 3
RETRY_SECONDS = 0.2

_JSON = {"Accept": "application/json", "Content-Type": "application/vnd.schemaregistry.v1+json"}


class Registered(NamedTuple):
    """A schema as the registry holds it."""

    subject: str
    version: int
    id: int
    text: str


class Registry:
    """One registry. Answers that can never change (ids, and the schema of an id) are kept for the life of the object.

    Every method raises `RegistryUnavailable` when the registry does not answer or answers 5xx, and `RegistryError` for a refusal.
    """

    def __init__(self, url: str, *, timeout: float = 5.0, wait: Callable[[float], None] = time.sleep) -> None:
        self._client = httpx.Client(base_url=url.rstrip("/") + "/", headers=_JSON, timeout=timeout, trust_env=False)
        self._wait = wait
        self._texts: dict[int, str] = {}
        self._ids: dict[tuple[str, str], int] = {}

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def subjects(self) -> list[str]:
        """All subjects, sorted."""
        return sorted(self._ask("GET", "subjects"))

    def versions(self, subject: str) -> list[int]:
        """The versions of a subject, ascending; none for a subject that does not exist."""
        found = self._ask("GET", f"subjects/{_part(subject)}/versions", missing=True)
        return sorted(found) if found else []

    def version(self, subject: str, version: int | str) -> Registered | None:
        """One version of a subject ("latest" is allowed); None where there is none."""
        found = self._ask("GET", f"subjects/{_part(subject)}/versions/{version}", missing=True)
        return Registered(subject, found["version"], found["id"], found["schema"]) if found else None

    def latest(self, subject: str) -> Registered | None:
        """The newest version of a subject; None where there is none."""
        return self.version(subject, "latest")

    def schema(self, schema_id: int) -> str:
        """The text of a schema by id. An unknown id is asked for three times (a registry may lag), then `UnknownSchemaId`."""
        text = self._texts.get(schema_id)
        if text is not None:
            return text
        for attempt in range(ID_ATTEMPTS):
            if attempt:
                self._wait(RETRY_SECONDS)
            found = self._ask("GET", f"schemas/ids/{schema_id}", missing=True)
            if found:
                return self._texts.setdefault(schema_id, found["schema"])
        raise UnknownSchemaId(f"the registry does not know id {schema_id}")

    def id_of(self, subject: str, text: str) -> int:
        """The id under which a schema is registered. Raises `NotRegistered`; never registers."""
        known = self._ids.get((subject, text))
        if known is not None:
            return known
        found = self._ask("POST", f"subjects/{_part(subject)}", {"schema": text}, missing=True)
        if not found:
            raise NotRegistered(f"{subject}: this version is not registered: run `manage.py schemas register`")
        return self._ids.setdefault((subject, text), int(found["id"]))

    def register(self, subject: str, text: str) -> int:
        """Register a version; the id, the same one when it is there already. Raises `Incompatible` with the registry's reason."""
        return int(self._ask("POST", f"subjects/{_part(subject)}/versions", {"schema": text})["id"])

    def problems(self, subject: str, text: str) -> list[str]:
        """Why a schema could not be the subject's next version; nothing for a subject without versions."""
        path = f"compatibility/subjects/{_part(subject)}/versions"
        found = self._ask("POST", path, {"schema": text}, params={"verbose": "true"}, missing=True)
        if not found or found["is_compatible"]:
            return []
        return [str(message) for message in found.get("messages") or ["incompatible"]]

    def compatibility(self, subject: str | None = None) -> str | None:
        """The level set on a subject (or on everything); None where none is set."""
        found = self._ask("GET", _config(subject), missing=True)
        return str(found["compatibilityLevel"]) if found else None

    def set_compatibility(self, subject: str | None = None, level: str = COMPATIBILITY) -> None:
        """Set the level on a subject (or on everything)."""
        self._ask("PUT", _config(subject), {"compatibility": level})

    def _ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        params: Mapping[str, str] | None = None,
        missing: bool = False,
    ) -> Any:
        """The answer's JSON; None for 404 where `missing` allows it."""
        try:
            answer = self._client.request(method, path, json=body, params=params)
        except httpx.HTTPError as error:
            raise RegistryUnavailable(f"{self._client.base_url}{path}: {type(error).__name__} {error}") from error
        if answer.status_code >= 500 or answer.status_code == 429:
            raise RegistryUnavailable(f"{path}: {answer.status_code} {answer.text[:200]}")
        if answer.status_code == 404 and missing:
            return None
        if answer.status_code in (409, 422):
            raise Incompatible(f"{path}: {_reason(answer)}")
        if answer.is_error:
            raise RegistryError(f"{path}: {answer.status_code} {_reason(answer)}")
        try:
            return answer.json()
        except ValueError as error:
            raise RegistryError(f"{path}: no JSON in the answer") from error


def _part(subject: str) -> str:
    return quote(subject, safe="")


def _config(subject: str | None) -> str:
    return "config" if subject is None else f"config/{_part(subject)}"


def _reason(answer: httpx.Response) -> str:
    try:
        content = json.loads(answer.text)
    except ValueError:
        return answer.text[:400]
    return str(content.get("message", content))[:800] if isinstance(content, dict) else str(content)[:800]
