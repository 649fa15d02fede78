"""Bugs planted in copies of the engine: all of `matching.domain` is read as text, one piece changed, and loaded under another name.

The engine in use is not touched. A piece of text that is not there (any more), or more than once, is an error that says so.
"""

import importlib
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import matching.domain

FOLDER = Path(matching.domain.__file__).parent
NAME = "planted_domain"


class Bug(NamedTuple):
    """`text` of a module becomes `planted`; `breaks` is the rule that no longer holds."""

    breaks: str
    module: str
    text: str
    planted: str


class _Copy(MetaPathFinder, Loader):
    """Finds the modules of the copy and runs their changed text."""

    def __init__(self, texts: dict[str, str]) -> None:
        self.texts = texts

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        return spec_from_loader(fullname, self, is_package=fullname == NAME) if fullname in self.texts else None

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self.texts[module.__name__], f"<{module.__name__}>", "exec"), module.__dict__)


def texts(bug: Bug | None) -> dict[str, str]:
    """The copy's modules by full name. AssertionError when the bug cannot be planted any more."""
    found = {}
    for path in FOLDER.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        if bug is not None and path.stem == bug.module:
            times = text.count(bug.text)
            assert times == 1, f"{bug.breaks}: {times} places in matching/domain/{bug.module}.py read {bug.text!r}: plant this bug anew"
            text = text.replace(bug.text, bug.planted)
        full = NAME if path.stem == "__init__" else f"{NAME}.{path.stem}"
        found[full] = text.replace("matching.domain", NAME)
    assert bug is None or f"{NAME}.{bug.module}" in found, f"{bug.breaks}: there is no matching/domain/{bug.module}.py any more"
    return found


@contextmanager
def engine_with(bug: Bug | None) -> Iterator[tuple[ModuleType, ModuleType]]:
    """The modules `engine` and `state` of a copy with the bug (of a true copy without one)."""
    finder = _Copy(texts(bug))
    sys.meta_path.insert(0, finder)
    try:
        yield importlib.import_module(f"{NAME}.engine"), importlib.import_module(f"{NAME}.state")
    finally:
        sys.meta_path.remove(finder)
        for name in [name for name in sys.modules if name == NAME or name.startswith(f"{NAME}.")]:
            del sys.modules[name]
