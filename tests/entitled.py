"""Rights that stand before a test begins: put into the table without the two people who would have agreed to them."""

from typing import Any

from django.db import connection, transaction

from risk.models import Entitlement


def entitle(user: Any, account: str, **more: Any) -> Entitlement:
    """Give a right, with the triggers of the database left out: it takes the owner of the tables, which only tests are."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        made = Entitlement.objects.create(user=user, account_id=account, **more)
        cursor.execute("SET LOCAL session_replication_role = origin")
    return made
