"""A command typed by hand finds the stack that runs, and nothing else finds it by accident."""

import json
from pathlib import Path

from oms_site.running import adopt


def _save(folder: Path) -> None:
    folder.mkdir(parents=True)
    told = {"DATABASE_URL": f"postgres://{folder.name}", "DEBUG": "True", "OMS_STACK_MEMBER": "1"}
    (folder / "environment.json").write_text(json.dumps({"environment": told}))


def test_the_variables_of_the_running_demo_are_adopted(tmp_path: Path) -> None:
    _save(tmp_path / ".run")
    environ = {"DEBUG": "False"}
    assert adopt(environ, tmp_path)
    assert environ == {"DEBUG": "False", "DATABASE_URL": "postgres://.run"}


def test_another_run_directory_can_be_named(tmp_path: Path) -> None:
    _save(tmp_path / ".run" / "test")
    environ = {"OMS_RUN_DIR": ".run/test"}
    assert adopt(environ, tmp_path)
    assert environ["DATABASE_URL"] == "postgres://test"


def test_a_process_that_knows_its_database_is_left_alone(tmp_path: Path) -> None:
    _save(tmp_path / ".run")
    environ = {"DATABASE_URL": "postgres://mine"}
    assert not adopt(environ, tmp_path)
    assert environ == {"DATABASE_URL": "postgres://mine"}


def test_nothing_running_is_no_error(tmp_path: Path) -> None:
    assert not adopt({}, tmp_path)
