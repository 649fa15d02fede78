"""What the database itself refuses about the audit log: entries are added, and that is all."""

import pgtrigger

from oms_site.infra.postgresql.triggers import Guard, kept_whole

ENTRY_GUARDS = (
    Guard(
        name="stays",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func="RAISE EXCEPTION 'an audit entry stays as it was written' USING ERRCODE = 'integrity_constraint_violation';",
    ),
    *kept_whole("audit entries are never deleted"),
)
"""Of `AuditEntry`."""

_GROWS = """
IF NEW.chain <> OLD.chain OR NEW.number <> OLD.number OR NEW.seq < OLD.seq OR (OLD.doubt IS NOT NULL AND NEW.doubt IS DISTINCT FROM OLD.doubt)
THEN RAISE EXCEPTION 'a chain only grows' USING ERRCODE = 'integrity_constraint_violation'; END IF;
RETURN NEW;
"""  # noqa: E501
HEAD_GUARDS = (
    Guard(name="grows", when=pgtrigger.Before, operation=pgtrigger.Update, func=_GROWS),
    *kept_whole("heads of chains are never deleted"),
)
"""Of `ChainHead`."""
