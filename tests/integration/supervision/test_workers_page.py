"""The workers page: what operators see, and buttons that ask, act once, and leave one audit entry."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from oms_site.infra.audit.models import AuditEntry
from oms_site.infra.errors import Forbidden, InvalidInput, NotFound
from oms_site.infra.supervision import services
from oms_site.infra.supervision.admin.views import VERBS
from oms_site.infra.supervision.models import DesiredWorker

pytestmark = pytest.mark.django_db
LIST = "/admin/supervision/desiredworker/"


@pytest.fixture(autouse=True)
def workers(db: None) -> None:
    services.workers_sync(names=["relay", "risk"], now=timezone.now())
    services.leases_supervise(now=timezone.now(), most={"relay": 1, "risk": 1}, died=lambda holder, since: False)
    services.lease_renew(
        worker="risk", slot=0, generation=1, holder="box:77", state="running", progress={"lag": 1234}, now=timezone.now(), first=True
    )


def _person(*permissions: str) -> User:
    person = User.objects.create_user("-".join(permissions), is_staff=True)
    person.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return person


@pytest.fixture
def operator() -> User:
    return _person("view_desiredworker", "change_desiredworker")


@pytest.fixture
def desk(operator: User) -> Client:
    client = Client()
    client.force_login(operator)
    return client


@pytest.fixture
def onlooker() -> Client:
    client = Client()
    client.force_login(_person("view_desiredworker"))
    return client


def button(name: str, verb: str) -> str:
    return reverse(f"admin:supervision_desiredworker_{verb}", args=[name])


def test_the_list_tells_state_holder_lag_and_links_to_flower(desk: Client) -> None:
    page = desk.get(LIST).content.decode()
    assert "box:77" in page
    assert "1,234" in page
    assert "/workers" in page
    assert page.count(">Pause<") == 2


@pytest.mark.parametrize("verb", VERBS)
def test_a_button_is_refused_without_permission(onlooker: Client, verb: str) -> None:
    assert onlooker.get(button("risk", verb)).status_code == 403
    assert onlooker.post(button("risk", verb)).status_code == 403
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize(("verb", "state"), [("pause", "pause"), ("stop", "stop"), ("restart", "run")])
def test_a_button_asks_then_acts_and_leaves_one_entry(desk: Client, operator: User, verb: str, state: str) -> None:
    asked = desk.get(button("risk", verb))
    assert asked.status_code == 200
    assert not AuditEntry.objects.exists()
    assert desk.post(button("risk", verb)).status_code == 302
    assert DesiredWorker.objects.get(name="risk").state == state
    (entry,) = AuditEntry.objects.all()
    assert (entry.chain, entry.object_id, entry.actor) == ("workers", "risk", operator)
    if verb != "restart":
        desk.post(button("risk", verb))
        assert AuditEntry.objects.count() == 1, "what is so already leaves no entry"


def test_run_lets_a_stopped_worker_work_again(desk: Client) -> None:
    desk.post(button("relay", "stop"))
    desk.post(button("relay", "run"))
    assert [entry.detail for entry in AuditEntry.objects.order_by("seq")] == [{"from": "run", "to": "stop"}, {"from": "stop", "to": "run"}]


def test_an_unknown_worker_is_not_found(desk: Client) -> None:
    assert desk.get(button("nobody", "stop")).status_code == 404


def test_the_count_is_changed_through_the_service(desk: Client) -> None:
    slots = {"leases-TOTAL_FORMS": "1", "leases-INITIAL_FORMS": "1"}
    assert desk.post(f"{LIST}risk/change/", {"count": "3"} | slots).status_code == 302
    assert DesiredWorker.objects.get(name="risk").count == 3
    assert AuditEntry.objects.get().detail == {"from": 1, "to": 3}
    desk.post(f"{LIST}risk/change/", {"count": "0"} | slots)
    assert DesiredWorker.objects.get(name="risk").count == 3


def test_nobody_adds_or_deletes_a_worker() -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    assert client.get(f"{LIST}add/").status_code == 403
    assert client.post(f"{LIST}risk/delete/", {"post": "yes"}).status_code == 403
    assert client.get(f"{LIST}risk/change/").status_code == 200


def test_the_service_decides_for_every_door(operator: User) -> None:
    now = timezone.now()
    outsider = User.objects.create_user("outsider")
    with pytest.raises(Forbidden):
        services.worker_state_set(actor=outsider, name="risk", state="stop", now=now)
    with pytest.raises(Forbidden):
        services.worker_restart(actor=outsider, name="risk", now=now)
    with pytest.raises(InvalidInput):
        services.worker_state_set(actor=operator, name="risk", state="faster", now=now)
    with pytest.raises(NotFound):
        services.worker_restart(actor=operator, name="nobody", now=now)
