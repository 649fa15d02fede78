"""The embedded stack: real servers and the project's own processes, started and ended by one manager. ADR 0001.

`Stack` is the library (`make demo`, `make test` and the integration tests use the same class); `python -m
oms_site.stack` is the command line. Nothing here imports Django, so that it starts fast and works when the
rest of the site does not.
"""

from oms_site.stack.errors import StackError
from oms_site.stack.layout import Layout
from oms_site.stack.ports import Ports
from oms_site.stack.stack import Stack

__all__ = ["Layout", "Ports", "Stack", "StackError"]
