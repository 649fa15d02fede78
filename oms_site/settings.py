"""Django settings. Everything that differs between machines comes from `oms_site.env`."""

from datetime import timedelta
from typing import Any

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from oms_site import assets, env

BASE_DIR = env.BASE_DIR
OMS_ENV = env.OMS_ENV
DEBUG = env.DEBUG
SECRET_KEY = env.SECRET_KEY or ("insecure-outside-production" if OMS_ENV != "production" else "")
if OMS_ENV == "production":
    if len(SECRET_KEY) < 32:
        raise ImproperlyConfigured("SECRET_KEY: set at least 32 random characters in production")
    if DEBUG:
        raise ImproperlyConfigured("DEBUG: must be off in production")
SECRET_KEY_FALLBACKS = env.SECRET_KEY_FALLBACKS
ALLOWED_HOSTS = env.ALLOWED_HOSTS
CSRF_TRUSTED_ORIGINS = env.CSRF_TRUSTED_ORIGINS

INSTALLED_APPS = [
    "oms_site.admin_site.OmsAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "channels",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_celery_beat",
    "django_prometheus",
    "pgtrigger",
    "pghistory",
    "oms_site.infra.bus",
    "oms_site.infra.audit",
    "oms_site.infra.approvals",
    "oms_site.infra.alerts",
    "oms_site.infra.searches",
    "oms_site.infra.supervision",
    "oms_site.infra.tracking",
    "marketdata",
    "risk",
    "matching",
    "orders",
    "reporting",
    "oms_site",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "oms_site.infra.rest.middleware.RequestIdMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "oms_site.account.middleware.account_first",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
    "oms_site.infra.tracking.middleware.who_acts",
]

ROOT_URLCONF = "oms_site.urls"
ASGI_APPLICATION = "oms_site.asgi.application"
APPEND_SLASH = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

_SESSION = {"options": "-c oms.truncate=allowed"} if OMS_ENV == "test" else {}
"""Tests empty tables between them; everywhere else tables that keep everything refuse it (`infra.postgresql.triggers`)."""
DATABASES: dict[str, dict[str, Any]] = {
    "default": env.env.db_url_config(env.DATABASE_URL)
    | {
        "ENGINE": "oms_site.infra.postgresql",
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"pool": {"min_size": 1, "max_size": 12, "timeout": 10}, **_SESSION},
    }
}

CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "oms_site.infra.layer.BatchLayer",
        "CONFIG": {"hosts": [env.REDIS_URL], "prefix": f"oms-{OMS_ENV}"},
    }
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": env.REDIS_URL}}

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False
FORMAT_MODULE_PATH = ["oms_site.formats"]

_ASSETS = BASE_DIR / "oms_site" / "static"
STATIC_URL = f"/static/{assets.version(_ASSETS)}/"
STATICFILES_DIRS = [_ASSETS]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False  # looked through once, at the start
WHITENOISE_IMMUTABLE_FILE_TEST = assets.kept_for_ever

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "oms_site.people.DemoAwareBackend"]
LOGIN_URL = "/login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/login"
SESSION_ENGINE = "risk.sessions"
SESSION_COOKIE_AGE = env.SESSION_MAX_SECONDS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "oms_session"
CSRF_COOKIE_NAME = "oms_csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = OMS_ENV == "production"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = env.HSTS_SECONDS
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}


DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
OMS_SESSION_IDLE_SECONDS = env.SESSION_IDLE_SECONDS
OMS_SESSION_MAX_SECONDS = env.SESSION_MAX_SECONDS
OMS_OTP_ROLES = env.OTP_ROLES
OTP_TOTP_ISSUER = "Order management"
OMS_LOCK_SECONDS = env.LOCK_SECONDS
OMS_LOG_INS_PER_SECOND = 5
OMS_LOG_IN_BURST = 100
AXES_FAILURE_LIMIT = env.LOCK_FAILURES
AXES_COOLOFF_TIME = timedelta(seconds=env.LOCK_SECONDS)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "risk.services.address_of"
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_ENABLE_ADMIN = False
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "otp", "csrfmiddlewaretoken", "next"]
SILENCED_SYSTEM_CHECKS = ["axes.W002"]  # its middleware would answer for us; `risk.services.identify` says what is locked

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "oms_site.infra.rest.authentication.ApiTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["oms_site.infra.rest.parsing.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["oms_site.infra.rest.rendering.OrjsonRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["oms_site.infra.rest.throttle.TokenThrottle"],
    "EXCEPTION_HANDLER": "oms_site.infra.rest.errors.refusal",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
OMS_TOKEN_USER = "risk.services.token_user"  # noqa: S105 - the path of a function, no secret
OMS_ROLES = "risk.selectors.roles"
OMS_ORDER_OWNERS = "orders.selectors.order_owners"
OMS_OPEN_ORDERS = "oms_site.open_orders.by_tif"
OMS_HOLDINGS = "oms_site.holdings.of_account"
OMS_OPEN_IN_SCOPE = "oms_site.open_orders.in_scope"
OMS_REJECTS = "oms_site.rejects.by_hour"
OMS_DROP_COPY = "reporting.selectors.drop_copy_told"
OMS_REQUESTS_PER_SECOND = 200
OMS_REQUEST_BURST = 400
SPECTACULAR_SETTINGS = {
    "TITLE": "Order management system",
    "DESCRIPTION": "Orders, executions, trades, positions, market data and risk. Money and quantities are decimal strings.",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {
        "OrderStatus": "orders.api.shapes.STATUSES",
        "OrderType": "orders.api.shapes.ORDER_TYPES",
        "OrderEventType": "orders.api.shapes.EVENT_TYPES",
        "ExecutionType": "orders.api.shapes.FILL_TYPES",
        "SettlementStatus": "reporting.api.shapes.SETTLEMENT_STATUSES",
    },
}

CELERY_BROKER_URL = env.REDIS_URL
CELERY_RESULT_BACKEND = env.REDIS_URL
CELERY_TASK_TRACK_STARTED = True
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_RESULT_EXPIRES = 3600
CELERY_DB_REUSE_MAX = 2**31  # a task gives its connection back to the pool itself (`ActingTask`); else the whole pool is made anew

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "oms_site.infra.log.formatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.LOG_LEVEL},
    "loggers": {
        "django": {"handlers": [], "propagate": True},  # one line an event: not Django's own console besides
        "kafka": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},
    },
}

PROMETHEUS_EXPORT_MIGRATIONS = False
