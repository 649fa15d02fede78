"""What can go wrong on a bare machine is told in one line with its remedy."""

import importlib.util
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def bootstrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The bootstrap script, working in a folder of the test's own."""
    spec = importlib.util.spec_from_file_location("bootstrap", Path(__file__).parents[3] / "deploy" / "bootstrap.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "CHECKOUT", tmp_path)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    (tmp_path / "requirements.txt").write_text("x==1\n")
    return module


@pytest.mark.parametrize("version", [(3, 10, 9), (3, 14, 0), (2, 7, 18)])
def test_another_python_is_refused(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, version: tuple[int, ...]) -> None:
    monkeypatch.setattr(sys, "version_info", version)
    with pytest.raises(bootstrap.BootstrapError, match=r"3\.11 to 3\.13 do -> install one"):
        bootstrap.require_python()


def test_a_full_disk_is_refused_before_anything_is_made(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage("/")._replace(free=2 * 1024**3)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    with pytest.raises(bootstrap.BootstrapError, match=r"2\.0 GiB free, 3 GiB needed.*-> free some space"):
        bootstrap.install_packages(("requirements.txt",))
    assert not bootstrap.VENV.exists()


def test_a_missing_venv_module_is_named(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    with pytest.raises(bootstrap.BootstrapError, match=r"no venv module -> install it \(Debian: apt-get install python3"):
        bootstrap.install_packages(("requirements.txt",))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("failed to establish a new connection: name resolution", "the first run needs the network"),
        ("npm error code enotfound", "the first run needs the network"),
        ("oserror: [errno 28] no space left on device", "the disk is full"),
        ("something nobody foresaw", "see the lines above"),
    ],
)
def test_a_failed_command_is_explained(bootstrap: ModuleType, text: str, told: str) -> None:
    assert told in bootstrap._explain("Python packages", text, "PyPI packages")


def test_nothing_is_done_twice(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []
    monkeypatch.setattr(bootstrap, "_make_venv", lambda: (bootstrap.VENV / "bin").mkdir(parents=True))
    monkeypatch.setattr(bootstrap, "_run", lambda command, **_: ran.append(command[3]))
    bootstrap.install_packages(("requirements.txt",))
    (bootstrap.VENV / "bin" / "python").touch()
    bootstrap.install_packages(("requirements.txt",))
    assert ran == ["--disable-pip-version-check"]
    (bootstrap.CHECKOUT / "requirements.txt").write_text("x==2\n")
    monkeypatch.setattr(bootstrap, "_runs", lambda _python: True)
    bootstrap.install_packages(("requirements.txt",))
    assert len(ran) == 2


def test_an_interrupted_installation_starts_afresh(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    (bootstrap.VENV / "half").mkdir(parents=True)
    (bootstrap.VENV / ".installing").touch()
    monkeypatch.setattr(bootstrap, "_make_venv", bootstrap.VENV.mkdir)
    monkeypatch.setattr(bootstrap, "_run", lambda *_, **__: None)
    bootstrap.install_packages(("requirements.txt",))
    assert not (bootstrap.VENV / "half").exists()
    assert not (bootstrap.VENV / ".installing").exists()
