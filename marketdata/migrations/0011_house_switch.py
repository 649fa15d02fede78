"""The switch an instrument had is gone from its table."""

import oms_site.infra.postgresql.triggers
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('marketdata', '0010_house_rows'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='instrument',
            name='row_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='instrument',
            name='row_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='instrument',
            name='row_delete',
        ),
        migrations.RemoveField(
            model_name='instrument',
            name='provide_liquidity',
        ),
        migrations.RemoveField(
            model_name='instrumentevent',
            name='provide_liquidity',
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='instrument',
            trigger=pgtrigger.compiler.Trigger(name='row_insert', sql=oms_site.infra.postgresql.triggers.GuardSql(func='INSERT INTO "marketdata_instrumentevent" ("symbol", "name", "mic", "cfi", "currency", "group", "tick", "lot", "max_quantity", "tradable", "delisted", "reference_price", "calendar_id", "band", "pause_seconds", "jump", "version", pgh_created_at, pgh_label, pgh_context, pgh_context_id, pgh_obj_id) VALUES (NEW."symbol", NEW."name", NEW."mic", NEW."cfi", NEW."currency", NEW."group", NEW."tick", NEW."lot", NEW."max_quantity", NEW."tradable", NEW."delisted", NEW."reference_price", NEW."calendar_id", NEW."band", NEW."pause_seconds", NEW."jump", NEW."version", clock_timestamp(), \'insert\', nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb, nullif(current_setting(\'pghistory.context_id\', true), \'\')::uuid, NEW."symbol"); RETURN NULL;', hash='4dd8f611774f41b1b6aaa292d4974916b49ec843', operation='INSERT', pgid='pgtrigger_row_insert_f0322', table='marketdata_instrument', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='instrument',
            trigger=pgtrigger.compiler.Trigger(name='row_update', sql=oms_site.infra.postgresql.triggers.GuardSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "marketdata_instrumentevent" ("symbol", "name", "mic", "cfi", "currency", "group", "tick", "lot", "max_quantity", "tradable", "delisted", "reference_price", "calendar_id", "band", "pause_seconds", "jump", "version", pgh_created_at, pgh_label, pgh_context, pgh_context_id, pgh_obj_id, pgh_before) VALUES (NEW."symbol", NEW."name", NEW."mic", NEW."cfi", NEW."currency", NEW."group", NEW."tick", NEW."lot", NEW."max_quantity", NEW."tradable", NEW."delisted", NEW."reference_price", NEW."calendar_id", NEW."band", NEW."pause_seconds", NEW."jump", NEW."version", clock_timestamp(), \'update\', nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb, nullif(current_setting(\'pghistory.context_id\', true), \'\')::uuid, NEW."symbol", (SELECT jsonb_object_agg(was.key, was.value) FROM jsonb_each(to_jsonb(OLD)) AS was WHERE was.key IN (\'symbol\', \'name\', \'mic\', \'cfi\', \'currency\', \'group\', \'tick\', \'lot\', \'max_quantity\', \'tradable\', \'delisted\', \'reference_price\', \'calendar_id\', \'band\', \'pause_seconds\', \'jump\', \'version\') AND was.value IS DISTINCT FROM to_jsonb(NEW) -> was.key)); RETURN NULL;', hash='a27d6a0b9935ddce1b2145855226f950bb4ab6c6', operation='UPDATE', pgid='pgtrigger_row_update_ff98c', table='marketdata_instrument', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='instrument',
            trigger=pgtrigger.compiler.Trigger(name='row_delete', sql=oms_site.infra.postgresql.triggers.GuardSql(func='INSERT INTO "marketdata_instrumentevent" ("symbol", "name", "mic", "cfi", "currency", "group", "tick", "lot", "max_quantity", "tradable", "delisted", "reference_price", "calendar_id", "band", "pause_seconds", "jump", "version", pgh_created_at, pgh_label, pgh_context, pgh_context_id, pgh_obj_id) VALUES (OLD."symbol", OLD."name", OLD."mic", OLD."cfi", OLD."currency", OLD."group", OLD."tick", OLD."lot", OLD."max_quantity", OLD."tradable", OLD."delisted", OLD."reference_price", OLD."calendar_id", OLD."band", OLD."pause_seconds", OLD."jump", OLD."version", clock_timestamp(), \'delete\', nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb, nullif(current_setting(\'pghistory.context_id\', true), \'\')::uuid, OLD."symbol"); RETURN NULL;', hash='ad66c440253341f57ad7b55f8b91fef6ef0295bf', operation='DELETE', pgid='pgtrigger_row_delete_2ef55', table='marketdata_instrument', when='AFTER')),
        ),
    ]
