"""Exports in the background: asked for, made one at a time, only for who asked, and what becomes of them when their maker dies."""

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from oms_site import env
from oms_site.infra.audit.models import AuditEntry
from oms_site.infra.errors import Conflict, Forbidden, InvalidInput, NotFound
from oms_site.people import roles_sync
from reporting import services
from reporting.models import Export, ExportState
from reporting.services.exports import making
from risk.domain.roles import Role
from risk.models import Entitlement
from tests.integration.orders.conftest import Log, person
from tests.integration.reporting.conftest import NOW
from tests.integration.reporting.test_folds import deliver, lives

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.servers]
Ask = Callable[..., Export]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(env, "EXPORTS_DIR", tmp_path / "exports")
    return tmp_path / "exports"


@pytest.fixture
def ask(trader: User) -> Ask:
    def asked(actor: User = trader, report: str = "blotter", format: str = "csv", **params: str) -> Export:
        return services.export_ask(actor=actor, report=report, params=params, format=format, now=NOW, request_id="r-1")

    return asked


def make(*, seconds: int = 0) -> Export | None:
    return services.export_make_next(clock=lambda: NOW + timedelta(seconds=seconds))


def opened(actor: User, export: Export) -> bytes:
    return services.export_open(actor=actor, pk=export.pk, now=NOW, request_id="r-2")[1].read_bytes()


def test_an_export_is_made_as_the_screen_is_narrowed_and_says_its_hash(trader: User, ask: Ask, log: Log, submit: Any) -> None:
    deliver(*lives(log, submit))
    desk = Client()
    desk.force_login(trader)
    for format in ("csv", "xlsx", "pdf"):
        export = ask(format=format, side="buy")
        made = make()
        assert made is not None
        data = opened(trader, export)
        assert (made.pk, made.state, made.rows_done, made.rows_total) == (export.pk, "done", 1, 1)
        assert (made.size, made.sha256) == (len(data), hashlib.sha256(data).hexdigest())
        if format == "csv":
            assert data == desk.get("/api/reports/blotter?side=buy&export=csv").getvalue()
    told = AuditEntry.objects.filter(chain="exports").values_list("action", flat=True)
    assert list(told) == ["export_asked", "export_made", "export_downloaded"] * 3


def test_one_is_made_at_a_time_the_longest_waiting_first(ask: Ask) -> None:
    first, second = ask(), ask()
    claimed = making._claimed(NOW)
    assert claimed is not None
    assert claimed.pk == first.pk
    assert make() is None, "one is being made"
    Export.objects.filter(pk=first.pk).update(state=ExportState.DONE)
    made = make()
    assert made is not None
    assert made.pk == second.pk


def test_when_its_maker_dies_another_begins_anew_and_after_three_deaths_it_has_failed(ask: Ask) -> None:
    export = ask()
    for died in range(making.MOST_ATTEMPTS):
        claimed = making._claimed(NOW + timedelta(minutes=died))
        assert claimed is not None
        assert claimed.attempts == died + 1
        assert make(seconds=60 * died + 10) is None, "its maker may live still"
    assert make(seconds=3600) is None
    export.refresh_from_db()
    assert export.state == "failed"
    assert "died 3 times" in export.reason


def test_a_maker_taken_for_dead_writes_nothing_over_its_successors_file(trader: User, ask: Ask, folder: Path) -> None:
    export = ask()
    stale = making._claimed(NOW)
    assert stale is not None
    made = make(seconds=60)
    assert made is not None
    part = folder / "late.part"
    part.write_bytes(b"late")
    with pytest.raises(making.Stopped):
        making._finished(stale, part, NOW)
    assert opened(trader, export) != b"late"


def test_what_is_canceled_while_it_is_made_leaves_no_file(trader: User, ask: Ask, folder: Path, monkeypatch: Any) -> None:
    export = ask()
    real = making.file_make

    def canceled_meanwhile(*arguments: Any) -> int:
        services.export_cancel(actor=trader, pk=export.pk, now=NOW, request_id="r-3")
        return real(*arguments)

    monkeypatch.setattr(making, "file_make", canceled_meanwhile)
    made = make()
    assert made is not None
    assert made.state == "canceled"
    assert list(folder.iterdir()) == []
    with pytest.raises(Conflict, match="canceled"):
        opened(trader, export)


def test_a_file_is_for_who_asked_and_no_longer_for_who_lost_an_account(trader: User, ask: Ask) -> None:
    export = ask()
    make()
    with pytest.raises(NotFound):
        opened(person("ops1", Role.OPERATIONS), export)
    Entitlement.objects.filter(user=trader).delete()
    with pytest.raises(Forbidden, match="ACME-1"):
        opened(trader, export)


def test_a_file_is_deleted_when_its_time_is_over_and_strays_with_it(trader: User, ask: Ask, folder: Path) -> None:
    export = ask()
    make()
    (folder / "stray.part").write_bytes(b"left by a maker that died")
    assert services.exports_forget(now=NOW + making.KEPT - timedelta(seconds=1)) == 0
    assert opened(trader, export)
    assert services.exports_forget(now=NOW + making.KEPT) == 1
    export.refresh_from_db()
    assert export.state == "expired"
    assert not (folder / export.file_name).exists()
    services.exports_forget(now=NOW + timedelta(days=3650))
    assert list(folder.iterdir()) == []


def test_what_cannot_be_made_is_refused_at_once_or_fails_and_says_why(trader: User, ask: Ask, monkeypatch: Any) -> None:
    for wrong, field in (({"side": "left"}, "side"), ({"format": "exe"}, "export"), ({"planet": "x"}, "planet")):
        with pytest.raises(InvalidInput) as refusal:
            ask(**wrong)
        assert refusal.value.field == field
    with pytest.raises(Forbidden):
        ask(report="audit")
    assert not Export.objects.exists()
    monkeypatch.setattr("reporting.files.making.PDF_ROWS", -1)
    ask(format="pdf")
    made = make()
    assert made is not None
    assert made.state == "failed"
    assert "csv or xlsx" in made.reason
    for _ in range(5):
        ask()
    with pytest.raises(Conflict):
        ask()


def test_the_desk_reads_filters_pages_and_asks_for_a_file(log: Log, submit: Any, monkeypatch: Any, ask: Ask) -> None:
    deliver(*lives(log, submit))
    roles_sync()
    ops = person("ops1", Role.OPERATIONS)
    ops.is_staff = True
    ops.save()
    desk = Client()
    desk.force_login(ops)
    assert "Audit log" in desk.get("/admin/reports").content.decode()
    monkeypatch.setattr("reporting.admin.reports.PAGE", 1)
    page = desk.get("/admin/reports/executions").content.decode()
    following = re.search(r'href="(\?after=[^"]+)">Next page', page)
    assert following is not None
    behind = desk.get(f"/admin/reports/executions{following[1]}").content.decode()
    assert "First page" in behind
    assert "First page" not in page
    assert "must be one of" in desk.get("/admin/reports/blotter?status=open").content.decode()
    assert desk.get("/admin/reports/horoscope").status_code == 404
    listed = desk.post("/admin/reports/blotter", {"side": "buy", "format": "csv"}, follow=True)
    assert "side: buy" in listed.content.decode()
    assert listed["Refresh"] == "2"
    ask()
    mine = Export.objects.get(asked_by=ops)
    make()
    page = desk.get("/admin/reporting/export/").content.decode()
    assert page.count("Download") == 1, "the trader's own is not listed"
    answer = desk.get(f"/admin/reporting/export/{mine.pk}/download/")
    assert answer.getvalue().startswith(b"id,created_at,account")
    assert answer["Content-Disposition"] == f'attachment; filename="{Export.objects.get(pk=mine.pk).file_name}"'
