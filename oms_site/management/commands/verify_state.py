"""`manage.py verify_state`: rebuilds every fold of the logs, the ledger among them, repeats risk's decisions, and compares them."""

import time

from django.core.management.base import BaseCommand, CommandError, CommandParser

from matching.handlers import SPEC as MATCHING
from oms_site import verification
from oms_site.infra.bus.models import ConsumedOffset, OutboxMessage
from oms_site.workers import CORE
from risk.handlers import SPEC as RISK
from schemas.topics import EXECUTIONS


class Command(BaseCommand):
    """Exit code 0 when everything is equal, 1 with what differs."""

    help = "Rebuilds books, exposures, orders, positions and ledger from the logs, repeats risk's decisions, compares with the live."

    def add_arguments(self, parser: CommandParser) -> None:
        """`--wait SECONDS` for the projection to reach today's end of the log first."""
        parser.add_argument("--wait", type=int, default=0, metavar="SECONDS")

    def handle(self, *args: object, wait: int = 0, **options: object) -> None:
        """Compare everything and say so line by line."""
        if wait:
            _await_projection(wait)
        findings = verification.verify_rows() + verification.verify_trades()
        for spec in (RISK, MATCHING):
            findings += [verification.verify_transform(spec, partition) for partition in verification.partitions_with_snapshots(spec.name)]
        findings.append(verification.verify_ledger())
        findings += [verification.verify_decisions(partition) for partition in range(EXECUTIONS.partitions)]
        for finding in findings:
            verdict = f"{len(finding.differences)} differ" if finding.differences else "equal"
            self.stdout.write(f"{finding.subject:<44} {finding.compared:>9} compared  {verdict}")
            for difference in finding.differences[:20]:
                self.stdout.write(f"    {difference}")
        if any(finding.differences for finding in findings):
            raise CommandError("the running system differs from its logs", returncode=1)


def _await_projection(seconds: int) -> None:
    """Until the outbox is empty and the projection has consumed what `executions` holds now."""
    deadline = time.monotonic() + seconds
    ends = {index: verification.ends((EXECUTIONS.name,), index)[EXECUTIONS.name] for index in range(EXECUTIONS.partitions)}
    while True:
        done = dict(ConsumedOffset.objects.filter(group=CORE.name, topic=EXECUTIONS.name).values_list("partition", "offset"))
        behind = [index for index, end in ends.items() if done.get(index, 0) < end and _unread(index, done.get(index, 0), end)]
        if not behind and not OutboxMessage.objects.exists():
            return
        if time.monotonic() > deadline:
            raise CommandError(f"not caught up within {seconds} s: partitions {behind} of {EXECUTIONS.name}", returncode=1)
        time.sleep(0.2)


def _unread(partition: int, start: int, end: int) -> bool:
    """Whether there is a record from `start` on: the end of a log may be markers of transactions alone, which nobody consumes."""
    return any(True for _ in verification.deliveries(EXECUTIONS.name, partition, start, end, reader=CORE.name))
