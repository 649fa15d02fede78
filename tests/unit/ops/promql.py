"""Which metrics a PromQL expression reads."""

import re


def metrics_of(expression: str) -> set[str]:
    """Names of ours and of django-prometheus."""
    return set(re.findall(r"\b(?:oms|django)_\w+", expression))
