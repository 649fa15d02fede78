"""Every registered admin page opens for the admin; what is history is read-only for everyone."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from oms_site.infra.tracking.rows import RowEvent

READ_ONLY = {
    "execution",
    "trade",
    "auditentry",
    "outboxmessage",
    "consumedoffset",
    "workersnapshot",
    "settlementobligation",
    "position",
    "instrumentschedule",
    "changerequest",
    "alert",
    "apitoken",
    "websession",
    "accessattempt",
    "group",
    "outsideedit",
    "disconnection",
    "candlerow",
    "latestquote",
    "depthsnapshot",
    "syntheticregime",
    "break",
    "export",
    "ledgeraccount",
    "journalentry",
    "fillfee",
}
COPY = {"copiedorder", "copiedposition", "copiedaccount", "copiedtrade", "dropcopy"}
"""What the drop copy counts: shown as breaks."""
PARTS = {"sessionline", "calendarday", "deskmember", "journalline", "tradedday", "settlementstep"}
"""Shown or edited on the page of what they are a part of."""
SECRET = {"profile", "recoverycode"}
"""Of a person's own, shown on the account page alone."""
ROWS = {"personrow", "rolerow", "permissionrow", "rolepermissionrow"}
"""A library's tables whose rows are tracked; their events, as all row events, are shown on the history of what they are about."""
SHOWN_AS = {"candle": "candlerow"}
"""A table whose key has several columns: shown as the view of it that has one."""
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
OUR_APPS = {"bus", "audit", "approvals", "alerts", "supervision", "tracking", "marketdata", "risk", "matching", "orders", "reporting"}


@pytest.fixture
def desk(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("root", password="not used"))
    return client


def _page(model, name: str, *arguments) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=arguments)


def test_every_model_of_ours_is_in_the_admin() -> None:
    from django.apps import apps

    ours = {model for model in apps.get_models() if model._meta.app_label in OUR_APPS}
    hidden = {model._meta.model_name for model in ours - set(MODELS) if not issubclass(model, RowEvent)}
    told = {"accountstream", "workerlease", "alertstep", "chainhead", "housestate", "printtape", "heartbeat", "tradersocket"} | COPY
    shown = {name for name, view in SHOWN_AS.items() if view in {model._meta.model_name for model in MODELS}}
    assert hidden - shown <= told | PARTS | SECRET | ROWS, f"not in the admin: {hidden}"


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label_lower)
def test_the_list_opens(desk: Client, model) -> None:
    assert desk.get(_page(model, "changelist")).status_code == 200


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label_lower)
def test_the_form_to_add_opens_or_is_refused(desk: Client, model) -> None:
    answer = desk.get(_page(model, "add"))
    if model._meta.model_name in READ_ONLY:
        assert answer.status_code == 403
    else:
        assert answer.status_code in {200, 403}


@pytest.mark.parametrize("name", sorted(READ_ONLY))
def test_history_is_read_only_for_a_superuser_too(desk: Client, rf, name: str) -> None:
    model = next(model for model in MODELS if model._meta.model_name == name)
    request = rf.get("/")
    request.user = User.objects.get(username="root")
    options = admin.site._registry[model]
    assert not options.has_add_permission(request)
    assert not options.has_change_permission(request)
    assert not options.has_delete_permission(request)
