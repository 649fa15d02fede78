"""Routes of orders under /api."""

from django.urls import path

from orders.api.entry import BulkOrders, Orders
from orders.api.executions import Executions
from orders.api.order import CancelOrders, OneOrder, OrderEvents
from orders.api.preview import PreviewOrder

urlpatterns = [
    path("orders", Orders.as_view(), name="orders"),
    path("orders/bulk", BulkOrders.as_view(), name="orders-bulk"),
    path("orders/cancel", CancelOrders.as_view(), name="orders-cancel"),
    path("orders/preview", PreviewOrder.as_view(), name="orders-preview"),
    path("orders/<str:order_id>", OneOrder.as_view(), name="order"),
    path("orders/<str:order_id>/events", OrderEvents.as_view(), name="order-events"),
    path("executions", Executions.as_view(), name="executions"),
]
