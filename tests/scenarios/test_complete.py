"""No row of the state-change matrices is left out."""

from tests.scenarios.files import scenarios

ROWS = "A.1.ab B.1.abcdef C.1.abc C.2.a C.3.abc D.1.abc D.2.abcd E.1.abcd F.1.ab G.1.abc H.1.abcd I.1.ab J.1.abc K.1.ab L.1.ab"
"""Each group with the letters of its rows."""


def test_there_is_a_file_for_every_row() -> None:
    wanted = {f"{group}.{letter}" for group, _, letters in (rows.rpartition(".") for rows in ROWS.split()) for letter in letters}
    assert wanted <= {scenario.id for scenario in scenarios()}
