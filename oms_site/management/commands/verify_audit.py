"""`manage.py verify_audit [--chain NAME]`: proves that no audit entry is missing or changed, and tells of edits outside the product.

Exit 0: whole, and somebody looked at every such edit. 1: a broken link, or edits whose alert nobody has acknowledged.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from oms_site.infra.audit.models import AuditEntry
from oms_site.infra.audit.selectors import first_broken_link
from oms_site.infra.tracking.models import OutsideEdit
from oms_site.infra.tracking.selectors import unseen

_NAMED = 5


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
        if not chain:
            self._outside()

    def _outside(self) -> None:
        """Rows that were changed outside the product; the error, while nobody has said that it is known."""
        edits = OutsideEdit.objects.count()
        if not edits:
            return
        open_ = unseen()
        tables = sorted({f"{edit.row_table} {edit.row_key}" for edit in open_[:_NAMED]})
        self.stdout.write(f"{edits} edits of rows outside the product, {len(open_)} of them not acknowledged")
        if open_:
            raise CommandError(f"rows were changed outside the product and nobody looked: {', '.join(tables)}", returncode=1)
