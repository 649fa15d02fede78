"""Every rule of the contract as a script anyone can read, spoken to the engine and to the model."""

import pytest

from tests.unit.matching.model import Model
from tests.unit.matching.rules import CASES
from tests.unit.matching.script import differences
from tests.unit.matching.streams import started
from tests.unit.matching.subject import Subject


@pytest.mark.parametrize("name", CASES)
def test_the_engine_keeps_the_rule(name: str) -> None:
    assert "\n".join(differences(Subject(), CASES[name])) == ""


@pytest.mark.parametrize("name", CASES)
def test_the_model_keeps_the_rule(name: str) -> None:
    assert "\n".join(differences(started(Model()), CASES[name])) == ""
