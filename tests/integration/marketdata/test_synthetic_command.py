"""`synthetic_quotes` where a market is already running: it takes over, and the audit trail says who asked for what."""

from io import StringIO

import pytest
from django.core.management import call_command

from oms_site.infra.audit.models import AuditEntry
from schemas.topics import QUOTES
from tests.integration.marketdata.conftest import delivered, quote, quotes_projected

pytestmark = [pytest.mark.usefixtures("instruments"), pytest.mark.servers]


def test_the_command_takes_over_where_prices_are_and_the_audit_trail_says_so(log):
    quotes_projected(delivered("quotes", quote("BAC", "20", "20.02")))
    call_command("synthetic_quotes", "--regime=crash", "--continue", "--seconds=1", stdout=StringIO(), stderr=StringIO())
    first = {record.key: log.wire.message(QUOTES, record.value) for record in reversed(log.records("quotes"))}
    assert abs(first["BAC"].bid - 20 * 10**8) < 10**7
    assert abs(first["IBM"].bid - 181_80000000) < 10**8, "no quote was there: the reference price"
    entry = AuditEntry.objects.get(chain="feeds")
    assert (entry.action, entry.object_id, entry.detail["regime"], entry.detail["seconds"]) == ("feed_began", "synthetic", "crash", 1)
