"""Django's entry for this app."""

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """Order intake, life cycle and executions."""

    name = "orders"
    label = "orders"
    verbose_name = "Orders"
