"""The .env file holds KEY=VALUE lines; the environment wins over it; a line that is neither is named."""

from pathlib import Path

import pytest

from oms_site.stack import StackError
from oms_site.stack.dotenv import load, parse


def test_comments_blank_lines_quotes_and_export_are_understood() -> None:
    text = "# note\n\nPORT=9000\nexport DEBUG = False\nSECRET_KEY=\"a # b\"\nOMS_DATA_DIRS='/x y'\nREDIS_PORT=1 # why\nEMPTY=\n"
    assert parse(text) == {
        "PORT": "9000",
        "DEBUG": "False",
        "SECRET_KEY": "a # b",
        "OMS_DATA_DIRS": "/x y",
        "REDIS_PORT": "1",
        "EMPTY": "",
    }


def test_a_line_that_is_no_setting_is_named() -> None:
    with pytest.raises(StackError, match="line 2 is not KEY=VALUE"):
        parse("PORT=1\nPORT 2\n")


def test_the_environment_wins(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORT=1\nDEBUG=False\n")
    assert load(tmp_path, {"PORT": "2"}) == {"PORT": "2", "DEBUG": "False"}
    assert load(tmp_path / "nowhere", {"PORT": "2"}) == {"PORT": "2"}


def test_every_key_of_the_example_is_a_setting() -> None:
    example = Path(__file__).parents[3] / ".env.example"
    lines = [line.removeprefix("# ") for line in example.read_text().splitlines() if "=" in line and line.startswith("# ")]
    keys = [line.split("=")[0] for line in lines if line.split("=")[0].isupper()]
    assert {"PORT", "TEST_PORT", "KAFKA_PORT", "OMS_DATA_DIRS"} <= set(keys)
    assert parse("\n".join(line for line in lines if line.split("=")[0].isupper())).keys() == set(keys)
