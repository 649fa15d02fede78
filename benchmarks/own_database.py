"""A database of a benchmark's own, on the test stack's servers."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import django
from django.db import connection

from oms_site.stack import Stack
from oms_site.stack.errors import NotRunning


@contextmanager
def own_database(name: str, *, only: tuple[str, ...] | None = None, environment: Mapping[str, str] | None = None) -> Iterator[None]:
    """Django, set up for an empty database `name`, which is there for the block. `only` names the servers that are started when the test
    stack does not run (all of them without), `environment` what else the settings are to read.
    """
    try:
        stack, own = Stack.attach(env="test"), False
    except NotRunning:
        stack, own = Stack(env="test"), True
        stack.start_servers(only=only)
    try:
        os.environ.update({**stack.environment(), **(environment or {})})
        django.setup()
        connection.settings_dict["TEST"]["NAME"] = name  # beside the one of tests that may run meanwhile
        database = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        os.environ["DATABASE_URL"] = stack.postgres_url(database)  # for processes of its own
        try:
            yield
        finally:
            connection.creation.destroy_test_db(database, verbosity=0)
    finally:
        if own:
            stack.stop()
