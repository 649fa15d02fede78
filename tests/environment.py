"""A pytest plugin (`-p tests.environment`): gives this process the test stack's variables before Django reads its settings.

Without the mark of a member: a browser started by this process must not be ended as a leftover when this process starts the servers.
"""

import os

from oms_site.stack import Stack
from oms_site.stack.leftovers import MEMBER

if os.environ.get("OMS_ENV") != "test":
    os.environ.update({name: value for name, value in Stack(env="test").environment().items() if name != MEMBER})
