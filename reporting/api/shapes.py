"""What answers look like, for the OpenAPI document."""

from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers

from orders.api import shapes
from reporting.domain.settlement.table import State

SETTLEMENT_STATUSES = [state.value for state in State]

POSITION = inline_serializer(
    "Position",
    {
        "account": serializers.CharField(),
        "symbol": serializers.CharField(),
        "quantity": shapes.decimal(text="decimal text; negative is short"),
        "avg_cost": shapes.decimal(null=True, text="average price of what is open; null when flat"),
        "cost": shapes.decimal(text="signed cost of what is open"),
        "realised_pnl": shapes.decimal(),
        "unrealised_pnl": shapes.decimal(null=True, text="at mark_price; null without one"),
        "mark_price": shapes.decimal(null=True, text="middle of the newest good quote; null when there never was one"),
        "marked_at": serializers.DateTimeField(allow_null=True, help_text="when that quote was received"),
        "market_value": shapes.decimal(null=True),
        "bought_quantity": shapes.decimal(),
        "sold_quantity": shapes.decimal(),
        "seq": serializers.IntegerField(help_text="the account's fill this position last changed with"),
        "updated_at": serializers.DateTimeField(),
    },
)
OBLIGATION = inline_serializer(
    "SettlementInstruction",
    {
        "id": serializers.CharField(),
        "trade_id": serializers.CharField(allow_null=True, help_text="null: of many trades, netted"),
        "account": serializers.CharField(),
        "symbol": serializers.CharField(),
        "side": serializers.ChoiceField(choices=["buy", "sell"]),
        "quantity": shapes.decimal(),
        "amount": shapes.decimal(text="cash in the currency"),
        "currency": serializers.CharField(),
        "trade_date": serializers.DateField(),
        "settlement_date": serializers.DateField(),
        "status": serializers.ChoiceField(choices=SETTLEMENT_STATUSES),
        "revision": serializers.IntegerField(help_text="0 as traded; corrections of the trade count from 1"),
        "reversal": serializers.BooleanField(help_text="takes back what was instructed before"),
        "settled_quantity": shapes.decimal(text="what has moved"),
        "settled_amount": shapes.decimal(text="the cash that moved against it"),
        "days_late": serializers.IntegerField(help_text="calendar days after its date, while it is open"),
        "reason": serializers.CharField(allow_null=True, help_text="why it has not settled"),
        "owner": serializers.CharField(allow_null=True, help_text="who looks after the fail"),
        "penalties": shapes.decimal(text="what lateness has cost; below zero brought"),
        "net_id": serializers.CharField(allow_null=True, help_text="the instruction it was netted into"),
        "updated_at": serializers.DateTimeField(),
    },
)
POSITION_PAGE = shapes.page_of("PositionPage", POSITION)
OBLIGATION_PAGE = shapes.page_of("SettlementInstructionPage", OBLIGATION)

STATUS = OpenApiParameter("status", enum=SETTLEMENT_STATUSES)
DUE = OpenApiParameter("settlement_date", description="a date")
