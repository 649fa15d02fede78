"""Health checks inside a container: `probe.py URL` (answers 200) or `probe.py beat` (the scheduler has sent something lately).

Starts in a tenth of a second, where importing the site would take seconds of CPU at every check.
"""

import os
import sys
import urllib.request

import psycopg

_BEAT = "SELECT max(last_run_at) > now() - interval '10 minutes' FROM django_celery_beat_periodictask WHERE enabled"
"""Beat writes its rows every three minutes."""


def main(arguments: list[str]) -> int:
    """0 healthy, 1 not, 2 wrong usage."""
    match arguments:
        case ["beat"]:
            return 0 if _beat_runs() else 1
        case [url] if url.startswith("http://127.0.0.1:"):
            return 0 if _answers(url) else 1
        case _:
            sys.stderr.write("usage: probe.py beat | http://127.0.0.1:PORT/PATH\n")
            return 2


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=4) as answer:
            return bool(answer.status == 200)
    except OSError as error:
        sys.stderr.write(f"{url}: {error}\n")
        return False


def _beat_runs() -> bool:
    try:
        with psycopg.connect(os.environ["DATABASE_URL"], connect_timeout=4) as connection:
            row = connection.execute(_BEAT).fetchone()
    except psycopg.Error as error:
        sys.stderr.write(f"{error}\n")
        return False
    return row is not None and row[0] is True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
