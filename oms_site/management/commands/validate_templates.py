"""`manage.py validate_templates`: compiles every template of this project, so that a typo is found before a person opens the page."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.template import TemplateSyntaxError
from django.template.loader import get_template


class Command(BaseCommand):
    """Exit code 0 when all compile, 1 with each that does not."""

    help = "Compiles every template of this project."

    def handle(self, *args: object, **options: object) -> None:
        """Compile them all."""
        folders = [
            settings.BASE_DIR / "templates",
            *sorted(settings.BASE_DIR.glob("*/templates")),
            *sorted(settings.BASE_DIR.glob("*/*/*/templates")),
        ]
        names = [path.relative_to(folder).as_posix() for folder in folders for path in sorted(Path(folder).rglob("*.html"))]
        faults = []
        for name in names:
            try:
                get_template(name)
            except TemplateSyntaxError as error:
                faults.append(f"{name}: {error}")
        if faults:
            raise CommandError("\n".join(faults))
        self.stdout.write(f"{len(names)} templates compile")
