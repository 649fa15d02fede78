"""Django's entry for this app."""

from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    """Which workers should run, who runs them, and the task that runs one."""

    name = "oms_site.infra.supervision"
    label = "supervision"
    verbose_name = "Workers"
