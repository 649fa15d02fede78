"""Django's entry for this app."""

from django.apps import AppConfig


class MatchingConfig(AppConfig):
    """The book, the engine and its trades."""

    name = "matching"
    label = "matching"
    verbose_name = "Matching"
