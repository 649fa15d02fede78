"""`manage.py verify_audit [--chain NAME]`: proves that no audit entry is missing or changed. Exit 0 whole, 1 broken."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from oms_site.infra.audit.models import AuditEntry
from oms_site.infra.audit.selectors import first_broken_link


class Command(BaseCommand):
    """Walks every chain from its first entry, recomputing each hash."""

    help = "Checks the hash chains of the audit log and names the first broken link."

    def add_arguments(self, parser: CommandParser) -> None:
        """Accept one chain to check."""
        parser.add_argument("--chain", help="an account's code, or a kind of control (default: all)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check; the first broken link is the error."""
        chain = options["chain"]
        entries = AuditEntry.objects.filter(chain=chain) if chain else AuditEntry.objects.all()
        if chain and not entries.exists():
            raise CommandError(f"there is no chain {chain!r}", returncode=2)
        broken = first_broken_link(chain)
        if broken is not None:
            raise CommandError(f"chain {broken.chain}, entry {broken.seq}: {broken.why}", returncode=1)
        count, chains = entries.count(), entries.values("chain").distinct().count()
        self.stdout.write(f"{count} entries in {chains} chains: whole")
