"""The run directory's lock ends with its owner, however that ends, and tells who the owner is."""

import subprocess
import sys
from pathlib import Path

from oms_site.stack.layout import CHECKOUT
from oms_site.stack.locks import FileLock

OWNER = """
import sys
from pathlib import Path
from oms_site.stack.locks import FileLock
lock = FileLock(Path(sys.argv[1]))
lock.acquire()
print("held", flush=True)
sys.stdin.read()
"""


def test_a_lock_is_given_back_when_its_owner_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(path)], cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert owner.stdout is not None
    assert owner.stdout.readline() == "held\n"
    lock = FileLock(path)
    assert not lock.acquire()
    assert lock.owner() == owner.pid
    owner.kill()
    owner.communicate()
    assert lock.owner() is None
    assert lock.acquire()
    lock.release()
    assert FileLock(path).owner() is None
