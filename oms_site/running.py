"""Lets a command typed by hand find the stack that runs: `manage.py` adopts the variables its processes were given.

The standard library alone: it runs before Django's settings are read, and in containers, where there is nothing to adopt.
"""

import json
from collections.abc import MutableMapping
from pathlib import Path

#: What only the stack's own processes carry: by it a later start finds what an earlier one left behind.
_NOT_FOR_OTHERS = frozenset({"OMS_STACK_MEMBER"})


def adopt(environ: MutableMapping[str, str], checkout: Path) -> bool:
    """Add the variables of the stack that runs; True when there was one.

    Nothing is adopted where the environment already says which database to use. `OMS_RUN_DIR` names another stack than
    the demo's; a variable that is set is left as it is.
    """
    if "DATABASE_URL" in environ:
        return False
    try:
        saved = json.loads((checkout / environ.get("OMS_RUN_DIR", ".run") / "environment.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, PermissionError):  # nothing runs, or it is another account's
        return False
    for name, value in saved["environment"].items():
        if name not in _NOT_FOR_OTHERS:
            environ.setdefault(name, value)
    return True
