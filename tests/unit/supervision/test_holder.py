"""Who holds a lease, and whether it still lives."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

from oms_site.infra.supervision import holder


def test_a_living_process_has_not_died() -> None:
    assert not holder.died(holder.own(), datetime.now(UTC))


def test_an_ended_process_has_died_even_before_it_is_waited_for() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    name = f"{holder.host()}:{child.pid}"
    since = datetime.now(UTC)
    assert not holder.died(name, since)
    child.kill()
    child.wait()
    assert holder.died(name, since)


def test_a_pid_given_to_a_younger_process_does_not_pass_for_the_holder() -> None:
    assert holder.died(holder.own(), datetime.now(UTC) - timedelta(days=30))


def test_nothing_is_said_of_another_host() -> None:
    assert not holder.died("elsewhere:1", datetime.now(UTC))
    assert not holder.died("", datetime.now(UTC))
