"""Audit entries in PostgreSQL: linked, in the caller's transaction, and every kind of tampering found."""

import threading
from datetime import datetime, timedelta, timezone
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone as django_timezone

from oms_site.infra.audit import services
from oms_site.infra.audit.models import AuditEntry
from oms_site.infra.audit.selectors import first_broken_link
from oms_site.infra.audit.services import Entry
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


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("tamper", "where"),
    [
        ("UPDATE audit_auditentry SET detail = '{}' WHERE seq = 2", 2),
        ("UPDATE audit_auditentry SET actor_id = NULL WHERE seq = 2", 2),
        ("DELETE FROM audit_auditentry WHERE seq = 2", 2),
        ("DELETE FROM audit_auditentry WHERE seq = 1", 1),
        ("UPDATE audit_auditentry SET previous_hash = repeat('f', 64) WHERE seq = 3", 3),
        ("UPDATE audit_auditentry SET created_at = created_at + interval '1 microsecond' WHERE seq = 3", 3),
    ],
)
def test_the_first_broken_link_is_named(tamper: str, where: int) -> None:
    actor = User.objects.create_user("someone")
    write("A", "1", "2", "3", actor=actor)
    write("B", "1", "2", "3", actor=actor)
    with triggers_off():
        sql(tamper + " AND chain = 'B'")
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
