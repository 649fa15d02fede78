"""Audit entries in PostgreSQL: linked, in the caller's transaction, and every kind of tampering found."""

import threading
from datetime import datetime, timedelta, timezone
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone as django_timezone

from oms_site.infra.alerts.models import Alert
from oms_site.infra.alerts.services import acknowledge
from oms_site.infra.audit import services
from oms_site.infra.audit.chain import Link, digest
from oms_site.infra.audit.models import AuditEntry
from oms_site.infra.audit.selectors import BrokenLink, first_broken_link
from oms_site.infra.audit.services import Entry
from oms_site.infra.tracking.context import acting
from oms_site.infra.tracking.services import outside_edits_tell
from risk.models import Account
from tests.integration.audit.outside import sql, triggers_off


def write(chain: str, *objects: str, actor: User | None = None, now: datetime | None = None) -> list[AuditEntry]:
    with transaction.atomic():
        return services.record_many(
            chain=chain,
            actor=actor,
            entries=[Entry("order_entered", "order", name, {"price": "1.50", "lots": [1, 2], "é": None}) for name in objects],
            request_id="r1",
            now=now or django_timezone.now(),
        )


@pytest.mark.django_db
def test_entries_of_a_chain_are_numbered_and_linked() -> None:
    first, second = write("A", "1", "2")
    (third,) = write("A", "3")
    (other,) = write("B", "4")
    assert [row.seq for row in (first, second, third, other)] == [1, 2, 3, 1]
    assert (second.previous_hash, third.previous_hash) == (first.hash, second.hash)
    assert first_broken_link() is None


@pytest.mark.django_db
def test_an_entry_written_in_another_time_zone_still_verifies() -> None:
    write("A", "1", now=datetime(2026, 1, 5, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=2))))
    assert first_broken_link() is None


@pytest.mark.django_db(transaction=True)
def test_an_entry_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        services.record_many(chain="A", actor=None, entries=[], request_id="", now=django_timezone.now())


SWAPPED = """
UPDATE audit_auditentry AS one
SET object_id = other.object_id, detail = other.detail, hash = other.hash, previous_hash = other.previous_hash
FROM audit_auditentry AS other WHERE one.chain = 'B' AND other.chain = 'B' AND one.seq > 2 AND other.seq = 7 - one.seq
"""


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("tamper", "where"),
    [
        ("UPDATE audit_auditentry SET detail = '{}' WHERE seq = 2 AND chain = 'B'", 2),
        ("UPDATE audit_auditentry SET actor_id = NULL WHERE seq = 2 AND chain = 'B'", 2),
        ("UPDATE audit_auditentry SET correlation_id = 'x' WHERE seq = 2 AND chain = 'B'", 2),
        ("UPDATE audit_auditentry SET previous_hash = repeat('f', 64) WHERE seq = 3 AND chain = 'B'", 3),
        ("UPDATE audit_auditentry SET created_at = created_at + interval '1 microsecond' WHERE seq = 3 AND chain = 'B'", 3),
        ("DELETE FROM audit_auditentry WHERE seq = 2 AND chain = 'B'", 2),
        ("DELETE FROM audit_auditentry WHERE seq = 1 AND chain = 'B'", 1),
        ("DELETE FROM audit_auditentry WHERE seq = 3 AND chain = 'B'", 3),
        ("DELETE FROM audit_auditentry WHERE seq >= 2 AND chain = 'B'", 2),
        ("DELETE FROM audit_auditentry WHERE chain = 'B'", 1),
        (SWAPPED, 3),
        ("DELETE FROM audit_chainhead WHERE chain = 'B'", 5),
        ("UPDATE audit_chainhead SET seq = 5 WHERE chain = 'B'", 6),
    ],
)
def test_the_first_broken_link_is_named(tamper: str, where: int) -> None:
    actor = User.objects.create_user("someone")
    write("A", "1", "2", "3", "4", actor=actor)
    write("B", "1", "2", "3", "4", actor=actor)
    with triggers_off():
        sql(tamper)
    broken = first_broken_link()
    assert broken is not None
    assert (broken.chain, broken.seq) == ("B", where)
    assert first_broken_link("A") is None
    with pytest.raises(CommandError, match=f"chain B, entry {where}:") as failed:
        call_command("verify_audit")
    assert failed.value.returncode == 1


@pytest.mark.django_db
def test_verify_audit_says_how_much_is_whole_and_refuses_a_chain_there_is_not() -> None:
    write("A", "1", "2")
    out = StringIO()
    call_command("verify_audit", stdout=out)
    assert out.getvalue() == "2 entries in 1 chains: whole\n"
    with pytest.raises(CommandError) as failed:
        call_command("verify_audit", "--chain=Z")
    assert failed.value.returncode == 2


@pytest.mark.django_db(transaction=True)
def test_writers_of_one_chain_at_once_link_one_after_the_other() -> None:
    failures = []

    def write_some() -> None:
        try:
            for number in range(20):
                write("A", str(number))
        except Exception as error:  # noqa: BLE001 - told by the assertion below
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=write_some) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert AuditEntry.objects.filter(chain="A").count() == 80
    assert first_broken_link() is None


@pytest.mark.django_db
def test_a_tail_cut_off_with_its_head_set_back_is_found_and_stays_found_when_the_chain_goes_on() -> None:
    write("B", "1", "2", "3")
    with triggers_off():
        sql("DELETE FROM audit_auditentry WHERE chain = 'B' AND seq = 3")
        sql(
            "UPDATE audit_chainhead SET seq = 2, hash = (SELECT hash FROM audit_auditentry WHERE chain = 'B' AND seq = 2) WHERE chain = 'B'"
        )
    cut = first_broken_link()
    assert cut is not None
    assert (cut.chain, cut.seq, "not written by the product" in cut.why) == ("B", 3, True)
    write("B", "4")
    later = first_broken_link()
    assert later is not None
    assert (later.chain, later.seq, "once replaced" in later.why) == ("B", 3, True)


@pytest.mark.django_db
def test_an_entry_put_at_the_end_by_hand_is_found_though_it_links() -> None:
    (only,) = write("B", "1")
    link = Link("B", 2, None, "order_entered", "order", "x", {}, "", only.created_at)
    forged = AuditEntry(**link._asdict(), previous_hash=only.hash, hash=digest(link, only.hash))
    forged.save()
    assert first_broken_link() == BrokenLink("B", 2, "was not added by the product: its head does not know it")


@pytest.mark.django_db
def test_a_chain_taken_away_with_its_head_is_missed() -> None:
    write("A", "1")
    write("B", "1")
    with triggers_off():
        sql("DELETE FROM audit_auditentry WHERE chain = 'B'")
        sql("DELETE FROM audit_chainhead WHERE chain = 'B'")
    assert first_broken_link() == BrokenLink("", 2, "chain number 2 is missing with its head")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_auditentry SET detail = '{}'",
        "DELETE FROM audit_auditentry",
        "DELETE FROM audit_chainhead",
        "UPDATE audit_chainhead SET seq = 0",
    ],
)
def test_the_database_refuses_to_change_what_is_written(statement: str) -> None:
    write("A", "1", "2")
    with pytest.raises(IntegrityError), transaction.atomic():
        sql(statement)


@pytest.mark.django_db
def test_verify_audit_fails_while_nobody_has_looked_at_an_edit_outside_the_product() -> None:
    with acting("test", request_id="r-1"):
        boss = User.objects.create_superuser("boss")
        Account.objects.create(code="ACME-1", name="Acme")
    sql("UPDATE risk_account SET name = 'Mallory'")
    with pytest.raises(CommandError, match="nobody looked: risk_account ACME-1"):
        call_command("verify_audit", stdout=StringIO())
    now = django_timezone.now()
    outside_edits_tell(now=now)
    with acting("test", request_id="r-2"):
        acknowledge(actor=boss, pk=Alert.objects.get().pk, now=now)
    out = StringIO()
    call_command("verify_audit", stdout=out)
    assert "1 edits of rows outside the product, 0 of them not acknowledged" in out.getvalue()
