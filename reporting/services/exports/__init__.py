"""Exports in the background: asked for, made one at a time, downloaded by who asked, deleted by age."""

from reporting.services.exports.asking import export_ask, export_cancel, export_open
from reporting.services.exports.making import export_make_next
from reporting.services.exports.tending import exports_forget

__all__ = ["export_ask", "export_cancel", "export_make_next", "export_open", "exports_forget"]
