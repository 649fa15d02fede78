"""Searches people have saved, each for its own list and its own person."""

from django.conf import settings
from django.db import models

LONGEST_NAME = 40
LONGEST_QUERY = 1_000


class SavedSearch(models.Model):
    """A list's query under a name. A bookmark: it opens nothing that its person could not open without it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    page = models.CharField(max_length=80, help_text="address name of the list, as orders_order")
    name = models.CharField(max_length=LONGEST_NAME)
    query = models.CharField(max_length=LONGEST_QUERY, help_text="the query string without its question mark")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "page", "name"], name="saved_search_once")]
        verbose_name_plural = "saved searches"

    def __str__(self) -> str:
        return self.name
