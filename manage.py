#!/usr/bin/env python
"""Django's command line for the order management system."""

import os
import sys
from contextlib import nullcontext
from pathlib import Path
from uuid import uuid4

from django.core.management import execute_from_command_line

from oms_site.running import adopt

HANDS = {"shell", "dbshell"}
"""Commands in which a person's hands act and not the product: what they change is an edit outside of it."""

if __name__ == "__main__":
    adopt(os.environ, Path(__file__).resolve().parent)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oms_site.settings")
    from oms_site.infra.tracking.context import acting  # reads the settings, which the variables above decide

    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    with nullcontext() if command in HANDS else acting(f"command {command}", request_id=uuid4().hex):
        execute_from_command_line(sys.argv)
