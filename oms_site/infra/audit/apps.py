"""Django's entry for this app."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The append-only, hash-linked record of who did what."""

    name = "oms_site.infra.audit"
    label = "audit"
    verbose_name = "Audit"
