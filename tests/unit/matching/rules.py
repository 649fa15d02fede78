"""The contract's rules as scripts of commands and answers, read from the text files of `rules/`."""

from pathlib import Path

FOLDER = Path(__file__).with_name("rules")


def cases() -> dict[str, str]:
    """Script by name, `file: fact`."""
    found: dict[str, str] = {}
    for path in sorted(FOLDER.glob("*.txt")):
        for part in path.read_text(encoding="utf-8").split("\n== ")[1:]:
            fact, script = part.split("\n", 1)
            found[f"{path.stem}: {fact}"] = script
    return found


CASES = cases()
