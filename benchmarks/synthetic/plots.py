"""Plots as SVG of a few lines: panels of curves on whole pixels, the same text for the same figures."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

WIDTH, HEIGHT, LEFT, TOP, GAP = 720, 150, 64, 34, 40
COLORS = ("#1f77b4", "#d62728", "#2ca02c", "#9467bd")


class Panel(NamedTuple):
    """Curves over a common x axis; `floor` and `ceiling` are drawn even where no curve reaches them."""

    title: str
    curves: Mapping[str, Sequence[float]]
    start: str
    end: str
    floor: float | None = None
    ceiling: float | None = None


def svg(panels: Sequence[Panel]) -> str:
    """The panels below one another."""
    height = TOP + len(panels) * (HEIGHT + GAP)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH + LEFT + 16} {height}" font-family="sans-serif" font-size="12">\n'
        f'<rect width="100%" height="100%" fill="#fff"/>\n'
    )
    return head + "".join(_panel(panel, TOP + number * (HEIGHT + GAP)) for number, panel in enumerate(panels)) + "</svg>\n"


def _panel(panel: Panel, top: int) -> str:
    values = [value for curve in panel.curves.values() for value in curve]
    low = min([*values, *([panel.floor] if panel.floor is not None else [])])
    high = max([*values, *([panel.ceiling] if panel.ceiling is not None else [])])
    height = (high - low) or 1.0
    bottom = top + HEIGHT
    parts = [
        f'<rect x="{LEFT}" y="{top}" width="{WIDTH}" height="{HEIGHT}" fill="none" stroke="#bbb"/>',
        _text(LEFT, top - 8, panel.title),
        _text(LEFT - 6, top + 10, f"{high:.2f}", "end"),
        _text(LEFT - 6, bottom, f"{low:.2f}", "end"),
        _text(LEFT, bottom + 15, panel.start),
        _text(LEFT + WIDTH, bottom + 15, panel.end, "end"),
    ]
    if low < 0 < high:
        zero = bottom - round((0 - low) / height * HEIGHT)
        parts.append(f'<path d="M{LEFT} {zero}H{LEFT + WIDTH}" stroke="#ddd"/>')
    for number, (name, curve) in enumerate(panel.curves.items()):
        color = COLORS[number % len(COLORS)]
        steps = max(1, len(curve) - 1)
        points = " ".join(f"{LEFT + round(at / steps * WIDTH)},{bottom - round((v - low) / height * HEIGHT)}" for at, v in enumerate(curve))
        parts.append(f'<polyline points="{points}" fill="none" stroke="{color}" stroke-width="1.2"/>')
        parts.append(_text(LEFT + WIDTH - 70 * (len(panel.curves) - number) + 60, top - 8, name, "end", color))
    return "\n".join(parts) + "\n"


def _text(x: int, y: int, words: str, anchor: str = "start", color: str = "#333") -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" fill="{color}">{words}</text>'
