"""Run in a process of the running stack (`manage.py shell`): accounts with one narrow limit each, and a trader for each of them."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.utils import timezone

from risk import services
from risk.domain.roles import Role
from risk.models import Entitlement, Limit
from tests.entitled import entitle


def scene(accounts: Mapping[str, tuple[str, str]], tokens: Mapping[str, str]) -> None:
    """Account to rule and value. A trader is called as its account, in small letters; `tokens` are the traders' by account."""
    now = timezone.now()
    admin = get_user_model().objects.get(username="admin")
    for code, (rule, value) in accounts.items():
        services.account_save(actor=admin, code=code, name=f"races {code}", kind="house", now=now)
        user, _ = get_user_model().objects.get_or_create(username=code.lower())
        user.groups.set(Group.objects.filter(name=Role.TRADER))
        if not Entitlement.objects.filter(user=user, account_id=code).exists():
            entitle(user, code)
        services.token_issue(user=user, secret=tokens[code], now=now, lifetime=timedelta(minutes=10))
        if not Limit.objects.filter(scope="account", key=code, rule=rule).exists():
            services.limit_set(actor=admin, scope="account", key=code, rule=rule, value=Decimal(value), now=now)
