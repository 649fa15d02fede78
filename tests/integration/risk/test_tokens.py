"""API tokens: hashed, expiring, revoked at once."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Group

from oms_site.infra.audit.models import AuditEntry
from oms_site.infra.errors import Forbidden, InvalidInput
from risk import services
from risk.models import ApiToken
from tests.integration.risk.conftest import PASSWORD

SECRET = "s" * 43
OTHER = "o" * 43


@pytest.fixture
def now() -> datetime:
    """The real moment: expiry is judged by the database's clock."""
    return datetime.now(UTC)


def test_a_token_finds_its_user_with_one_query_and_is_stored_as_a_hash(people, now, settings, django_assert_num_queries) -> None:
    settings.DEBUG = True
    token = services.token_issue(user=people["trader"], secret=SECRET, now=now)
    assert SECRET not in str(ApiToken.objects.values().get())
    assert token.hint == SECRET[-4:]
    with django_assert_num_queries(1):
        assert services.token_user(SECRET) == people["trader"]


def test_the_demos_people_have_no_tokens_where_debug_is_off(people, now, settings) -> None:
    people["trader"].groups.add(Group.objects.get_or_create(name="demo")[0])
    services.token_issue(user=people["trader"], secret=SECRET, now=now)
    settings.DEBUG = True
    assert services.token_user(SECRET) == people["trader"]
    settings.DEBUG = False
    assert services.token_user(SECRET) is None


@pytest.mark.parametrize("raw", ["", "x", "x" * 43, "x" * 1000, "ü" * 43, "\x00" * 43])
def test_what_is_no_token_has_no_user(people, raw) -> None:
    assert services.token_user(raw) is None


def test_an_expired_token_a_revoked_one_and_that_of_an_inactive_user_are_refused(people, now) -> None:
    services.token_issue(user=people["trader"], secret=SECRET, now=now - timedelta(hours=2), lifetime=timedelta(hours=1))
    assert services.token_user(SECRET) is None
    token = services.token_issue(user=people["trader"], secret=SECRET, now=now)
    assert services.token_user(SECRET) is not None
    assert services.token_revoke(actor=people["trader"], token=token, now=now)
    assert services.token_user(SECRET) is None
    assert not services.token_revoke(actor=people["trader"], token=token, now=now)
    services.token_issue(user=people["risk"], secret=OTHER, now=now)
    people["risk"].is_active = False
    people["risk"].save()
    assert services.token_user(OTHER) is None


def test_a_token_is_revoked_by_its_owner_or_an_admin_only(people, now) -> None:
    token = services.token_issue(user=people["trader"], secret=SECRET, now=now)
    for who in ("risk", "operations", "stranger"):
        with pytest.raises(Forbidden):
            services.token_revoke(actor=people[who], token=token, now=now)
    assert services.token_revoke(actor=people["admin"], token=token, now=now)


def test_revoking_all_leaves_other_peoples_tokens(people, now) -> None:
    for secret in (SECRET, OTHER):
        services.token_issue(user=people["trader"], secret=secret, now=now)
    services.token_issue(user=people["risk"], secret="r" * 43, now=now)
    with pytest.raises(Forbidden):
        services.tokens_revoke_all(actor=people["risk"], user=people["trader"], now=now)
    assert services.tokens_revoke_all(actor=people["trader"], user=people["trader"], now=now) == 2
    assert services.tokens_revoke_all(actor=people["trader"], user=people["trader"], now=now) == 0
    assert services.token_user("r" * 43) == people["risk"]
    assert AuditEntry.objects.filter(action="token_revoked").count() == 2


def test_a_short_secret_is_refused(people, now) -> None:
    with pytest.raises(InvalidInput):
        services.token_issue(user=people["trader"], secret="short", now=now)


def test_log_in_needs_the_right_password_of_an_active_user(people, now, rf) -> None:
    def login(username: str, password: str = PASSWORD, otp: str | None = None) -> ApiToken:
        return services.login(request=rf.post("/"), username=username, password=password, otp=otp, secret=SECRET, now=now)

    assert login("trader").user == people["trader"]
    with pytest.raises(services.CredentialsWrong):
        login("trader", "wrong")
    with pytest.raises(services.CredentialsWrong):
        login("nobody")
    with pytest.raises(InvalidInput):
        login("trader", otp="123456")
    people["trader"].is_active = False
    people["trader"].save()
    with pytest.raises(services.CredentialsWrong):
        login("trader")
