"""Candles with a key of one column, as a view: the admin shows no table whose key has several."""

from django.db import migrations, models

_VIEW = """
CREATE VIEW marketdata_candlerow AS
SELECT symbol || ':' || "interval" || ':' || to_char(start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS key,
       symbol, "interval", start, open, high, low, close, volume, turnover, trades, source, version, updated_at
FROM marketdata_candle
"""


class Migration(migrations.Migration):

    dependencies = [
        ('marketdata', '0011_house_switch'),
    ]

    operations = [
        migrations.RunSQL(_VIEW, "DROP VIEW marketdata_candlerow"),
        migrations.CreateModel(
            name='CandleRow',
            fields=[
                ('key', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('symbol', models.CharField(max_length=32)),
                ('interval', models.CharField(max_length=3)),
                ('start', models.DateTimeField()),
                ('open', models.DecimalField(decimal_places=8, max_digits=20)),
                ('high', models.DecimalField(decimal_places=8, max_digits=20)),
                ('low', models.DecimalField(decimal_places=8, max_digits=20)),
                ('close', models.DecimalField(decimal_places=8, max_digits=20)),
                ('volume', models.DecimalField(decimal_places=8, max_digits=30)),
                ('turnover', models.DecimalField(decimal_places=16, max_digits=50)),
                ('trades', models.BigIntegerField()),
                ('source', models.CharField(max_length=32)),
                ('version', models.PositiveIntegerField()),
                ('updated_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'candle',
                'db_table': 'marketdata_candlerow',
                'managed': False,
                'default_permissions': ('view',),
            },
        ),
    ]
