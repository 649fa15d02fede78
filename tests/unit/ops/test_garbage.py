"""Garbage is collected seldom while a block runs, and as before afterwards."""

import gc

import pytest

from oms_site.infra.garbage import collected_rarely


def test_what_lived_before_is_not_looked_through_while_the_block_runs_and_is_again_after_it() -> None:
    before = gc.get_threshold(), gc.get_freeze_count()
    with pytest.raises(ZeroDivisionError), collected_rarely():
        assert gc.get_freeze_count() > before[1]
        assert gc.get_threshold() > before[0]
        1 / 0  # noqa: B018 - however the block ends
    assert (gc.get_threshold(), gc.get_freeze_count()) == (before[0], 0)
