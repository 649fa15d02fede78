"""What a browser calls itself, in words."""

import pytest

from oms_site.account.agents import agent_words

KIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (f"Mozilla/5.0 (X11; Linux x86_64) {KIT} Chrome/130.0.0.0 Safari/537.36", "Chrome 130 on Linux"),
        (f"Mozilla/5.0 (X11; Linux x86_64) {KIT} HeadlessChrome/130.0.0.0 Safari/537.36", "Headless Chrome 130 on Linux"),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {KIT} Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0", "Edge 130 on Windows"),
        (
            "Mozilla/5.0 (Macintosh; Mac OS X 10_15) AppleWebKit/605.1 (KHTML, like Gecko) Version/17.4 Safari/605.1",
            "Safari 17 on macOS",
        ),
        ("Mozilla/5.0 (Android 14; Mobile; rv:131.0) Gecko/131.0 Firefox/131.0", "Firefox 131 on Android"),
        ("python-httpx/0.28.1", "python-httpx/0.28.1"),
        ("", "-"),
    ],
)
def test_a_browser_is_named_with_its_version_and_system(agent: str, words: str) -> None:
    assert agent_words(agent) == words
