"""Files of quotes to choose from: those that lie near the top of the data folders."""

import os
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

ENDINGS = (".csv", ".csv.gz", ".csv.xz", ".parquet")
MOST = 200
_DEPTH = 3
_LOOKED_AT = 2_000


def offered_files(folders: Sequence[Path]) -> list[str]:
    """At most `MOST` paths, sorted, of at most two folders below; hidden ones are left out. Any other file can be named all the same."""
    found = {str(path) for folder in folders for path in islice(_below(folder, _DEPTH), _LOOKED_AT) if path.name.endswith(ENDINGS)}
    return sorted(found)[:MOST]


def _below(folder: Path, depth: int) -> Iterator[Path]:
    try:
        with os.scandir(folder) as entries:
            listed = sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return  # not there, or not ours to read: nothing to offer
    shown = [entry for entry in listed if not entry.name.startswith((".", "node_modules"))]
    yield from (Path(entry.path) for entry in shown if entry.is_file(follow_symlinks=False))
    if depth > 1:
        for entry in shown:
            if entry.is_dir(follow_symlinks=False):
                yield from _below(Path(entry.path), depth - 1)
