"""What the database itself refuses about the list of edits made outside the product."""

import pgtrigger

from oms_site.infra.postgresql.triggers import Guard, kept_whole

_REFUSE = "RAISE EXCEPTION 'an edit outside the product stays on the list' USING ERRCODE = 'integrity_constraint_violation';"
_ONLY_TOLD = f"""
IF (to_jsonb(OLD) - '{{told_at,alert}}'::text[]) IS DISTINCT FROM (to_jsonb(NEW) - '{{told_at,alert}}'::text[]) OR OLD.told_at IS NOT NULL
THEN {_REFUSE} END IF;
RETURN NEW;
"""

OUTSIDE_GUARDS = (
    Guard(name="only_told", when=pgtrigger.Before, operation=pgtrigger.Update, func=_ONLY_TOLD),
    *kept_whole("an edit outside the product stays on the list"),
)
"""Of `OutsideEdit`."""
