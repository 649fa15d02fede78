"""`manage.py replay_quotes PATH`: a file of quotes into the topic, checked as a whole before the first row is sent."""

import re
from argparse import ArgumentParser, ArgumentTypeError
from fractions import Fraction
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from marketdata import services
from marketdata.replay.clock import FeedClock
from marketdata.replay.files import FileRefused, QuoteFile, data_folders
from marketdata.replay.job import FileInvalid, Replay
from marketdata.replay.validation import Findings, Stopped
from marketdata.selectors import instruments_by_symbol
from oms_site.infra.bus.ports import BusError
from schemas.errors import RegistryError

FAILED, USAGE, BUSY = 1, 2, 3
_SPEED = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6})?", re.ASCII)


def speed(text: str) -> Fraction | None:
    """`max` (None) or a multiple of the file's own pace, above 0."""
    if text == "max":
        return None
    if not _SPEED.fullmatch(text) or not Fraction(text):
        raise ArgumentTypeError("a number above 0 (1 is the file's own pace) or max")
    return Fraction(text)


def symbol_list(text: str) -> frozenset[str]:
    """Symbols separated by commas."""
    symbols = frozenset(text.split(","))
    if "" in symbols:
        raise ArgumentTypeError("symbols separated by commas, without blanks")
    return symbols


class Command(BaseCommand):
    """Exit codes: 0 done or stopped by a signal, 1 failed, 2 wrong usage, 3 another feed has one of the symbols."""

    help = (
        "Replay a CSV file of quotes into the topic. The whole file is checked first: with a bad row nothing is sent, unless --skip-bad. "
        "Files must lie under a folder of OMS_DATA_DIRS."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See `help` of each."""
        parser.add_argument("path", help="the file; columns timestamp,symbol,bid,ask,bid_size,ask_size,last,last_size,event")
        parser.add_argument("--speed", type=speed, default=Fraction(1), help="multiple of the file's own pace, or max (default 1)")
        parser.add_argument("--symbols", type=symbol_list, help="only these, separated by commas")
        parser.add_argument("--loop", action="store_true", help="begin again at the end, until stopped")
        parser.add_argument("--check", action="store_true", help="check the file, send nothing")
        parser.add_argument("--skip-bad", action="store_true", help="leave bad rows out and list them in .run/rejects")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check, then send."""
        known = frozenset(instruments_by_symbol())
        unknown = sorted((options["symbols"] or frozenset()) - known)
        if unknown:
            raise CommandError(f"--symbols: no instrument {', '.join(map(ascii, unknown))}", returncode=USAGE)
        try:
            file = QuoteFile(options["path"], data_folders())
        except FileRefused as error:
            raise CommandError(error.message, returncode=USAGE) from None
        clock = FeedClock()
        replay = Replay(file, known, options["symbols"], options["skip_bad"], clock)
        try:
            with clock.signals():
                found = self._checked(replay, only_check=options["check"])
                if not options["check"]:
                    self._send(replay, found, options)
        except services.SymbolClaimed as error:
            raise CommandError(error.message, returncode=BUSY) from None
        except Stopped:
            raise CommandError("stopped; nothing was sent", returncode=FAILED) from None
        except (FileInvalid, services.ClaimLost, BusError, RegistryError) as error:
            raise CommandError(str(error), returncode=FAILED) from None
        finally:
            file.close()

    def _checked(self, replay: Replay, *, only_check: bool) -> Findings:
        found = replay.check(keep_rejects=replay.skip_bad and not only_check)
        name = replay.file.name
        for bad in found.errors:
            self.stderr.write(f"{name}:{bad.line}: {bad.reason}")
        if found.bad > len(found.errors):
            self.stderr.write(f"{name}: and {found.bad - len(found.errors)} more")
        if found.bad and not replay.skip_bad:
            raise CommandError(f"{name}: {found.bad} bad rows, {found.rows} good; nothing was sent", returncode=FAILED)
        if not found.rows:
            raise CommandError(f"{name}: there is no row to send", returncode=FAILED)
        if only_check:
            minutes, seconds = divmod((found.last_time - found.first_time) // 1_000_000, 60)
            symbols = ", ".join(sorted(found.symbols))
            self.stdout.write(f"{name}: {found.rows} rows of {symbols}, {minutes} min {seconds} s, {found.bad} bad rows; nothing was sent")
        elif found.bad:
            self.stderr.write(f"{name}: {found.bad} bad rows left out, kept in {replay.rejects().path}")
        return found

    def _send(self, replay: Replay, found: Findings, options: dict[str, Any]) -> None:
        sent = replay.send(found, speed=options["speed"], loop=options["loop"])
        what = "replayed" if sent.whole else "stopped after"
        rate = int(sent.rows / max(sent.seconds, 0.001))
        self.stdout.write(f"{replay.file.name}: {what} {sent.rows} rows in {sent.seconds:.1f} s ({rate} rows/s)")
