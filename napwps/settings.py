"""Settings, read from the environment. A bad or missing value stops the start with the name of the variable."""

import os
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pghistory
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
VERSION = "0.1.0"


def required(name, hint):
    """The value of an environment variable that has no default."""
    value = os.environ.get(name, "")
    if not value:
        raise ImproperlyConfigured(
            f"{name} is not set. {hint} `bin/demo` and `bin/test` set it by themselves."
        )
    return value


def flag(name, default=False):
    """A yes/no environment variable: 1/0, true/false, yes/no, on/off."""
    value = os.environ.get(name, "").strip().lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name}={value!r} is not a yes/no value; use 1 or 0.")


def number(name, default):
    """A whole-number environment variable."""
    value = os.environ.get(name, "").strip()
    try:
        return int(value) if value else default
    except ValueError:
        raise ImproperlyConfigured(f"{name}={value!r} is not a whole number.") from None


def words(name):
    """A comma-separated environment variable as a list."""
    return [word.strip() for word in os.environ.get(name, "").split(",") if word.strip()]


def database(url):
    """postgres://user:password@host:port/name as Django's DATABASES entry (PostgreSQL is the only engine)."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise ImproperlyConfigured("DATABASE_URL must look like postgres://user:password@host:port/name.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": number("CONN_MAX_AGE", 600),
        "CONN_HEALTH_CHECKS": True,
    }


def site_address(url):
    """https://tracker.example.org: where people reach the site, without a slash at the end. Links in mails begin with it."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ImproperlyConfigured(
            f"SITE_URL={url!r} is no address of a site; it looks like https://tracker.example.org."
        )
    return url.rstrip("/")


def beside(redis_url):
    """The address of the next database of the same Redis server: …/0 → …/1."""
    parts = urlsplit(redis_url)
    number = parts.path.strip("/") or "0"
    if parts.scheme not in {"redis", "rediss"} or not number.isdecimal():
        raise ImproperlyConfigured("REDIS_URL must look like redis://:password@host:6379/0.")
    return parts._replace(path=f"/{int(number) + 1}").geturl()


SECRET_KEY = required("SECRET_KEY", "Give a long random text, and keep it.")
DEBUG = flag("DEBUG")
DEMO = flag("DEMO")
ALLOWED_HOSTS = words("ALLOWED_HOSTS") or (["127.0.0.1", "localhost", "[::1]"] if DEMO or DEBUG else [])
CSRF_TRUSTED_ORIGINS = words("CSRF_TRUSTED_ORIGINS")
SITE_URL = site_address(
    os.environ.get("SITE_URL")
    or ("http://127.0.0.1:8000" if DEMO or DEBUG else required("SITE_URL", "Links in mails begin with it."))
)

INSTALLED_APPS = [
    "frameworks",
    "budgets",
    "monitoring",
    "napwps",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "django.forms",
    "pghistory",
    "pgtrigger",
    "django_htmx",
    "django_filters",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    "napwps.middleware.DomainErrorsMiddleware",
]

ROOT_URLCONF = "napwps.urls"
WSGI_APPLICATION = "napwps.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "napwps.context.page",
            ],
        },
    },
]

DATABASES = {
    "default": database(required("DATABASE_URL", "For example postgres://user:password@host:5432/napwps."))
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = required("REDIS_URL", "For example redis://:password@host:6379/0.")
# The cache has a database of its own beside the broker's: emptying it must not empty the queue.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": beside(REDIS_URL),
        "KEY_PREFIX": "napwps",
    }
}

AUTH_USER_MODEL = "frameworks.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14

LANGUAGE_CODE = "en"
# Every text is wrapped for translation; a language is offered once it is translated (ROADMAP.md, J).
LANGUAGES = [("en", _("English"))]
FORMAT_MODULE_PATH = ["napwps.formats"]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Dili"
USE_TZ = True
USE_I18N = True
USE_THOUSAND_SEPARATOR = False
FORMAT_MODULE_PATH = ["napwps.formats"]

STATIC_URL = "static/"
STATIC_ROOT = os.environ.get("STATIC_ROOT") or BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = DEMO or DEBUG
WHITENOISE_MAX_AGE = 3600
MEDIA_ROOT = os.environ.get("MEDIA_ROOT") or BASE_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if WHITENOISE_USE_FINDERS
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# Behind a proxy that speaks TLS set SECURE=1; without it cookies travel over plain HTTP (demo, tests).
SECURE = flag("SECURE")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SECURE_SSL_REDIRECT = SECURE
SECURE_HSTS_SECONDS = number("HSTS_SECONDS", 31536000) if SECURE else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SECURE_REDIRECT_EXEMPT = [r"^healthz/$"]
SESSION_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "napwps.views.csrf_failure"
X_FRAME_OPTIONS = "DENY"

# The demo sends nothing, so that nobody gets a mail by accident: /demo/outbox/ shows what would have gone out.
EMAIL_BACKEND = f"django.core.mail.backends.{'dummy' if DEMO else 'smtp'}.EmailBackend"
EMAIL_HOST = os.environ.get("EMAIL_HOST", "localhost")
EMAIL_PORT = number("EMAIL_PORT", 25)
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = flag("EMAIL_USE_TLS")  # STARTTLS, usually on port 587
EMAIL_USE_SSL = flag("EMAIL_USE_SSL")  # TLS from the first byte, usually on port 465
if EMAIL_USE_TLS and EMAIL_USE_SSL:
    raise ImproperlyConfigured("Set EMAIL_USE_TLS (STARTTLS) or EMAIL_USE_SSL, not both.")
EMAIL_TIMEOUT = number("EMAIL_TIMEOUT", 20)  # seconds that a silent mail server may hold up a worker
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "NAP WPS Tracker <noreply@localhost>")

# Worker. A task that a killed worker had in hand goes back to the queue (acks_late) and is safe to run twice.
CELERY_BROKER_URL = REDIS_URL
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CONCURRENCY = 2
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 600_000
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 900}
CELERY_TASK_DEFAULT_QUEUE = "celery"
CELERY_TASK_ROUTES = {"monitoring.tasks.build_report": {"queue": "reports"}}
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE = {
    "reports-that-are-due": {
        "task": "monitoring.tasks.queue_due_reports",
        "schedule": timedelta(seconds=number("BEAT_SECONDS", 60)),
    },
    "reports-that-stopped": {
        "task": "monitoring.tasks.rescue_stopped_reports",
        "schedule": timedelta(seconds=number("BEAT_SECONDS", 60)),
    },
    "imports-that-stopped": {
        "task": "frameworks.tasks.rescue_stopped_imports",
        "schedule": timedelta(seconds=number("BEAT_SECONDS", 60)),
    },
    "mail-that-waits": {
        "task": "frameworks.tasks.write_and_send_mail",
        "schedule": timedelta(seconds=number("BEAT_SECONDS", 60)),
    },
    "reminders-of-the-day": {
        "task": "monitoring.tasks.remind",
        "schedule": timedelta(hours=1),
    },
    "results-at-the-turn-of-the-day": {
        "task": "monitoring.tasks.refresh_all_results",
        "schedule": timedelta(hours=6),
    },
}
# A report run without a sign of life for this long is taken for stopped (seconds).
REPORT_SILENCE_SECONDS = number("REPORT_SILENCE_SECONDS", 120)
IMPORT_SILENCE_SECONDS = number("IMPORT_SILENCE_SECONDS", 120)  # the same of an import

# Removing a target or a cost is a change too: the default of pghistory forgets deletions.
PGHISTORY_DEFAULT_TRACKERS = (pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
PGHISTORY_APPEND_ONLY = True
PGHISTORY_MIDDLEWARE_METHODS = ("POST", "PUT", "PATCH", "DELETE")

KNOX_TOKEN_MODEL = "frameworks.ApiToken"  # noqa: S105 (a model's name)
# Its own token table is swapped for ours; its migrations would make it all the same.
MIGRATION_MODULES = {"knox": None}
REST_KNOX = {"TOKEN_TTL": timedelta(days=365), "AUTO_REFRESH": False}
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "knox.auth.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_RENDERER_CLASSES": ["napwps.api.OrjsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "EXCEPTION_HANDLER": "napwps.api.problem_json",
    "DEFAULT_THROTTLE_CLASSES": [
        "rest_framework.throttling.AnonRateThrottle",
        "rest_framework.throttling.UserRateThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {
        "anon": os.environ.get("API_RATE_ANON", "120/min"),
        "user": os.environ.get("API_RATE_USER", "1200/min"),
    },
    "COERCE_DECIMAL_TO_STRING": False,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "NAP WPS Tracker",
    "DESCRIPTION": "Indicator data of National Action Plans on Women, Peace and Security.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": os.environ.get("LOG_LEVEL", "INFO")},
    "loggers": {
        "fontTools": {"level": "WARNING"},
        "weasyprint": {"level": "ERROR"},
    },
}
