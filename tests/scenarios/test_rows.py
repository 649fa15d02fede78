"""The database has every scenario as its file says, from the request to the rows."""

import pytest

from tests.scenarios.files import Play, plays
from tests.scenarios.playing import play_stepwise
from tests.scenarios.row_level import RowLevel


@pytest.mark.django_db
@pytest.mark.parametrize("play", plays("rows"), ids=lambda play: play.key)
def test_the_rows_tell_what_the_file_says(play: Play) -> None:
    play_stepwise(play, RowLevel())
