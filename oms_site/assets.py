"""The folder static files are served under: its name changes with what is in it, so that a browser keeps them and never asks again."""

from hashlib import sha256
from importlib import metadata
from pathlib import Path

_LETTERS = 12
_BRING_FILES = ("django", "django-otp", "djangorestframework", "drf-spectacular-sidecar")
"""Packages with static files of their own."""


def version(files: Path) -> str:
    """A name for what is in the folder `files` and for the packages that bring files of their own, as they are installed."""
    digest = sha256("".join(f"{name} {metadata.version(name)}\n" for name in _BRING_FILES).encode())
    for path in sorted(files.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            digest.update(f"{path.relative_to(files).as_posix()} {len(content)}\n".encode())
            digest.update(content)
    return digest.hexdigest()[:_LETTERS]


def kept_for_ever(path: str, url: str) -> bool:
    """Whether a file may never change under its address (WhiteNoise asks): all of them, as the address has the version."""
    return True
