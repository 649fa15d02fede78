"""Decimals in the admin as people write them, 5 and not 5.00000000: in lists, in what is only shown, and in the fields of forms.

Lists also group their digits, and title columns by the desk's words.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.html import format_html

from schemas.units import SCALE, grouped

TITLES = {"tif": "TIF", "cum_quantity": "filled", "leaves_quantity": "left", "pk": "id", "realised_pnl": "realized P&L"}
"""Columns by the names of their fields, where these are the protocol's and not the desk's."""

AMOUNT_DECIMALS = 2
"""Of products of price and quantity in lists, half to even; all of their sixteen are in the title."""


class PlainNumberInput(forms.NumberInput):
    """A field of a decimal, without the zeros that say nothing."""

    def format_value(self, value: Any) -> str | None:
        """Decimals as people write them; what a person has typed stays as it is."""
        return _text(value) if isinstance(value, Decimal) else super().format_value(value)


class PlainDecimals:
    """Mixed into every registered desk page."""

    model: type[models.Model]

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """The page's columns, those of decimal fields replaced and aligned right."""
        columns = super().get_list_display(request)  # type: ignore[misc] # of the ModelAdmin this is mixed into
        return [self._plain(column, "number") for column in columns]

    def get_list_display_links(self, request: HttpRequest, list_display: Any) -> Any:
        """Those of the page, as the columns above."""
        names = super().get_list_display_links(request, list_display)  # type: ignore[misc] # as above
        return names and [self._plain(name, "number") for name in names]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Those of the page; decimals among them are shown by a function of the same name."""
        names = super().get_readonly_fields(request, obj)  # type: ignore[misc] # as above
        return [*names, *(shown for name in names if (shown := self._plain(name, "")) is not name)]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """The page's fields, decimals that are only shown replaced."""
        told = super().get_fieldsets(request, obj)  # type: ignore[misc] # as above
        looks = obj is not None and not self.has_change_permission(request, obj)  # type: ignore[attr-defined] # as above
        fixed = frozenset(super().get_readonly_fields(request, obj))  # type: ignore[misc] # as above

        def plain(name: Any) -> Any:
            if isinstance(name, list | tuple):
                return tuple(plain(one) for one in name)
            return self._plain(name, "") if looks or name in fixed else name

        return [(title, {**options, "fields": plain(tuple(options["fields"]))}) for title, options in told]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest | None, **kwargs: Any) -> Any:
        """The form field, a decimal's without trailing zeros."""
        if isinstance(db_field, models.DecimalField):
            kwargs.setdefault("widget", PlainNumberInput)
        return super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc] # as above

    def _plain(self, name: Any, look: str) -> Any:
        """What shows the decimal field of that name, one and the same each time; any other name as it is."""
        kept: dict[tuple[str, str], Any] = self.__dict__.setdefault("_plain_columns", {})
        if not isinstance(name, str):
            return name
        if (name, look) not in kept:
            field = next((one for one in self.model._meta.concrete_fields if name in (one.name, one.attname)), None)
            if isinstance(field, models.DecimalField):
                kept[name, look] = _column(field, look)
            elif field is not None and look and (name in TITLES or name != field.name):
                kept[name, look] = _titled(field)
            else:
                kept[name, look] = name
        return kept[name, look]


def _column(field: "models.DecimalField[Any, Any]", look: str) -> Callable[[models.Model], str | None]:
    @admin.display(description=_title(field) if look else field.verbose_name, ordering=field.name)
    def shown(row: models.Model) -> str | None:
        value: Decimal | None = getattr(row, field.attname)
        if value is None:
            return None
        if not look:
            return _text(value)
        if field.decimal_places <= SCALE:
            return format_html('<span class="{}">{}</span>', look, grouped(_text(value)))
        return format_html('<span class="{}" title="{}">{}</span>', look, _text(value), f"{round(value, AMOUNT_DECIMALS) + 0:,}")

    shown.__name__ = field.name
    return shown


def _titled(field: "models.Field[Any, Any]") -> Callable[[models.Model], Any]:
    """A column of the field as it is stored, under the desk's name: of a row of another table its key."""

    @admin.display(description=_title(field), ordering=field.name)
    def shown(row: models.Model) -> Any:
        return getattr(row, field.attname)

    shown.__name__ = field.name
    return shown


def _title(field: "models.Field[Any, Any]") -> str:
    return TITLES.get(field.name, str(field.verbose_name))


def _text(value: Decimal) -> str:
    from oms_site.infra.rest.rendering import decimal_text  # noqa: PLC0415 - this module is read before the apps are loaded

    return decimal_text(value)
