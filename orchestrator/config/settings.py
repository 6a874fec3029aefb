"""The one settings module; `DATABASE_URL` and `BROKER_URL` choose between embedded and production."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

from orchestrator.config import assets
from orchestrator.config import environment as env

BASE_DIR = env.BASE_DIR
HANDOFF_HOME = env.home()

SECRET_KEY = env.secret_key()
DEBUG = env.flag("HANDOFF_DEBUG")
ALLOWED_HOSTS = env.words("HANDOFF_ALLOWED_HOSTS", "127.0.0.1,localhost,[::1],testserver")
CSRF_TRUSTED_ORIGINS = env.words("HANDOFF_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.guardian",
    "orchestrator.governance.admin_app.HandoffAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "django_filters",
    "guardian",
    "axes",
    "decisions",
    "bpmn",
    "humantasks",
    "orchestrator",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "orchestrator.web.security.ContentSecurityPolicy",
    "orchestrator.web.compression.Compress",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "orchestrator.config.people.Sessions",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "orchestrator.config.people.Users",
    "orchestrator.config.people.SignInFirst",
    "orchestrator.config.people.Messages",
    "orchestrator.web.errors.ErrorPages",
    "orchestrator.web.security.BodyLimit",
    "orchestrator.web.nulls.NoNullCharacters",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "orchestrator.config.urls"
WSGI_APPLICATION = "orchestrator.config.wsgi.application"

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
                "orchestrator.web.context.page",
            ],
            "builtins": ["orchestrator.templatetags.handoff"],
        },
    }
]

DATABASES = {"default": env.database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "orchestrator.governance.grants.Backend",
    "guardian.backends.ObjectPermissionBackend",  # never asked; guardian wants to see it here
]
ANONYMOUS_USER_NAME = None
GUARDIAN_RAISE_403 = True
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/inbox/"
LOGOUT_REDIRECT_URL = "/sign-in/"

#: After ten wrong passwords a name is locked for the address they came from; other addresses may go on.
AXES_HANDLER = "axes.handlers.database.AxesDatabaseHandler"
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
#: Attempts while it is locked do not make the lock longer: the page has said when it ends.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_CLIENT_IP_CALLABLE = "orchestrator.web.lockout.client_address"
AXES_LOCKOUT_CALLABLE = "orchestrator.web.lockout.locked"
AXES_DISABLE_ACCESS_LOG = True
#: Its rows are in our admin (orchestrator/admin.py).
AXES_ENABLE_ADMIN = False
#: How many proxies stand before us and add to X-Forwarded-For; 0 believes nobody's header.
HANDOFF_PROXIES = env.number("HANDOFF_PROXIES", 0)

LANGUAGE_CODE = "en"
FORMAT_MODULE_PATH = "orchestrator.config.formats"
TIME_ZONE = os.environ.get("HANDOFF_TIME_ZONE", "UTC")
USE_TZ = True

#: An address of their own for each version of the files, so that no page meets older ones in a browser's cache.
STATIC_URL = (
    f"/static/{assets.fingerprint(BASE_DIR / 'orchestrator' / 'static', packages=('django', 'django-unfold'))}/"
)
#: Files are served from where they stand: nothing has to be collected after an update.
WHITENOISE_USE_FINDERS = True
if not DEBUG:
    WHITENOISE_IMMUTABLE_FILE_TEST = f"^{STATIC_URL}"

SESSION_COOKIE_HTTPONLY = True
#: Where people come by https only, what signs them in must never go out in clear text.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env.flag("HANDOFF_HTTPS")
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "orchestrator.web.errors.csrf_failure"
DATA_UPLOAD_MAX_NUMBER_FILES = 1000
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024

#: Without a server mails are written to the log.
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
if _mail := env.mail_server():
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST, EMAIL_PORT, EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail.host, _mail.port, _mail.user, _mail.password
    EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.begins_tls, _mail.is_tls
EMAIL_BACKEND = os.environ.get("HANDOFF_EMAIL_BACKEND", EMAIL_BACKEND)
#: A server that says nothing must not hold a worker for ever.
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = os.environ.get("HANDOFF_FROM_EMAIL", "handoff@localhost")

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "orchestrator.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "orchestrator.api.rendering.Negotiation",
    "DEFAULT_RENDERER_CLASSES": ["orchestrator.api.rendering.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["orchestrator.api.rendering.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "orchestrator.api.openapi.Schema",
    "EXCEPTION_HANDLER": "orchestrator.api.errors.problem_response",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Handoff",
    "DESCRIPTION": "Start, watch and answer processes.",
    "VERSION": "1",
    # Since 3.1 its schemas are plain JSON Schema, as msgspec makes it.
    "OAS_VERSION": "3.1.1",
    "POSTPROCESSING_HOOKS": [],
    "SERVE_INCLUDE_SCHEMA": False,
    # It is made anew for each caller, which takes long: not for strangers.
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
}

#: The admin in the colours of static/css/tokens.css.
UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Handoff admin",
    "SITE_HEADER": "Handoff",
    "SITE_SUBHEADER": "Admin",
    "SITE_URL": "/",
    "SITE_SYMBOL": "polyline",
    "STYLES": [f"{STATIC_URL}css/admin.css"],
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": f"{STATIC_URL}mark.svg"}],
    "SHOW_BACK_BUTTON": True,
    "BORDER_RADIUS": "7px",
    "COLORS": {
        "base": {
            "50": "#f7f8fa", "100": "#f4f5f8", "200": "#e1e4ea", "300": "#c6ccd6", "400": "#9aa6b8",
            "500": "#838c9b", "600": "#555e6f", "700": "#283140", "800": "#161c25", "900": "#11171f",
            "950": "#0e131a",
        },
        "primary": {
            "50": "#eaf0fe", "100": "#d6e2fd", "200": "#b3c9fb", "300": "#8fb0ff", "400": "#668cf2",
            "500": "#3d68e0", "600": "#2149bf", "700": "#1c3d9f", "800": "#1a3480", "900": "#1a2745",
            "950": "#121a30",
        },
    },
}  # fmt: skip

#: Celery (see orchestrator/config/celery.py). The broker only wakes workers: the job table is the truth.
BROKER_URL = env.broker_url()
HANDOFF_EMBEDDED = env.is_embedded()
#: Which part of the installation this process is: embedded, web, worker, beat, or none (a command).
HANDOFF_PART = os.environ.get("HANDOFF_PART", "")
#: After how long the broker gives a message it got no answer for to another worker; above the longest job.
HANDOFF_VISIBILITY_SECONDS = env.number("HANDOFF_VISIBILITY_SECONDS", 3600)

#: Connectors, predictors and so on: one line each, `name: dotted path`.
HANDOFF_CONNECTORS = {
    "http": "orchestrator.connectors.http.HttpConnector",
    "python": "orchestrator.connectors.python.PythonConnector",
    "email": "orchestrator.connectors.email.EmailConnector",
    "log": "orchestrator.connectors.log.LogConnector",
}
HANDOFF_PREDICTORS = {
    "sklearn": "decisions.predictors.sklearn.load",
    "sklearn_frame": "decisions.predictors.frames.load",
}
#: Modules whose functions registered with `orchestrator.connectors.functions.register` jobs may call.
HANDOFF_FUNCTION_MODULES = ["orchestrator.demo.functions", *env.words("HANDOFF_FUNCTION_MODULES")]
#: Hosts the HTTP connector may call, as `host` or `host:port`; private addresses must be named here too.
HANDOFF_HTTP_ALLOWED_HOSTS = env.words("HANDOFF_HTTP_ALLOWED_HOSTS")

#: Ways of giving tasks to people, chosen per inbox: `name: dotted path`.
HANDOFF_ASSIGNMENT = {
    "pool": "humantasks.assignment.pool.Pool",
    "round_robin": "humantasks.assignment.round_robin.RoundRobin",
    "least_loaded": "humantasks.assignment.least_loaded.LeastLoaded",
    "skills": "humantasks.assignment.skills.Skills",
}
#: The queue of tasks whose drawing names nobody; empty leaves them to supervisors.
HANDOFF_DEFAULT_QUEUE = os.environ.get("HANDOFF_DEFAULT_QUEUE", "reviewer")

HANDOFF_JOB_LEASE_SECONDS = env.number("HANDOFF_JOB_LEASE_SECONDS", 15)
HANDOFF_JOB_RETRIES = env.number("HANDOFF_JOB_RETRIES", 3)
HANDOFF_JOB_BACKOFF_SECONDS = env.number("HANDOFF_JOB_BACKOFF_SECONDS", 2.0)
#: A job that was sent and not taken within this time is sent again.
#: In one process the sweep is also how a command's work is found whose message the letterbox lost.
HANDOFF_RESEND_SECONDS = env.number("HANDOFF_RESEND_SECONDS", 4.0 if HANDOFF_EMBEDDED else 10.0)
HANDOFF_SWEEP_SECONDS = env.number("HANDOFF_SWEEP_SECONDS", 2.0 if HANDOFF_EMBEDDED else 5.0)
HANDOFF_UPLOAD_LIMIT_BYTES = 10 * 1024 * 1024
#: What a whole upload may have before it is cut off; larger files than the limit above are named up to here.
HANDOFF_UPLOAD_BODY_LIMIT_BYTES = 64 * 1024 * 1024

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": os.environ.get("HANDOFF_LOG_LEVEL", "INFO")},
    # Celery says three lines for each of the calls that come every second.
    "loggers": {
        **{
            name: {"level": os.environ.get("HANDOFF_CELERY_LOG_LEVEL", "WARNING")}
            for name in ("celery.beat", "celery.worker.strategy", "celery.worker.request", "celery.app.trace")
        },
        "axes": {"level": "WARNING"},
        # It says every host called and what it answered, and some of that is secret.
        "httpcore": {"level": "WARNING"},
    },
}
