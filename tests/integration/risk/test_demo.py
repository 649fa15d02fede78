"""The demo's seeds: every rule that needs a limit has one, money and locates are there; a second run changes nothing."""

import pytest
from django.core.management import call_command

from oms_site import env
from oms_site.infra.bus.models import OutboxMessage
from risk import selectors
from risk.domain.limits import OPTIONAL, Rule
from risk.models import Limit, Setting


def test_the_demo_lacks_no_limit_and_is_seeded_once(db, settings, tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(env, "RUN_DIR", tmp_path)
    settings.DEBUG = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    call_command("seed_demo")
    firm = set(Limit.objects.filter(scope="firm").values_list("rule", flat=True))
    assert set(Rule) - OPTIONAL <= firm
    scopes = set(Setting.objects.values_list("scope", flat=True))
    assert {"account", "cash", "fx", "locate", "adv"} <= scopes
    assert Setting.objects.get(key="ACME-1/USD").approval.decided_by.get_username() == "risk1"
    assert selectors.desks_of_accounts()["ACME-1"] == "AGENCY"
    written = OutboxMessage.objects.count()
    call_command("seed_demo")
    assert OutboxMessage.objects.count() == written
