"""People in the admin: made, changed and set inactive by an administrator; never by themselves; every change told."""

import re

import pytest
from django.contrib.auth.models import Permission, User

from oms_site.infra.audit.models import AuditEntry
from oms_site.infra.errors import Forbidden
from risk import selectors, services
from risk.domain.roles import Role
from risk.models import Desk, DeskMember, Profile
from tests.integration.people.conftest import NOW, PASSWORD, log_in
from tests.integration.people.test_log_in import token

pytestmark = [pytest.mark.django_db, pytest.mark.servers]


def form(**changes: object) -> dict[str, object]:
    asked = {
        "username": "newone",
        "first_name": "New",
        "last_name": "One",
        "email": "",
        "role": "trader",
        "is_active": "on",
        "reason": "hired",
    }
    return asked | changes


def save(actor, user, reason="a test", **changes) -> bool:
    person = services.person_of(user)
    values = {name: changes.get(name, getattr(person, name)) for name in person.__dataclass_fields__}
    return services.person_save(actor=actor, user=user, person=services.Person(**values), reason=reason, now=NOW)


def test_a_person_is_made_with_a_password_shown_once_that_must_be_changed(people, browser_of) -> None:
    admin = browser_of("admin")
    shown = admin.post("/admin/auth/user/add/", form(desks=["AGENCY"]))
    password = re.search(r'id="handed-password">([^<]+)<', shown.content.decode())[1]
    made = User.objects.get(username="newone")
    assert (selectors.roles(made), made.is_staff, made.is_superuser) == ({Role.TRADER}, True, False)
    assert list(DeskMember.objects.filter(user=made).values_list("desk_id", flat=True)) == ["AGENCY"]
    assert Profile.objects.get(user=made).must_change_password
    entry = AuditEntry.objects.get(action="person_made")
    assert (entry.actor, entry.object_id, entry.detail["reason"]) == (people["admin"], "newone", "hired")
    assert entry.detail["after"]["role"] == "trader"
    assert password not in str(list(AuditEntry.objects.values()))
    assert log_in("newone", password)[0].get("/")["Location"] == "/account/password"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"username": "a b"}, "username"),
        ({"username": "Trader"}, "username"),
        ({"username": "x" * 33}, "username"),
        ({"role": "emperor"}, "role"),
        ({"email": "nowhere"}, "email"),
        ({"reason": ""}, "reason"),
        ({"desks": ["NOSUCH"]}, "desks"),
    ],
)
def test_what_fits_nobody_is_refused(people, browser_of, wrong, field) -> None:
    browser_of("admin").post("/admin/auth/user/add/", form(**wrong))
    assert User.objects.count() == len(people)
    assert not AuditEntry.objects.filter(action="person_made").exists()


def test_a_change_is_told_with_before_after_and_reason(people, browser_of) -> None:
    admin = browser_of("admin")
    page = f"/admin/auth/user/{people['viewer'].pk}/change/"
    assert b'name="role"' in admin.get(page).content
    answer = admin.post(page, form(role="compliance", desks=["AGENCY"], reason="moved"))
    assert answer.status_code == 302
    assert selectors.roles(User.objects.get(username="viewer")) == {Role.COMPLIANCE}
    detail = AuditEntry.objects.get(action="person_saved").detail
    assert (detail["before"]["role"], detail["after"]["role"], detail["reason"]) == ("viewer", "compliance", "moved")
    assert (detail["before"]["desks"], detail["after"]["desks"]) == ([], ["AGENCY"])


def test_an_unchanged_person_leaves_no_trace(people) -> None:
    assert not save(people["admin"], people["viewer"])
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("changes", [{"role": "viewer"}, {"active": False}])
def test_another_role_and_being_set_inactive_end_sessions_and_tokens(people, browser_of, changes) -> None:
    browser, raw = browser_of("trader"), token("trader").json()["token"]
    assert save(people["admin"], people["trader"], **changes)
    assert browser.get("/account/").status_code == 302
    assert services.token_user(raw) is None


def test_another_desk_keeps_sessions_and_changes_what_a_sales_trader_sees(people, browser_of) -> None:
    Desk.objects.create(code="EMPTY", name="Empty")
    browser = browser_of("sales")
    assert selectors.visible_accounts(people["sales"]) == ["ACME-1", "ZEN-1"]
    save(people["admin"], people["sales"], desks=frozenset({"EMPTY"}))
    assert selectors.visible_accounts(people["sales"]) == []
    assert browser.get("/account/").status_code == 200


@pytest.mark.parametrize("who", ["admin", "root"])
def test_nobody_changes_oneself_superuser_or_not(people, browser_of, who: str) -> None:
    before = services.person_of(people[who])
    with pytest.raises(Forbidden):
        save(people[who], people[who], role="risk")
    browser = browser_of(who)
    page = f"/admin/auth/user/{people[who].pk}/"
    assert browser.get(f"{page}change/").status_code == 200
    assert b'name="_save"' not in browser.get(f"{page}change/").content
    assert browser.post(f"{page}change/", form(role="risk")).status_code == 403
    for button in ("password", "out", "codes"):
        assert browser.get(f"{page}{button}/").status_code == 403
        assert browser.post(f"{page}{button}/", {"reason": "x"}).status_code == 403
    assert services.person_of(people[who]) == before
    assert not AuditEntry.objects.exclude(action="logged_in").exists()


@pytest.mark.parametrize("who", ["trader", "sales", "risk", "operations", "compliance", "viewer", "stranger"])
def test_who_changes_nobody(people, who: str) -> None:
    with pytest.raises(Forbidden):
        save(people[who], people["viewer"], role="trader")
    with pytest.raises(Forbidden):
        services.everything_revoke(actor=people[who], user=people["viewer"], reason="x", now=NOW)


def test_rights_beside_the_role_are_taken_away_with_the_next_change(people) -> None:
    people["viewer"].user_permissions.set(Permission.objects.filter(codename="change_limit"))
    save(people["admin"], people["viewer"], first_name="V")
    assert not people["viewer"].user_permissions.exists()


def test_no_form_and_no_crafted_post_makes_a_superuser(people, browser_of) -> None:
    admin = browser_of("admin")
    page = f"/admin/auth/user/{people['viewer'].pk}/change/"
    admin.post(page, form(is_superuser="on", is_staff="on", user_permissions=["1"], password="x"))
    viewer = User.objects.get(username="viewer")
    assert (viewer.is_superuser, viewer.user_permissions.count()) == (False, 0)
    assert viewer.check_password(PASSWORD)


def test_people_and_roles_are_never_deleted_nor_roles_changed(people, browser_of) -> None:
    root = browser_of("root")
    person, group = people["viewer"], people["viewer"].groups.get()
    for path in (f"/admin/auth/user/{person.pk}/delete/", f"/admin/auth/group/{group.pk}/delete/", f"/admin/auth/group/{group.pk}/change/"):
        assert root.post(path, {"post": "yes", "name": "root"}).status_code == 403
    root.post("/admin/auth/user/", {"action": "delete_selected", "_selected_action": [person.pk], "post": "yes"})
    assert User.objects.filter(pk=person.pk).exists()


def test_a_desk_is_made_and_renamed_by_operations_and_admins(people) -> None:
    for who in ("operations", "admin"):
        assert services.desk_save(actor=people[who], code="FX", name=f"FX by {who}", now=NOW).name == f"FX by {who}"
    services.desk_save(actor=people["admin"], code="FX", name="FX by admin", now=NOW)
    assert AuditEntry.objects.filter(action="desk_saved", object_id="FX").count() == 2
    for who in ("trader", "sales", "risk", "compliance", "viewer"):
        with pytest.raises(Forbidden):
            services.desk_save(actor=people[who], code="FX", name="x", now=NOW)
    for code in ("", "fx", "F X"):
        with pytest.raises(services.DeskInvalid):
            services.desk_save(actor=people["admin"], code=code, name="x", now=NOW)


def test_an_account_belongs_to_a_desk_that_is_there(people) -> None:
    def put(desk: str | None):
        return services.account_save(actor=people["operations"], code="ZEN-1", name="ZEN-1", desk=desk, now=NOW)

    assert put(None).desk_id == "AGENCY", "what is not told stays"
    assert put("HOUSE").desk_id == "HOUSE"
    assert put("").desk_id is None
    with pytest.raises(services.AccountInvalid):
        put("NOSUCH")
