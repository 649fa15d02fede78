"""The checkout as the house rules see it: files under version control or about to be."""

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@cache
def files(*suffixes: str) -> tuple[Path, ...]:
    """Paths, relative to the checkout, of all tracked and new files that git does not ignore, sorted."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.splitlines()
    return tuple(sorted(Path(name) for name in listed if (not suffixes or Path(name).suffix in suffixes) and (ROOT / name).is_file()))


def read(path: Path) -> str:
    """Text of one file of the checkout."""
    return (ROOT / path).read_text(encoding="utf-8")
