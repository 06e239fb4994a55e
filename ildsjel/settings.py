"""Django's settings, read from the environment alone.

Every name is listed in docs/operate.md. A secret may be given as NAME_FILE, the path of a file that
holds it.
"""

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

BASE_DIR = Path(__file__).resolve().parent


def env_text(name: str, default: str = "") -> str:
    file = os.environ.get(f"{name}_FILE")
    if file:
        return Path(file).read_text(encoding="utf-8").strip()
    return os.environ.get(name, "").strip() or default


def env_flag(name: str) -> bool:
    return env_text(name).lower() in {"1", "yes", "true", "on"}


def env_list(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in env_text(name, default).split(",") if part.strip()]


def env_number(name: str, default: int) -> int:
    text = env_text(name, str(default))
    if not text.isdecimal():
        raise ValueError(f"{name} must be a whole number, not {text!r}")
    return int(text)


def kept_secret_key(data: Path) -> str:
    """The key kept in the data folder; made on first start, readable by the owner alone."""
    path = data / "secret_key"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48))
    return path.read_text(encoding="ascii").strip()


def sqlite(path: str) -> dict[str, Any]:
    """One writer at a time without "database is locked": WAL, and the lock taken at BEGIN."""
    pragmas = {
        "journal_mode": "WAL",
        "synchronous": "NORMAL",
        "mmap_size": 134_217_728,
        "journal_size_limit": 27_103_364,
        "cache_size": -20_000,
    }
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "; ".join(f"PRAGMA {name}={value}" for name, value in pragmas.items()),
        },
        "TEST": {"NAME": f"{path}.test"},
    }


def database(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return sqlite(unquote(parts.path[1:]))  # sqlite:///relative, sqlite:////absolute
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError("ILDSJEL_DATABASE_URL must begin with sqlite:// or postgresql://")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "OPTIONS": {
            # A list joins seven small tables to its rows; trying all their orders takes the planner
            # ten times as long as the query itself.
            "options": "-c join_collapse_limit=4",
            "pool": POOL,
            # A page asks some twenty small questions, always the same: planned once a connection,
            # it takes half as long.
            "server_side_binding": True,
            "prepare_threshold": 3,
        },
    }


# Opening a connection takes as long as a small page; each process keeps some open. A listener has a
# thread for each stream, and each thread may be writing.
POOL = {"min_size": 1, "max_size": 20, "timeout": 20}

DATA_DIR = Path(env_text("ILDSJEL_DATA", "data")).resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True)

SECRET_KEY = env_text("ILDSJEL_SECRET_KEY") or kept_secret_key(DATA_DIR)
SECRET_KEY_FALLBACKS = env_list("ILDSJEL_SECRET_KEY_FALLBACKS")
DEBUG = env_flag("ILDSJEL_DEBUG")

HOST = env_text("ILDSJEL_HOST", "127.0.0.1")
PORT = env_number("ILDSJEL_PORT", 8000)
WEB_WORKERS = env_number("ILDSJEL_WEB_WORKERS", 1)
PUBLIC_URL = env_text("ILDSJEL_PUBLIC_URL", f"http://{HOST}:{PORT}").rstrip("/")
ALLOWED_HOSTS = env_list("ILDSJEL_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]") + [
    host for host in [urlsplit(PUBLIC_URL).hostname] if host
]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
# Only behind a proxy of our own do its headers say who calls and how.
BEHIND_PROXY = env_flag("ILDSJEL_BEHIND_PROXY")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
HTTPS = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

DATABASES = {
    "default": database(env_text("ILDSJEL_DATABASE_URL", f"sqlite:///{DATA_DIR}/ildsjel.sqlite3"))
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    # Rate limits must be shared by all processes, so they live in the database.
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}
}

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",  # its widgets' templates, found by FORM_RENDERER
    "ildsjel.web",  # before allauth, whose pages it draws in its own card
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "ildsjel.work",
    "ildsjel.organisation",
    "ildsjel.channels",
    "ildsjel.strategy",
    "ildsjel.listening",
    "ildsjel.dialogue",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "ildsjel.web.middleware.content_security_policy",
    "ildsjel.web.middleware.own_language",
]
ROOT_URLCONF = "ildsjel.urls"
ASGI_APPLICATION = "ildsjel.asgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "web" / "templates"],  # our sign-in pages come before allauth's own
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "ildsjel.web.context.shell",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]

AUTH_USER_MODEL = "organisation.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in [
        ("MinimumLengthValidator", {"min_length": 10}),
        ("CommonPasswordValidator", {}),
        ("UserAttributeSimilarityValidator", {"user_attributes": ("email", "name")}),
    ]
]
ACCOUNT_ADAPTER = "ildsjel.web.accounts.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_FORMS = {
    "login": "ildsjel.web.sign_in.LoginForm",
    "reauthenticate": "ildsjel.web.sign_in.ReauthenticateForm",
    "reset_password": "ildsjel.web.sign_in.ResetPasswordForm",
    "reset_password_from_key": "ildsjel.web.sign_in.ResetPasswordKeyForm",
    "change_password": "ildsjel.web.sign_in.ChangePasswordForm",
}
# Too many tries are counted by the caller's address, which a proxy of our own hands on.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_PROXY else 0
MFA_ADAPTER = "ildsjel.web.accounts.MfaAdapter"
MFA_FORMS = {
    "authenticate": "ildsjel.web.sign_in.AuthenticateForm",
    "reauthenticate": "ildsjel.web.sign_in.ReauthenticateWithCodeForm",
    "activate_totp": "ildsjel.web.sign_in.ActivateTotpForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Ildsjel"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"

LANGUAGE_CODE = "en"
LANGUAGES = [("nb", "Norsk bokmål"), ("sv", "Svenska"), ("da", "Dansk"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["ildsjel.web.formats"]
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = None  # served straight from the packages
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
MEDIA_ROOT = DATA_DIR / "files"
FILE_UPLOAD_TEMP_DIR = None
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024

MAIL_IS_SET = bool(env_text("ILDSJEL_MAIL_HOST"))
EMAIL_HOST = env_text("ILDSJEL_MAIL_HOST", "localhost")
EMAIL_PORT = env_number("ILDSJEL_MAIL_PORT", 25)
EMAIL_HOST_USER = env_text("ILDSJEL_MAIL_USER")
EMAIL_HOST_PASSWORD = env_text("ILDSJEL_MAIL_PASSWORD")
EMAIL_USE_TLS = env_flag("ILDSJEL_MAIL_TLS")
DEFAULT_FROM_EMAIL = env_text("ILDSJEL_MAIL_FROM", "ildsjel@localhost")
EMAIL_TIMEOUT = 20

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env_text("ILDSJEL_LOG_LEVEL", "INFO").upper()},
    # Every answered request at INFO would drown what a person looks for.
    "loggers": {
        name: {"level": "WARNING"} for name in ["httpx", "httpcore", "websockets", "uvicorn.access"]
    },
}
