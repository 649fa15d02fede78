"""The synthetic market turns to what the desk asks for while it runs: who and why is kept, and at which step of which tape it was."""

from datetime import timedelta

import pytest
from django.test import Client

from marketdata import services
from marketdata.models import SyntheticRegime
from marketdata.selectors import synthetic_regime
from marketdata.synthetic import RELOAD_SECONDS, SyntheticFeed
from oms_site.infra.audit.models import AuditEntry
from oms_site.infra.errors import Forbidden, InvalidInput
from oms_site.infra.tracking.models import OutsideEdit
from oms_site.people import roles_sync
from tests.integration.marketdata.conftest import NOW, person

pytestmark = [pytest.mark.django_db, pytest.mark.servers, pytest.mark.usefixtures("instruments")]
LIST, TURN = "/admin/marketdata/syntheticregime/", "/admin/marketdata/syntheticregime/turn/"


def change(actor, regime, reason="a drill"):
    return services.regime_change(actor=actor, regime=regime, reason=reason, now=NOW)


def entries(action):
    return [(entry.actor, entry.detail) for entry in AuditEntry.objects.filter(action=action).order_by("id")]


def test_the_market_turns_while_it_runs_and_says_at_which_step_of_which_tape():
    boss, feed = person("boss", "operations"), SyntheticFeed(seed=7)
    for second in range(4):
        feed.rows(NOW + timedelta(seconds=second))
    assert (feed.market.regime, synthetic_regime().told_regime) == ("calm", "calm")
    assert not OutsideEdit.objects.filter(row_table="marketdata_syntheticregime").exists(), "what the worker writes is the product's"
    change(boss, "crash")
    feed.rows(NOW + timedelta(seconds=RELOAD_SECONDS - 1))
    assert feed.market.regime == "calm", "it looks every five seconds"
    feed.rows(NOW + timedelta(seconds=RELOAD_SECONDS))
    row = synthetic_regime()
    assert feed.market.regime == row.told_regime == "crash"
    assert (row.told_seed, row.told_step, row.told_version) == ("7", 5, row.version)
    feed.rows(NOW + timedelta(seconds=2 * RELOAD_SECONDS))
    assert [detail["step"] for _, detail in entries("regime_began")] == [0, 5], "told once a change"


def test_a_worker_that_starts_anew_begins_with_what_is_asked_for():
    change(person("boss", "admin"), "volatile")
    feed = SyntheticFeed(seed=8)
    feed.rows(NOW)
    assert feed.market.regime == "volatile"
    assert (synthetic_regime().told_seed, synthetic_regime().told_step) == ("8", 0)


def test_who_and_why_is_kept_and_the_row_has_a_history():
    boss = person("boss", "operations")
    change(boss, "trend", " a demo of trends ")
    row = synthetic_regime()
    assert (row.regime, row.reason, row.changed_by, row.changed_at, row.version) == ("trend", "a demo of trends", boss, NOW, 2)
    [(_, detail)] = entries("regime_changed")
    assert detail == {"from": "calm", "to": "trend", "version": 2, "reason": "a demo of trends"}


def test_what_is_refused_leaves_no_trace():
    boss = person("boss", "operations")
    with pytest.raises(Forbidden):
        change(person("risky", "risk"), "crash")
    with pytest.raises(InvalidInput, match="regime: one of calm"):
        change(boss, "sleepy")
    with pytest.raises(InvalidInput, match="reason"):
        change(boss, "crash", " ")
    with pytest.raises(services.RegimeUnchanged, match="calm is asked for already"):
        change(boss, "calm")
    assert not SyntheticRegime.objects.exists()
    assert entries("regime_changed") == []


@pytest.mark.parametrize(("role", "may"), [("operations", True), ("admin", True), ("risk", False), ("viewer", False)])
def test_the_button_asks_for_a_regime_and_a_reason(role, may):
    roles_sync()
    SyntheticFeed(seed=1).rows(NOW)
    browser = Client()
    browser.force_login(person(f"{role}-person", role, is_staff=True))
    assert (TURN in browser.get(LIST).content.decode()) is may
    assert browser.get(TURN).status_code == (200 if may else 403)
    answer = browser.post(TURN, {"regime": "open", "reason": "the morning"})
    assert answer.status_code == (302 if may else 403)
    assert synthetic_regime().regime == ("open" if may else "calm")
