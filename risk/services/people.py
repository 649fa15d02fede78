"""People: made and changed by an administrator, never by themselves. What somebody may do follows from one role, desks and entitlements."""

import re
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from oms_site.infra.errors import Forbidden, InvalidInput
from risk.domain.roles import Permission, Role
from risk.models import Desk, DeskMember, Profile
from risk.services.access import one_at_a_time, require
from risk.services.entitlements import entitlements_publish
from risk.services.sessions import sessions_revoke_all
from risk.services.tokens import tokens_revoke_all
from risk.services.told import said, told

_USERNAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,31}")


class PersonInvalid(InvalidInput):
    """A person's user name, mail address, role or desk cannot be stored; `field` says which."""


@dataclass(frozen=True, slots=True)
class Person:
    """All of a person that can be changed. `role` empty: no role, so nothing at all is allowed."""

    first_name: str = ""
    last_name: str = ""
    email: str = ""
    role: str = ""
    desks: frozenset[str] = frozenset()
    active: bool = True

    def told(self) -> dict[str, Any]:
        """As the audit log keeps it."""
        return asdict(self) | {"desks": sorted(self.desks)}


def person_of(user: Any) -> Person:
    """A person as stored. Three queries."""
    names = frozenset(user.groups.values_list("name", flat=True))
    role = next((role.value for role in Role if role.value in names), "")
    desks = frozenset(DeskMember.objects.filter(user=user).values_list("desk_id", flat=True))
    return Person(user.first_name, user.last_name, user.email, role, desks, user.is_active)


def person_make(*, actor: Any, username: str, person: Person, password: str, reason: str, now: datetime, request_id: str = "") -> Any:
    """Add somebody, with a password (random, made at the edge) that must be changed at the first log-in.

    Raises `Forbidden`, `PersonInvalid`, and `InvalidInput` (reason).
    """
    require(actor, Permission.PERSON_SAVE)
    words = said(reason)
    if not _USERNAME.fullmatch(username):
        raise PersonInvalid("username: 2 to 32 letters, digits, dots, hyphens or underscores", field="username")
    _check(person)
    users = get_user_model().objects
    with transaction.atomic():
        one_at_a_time("people")
        if users.filter(username__iexact=username).exists():
            raise PersonInvalid("username: somebody has it", field="username")
        user = users.create_user(username, password=password, is_active=person.active)
        Profile.objects.create(user=user, must_change_password=True, password_set_at=now, password_set_by=actor)
        _store(user, person)
        told(actor=actor, user=user, action="person_made", after=person.told(), reason=words, request_id=request_id, now=now)
    return user


def person_save(*, actor: Any, user: Any, person: Person, reason: str, now: datetime, request_id: str = "") -> bool:
    """Change somebody; False when nothing changed. Another role, and being set inactive, end all their sessions and tokens.

    Raises `Forbidden`, also for oneself, superuser or not; `PersonInvalid`, and `InvalidInput` (reason).
    """
    require(actor, Permission.PERSON_SAVE)
    if actor.pk == user.pk:
        raise Forbidden("nobody changes their own role, desks or state: ask another administrator")
    words = said(reason)
    _check(person)
    with transaction.atomic():
        one_at_a_time("people")
        user = get_user_model().objects.select_for_update().get(pk=user.pk)
        before = person_of(user)
        if before == person:
            return False
        _store(user, person)
        told(
            actor=actor,
            user=user,
            action="person_saved",
            before=before.told(),
            after=person.told(),
            reason=words,
            request_id=request_id,
            now=now,
        )
        if (before.role, before.active) != (person.role, person.active):
            _cut_off(actor, user, now, request_id)
            entitlements_publish(actor=actor, user=user, now=now)
        return True


def everything_revoke(*, actor: Any, user: Any, reason: str, now: datetime, request_id: str = "") -> tuple[int, int]:
    """End all sessions and tokens of somebody at once; how many of each. Raises `Forbidden`, `InvalidInput` (reason)."""
    require(actor, Permission.SESSION_REVOKE_ANY)
    words = said(reason)
    with transaction.atomic():
        told(actor=actor, user=user, action="logged_out_everywhere", reason=words, request_id=request_id, now=now)
        return _cut_off(actor, user, now, request_id)


def _check(person: Person) -> None:
    if person.role and person.role not in tuple(Role):
        raise PersonInvalid(f"role: must be one of {', '.join(Role)}, or none", field="role")
    _require_desks(person.desks)
    if person.email:
        try:
            validate_email(person.email)
        except ValidationError:
            raise PersonInvalid("email: is no mail address", field="email") from None


def _require_desks(codes: Collection[str]) -> None:
    unknown = set(codes) - set(Desk.objects.filter(pk__in=codes).values_list("pk", flat=True))
    if unknown:
        raise PersonInvalid(f"desks: there is no desk {min(unknown)}", field="desks")


def _store(user: Any, person: Person) -> None:
    user.first_name, user.last_name, user.email, user.is_active = person.first_name, person.last_name, person.email, person.active
    user.is_staff = bool(person.role) or user.is_superuser
    user.full_clean(exclude=["password", "username"])
    user.save(update_fields=["first_name", "last_name", "email", "is_active", "is_staff"])
    user.groups.remove(*Group.objects.filter(name__in=list(Role)))
    if person.role:
        user.groups.add(Group.objects.get_or_create(name=person.role)[0])
    user.user_permissions.clear()  # what one may do follows from the role alone
    DeskMember.objects.filter(user=user).exclude(desk__in=person.desks).delete()
    held = set(DeskMember.objects.filter(user=user).values_list("desk_id", flat=True))
    DeskMember.objects.bulk_create([DeskMember(user=user, desk_id=code) for code in sorted(person.desks - held)])


def _cut_off(actor: Any, user: Any, now: datetime, request_id: str) -> tuple[int, int]:
    sessions = sessions_revoke_all(actor=actor, user=user, now=now, request_id=request_id)
    return sessions, tokens_revoke_all(actor=actor, user=user, now=now, request_id=request_id)
