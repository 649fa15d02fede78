"""One-time codes: set up on one's own page, asked for at every door, each good once."""

import pytest
from django_otp.plugins.otp_totp.models import TOTPDevice

from oms_site.infra.audit.models import AuditEntry
from oms_site.infra.errors import Forbidden
from risk import services
from risk.models import RecoveryCode, WebSession
from tests.integration.people.conftest import NOW, code_of, log_in, set_up_codes
from tests.integration.people.test_log_in import token

pytestmark = [pytest.mark.django_db, pytest.mark.servers]


@pytest.fixture
def enrolled(people, browser_of):
    """(browser, device, recovery codes) of the risk manager."""
    browser = browser_of("risk")
    device, recovery = set_up_codes(browser, people["risk"])
    return browser, device, recovery


def test_codes_are_set_up_by_a_first_good_one_and_recovery_codes_are_shown_once(people, enrolled) -> None:
    browser, device, recovery = enrolled
    assert device.confirmed
    assert len(set(recovery)) == 10
    assert all(code not in str(list(RecoveryCode.objects.values())) for code in recovery)
    assert recovery[0].encode() not in browser.get("/account/codes").content
    assert AuditEntry.objects.get(action="otp_set_up").actor == people["risk"]


def test_a_wrong_first_code_sets_up_nothing(people, browser_of) -> None:
    browser = browser_of("risk")
    browser.post("/account/codes/begin")
    answer = browser.post("/account/codes/confirm", {"code": "000000"})
    assert b"errorlist" in answer.content
    assert token("risk").status_code == 201, "the password is still enough"


def test_the_code_is_asked_for_at_every_door(people, enrolled) -> None:
    _, device, _ = enrolled
    answer = token("risk")
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (401, "otp_needed", "otp")
    _, page = log_in("risk")
    assert page.status_code == 200
    assert b'<details class="code" open>' in page.content
    assert token("risk", otp=code_of(device, steps=1)).status_code == 201


def test_a_code_is_good_once(people, enrolled) -> None:
    _, device, _ = enrolled
    code = code_of(device, steps=1)
    assert log_in("risk", otp=code)[1].status_code == 302
    answer = token("risk", otp=code)
    assert (answer.status_code, answer.json()["code"]) == (401, "otp_wrong")


@pytest.mark.parametrize("code", ["000000", "12345", "\uff11\uff12\uff13\uff14\uff15\uff16", "abcdef", "-1", "0x1234"])
def test_a_wrong_code_lets_nobody_in_and_counts(people, enrolled, settings_of_production, code: str) -> None:
    answers = [token("risk", otp=code).status_code for _ in range(4)]
    assert answers == [401, 401, 429, 429]


def test_a_wrong_password_with_a_good_code_is_wrong(people, enrolled) -> None:
    _, device, _ = enrolled
    assert token("risk", "wrong", otp=code_of(device, steps=1)).json()["code"] == "credentials_wrong"


def test_a_recovery_code_is_good_once_however_it_is_typed(people, enrolled) -> None:
    _, _, recovery = enrolled
    assert token("risk", otp=recovery[0].upper().replace("-", " ")).status_code == 201
    assert token("risk", otp=recovery[0]).status_code == 401
    assert AuditEntry.objects.get(action="recovery_code_used").detail == {"left": 9}


def test_another_persons_recovery_code_is_none(people, enrolled, browser_of) -> None:
    _, _, recovery = enrolled
    set_up_codes(browser_of("risk2"), people["risk2"])
    assert token("risk2", otp=recovery[0]).status_code == 401


def test_recovery_codes_are_renewed_and_codes_removed_only_with_a_code(people, enrolled) -> None:
    browser, device, recovery = enrolled
    browser.post("/account/codes/remove", {"code": "000000"})
    assert TOTPDevice.objects.filter(confirmed=True).exists()
    browser.post("/account/codes/renew", {"code": recovery[0]})
    assert token("risk", otp=recovery[1]).status_code == 401, "the old ones are gone"
    TOTPDevice.objects.update(throttling_failure_count=0)
    assert browser.post("/account/codes/remove", {"code": code_of(device, steps=1)}).status_code == 302
    assert token("risk").status_code == 201


def test_an_administrator_takes_a_lost_device_away_with_a_reason_and_not_ones_own(people, enrolled) -> None:
    who = {"now": NOW, "request_id": ""}
    with pytest.raises(Forbidden):
        services.otp_remove_from(actor=people["operations"], user=people["risk"], reason="lost", **who)
    with pytest.raises(Forbidden):
        services.otp_remove_from(actor=people["admin"], user=people["admin"], reason="lost", **who)
    assert services.otp_remove_from(actor=people["admin"], user=people["risk"], reason="lost", **who)
    assert token("risk").status_code == 201
    assert AuditEntry.objects.get(action="otp_removed").detail == {"reason": "lost"}


def test_a_role_that_needs_codes_can_do_nothing_before_they_are_set_up(people, browser_of, settings) -> None:
    settings.OMS_OTP_ROLES = ["risk"]
    answer = token("risk")
    assert (answer.status_code, answer.json()["code"]) == (403, "account_page_needed")
    browser = browser_of("risk")
    for path in ("/", "/admin/", "/admin/risk/limit/"):
        assert browser.get(path)["Location"] == "/account/codes"
    refused = browser.get("/api/accounts")
    assert (refused.status_code, refused.json()["code"]) == (403, "account_page_needed")
    assert b"your role needs one-time codes" in browser.get("/account/codes").content.lower()
    set_up_codes(browser, people["risk"])
    assert browser.get("/admin/").status_code == 200
    assert browser.get("/api/accounts").status_code == 200
    assert browser_of("trader").get("/").status_code == 200, "other roles may do without"


def test_the_key_is_shown_to_its_owner_alone(people, enrolled, browser_of) -> None:
    admin = browser_of("admin")
    assert admin.get("/admin/otp_totp/totpdevice/").status_code == 404
    assert WebSession.objects.filter(user=people["admin"]).exists()
