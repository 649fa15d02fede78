"""Every instrument gets its row of how the house quotes it; the switch it had moves there."""

from django.db import migrations


def _rows(apps, schema_editor):
    instruments = apps.get_model("marketdata", "Instrument").objects.values_list("pk", "provide_liquidity")
    row = apps.get_model("marketdata", "HouseQuoting")
    row.objects.bulk_create([row(pk=symbol, on=on) for symbol, on in instruments])


class Migration(migrations.Migration):

    dependencies = [
        ('marketdata', '0009_house'),
    ]

    operations = [
        migrations.RunPython(_rows, migrations.RunPython.noop),
    ]
