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
