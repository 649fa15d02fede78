"""The table of bad readers in the docs names tests that exist."""

import re

from tests.tidy.tree import ROOT, files, read


def test_every_test_the_page_names_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", (ROOT / "docs" / "stream.md").read_text(encoding="utf-8")))
    assert len(named) >= 15
    texts = [read(path) for path in files(".py") if path.as_posix().startswith(("tests/unit/stream/", "tests/integration/stream/"))]
    assert not [name for name in named if not any(f"def {name}(" in text for text in texts)]
