"""The verdict over all pytest runs counts what pytest counted; a run that wrote no result failed."""

from pathlib import Path

from oms_site.stack.testing import Tally, tally

OUTCOME = """<testsuites><testsuite>
<testcase classname="a" name="ok"/>
<testcase classname="a" name="bad"><failure/></testcase>
<testcase classname="a" name="broken"><error/></testcase>
<testcase classname="a" name="expected"><skipped type="pytest.xfail"/></testcase>
<testcase classname="a" name="not_run"><skipped type="pytest.skip"/></testcase>
</testsuite></testsuites>"""


def test_expected_failures_are_not_skips(tmp_path: Path) -> None:
    (tmp_path / "x.xml").write_text(OUTCOME)
    assert tally(tmp_path / "x.xml") == Tally(passed=2, failed=("a::bad", "a::broken"), skipped=("a::not_run",))


def test_a_run_that_wrote_nothing_failed(tmp_path: Path) -> None:
    assert tally(tmp_path / "none.xml").failed == ("none: the run ended without a result",)
