"""Limits that were set before they had versions get the one they stand at."""

from typing import Any

from django.db import migrations


def _versions(apps: Any, schema_editor: Any) -> None:
    version = apps.get_model("risk", "LimitVersion")
    version.objects.bulk_create(
        version(
            scope=limit.scope,
            key=limit.key,
            rule=limit.rule,
            version=limit.version,
            value=limit.value,
            set_at=limit.updated_at,
            set_by_id=limit.updated_by_id,
        )
        for limit in apps.get_model("risk", "Limit").objects.order_by("id")
    )


class Migration(migrations.Migration):
    """See the module."""

    dependencies = [("risk", "0004_limits_kills_settings")]

    operations = [migrations.RunPython(_versions, migrations.RunPython.noop)]
