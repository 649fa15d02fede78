"""The form of a fee schedule: what the service would refuse is an error on its field."""

import re
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminSplitDateTime

from oms_site.infra.errors import OmsError
from reporting import services
from reporting.models import FeeSchedule
from reporting.services import Wanted

_TIER = ("from", "maker", "taker", "other")


class FeeScheduleForm(forms.Form):
    """A schedule as it is to be, and why."""

    name = forms.CharField(max_length=80)
    account = forms.CharField(max_length=32, required=False, help_text="empty: every account without one of its own")
    group = forms.CharField(max_length=32, required=False, help_text="instrument group, as it is now; empty: every instrument")
    currency = forms.CharField(min_length=3, max_length=3, initial="USD", help_text="of the instruments it is for")
    tiers = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 4}),
        initial="0 -0.2 0.5 0.3",
        help_text="a line each: volume of the 30 days before, then basis points to make, to take, in auctions; below zero is a rebate",
    )
    minimum = forms.DecimalField(max_digits=18, decimal_places=8, min_value=0, initial=0, help_text="of a fill's fee")
    maximum = forms.DecimalField(max_digits=18, decimal_places=8, min_value=0, required=False, help_text="empty: unbounded")
    tax_bps = forms.DecimalField(label="Tax (basis points)", max_digits=9, decimal_places=4, min_value=0, initial=0)
    tax_side = forms.ChoiceField(choices=[("", "none"), ("buy", "buy"), ("sell", "sell"), ("both", "both")], required=False)
    effective_from = forms.SplitDateTimeField(label="From (UTC)", help_text="fills from then on", widget=AdminSplitDateTime)
    reason = forms.CharField(max_length=200, help_text="in your words; kept in the audit log")

    def __init__(self, data: Any = None, files: Any = None, instance: Any = None, initial: Any = None, **_: Any) -> None:
        super().__init__(data, files, initial=initial)
        self.instance = instance or FeeSchedule()

    def clean_tiers(self) -> list[dict[str, str]]:
        """The lines as tiers."""
        lines = [re.split(r"[\s,;]+", line.strip()) for line in self.cleaned_data["tiers"].splitlines() if line.strip()]
        if not all(len(words) == len(_TIER) for words in lines):
            raise forms.ValidationError("each line has four numbers: volume, to make, to take, in auctions")
        return [dict(zip(_TIER, words, strict=True)) for words in lines]

    def clean(self) -> dict[str, Any]:
        """What the service would refuse is an error on its field."""
        given = super().clean() or {}
        if not self.errors:
            values = {name: given[name] for name in Wanted._fields} | {"currency": given["currency"].upper()}
            self.wanted = Wanted(**values)
            try:
                services.schedule_check(self.wanted)
            except OmsError as refusal:
                self.add_error(refusal.field if refusal.field in self.fields else None, refusal.message)
        return given

    def save(self, commit: bool = True) -> FeeSchedule:
        """The row is the service's to write."""
        return self.instance

    def save_m2m(self) -> None:
        """Nothing."""
