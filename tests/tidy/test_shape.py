"""The rooms keep their shape: docstrings' homes, decisions linked from code, pictures that name real files."""

import re

import pytest

from tests.tidy.tree import ROOT, files, read

ADRS = [path for path in files(".md") if path.as_posix().startswith("docs/adr/0")]


@pytest.mark.parametrize("adr", ADRS, ids=lambda path: path.stem)
def test_a_decision_has_its_six_parts(adr) -> None:
    text = read(adr)
    for part in ("Status", "Context", "Decision", "Consequences", "Rejected", "Confirmation"):
        assert f"## {part}" in text, f"{adr}: no part '{part}'"


@pytest.mark.parametrize("adr", ADRS, ids=lambda path: path.stem)
def test_a_decision_is_linked_from_the_code_it_decides(adr) -> None:
    number = adr.name[:4]
    linked = [
        path for path in files(".py", ".yml", ".js") if f"ADR {number}" in read(path) and not path.as_posix().startswith("tests/tidy")
    ]
    assert linked, f"no line of code names ADR {number}"


def test_there_are_decisions() -> None:
    assert len(ADRS) >= 8


def _mermaid_paths() -> list[tuple[str, str]]:
    found = []
    for path in files(".md"):
        for block in re.findall(r"```mermaid\n(.*?)```", read(path), re.DOTALL):
            found += [(path.as_posix(), name) for name in re.findall(r"[\w./-]+/[\w./-]+\.(?:py|js|html|yml)\b", block)]
    return found


def test_every_file_a_picture_names_exists() -> None:
    named = _mermaid_paths()
    assert named, "the pictures name no file"
    missing = [f"{doc}: {name}" for doc, name in named if not (ROOT / name).is_file()]
    assert not missing, "\n".join(missing)


def test_links_between_pages_lead_somewhere() -> None:
    broken = []
    for path in files(".md"):
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", read(path)):
            if not (ROOT / path.parent / target).exists():
                broken.append(f"{path}: {target}")
    assert not broken, "\n".join(broken)
