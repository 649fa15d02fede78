"""Which browser a session is of, in the words of a person, out of what it calls itself (User-Agent, RFC 9110 section 10.1.5)."""

import re

_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("HeadlessChrome", "Headless Chrome"), ("Chrome", "Chrome"))
"""(how it names itself, its name), the one first that names others too."""
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def agent_words(agent: str) -> str:
    """As "Chrome 130 on Linux"; of a program its first word; "-" for none."""
    browser = _browser(agent)
    if browser is None:
        return agent.split(" ", 1)[0] or "-"
    system = next((name for sign, name in _SYSTEMS if sign in agent), None)
    return f"{browser} on {system}" if system else browser


def _browser(agent: str) -> str | None:
    for sign, name in _BROWSERS:
        if found := re.search(rf"{sign}/(\d+)", agent):
            return f"{name} {found[1]}"
    safari = re.search(r"Version/(\d+).* Safari/", agent)
    return f"Safari {safari[1]}" if safari else None
