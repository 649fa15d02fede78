"""`manage.py dead_letters list|show|replay`: records no handler could take, why, and one of them again when two people have agreed.

Exit 0 done, 1 no effect (none there, not approved, broker not reached), 2 usage.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from oms_site import env
from oms_site.infra.bus import replay
from oms_site.infra.bus.connection import bus, wire
from oms_site.infra.bus.dead_letters import Letter, read_all
from oms_site.infra.bus.ports import BusError
from oms_site.infra.errors import OmsError
from schemas.errors import CodecError, RegistryError
from schemas.topics import BY_NAME


class Command(BaseCommand):
    """Lists the letters of all topics, one line each, shows one whole, or sends one again."""

    help = "Lists dead letters, shows one with its reason and what can be read of it, or sends one again by an approved request."
    requires_system_checks: list[str] = []  # to look at letters Kafka alone is needed

    def add_arguments(self, parser: CommandParser) -> None:
        """`list [--topic T]`, `show TOPIC PARTITION OFFSET` (of the letter, as listed), `replay REQUEST`."""
        actions = parser.add_subparsers(dest="action", required=True)
        listed = actions.add_parser("list", help="one line a letter")
        listed.add_argument("--topic", choices=sorted(BY_NAME), help="of this topic alone")
        shown = actions.add_parser("show", help="one letter whole")
        shown.add_argument("topic", choices=sorted(BY_NAME))
        shown.add_argument("partition", type=int)
        shown.add_argument("offset", type=int, help="the letter's own offset, as listed")
        again = actions.add_parser("replay", help="send the letter of an approved request to its topic again")
        again.add_argument("request", type=int, help="number of the request, which the dead letters' page of the admin makes")

    def handle(self, *args: object, action: str, **options: Any) -> None:
        """Run one action."""
        try:
            match action:
                case "list":
                    self._list(options["topic"])
                case "show":
                    self._show(options["topic"], options["partition"], options["offset"])
                case _:
                    self._replay(options["request"])
        except BusError as error:
            raise CommandError(f"Kafka at {env.KAFKA_BOOTSTRAP}: {error}", returncode=1) from error

    def _list(self, topic: str | None) -> None:
        count = 0
        for name in [topic] if topic else list(BY_NAME):
            for letter in read_all(bus(), name):
                count += 1
                self.stdout.write(
                    f"{name:<18} {letter.partition:>2} {letter.own_offset:>6}  {_time(letter)}  {letter.worker:<9} {letter.code:<18} "
                    f"{letter.message[:80]}"
                )
        self.stdout.write(f"{count} dead letters")

    def _show(self, topic: str, partition: int, offset: int) -> None:
        letter = next((found for found in read_all(bus(), topic, partition) if found.own_offset == offset), None)
        if letter is None:
            raise CommandError(f"{topic}.dead[{partition}] has no letter at {offset}", returncode=1)
        for name, value in _details(letter):
            self.stdout.write(f"{name:<9} {value}")

    def _replay(self, request: int) -> None:
        try:
            self.stdout.write(replay.replay_approved(request, now=timezone.now()))
        except OmsError as refusal:
            raise CommandError(refusal.message, returncode=1) from refusal


def _details(letter: Letter) -> Iterator[tuple[str, str]]:
    yield "from", f"{letter.topic}[{letter.partition}] at {letter.offset}"
    yield "key", letter.key
    yield "time", _time(letter)
    yield "worker", letter.worker
    yield "code", letter.code
    yield "reason", letter.message
    try:
        yield "message", str(wire().message(BY_NAME[letter.topic], letter.value))
    except (CodecError, RegistryError, KeyError) as error:
        yield "message", f"not readable: {error}"
    yield "value", f"{len(letter.value)} bytes: {letter.value[:256].hex(' ')}"


def _time(letter: Letter) -> str:
    if letter.time < 0:
        return "?"
    return datetime.fromtimestamp(letter.time / 1_000_000, UTC).isoformat(timespec="microseconds")
