"""Django's entry for this app."""

from django.apps import AppConfig


class BusConfig(AppConfig):
    """The bus."""

    name = "oms_site.infra.bus"
    label = "bus"
    verbose_name = "Bus, outbox and offsets"
