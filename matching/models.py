"""Trades as matching printed them, projected from the topic `trades`."""

from django.db import models

from marketdata.models import PRICE
from oms_site.infra.tracking.rows import watched


@watched()
class Trade(models.Model):
    """One match: both orders, one price, one quantity. Read-only for everyone."""

    id = models.CharField(max_length=32, primary_key=True)
    seq = models.BigIntegerField(help_text="counts the symbol's trades")
    symbol = models.ForeignKey("marketdata.Instrument", on_delete=models.PROTECT, db_column="symbol", related_name="+")
    quantity = models.DecimalField(**PRICE)
    price = models.DecimalField(**PRICE)
    buy_order = models.CharField(max_length=24, db_index=True)
    sell_order = models.CharField(max_length=24, db_index=True)
    buy_account = models.CharField(max_length=32)
    sell_account = models.CharField(max_length=32)
    maker_side = models.CharField(max_length=4)
    time = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["symbol", "seq"], name="trade_seq_once")]
        indexes = [
            models.Index(fields=["buy_account", "-id"], name="trade_by_buyer"),
            models.Index(fields=["sell_account", "-id"], name="trade_by_seller"),
            models.Index(fields=["-time", "-id"], name="trade_newest"),  # as that of orders
        ]

    def __str__(self) -> str:
        return self.id
