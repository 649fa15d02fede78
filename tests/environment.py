"""A pytest plugin (`-p tests.environment`): gives this process the test stack's variables before Django reads its settings."""

import os

from oms_site.stack import Stack

if os.environ.get("OMS_ENV") != "test":
    os.environ.update(Stack(env="test").environment())
