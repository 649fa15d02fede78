"""How the audit log speaks of this room's rows: read by the pages of their histories."""

from django.contrib.auth.models import User

from oms_site.infra.tracking.moments import Subject, register
from risk.models import Account, ApiToken, Desk, Kill, Limit, LimitVersion, Profile, Setting, WebSession


def register_all() -> None:
    """When the app is ready."""
    limit = Subject(names=lambda row: [("limit", str(row))])
    register(Limit, limit)
    register(LimitVersion, limit)
    register(Setting, Subject(names=lambda row: [(row.scope, f"{row.key} {row.part}".strip())]))
    register(Account, Subject(names=lambda row: [("account", row.pk), ("entitlement", row.pk)]), object_type="account")
    register(Desk, Subject(names=lambda row: [("desk", row.pk)]), object_type="desk")
    register(Kill, Subject(names=lambda row: [("kill", str(row.pk))]), object_type="kill")
    register(ApiToken, Subject(names=lambda row: [("token", row.pk[:16])]))
    register(User, Subject(names=lambda row: [("user", row.get_username())]))
    for model in (Profile, WebSession):
        register(model, Subject(names=lambda row: [("user", row.user.get_username())]))
