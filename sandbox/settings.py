"""Settings of the sandbox's own small Django project: HTTP only, no ORM, no sessions, no
migrations.
"""

from __future__ import annotations

import os
from pathlib import Path

HERE = Path(__file__).resolve().parent

DEBUG = False
# Nothing is ever signed with it: no sessions, no cookies, no forms with tokens.
SECRET_KEY = "the-sandbox-keeps-no-secrets"  # noqa: S105
ALLOWED_HOSTS = [
    name.strip()
    for name in os.environ.get("SANDBOX_HOSTS", "localhost,127.0.0.1,[::1],sandbox").split(",")
    if name.strip()
]
ROOT_URLCONF = "sandbox.urls"
WSGI_APPLICATION = "sandbox.wsgi.application"
INSTALLED_APPS: list[str] = []
DATABASES: dict[str, object] = {}
MIDDLEWARE = ["sandbox.page.guard.Guard"]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "page" / "templates"],
        "OPTIONS": {"context_processors": []},
    }
]
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"
APPEND_SLASH = False
# 17,836 listings arrive in one request of a retail replay.
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
DEFAULT_CHARSET = "utf-8"
# A refused call is what callers are meant to see, not news for the terminal.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"terminal": {"class": "logging.StreamHandler"}},
    "loggers": {"django": {"handlers": ["terminal"], "level": "ERROR", "propagate": False}},
}
