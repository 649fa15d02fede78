"""The environment variables the product reads, each once, with its default. `.env.example` documents them for operators."""

import os
from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()

OMS_ENV: str = env.str("OMS_ENV", default="demo")
"""demo, test or production."""
DEBUG: bool = env.bool("DEBUG", default=False)
SECRET_KEY: str = env.str("SECRET_KEY", default="")
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", default=[])
"""Secrets before the present one: they still open sessions and vouch for the seals of the audit log."""
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])
DATABASE_URL: str = env.str("DATABASE_URL", default="postgres://oms:oms@127.0.0.1:8013/oms")
REDIS_URL: str = env.str("REDIS_URL", default="redis://127.0.0.1:8014/0")
KAFKA_BOOTSTRAP: str = env.str("KAFKA_BOOTSTRAP", default="127.0.0.1:8010")
TOPIC_PREFIX: str = env.str("TOPIC_PREFIX", default="")
"""Put before every topic name; tests use it to have topics of their own."""
SCHEMA_REGISTRY_URL: str = env.str("SCHEMA_REGISTRY_URL", default="http://127.0.0.1:8012/apis/ccompat/v7")
WEB_URL: str = env.str("WEB_URL", default="http://127.0.0.1:8000")
FLOWER_URL: str = env.str("FLOWER_URL", default="http://127.0.0.1:8001")
RUN_DIR: Path = Path(env.str("OMS_RUN_DIR", default=str(BASE_DIR / ".run")))
EXPORTS_DIR: Path = Path(env.str("OMS_EXPORTS_DIR", default=str(RUN_DIR / "exports")))
"""Where reports are made as files and kept until they expire; web processes and task workers share it."""
DATA_DIRS: list[str] = env.list("OMS_DATA_DIRS", default=[])
"""Folders replay files may lie under; empty means the checkout, ../shared/data and the system's temporary folder."""
LOG_LEVEL: str = env.str("LOG_LEVEL", default="INFO")
METRICS_DIR: str = env.str("PROMETHEUS_MULTIPROC_DIR", default="")
"""Where the processes of one machine share their metrics; made when it is not there yet. The Prometheus client reads it itself."""
if METRICS_DIR:
    os.makedirs(METRICS_DIR, exist_ok=True)
METRICS_PORT: int = env.int("OMS_METRICS_PORT", default=0)
"""Where a Celery worker serves its metrics; 0 where all processes share one metrics directory."""
METRICS_NETWORKS: list[str] = env.list("OMS_METRICS_NETWORKS", default=["127.0.0.0/8", "::1/128"])
"""Networks that may read `/metrics` and the details of `/readyz` without a log-in."""
_PRODUCTION = OMS_ENV == "production"
SESSION_IDLE_SECONDS: int = env.int("OMS_SESSION_IDLE_SECONDS", default=1_800 if _PRODUCTION else 43_200)
"""A session nobody used for so long asks for the log-in again."""
SESSION_MAX_SECONDS: int = env.int("OMS_SESSION_MAX_SECONDS", default=43_200 if _PRODUCTION else 604_800)
"""The greatest age of a session, however much it is used."""
LOCK_FAILURES: int = env.int("OMS_LOCK_FAILURES", default=5 if _PRODUCTION else 20)
"""So many failed log-ins of a user name from an address lock it out."""
LOCK_SECONDS: int = env.int("OMS_LOCK_SECONDS", default=900 if _PRODUCTION else 60)
"""How long a lock-out lasts after the last failure."""
OTP_ROLES: list[str] = env.list("OMS_OTP_ROLES", default=[])
"""Roles whose people need a one-time code at each log-in; the others may set one up."""
HSTS_SECONDS: int = env.int("OMS_HSTS_SECONDS", default=31_536_000 if _PRODUCTION else 0)
"""How long browsers are told to come by TLS only (told over TLS alone)."""
WORKER_QUEUES: dict[str, str] = env.dict("OMS_WORKER_QUEUES", default={})
"""Workers that run on a Celery queue of their own, as `relay=relay,risk=risk`; all others run on `pipeline`."""
HOUSE_COMMANDS_PER_SECOND: int = env.int("OMS_HOUSE_COMMANDS_PER_SECOND", default=200)
"""The most commands a second the house liquidity provider sends for all its symbols together; those that take quotes out never wait."""
if HOUSE_COMMANDS_PER_SECOND < 1:
    raise ValueError("OMS_HOUSE_COMMANDS_PER_SECOND: give a whole number, 1 or more")
_CANDLE_HOURS = {"1s": 6, "5s": 24, "15s": 72, "1m": 720, "5m": 2_160, "15m": 4_320, "1h": 17_520, "1d": 175_200}
CANDLE_RETENTION_HOURS: dict[str, int] = {**_CANDLE_HOURS, **env.dict("OMS_CANDLE_RETENTION_HOURS", cast={"value": int}, default={})}
"""Hours the candles of each interval are kept and a late print still corrects them, as `1s=6,1m=720`; those not named stay as they are."""
_kept = list(CANDLE_RETENTION_HOURS.values())
if CANDLE_RETENTION_HOURS.keys() != _CANDLE_HOURS.keys() or _kept[0] < 1 or _kept != sorted(_kept):
    raise ValueError(
        f"OMS_CANDLE_RETENTION_HOURS: name only {', '.join(_CANDLE_HOURS)}, whole hours, none below 1 and none below a shorter interval's"
    )
