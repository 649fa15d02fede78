"""No file breaks a ban, and every ban catches its own example."""

import pytest

from tests.tidy.bans import BANS, Ban
from tests.tidy.tree import files, read

_BINARY = {".png", ".ico", ".woff2", ".gz", ".xz", ".pyc"}


@pytest.mark.parametrize("ban", BANS, ids=lambda ban: ban.name)
def test_no_file_breaks_the_ban(ban: Ban) -> None:
    broken = [
        f"{path}:{line}" for path in files() if path.suffix not in _BINARY and ban.applies(path.as_posix()) for line in ban.hits(read(path))
    ]
    assert not broken, f"{ban.name}: use {ban.instead}:\n" + "\n".join(broken)


@pytest.mark.parametrize("ban", BANS, ids=lambda ban: ban.name)
def test_the_ban_catches_its_example(ban: Ban) -> None:
    assert ban.hits(ban.example)
