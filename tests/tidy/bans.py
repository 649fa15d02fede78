"""Our own bans: what may not stand where, and what stands there instead. Each has an example that it must catch."""

import re
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Ban:
    """A pattern that may not occur in files whose path matches `where` (and not `unless`)."""

    name: str
    pattern: str
    instead: str
    example: str
    where: str = r".*\.py$"
    unless: str = r"^$"
    flags: int = field(default=re.MULTILINE)

    def applies(self, path: str) -> bool:
        """Whether a file falls under this ban."""
        return bool(re.search(self.where, path)) and not path.startswith("tests/tidy/") and not re.search(self.unless, path)

    def hits(self, text: str) -> list[int]:
        """Numbers of the lines that break it."""
        return [text.count("\n", 0, match.start()) + 1 for match in re.finditer(self.pattern, text, self.flags)]


ROOMS = r"^(orders|risk|matching|marketdata|reporting)/"

BANS = (
    Ban(
        "float near money",
        r"\bfloat\(",
        "Decimal at the edges, integers of 1e-8 inside (schemas.units)",
        "price = float(text)",
        where=ROOMS + r"(.*/)?(domain/|services|selectors|handlers).*\.py$",
    ),
    Ban(
        "clock inside the domain or a service",
        r"(timezone\.now|datetime\.now|datetime\.utcnow|time\.time|time\.time_ns)\(",
        "pass `now` in from the edge",
        "stamp = timezone.now()",
        where=ROOMS + r"(.*/)?(domain/|services).*\.py$",
    ),
    Ban(
        "randomness inside the domain",
        r"^\s*(import|from) (secrets|uuid)\b",
        "pass ids and seeds in from the edge",
        "import uuid",
        where=ROOMS + r"domain/.*\.py$",
    ),
    Ban(
        "the bus' client outside its adapter",
        r"^\s*(import|from) kafka\b",
        "oms_site.infra.bus.ports",
        "from kafka import KafkaProducer",
        unless=r"^(oms_site/infra/bus/kafka|tests/|benchmarks/)",
    ),
    Ban(
        "fastavro outside the codec",
        r"^\s*(import|from) fastavro\b",
        "schemas.codec",
        "import fastavro",
        unless=r"^(schemas/codec|tests/|benchmarks/)",
    ),
    Ban(
        "drawer names",
        r"\A",
        "a name that says what the file does",
        "",
        where=r"(^|/)(utils?|helpers?|common|misc|base)\.py$",
        unless=r"^oms_site/infra/postgresql/base\.py$",  # Django looks a backend up by this name
    ),
    Ban(
        "a switch around a control",
        r"\b(skip|bypass)_(risk|checks?|audit|limits?|permission)\w*\s*[=:]",
        "no such switch: the service decides from `actor`",
        "def submit(order, skip_risk=False): ...",
    ),
    Ban("Meta.ordering", r"^\s+ordering = ", "order_by in the selector", "    ordering = ['-id']", where=r"models\.py$"),
    Ban("logic in save()", r"def save\(", "a service", "    def save(self): ...", where=r"models\.py$"),
    Ban("signals", r"django\.db\.models\.signals|@receiver", "a call in the service", "from django.db.models.signals import post_save"),
    Ban(
        "sleep in a test",
        r"\btime\.sleep\(",
        "poll a condition with a deadline (tests/eventually.py)",
        "time.sleep(1)",
        where=r"^tests/",
        unless=r"^tests/eventually\.py",
    ),
    Ban(
        "swallowed exception",
        r"except( Exception| BaseException)?:\s*\n\s+(pass|continue|\.\.\.)\s*$|suppress\((Base)?Exception\)",
        "handle the named exception, or count and log it",
        "try:\n    go()\nexcept Exception:\n    pass\n",
    ),
    Ban(
        "left for later",
        r"\b(TODO|FIXME|XXX)\b|raise NotImplementedError",
        "do it, or say so in docs/limits",
        "# TODO later",
    ),
    Ban(
        "inline script or style",
        r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")[^>]*>|<style|\sstyle=|\son[a-z]+=\"",
        "an ES module or the style sheet: the content security policy forbids it",
        '<div style="color: red">',
        where=r"^templates/.*\.html$",
    ),
    Ban(
        "address of a package registry",
        r"(registry\.npmjs|pypi\.org|files\.pythonhosted|repo1?\.maven|repo\.maven\.apache|crates\.io)",
        "the client's own default",
        "https://registry.npmjs.org/x",
        where=r"",
    ),
    Ban(
        "path of a machine",
        r"(?<![\w.])/(work|home|root)/\w",
        "a path from the environment or the checkout",
        'open("/home/me/x")',
        where=r"",
        unless=r"^Dockerfile",
    ),
)
