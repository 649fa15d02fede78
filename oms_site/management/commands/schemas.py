"""`manage.py schemas register|check|list`: the only place where schemas are registered. Exit 0 as wanted, 1 not so, 2 usage."""

from django.core.management.base import BaseCommand, CommandError, CommandParser

from oms_site import env
from schemas.errors import NotRegistered, RegistryError
from schemas.registry import COMPATIBILITY, Registry
from schemas.topics import TOPICS
from schemas.versions import versions


class Command(BaseCommand):
    """Registers every released version of every topic's schema, or checks or lists what the registry has."""

    requires_system_checks: list[str] = []  # the registry alone is needed
    help = "Registers, checks or lists the schemas of all topics."

    def add_arguments(self, parser: CommandParser) -> None:
        """`register`, `check` or `list`."""
        parser.add_argument("action", choices=("register", "check", "list"))

    def handle(self, *args: object, action: str, **options: object) -> None:
        """Run one action; a registry that does not answer or refuses is a failure."""
        registry = Registry(env.SCHEMA_REGISTRY_URL)
        try:
            {"register": self._register, "check": self._check, "list": self._list}[action](registry)
        except RegistryError as error:
            raise CommandError(f"registry: {error}", returncode=1) from error
        finally:
            registry.close()

    def _register(self, registry: Registry) -> None:
        """The level first, then the versions, oldest first; what is there already stays."""
        for topic in TOPICS:
            registry.set_compatibility(topic.subject)
            for version in versions(topic.record):
                schema_id = registry.register(topic.subject, version.text)
                self.stdout.write(f"{topic.subject:<24} v{version.number} id {schema_id}")

    def _check(self, registry: Registry) -> None:
        """Every version registered, the level set, and the newest one what we write."""
        problems = []
        for topic in TOPICS:
            level = registry.compatibility(topic.subject)
            if level != COMPATIBILITY:
                problems.append(f"{topic.subject}: compatibility is {level or 'not set'}, {COMPATIBILITY} wanted")
            for version in versions(topic.record):
                try:
                    registry.id_of(topic.subject, version.text)
                except NotRegistered:
                    why = registry.problems(topic.subject, version.text)
                    problems.append(
                        f"{topic.subject}: v{version.number} is not registered" + (f" and would be refused: {why}" if why else "")
                    )
        if problems:
            raise CommandError("\n".join(problems), returncode=1)
        self.stdout.write(f"{len(TOPICS)} subjects as wanted")

    def _list(self, registry: Registry) -> None:
        """What the registry has, whoever put it there."""
        for subject in registry.subjects():
            numbers = ", ".join(f"v{number}" for number in registry.versions(subject))
            self.stdout.write(f"{subject:<24} {numbers:<12} {registry.compatibility(subject) or 'level not set'}")
