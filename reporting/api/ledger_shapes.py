"""What the journal looks like, for the OpenAPI document."""

from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers

from orders.api import shapes
from reporting.domain.ledger import AssetType, Cause, Kind

ENTRY_LINE = inline_serializer(
    "LedgerLine",
    {
        "owner": serializers.CharField(help_text="a trading account; @CLEARING, @FIRM and @TAX are the house's"),
        "kind": serializers.ChoiceField(choices=[kind.value for kind in Kind]),
        "asset_type": serializers.ChoiceField(choices=[word.value for word in AssetType]),
        "asset": serializers.CharField(help_text="ISO 4217 code or symbol"),
        "amount": shapes.decimal(text="signed; above zero the owner is owed more"),
    },
    many=True,
)
ENTRY = inline_serializer(
    "LedgerEntry",
    {
        "id": serializers.IntegerField(),
        "cause": serializers.ChoiceField(choices=[cause.value for cause in Cause]),
        "cause_id": serializers.CharField(help_text="the execution, setting or instruction it was posted for"),
        "account": serializers.CharField(),
        "symbol": serializers.CharField(allow_null=True),
        "order": serializers.CharField(allow_null=True),
        "trade_id": serializers.CharField(allow_null=True),
        "reverses": serializers.IntegerField(allow_null=True, help_text="the entry it takes back"),
        "time": serializers.DateTimeField(),
        "lines": ENTRY_LINE,
    },
)
ENTRY_PAGE = shapes.page_of("LedgerEntryPage", ENTRY)
CAUSE = OpenApiParameter("cause", enum=[cause.value for cause in Cause])
