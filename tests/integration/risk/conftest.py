"""One person of each role, and accounts they have to do with."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User

from risk.domain.roles import Role
from risk.models import Account, AccountKind, Desk, DeskMember
from tests.entitled import entitle

NOW = datetime(2026, 11, 24, 15, 4, 5, 123456, UTC)
LATER = NOW + timedelta(minutes=1)
PASSWORD = "correct horse battery"


def person(username: str, *roles: Role, **more: object) -> User:
    """A user of these roles."""
    user = User.objects.create_user(username, password=PASSWORD, **more)
    for role in roles:
        user.groups.add(Group.objects.get_or_create(name=role.value)[0])
    return user


@pytest.fixture
def people(db: None, settings: Any) -> dict[str, User]:
    """By role, and `risk2`, `stranger` without a role, `root` the superuser. ACME-1 and ZEN-1 are of the desk AGENCY, HOUSE-LP of HOUSE."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # a slow one is the product's business
    for code, kind in (("ACME-1", AccountKind.CUSTOMER), ("ZEN-1", AccountKind.CUSTOMER), ("HOUSE-LP", AccountKind.HOUSE)):
        desk, _ = Desk.objects.get_or_create(code="HOUSE" if kind == AccountKind.HOUSE else "AGENCY")
        Account.objects.create(code=code, name=code, kind=kind, desk=desk)
    found = {role.value: person(role.value, role) for role in Role}
    found["risk2"] = person("risk2", Role.RISK)
    found["stranger"] = person("stranger")
    found["root"] = person("root", is_superuser=True, is_staff=True)
    DeskMember.objects.create(user=found["sales"], desk_id="AGENCY")
    entitle(found["trader"], "ACME-1", can_trade=True)
    entitle(found["viewer"], "ACME-1", can_trade=True)
    return found
