"""`manage.py match_stream [FILE] [--output FILE] [--hash]`: the matching engine alone, JSON Lines in and out. docs/match_stream.md."""

import sys
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from matching.match_stream.running import Write, abandon_standard_output, run, standard_input
from matching.match_stream.session import Session
from matching.match_stream.strict_json import Malformed

FAILED, USAGE, INTERRUPTED = 1, 2, 130
_STREAM = "-"


class Command(BaseCommand):
    """Exit codes: 0 done, 1 a malformed line or a file that cannot be read or written, 2 wrong usage, 130 interrupted."""

    help = (
        "Run the matching engine alone: commands as JSON Lines in, what happened as JSON Lines out. No server, no database. "
        "A malformed line ends the run with exit code 1 and the line's number; the output up to there is kept."
    )
    requires_system_checks: list[str] = []  # the engine alone is needed

    def add_arguments(self, parser: CommandParser) -> None:
        """See `help` of each."""
        parser.add_argument("file", nargs="?", default=_STREAM, metavar="FILE", help="the commands; standard input unless given, or -")
        parser.add_argument("--output", default=_STREAM, metavar="FILE", help="where the answers go; standard output unless given, or -")
        parser.add_argument("--hash", action="store_true", help="end with a line that holds the hash of the engine's state")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, apply, write."""
        session = Session()
        try:
            with ExitStack() as opened:
                source = standard_input() if options["file"] == _STREAM else opened.enter_context(Path(options["file"]).open("rb"))
                write = self._sink(options["file"], options["output"], opened)
                run(source, write, session=session, with_hash=options["hash"])
        except Malformed as error:
            raise CommandError(f"line {session.line}: {error}", returncode=FAILED) from None
        except BrokenPipeError:  # the reader has seen enough
            sys.exit(FAILED)
        except OSError as error:
            name = "" if error.filename is None else f"{error.filename!a}: "
            raise CommandError(f"{name}{error.strerror or error}", returncode=FAILED) from None
        except KeyboardInterrupt:
            sys.exit(INTERRUPTED)

    def _sink(self, file: str, output: str, opened: ExitStack) -> Write:
        if output == _STREAM:
            if sys.stdout is None:
                raise OSError("standard output is closed")
            return self._write
        target = Path(output)
        if file != _STREAM and target.exists() and target.samefile(file):
            raise CommandError("--output names the file that is read", returncode=USAGE)
        kept = opened.enter_context(target.open("w", encoding="ascii", newline="\n"))
        return partial(print, end="", file=kept, flush=True)

    def _write(self, text: str) -> None:
        try:
            self.stdout.write(text, ending="")
            self.stdout.flush()
        except OSError:
            abandon_standard_output()
            raise
