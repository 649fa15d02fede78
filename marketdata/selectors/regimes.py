"""Reads of how the synthetic market is to behave."""

from marketdata.models import SyntheticRegime


def synthetic_regime() -> SyntheticRegime:
    """What is asked for; calm while nobody has asked."""
    return SyntheticRegime.objects.select_related("changed_by").first() or SyntheticRegime()
