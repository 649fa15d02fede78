"""The live line sums what the site exposes and says plainly what does not run."""

from oms_site.stack import status
from oms_site.stack.supervisor import State

TEXT = """\
# HELP oms_lag records not read yet
# TYPE oms_lag gauge
oms_lag{group="risk",partition="0"} 3.0
oms_lag{group="risk",partition="1"} 4.0
oms_total 12.0
oms_odd{text="a } b 9"} 2.0
broken
"""


def test_samples_of_one_metric_are_summed() -> None:
    assert status.parse(TEXT) == {"oms_lag": 7.0, "oms_total": 12.0, "oms_odd": 2.0}


def test_a_process_that_does_not_run_is_named() -> None:
    states = [State("web", "RUNNING", 7, 65, ""), State("beat", "BACKOFF", 0, 0, "Exited too quickly")]
    line = status.line(states, {"orders": "5"}, seconds=3725)
    assert line == "up 1:02:05 · processes 1/2 · orders 5 · NOT RUNNING: beat"
    assert status.table(states) == ["web        running   pid 7        up 0:01:05", "beat       backoff   Exited too quickly"]
