"""Django's entry for this app."""

from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    """Requests that a second person decides."""

    name = "oms_site.infra.approvals"
    label = "approvals"
    verbose_name = "Approvals"
