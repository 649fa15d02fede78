"""Garbage is collected seldom while a block runs, and as before afterwards."""

import gc

from oms_site.infra.garbage import collected_rarely


def test_what_lived_before_is_not_looked_through_while_the_block_runs_and_is_again_after_it() -> None:
    thresholds = gc.get_threshold()
    with collected_rarely():
        assert gc.get_freeze_count() > 1_000
        assert gc.get_threshold() > thresholds
    assert (gc.get_threshold(), gc.get_freeze_count()) == (thresholds, 0)
