"""Django's entry for this app."""

from django.apps import AppConfig


class MatchingConfig(AppConfig):
    """The book, the engine and its trades."""

    name = "matching"
    label = "matching"
    verbose_name = "Matching"

    def ready(self) -> None:
        """Make known how the log speaks of this room's rows."""
        from matching import histories  # noqa: PLC0415 - models are loaded by now, not before

        histories.register_all()
