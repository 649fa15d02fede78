"""Django's entry for this app."""

from django.apps import AppConfig


class SearchesConfig(AppConfig):
    """Named searches of lists."""

    name = "oms_site.infra.searches"
    label = "searches"
    verbose_name = "Saved searches"
