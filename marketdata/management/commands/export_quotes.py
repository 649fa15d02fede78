"""`manage.py export_quotes PATH`: what is on the topic of quotes back to a file of the same layout."""

import re
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from marketdata import services
from marketdata.domain.rows import COLUMNS
from marketdata.management.commands.replay_quotes import FAILED, USAGE, symbol_list
from marketdata.recorder.ordering import RowSorter
from marketdata.recorder.recording import Recording, Wanted
from marketdata.recorder.target import RecordingFile
from marketdata.replay.clock import FeedClock
from marketdata.replay.files import FileRefused, data_folders
from marketdata.replay.progress import FeedProgress
from marketdata.selectors import price_decimals
from oms_site import env
from oms_site.infra.bus.connection import bus, wire
from oms_site.infra.bus.ports import BusError
from oms_site.infra.errors import InvalidInput
from schemas.errors import CodecError, RegistryError


def moment(text: str) -> int:
    """A date, or a time in UTC, in microseconds."""
    try:
        return services.moment_checked(f"{text}T00:00:00Z" if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) else text)
    except InvalidInput:
        raise ArgumentTypeError("a date like 2013-10-07, or a time in UTC like 2013-10-07T13:30:00.019Z") from None


class Command(BaseCommand):
    """Exit codes: 0 done, 1 failed and nothing written, 2 wrong usage."""

    help = (
        "Record the topic of quotes to a CSV file (.csv, .csv.gz, .csv.xz) that replays to the same content. "
        "The folder must be one of OMS_DATA_DIRS, or .run, or below."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See `help` of each."""
        parser.add_argument("path", help="the file; the end of its name says how it is packed")
        parser.add_argument("--symbols", type=symbol_list, default=frozenset(), help="only these, separated by commas")
        parser.add_argument("--from", dest="begin", type=moment, default=0, help="only rows of this time of their source, or later")
        parser.add_argument("--to", dest="end", type=moment, default=1 << 62, help="only rows before this time of their source")
        parser.add_argument("--replay", type=int, help="only what this replay sent")
        parser.add_argument("--force", action="store_true", help="replace the file when it is there")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read all of the topic that there is, bring it into the order of a file, write it."""
        known = price_decimals()
        unknown = sorted(options["symbols"] - set(known))
        if unknown:
            raise CommandError(f"--symbols: no instrument {', '.join(map(ascii, unknown))}", returncode=USAGE)
        if options["begin"] >= options["end"]:
            raise CommandError("--from must be before --to", returncode=USAGE)
        try:
            file = RecordingFile(options["path"], [*data_folders(), env.RUN_DIR.resolve()], force=options["force"])
        except FileRefused as error:
            raise CommandError(error.message, returncode=USAGE) from None
        try:
            self._record(file, known, Wanted(**{name: options[name] for name in ("symbols", "begin", "end", "replay")}))
        except (FileRefused, BusError, RegistryError, CodecError) as error:
            raise CommandError(f"{error}; nothing was written", returncode=FAILED) from None

    def _record(self, file: RecordingFile, known: dict[str, int], wanted: Wanted) -> None:
        recording = Recording(wire(), wanted, known)
        clock = FeedClock()
        with clock.signals(), RowSorter() as sorter:
            with FeedProgress("reading quotes", None) as progress:

                def show(read: int, total: int) -> bool:
                    progress.show(read)
                    return not clock.stopping()

                rows = recording.read(bus(), sorter, show)
            if clock.stopping():
                raise CommandError("stopped; nothing was written", returncode=FAILED)
            if not rows:
                raise CommandError("no quote on the topic is wanted; nothing was written", returncode=FAILED)
            file.write(",".join(COLUMNS), sorter.texts())
        if recording.late:
            self.stderr.write(
                f"{recording.late} rows stood on the topic behind later ones of their symbol (a loop, a seek, another feed) and were "
                "sorted in; --replay, --from and --to leave such rows out"
            )
        if recording.unlisted:
            self.stderr.write(f"{recording.unlisted} rows of symbols that are no instrument were left out: no replay would take them")
        self.stdout.write(f"{file.path}: recorded {rows} rows")
