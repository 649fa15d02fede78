from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('marketdata', '0013_synthetic_regime'),
        ('reporting', '0006_books'),
        ('risk', '0008_loosened_by_two'),
    ]

    operations = [
        migrations.AlterField(
            model_name='settlementobligation',
            name='settlement_date',
            field=models.DateField(),
        ),
        migrations.AddIndex(
            model_name='settlementobligation',
            index=models.Index(fields=['-settlement_date', '-id'], name='settlement_newest'),
        ),
    ]
