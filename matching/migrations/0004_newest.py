from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('marketdata', '0013_synthetic_regime'),
        ('matching', '0003_at_size'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='trade',
            name='trade_time',
        ),
        migrations.AddIndex(
            model_name='trade',
            index=models.Index(fields=['-time', '-id'], name='trade_newest'),
        ),
    ]
