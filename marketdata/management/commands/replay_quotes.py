"""`manage.py replay_quotes PATH`: a file of quotes into the topic, checked as a whole before the first row is sent; and its controls."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Collection
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from marketdata import services
from marketdata.domain.steering import Control
from marketdata.management.commands._controls import controlled, listed
from marketdata.models import QuoteReplay
from marketdata.replay.clock import FeedClock
from marketdata.replay.files import FileRefused, QuoteFile, data_folders
from marketdata.replay.holder import lives, this_holder
from marketdata.replay.job import FileInvalid, ReplayJob, Stopped
from marketdata.replay.progress import FeedProgress, JsonProgress, Progress
from marketdata.replay.reading import QuoteRows
from marketdata.replay.validation import Findings
from marketdata.selectors import instruments_by_symbol
from oms_site.infra.bus.ports import BusError
from oms_site.infra.errors import InvalidInput
from oms_site.infra.garbage import collected_rarely
from schemas.errors import RegistryError

FAILED, USAGE, BUSY = 1, 2, 3


def speed(text: str) -> str:
    """`max` or a multiple of the file's own pace, above 0."""
    try:
        return services.speed_checked(text)
    except InvalidInput as error:
        raise ArgumentTypeError(error.message) from None


def symbol_list(text: str) -> frozenset[str]:
    """Symbols separated by commas."""
    symbols = frozenset(text.split(","))
    if "" in symbols:
        raise ArgumentTypeError("symbols separated by commas, without blanks")
    return symbols


class Command(BaseCommand):
    """Exit codes: 0 done, stopped by a signal, or nothing left to do; 1 failed; 2 wrong usage; 3 another feed has one of the symbols."""

    help = (
        "Replay a file of quotes (CSV plain, gz or xz; Parquet) into the topic. The whole file is checked first: with a bad row nothing is "
        "sent, unless --skip-bad. Run again after a kill or a stop, it goes on. Files must lie under a folder of OMS_DATA_DIRS. "
        f"While it runs: --control ID {'|'.join(Control)}."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See `help` of each."""
        parser.add_argument("path", nargs="?", help="the file; columns timestamp,symbol,bid,ask,bid_size,ask_size,last,last_size,event")
        parser.add_argument("--speed", type=speed, default="1", help="multiple of the file's own pace, or max (default 1)")
        parser.add_argument("--symbols", type=symbol_list, default=frozenset(), help="only these, separated by commas")
        parser.add_argument("--loop", action="store_true", help="begin again at the end, until stopped")
        parser.add_argument("--check", action="store_true", help="check the file, send nothing")
        parser.add_argument("--skip-bad", action="store_true", help="leave bad rows out and list them in .run/rejects")
        parser.add_argument("--again", action="store_true", help="from the first row, though the file was replayed or begun before")
        parser.add_argument("--json", action="store_true", help="progress and result as lines of JSON")
        parser.add_argument("--control", nargs="+", metavar="ID WORD", help=f"steer a replay: ID {'|'.join(Control)} [SPEED|TIME]")
        parser.add_argument("--list", action="store_true", help="the latest replays and where they stand")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check, then send; or steer, or list."""
        if options["control"] or options["list"]:
            if options["path"]:
                raise CommandError("--control and --list take no PATH", returncode=USAGE)
            self.stdout.write(controlled(*options["control"]) if options["control"] else listed(as_json=options["json"]))
            return
        if not options["path"]:
            raise CommandError("say which file: PATH is missing", returncode=USAGE)
        known = frozenset(instruments_by_symbol())
        self._refuse_unknown(options["symbols"] - known)
        try:
            file = QuoteFile(options["path"], data_folders())
        except FileRefused as error:
            raise CommandError(error.message, returncode=USAGE) from None
        rows = QuoteRows(file, known, options["symbols"] or None, options["skip_bad"])
        try:
            self._replay(ReplayJob(rows, FeedClock(), self._progress(as_json=options["json"])), options)
        finally:
            file.close()

    def _refuse_unknown(self, symbols: Collection[str]) -> None:
        if symbols:
            raise CommandError(f"--symbols: no instrument {', '.join(map(ascii, sorted(symbols)))}", returncode=USAGE)

    def _progress(self, *, as_json: bool) -> Any:
        def made(what: str, total: int | None) -> Progress:
            return JsonProgress(what, total, self.stdout) if as_json else FeedProgress(what, total)

        return made

    def _replay(self, job: ReplayJob, options: dict[str, Any]) -> None:
        try:
            with job.clock.signals():
                found = self._checked(job, only_check=options["check"])
                if not options["check"]:
                    self._send(job, found, options)
        except services.AlreadyReplayed as error:
            self._say(f"{error.message}; nothing was sent: --again sends it once more", options, replayed=False)
        except (services.SymbolClaimed, services.ReplayBusy) as error:
            raise CommandError(error.message, returncode=BUSY) from None
        except Stopped:
            raise CommandError("stopped; nothing was sent", returncode=FAILED) from None
        except FileInvalid as error:
            raise CommandError(error.message, returncode=FAILED) from None
        except (services.ClaimLost, services.ReplayLost, BusError, RegistryError, DatabaseError) as error:
            raise CommandError(f"{error}; run it again: it goes on where it was", returncode=FAILED) from None

    def _checked(self, job: ReplayJob, *, only_check: bool) -> Findings:
        rows, name = job.rows, job.rows.file.name
        found = job.check(keep_rejects=rows.skip_bad and not only_check)
        for bad in found.errors:
            self.stderr.write(f"{name}:{bad.line}: {bad.reason}")
        if found.bad > len(found.errors):
            self.stderr.write(f"{name}: and {found.bad - len(found.errors)} more")
        if found.bad and not rows.skip_bad:
            raise CommandError(f"{name}: {found.bad} bad rows, {found.rows} good; nothing was sent", returncode=FAILED)
        if not found.rows:
            raise CommandError(f"{name}: there is no row to send", returncode=FAILED)
        if only_check:
            minutes, seconds = divmod((found.last_time - found.first_time) // 1_000_000, 60)
            symbols = ", ".join(sorted(found.symbols))
            self.stdout.write(f"{name}: {found.rows} rows of {symbols}, {minutes} min {seconds} s, {found.bad} bad rows; nothing was sent")
        elif found.bad:
            self.stderr.write(f"{name}: {found.bad} bad rows left out, kept in {job.rejects().path}")
        return found

    def _send(self, job: ReplayJob, found: Findings, options: dict[str, Any]) -> None:
        which = {name: options[name] for name in ("symbols", "again", "loop")}
        services.replay_refuse_repeat(digest=found.digest, **which)

        def begin() -> QuoteReplay:
            checked = services.Found(found.digest, found.rows, found.first_time, found.last_time)
            more = {"path": job.rows.file.path, "speed": options["speed"], "skip_bad": options["skip_bad"], **which}
            return services.replay_open(found=checked, holder=this_holder(), lives=lives, now=timezone.now(), **more)

        def begun(row: QuoteReplay) -> None:
            where = f" goes on behind line {row.line}" if row.line > 1 or row.part > 1 else ""
            self.stderr.write(f"replay {row.pk}{where}")

        with collected_rarely():  # a collection of everything would hold up rows that are due
            sent = job.send(found, begin, begun=begun)
        what = "replayed" if sent.whole else "stopped after"
        rate = int(sent.rows / max(sent.seconds, 0.001))
        text = f"{job.rows.file.name}: {what} {sent.rows} rows in {sent.seconds:.1f} s ({rate} rows/s)"
        self._say(text, options, replayed=sent.whole, rows=sent.rows, seconds=round(sent.seconds, 3), rows_per_second=rate)

    def _say(self, text: str, options: dict[str, Any], **told: Any) -> None:
        self.stdout.write(json.dumps({"what": text, **told}) if options["json"] else text)
