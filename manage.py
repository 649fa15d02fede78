#!/usr/bin/env python
"""Django's command line for the order management system."""

import os
import sys
from pathlib import Path

from django.core.management import execute_from_command_line

from oms_site.running import adopt

if __name__ == "__main__":
    adopt(os.environ, Path(__file__).resolve().parent)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oms_site.settings")
    execute_from_command_line(sys.argv)
