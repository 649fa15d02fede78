"""Row triggers that nothing in a program turns off: the rules a table keeps against bulk updates and raw SQL too.

A trigger of django-pgtrigger can be left out with `pgtrigger.ignore`, that is, by whoever has a Python shell. These cannot: taking one
away needs the rights of the table's owner and a statement of its own (ALTER TABLE).
"""

from typing import Any

import pgtrigger
from pgtrigger import compiler

TRUNCATE_SETTING = "oms.truncate"
"""A setting of a database session that lets tables be emptied as a whole when it is `allowed`: between tests, and nowhere else."""


class GuardSql(compiler.UpsertTriggerSql):
    """The statements that install a guard. Migrations refer to this class: what it makes of given arguments must never change."""

    def get_template(self) -> str:
        """The library's template without the part that looks for triggers to leave out."""
        return """
            CREATE OR REPLACE FUNCTION {pgid}()
            RETURNS TRIGGER AS $$
                {declare}
                BEGIN
                    {func}
                END;
            $$ LANGUAGE plpgsql;

            DROP TRIGGER IF EXISTS {pgid} ON {table};
            CREATE {constraint} TRIGGER {pgid}
                {when} {operation} ON {table}
                {timing}
                {referencing}
                FOR EACH {level} {condition}
                EXECUTE PROCEDURE {execute};

            COMMENT ON TRIGGER {pgid} ON {table} IS '{hash}';
        """


class InForce(pgtrigger.Trigger):
    """Mixed into a kind of trigger: it is always in force."""

    def compile(self, model: Any) -> compiler.Trigger:
        """As the library does it, with statements of our own."""
        usual = super().compile(model)
        arguments: dict[str, Any] = {name: value for name, value in usual.sql.kwargs.items() if name != "ignore_func_name"}
        return compiler.Trigger(name=self.name, sql=GuardSql(**arguments))


class Guard(InForce):
    """A trigger that is always in force. `func` is PL/pgSQL, as of a `pgtrigger.Trigger`."""


def kept_whole(words: str) -> tuple[Guard, Guard]:
    """The guards of a table from which no row is ever taken; `words` say so to whoever tries."""
    refuse = f"RAISE EXCEPTION '{words}' USING ERRCODE = 'integrity_constraint_violation';"
    emptied = f"IF current_setting('{TRUNCATE_SETTING}', true) = 'allowed' THEN RETURN NULL; END IF; {refuse}"
    return (
        Guard(name="no_delete", when=pgtrigger.Before, operation=pgtrigger.Delete, func=refuse),
        Guard(name="no_truncate", when=pgtrigger.Before, operation=pgtrigger.Truncate, level=pgtrigger.Statement, func=emptied),
    )
