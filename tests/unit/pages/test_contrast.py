"""Every pair of text and ground that the pages use reaches WCAG AA (4.5 to 1), dark and light."""

import re

import pytest

from tests.tidy.tree import ROOT

TOKENS = (ROOT / "oms_site/static/oms/tokens.css").read_text(encoding="utf-8")
GROUNDS = ("ground", "panel", "raised", "hover", "chosen")
TEXTS = ("text", "strong", "quiet", "accent", "buy", "sell", "good", "warn", "bad")
MORE = [("bad", "bad-ground"), ("warn", "warn-ground"), ("good", "good-ground"), ("text", "bad-ground"), ("quiet", "good-ground")]
ON_COLOR = ("accent-ground", "buy-ground", "sell-ground")
"""Grounds under white text."""


def colors(theme: str) -> dict[str, str]:
    block = re.search(rf'html\[data-theme="{theme}"\] \{{(.*?)\}}', TOKENS, re.DOTALL)
    assert block
    return dict(re.findall(r"--([\w-]+): #([0-9a-f]{6});", block[1]))


def luminance(color: str) -> float:
    channels = [int(color[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


PAIRS = [(text, ground) for text in TEXTS for ground in GROUNDS] + MORE


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_stands_out_from_its_ground(theme: str, text: str, ground: str) -> None:
    found = colors(theme)
    assert contrast(found[text], found[ground]) >= 4.5


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("ground", ON_COLOR)
def test_white_stands_out_on_buttons(theme: str, ground: str) -> None:
    assert contrast("ffffff", colors(theme)[ground]) >= 4.5


def test_the_automatic_scheme_is_the_light_one() -> None:
    block = re.search(r'html\[data-theme="auto"\] \{(.*?)\}', TOKENS, re.DOTALL)
    assert block
    automatic = dict(re.findall(r"--([\w-]+): #([0-9a-f]{6});", block[1]))
    light = colors("light")
    assert automatic == {name: light[name] for name in automatic}
    assert light.keys() - automatic.keys() <= {"accent-text"}
