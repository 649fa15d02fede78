"""The variables every child of the stack gets: where the servers are, and the keys to them."""

from collections.abc import Mapping

from oms_site.stack.layout import Layout
from oms_site.stack.leftovers import MEMBER, RUN_DIR
from oms_site.stack.ports import LOOPBACK, Ports
from oms_site.stack.postgres import SUPERUSER

#: Variables a person may set (environment or `.env`) and that win over what the stack would choose.
OVERRIDABLE = ("DEBUG", "SECRET_KEY", "SECRET_KEY_FALLBACKS", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "OMS_DATA_DIRS")

FLOWER_USER = "oms"


def build(
    layout: Layout,
    ports: Ports,
    *,
    env: str,
    secrets: Mapping[str, str],
    settings: Mapping[str, str],
    database: str = "oms",
) -> dict[str, str]:
    """All variables of a stack's children (without the inherited environment)."""
    web_url = f"http://{LOOPBACK}:{ports.web}"
    values = {
        "OMS_ENV": env,
        RUN_DIR: str(layout.run_dir),
        MEMBER: "1",
        "DJANGO_SETTINGS_MODULE": "oms_site.settings",
        "DEBUG": "True",
        "SECRET_KEY": secrets["secret_key"],
        "ALLOWED_HOSTS": f"{LOOPBACK},localhost",
        "CSRF_TRUSTED_ORIGINS": f"{web_url},http://localhost:{ports.web}",
        "DATABASE_URL": postgres_url(ports, secrets, database),
        "REDIS_URL": f"redis://{LOOPBACK}:{ports.redis}/0",
        "KAFKA_BOOTSTRAP": f"{LOOPBACK}:{ports.kafka}",
        "SCHEMA_REGISTRY_URL": f"http://{LOOPBACK}:{ports.registry}/apis/ccompat/v7",
        "FLOWER_URL": f"http://{LOOPBACK}:{ports.flower}",
        "FLOWER_BASIC_AUTH": f"{FLOWER_USER}:{secrets['flower_password']}",
        "WEB_URL": web_url,
        "PROMETHEUS_MULTIPROC_DIR": str(layout.metrics),
        "PYTHONUNBUFFERED": "1",
    }
    return values | {key: settings[key] for key in OVERRIDABLE if settings.get(key)}


def postgres_url(ports: Ports, secrets: Mapping[str, str], database: str) -> str:
    """Where a database is, with the password (generated, URL-safe)."""
    return f"postgres://{SUPERUSER}:{secrets['postgres_password']}@{LOOPBACK}:{ports.postgres}/{database}"
