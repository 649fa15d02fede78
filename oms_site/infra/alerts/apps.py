"""Django's entry for this app."""

from django.apps import AppConfig


class AlertsConfig(AppConfig):
    """What the desk must look at."""

    name = "oms_site.infra.alerts"
    label = "alerts"
    verbose_name = "Alerts"
