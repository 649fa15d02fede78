"""`manage.py seed_demo`: the demo's roles, people, accounts, limits, settings, calendars and instruments, through the services anyone uses.

May be repeated: what is there stays as it is. Writes the log-ins to `users.json` in the run directory, readable by its owner only.
"""

import json
import os
import secrets
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from marketdata import services as market_services
from marketdata.demo import DEMO_CALENDARS, DEMO_INSTRUMENTS
from marketdata.models import Instrument, TradingCalendar
from oms_site import demo, env
from oms_site.infra.approvals import services as approvals
from oms_site.infra.approvals.models import ChangeRequest
from oms_site.infra.supervision import services as supervision_services
from oms_site.people import DEMO_GROUP, Person, roles_sync
from oms_site.workers import BY_NAME
from risk import services as risk_services
from risk.domain.roles import Role
from risk.domain.settings import Said, SettingScope
from risk.models import Account, DeskMember, Entitlement, Limit, Setting
from schemas.units import to_units

TOKEN_LIFETIME = timedelta(days=30)


class Command(BaseCommand):
    """Seeds the demo."""

    help = "Seeds roles, people, accounts, limits, calendars and instruments of the demo; refused where DEBUG is off."

    def handle(self, *args: object, **options: object) -> None:
        """Put everything in place."""
        if not settings.DEBUG:
            raise CommandError("demo people and passwords are refused where DEBUG is off")
        now = timezone.now()
        roles_sync()
        saved = _saved()
        users = {person.username: _user(person, saved.get(person.username, {})) for person in demo.PEOPLE}
        admin = users["admin"][0]
        _accounts(admin, users, now)
        _calendars(admin, now)
        _instruments(admin, now)
        _limits(admin, now)
        _settings(admin, users["risk1"][0], now)
        supervision_services.workers_sync(names=list(BY_NAME), now=now)
        _save([_login(person, *users[person.username], now) for person in demo.PEOPLE])


def _users_json() -> Path:
    return env.RUN_DIR / "users.json"


def _saved() -> dict[str, dict[str, Any]]:
    """Log-ins of an earlier run, so that they stay the same."""
    try:
        return {user["username"]: user for user in json.loads(_users_json().read_text(encoding="utf-8"))}
    except FileNotFoundError:
        return {}


def _user(person: Person, saved: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """The user with its role and password, and the credentials to tell."""
    credentials = {
        "password": saved.get("password") or f"{person.username}-{secrets.token_hex(4)}",
        "token": saved.get("token") or secrets.token_urlsafe(32),
    }
    user, created = get_user_model().objects.get_or_create(
        username=person.username, defaults={"is_staff": True, "is_superuser": person.role is Role.ADMIN}
    )
    if created or not saved:  # a password is never checked here: hashing ten of them would cost every start five seconds
        user.set_password(credentials["password"])
        user.save(update_fields=["password"])
    user.groups.set(
        Group.objects.filter(name=person.role.value) | Group.objects.filter(pk=Group.objects.get_or_create(name=DEMO_GROUP)[0].pk)
    )
    return user, credentials


def _accounts(admin: Any, users: dict[str, tuple[Any, dict[str, Any]]], now: datetime) -> None:
    for code, name in demo.DESKS.items():
        risk_services.desk_save(actor=admin, code=code, name=name, now=now)
    for account in demo.ACCOUNTS:
        if not Account.objects.filter(code=account.code).exists():
            risk_services.account_save(actor=admin, code=account.code, name=account.name, kind=account.kind, desk=account.desk, now=now)
    for person in demo.PEOPLE:
        user = users[person.username][0]
        if person.desk:
            DeskMember.objects.get_or_create(desk_id=person.desk, user=user)
        for code in person.accounts:
            if not Entitlement.objects.filter(user=user, account_id=code).exists():
                _entitle(admin, users["risk1"][0], user, code, now)


def _entitle(admin: Any, second: Any, user: Any, code: str, now: datetime) -> None:
    """As two persons do it: one asks, the other agrees."""
    right = risk_services.Right(can_trade=True)
    account = Account.objects.get(code=code)
    asked = risk_services.entitlement_ask(actor=admin, user=user, account=account, right=right, reason="the demo's", now=now)
    if isinstance(asked, ChangeRequest):
        approvals.request_approve(actor=second, pk=asked.pk, reason="the demo's", now=now)


def _calendars(admin: Any, now: datetime) -> None:
    known = set(TradingCalendar.objects.values_list("code", flat=True))
    for code, (name, parts) in DEMO_CALENDARS.items():
        if code not in known:
            market_services.calendar_save(actor=admin, code=code, name=name, parts=parts, reason="the demo's example", now=now)


def _instruments(admin: Any, now: datetime) -> None:
    known = set(Instrument.objects.values_list("symbol", flat=True))
    for instrument in DEMO_INSTRUMENTS:
        if instrument.symbol not in known:
            values = instrument._asdict()
            market_services.instrument_save(actor=admin, symbol=values.pop("symbol"), values=values, now=now)


def _limits(admin: Any, now: datetime) -> None:
    known = set(Limit.objects.values_list("scope", "key", "rule"))
    wanted = [("firm", "", rule, value) for rule, value in demo.FIRM_LIMITS.items()]
    wanted += [("account", code, rule, value) for code, limits in demo.ACCOUNT_LIMITS.items() for rule, value in limits.items()]
    for scope, key, rule, value in wanted:
        if (scope, key, rule.value) not in known:
            risk_services.limit_set(actor=admin, scope=scope, key=key, rule=rule.value, value=value, now=now)


def _settings(admin: Any, second: Any, now: datetime) -> None:
    """Account terms, FX rates, locates, volumes and cash: what is there already stays."""
    risk_services.accounts_publish(actor=admin, now=now)
    known = set(Setting.objects.values_list("scope", "key"))
    dated = {"source": demo.FX_SOURCE, "date": now.date().isoformat()}
    wanted = [Said(SettingScope.FX, pair, to_units(rate), dated) for pair, rate in demo.FX_RATES.items()]
    wanted += [Said(SettingScope.LOCATE, key, to_units(quantity)) for key, quantity in demo.LOCATES.items()]
    wanted += [Said(SettingScope.ADV, instrument.symbol, to_units(demo.DAILY_VOLUME)) for instrument in DEMO_INSTRUMENTS]
    wanted += [Said(SettingScope.CASH, key, to_units(amount)) for key, amount in demo.CASH.items()]
    for said in wanted:
        if (said.scope, said.key) not in known:
            done = risk_services.setting_ask_or_set(actor=admin, said=said, reason="the demo's", now=now)
            if isinstance(done, ChangeRequest):
                approvals.request_approve(actor=second, pk=done.pk, reason="the demo's", now=now)


def _login(person: Person, user: Any, credentials: dict[str, Any], now: datetime) -> dict[str, Any]:
    risk_services.token_issue(user=user, secret=credentials["token"], now=now, lifetime=TOKEN_LIFETIME)
    return {"username": person.username, **credentials, "role": person.role.value, "accounts": list(person.accounts)}


def _save(logins: list[dict[str, Any]]) -> None:
    """Whole or not at all, and never readable by others."""
    path = _users_json()
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".users.{os.getpid()}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(logins, file, indent=1)
    part.replace(path)
