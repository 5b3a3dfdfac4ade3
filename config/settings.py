"""Settings of the whole house; what differs between machines comes from the environment.

Environment: docs/configuration.md lists each variable with its default.
"""

import hashlib
from pathlib import Path
from urllib.parse import unquote, urlsplit

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from config import environment as env
from config import logs
from config.beat import SCHEDULE
from config.signing_in import *  # noqa: F403

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.text("DATA_DIR", str(BASE_DIR / ".data")))

PRODUCTION = env.flag("PRODUCTION")
DEBUG = False
# The demo key is for a machine of one's own; production refuses to start with it (below).
DEMO_KEY = "demo-key-for-one-machine-only-not-a-secret-0123456789abcdef"
SECRET_KEY = env.text("SECRET_KEY", DEMO_KEY)
# Newest first; older keys still decrypt. Each is 32 url-safe base64 bytes (Fernet).
FIELD_KEYS = env.words("FIELD_KEYS", "c3RvY2stZGVtby1maWVsZC1rZXktbm90LWEtc2VjcmU=")
if PRODUCTION and (SECRET_KEY == DEMO_KEY or not env.text("FIELD_KEYS")):
    raise SystemExit(
        "PRODUCTION=1 needs SECRET_KEY and FIELD_KEYS (or SECRET_KEY_FILE, FIELD_KEYS_FILE)."
    )

ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "csp",
    "axes",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "demo",
    "insights",
    "channels_sync",
    "oms",
    "wms",
    "freeze_rules",
    "inventory",
    "webhooks",
    "org",
    "outbox",
]

MIDDLEWARE = [
    "config.watching.Watch",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "org.gate.Gate",
    "org.clocks.HouseTime",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "config.navigation.navigation",
            ],
            "libraries": {"face": "config.face"},
        },
    },
]


def _database(url: str) -> dict[str, object]:
    """A Django database entry from a URL; a unix-socket host is percent-encoded in it."""
    parts = urlsplit(url)
    host = unquote(parts.hostname or "")
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        # urlsplit lower-cases hosts, socket folders are case-sensitive: ?host= keeps the case.
        "HOST": unquote(query["host"]) if "host" in query else host,
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": env.number("CONN_MAX_AGE", 60),
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "ATOMIC_REQUESTS": False,
        "OPTIONS": {"connect_timeout": 5, "application_name": env.text("PROCESS", "house")},
    }


DATABASES = {"default": _database(env.text("DATABASE_URL", "postgresql://oms@127.0.0.1:5432/oms"))}
REDIS_URL = env.text("REDIS_URL", "redis://127.0.0.1:6379/0")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "house",
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = env.text("DISPLAY_TIME_ZONE", "Asia/Shanghai")
USE_TZ = True
USE_I18N = True
FORMAT_MODULE_PATH = ["config.formats"]

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
}
if env.flag("PLAIN_STATIC"):  # tests serve files straight from the finders
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    WHITENOISE_USE_FINDERS = True
    WHITENOISE_AUTOREFRESH = True

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
        "img-src": [SELF, "data:"],
    }
}
# Bodies: the largest honest push is some 200 kB.
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "org.api.schema.HouseSchema",
}
SPECTACULAR_SETTINGS = {
    "OAS_VERSION": "3.1.0",
    "TITLE": "Stockhouse API",
    "VERSION": "1",
    "PREPROCESSING_HOOKS": ["org.api.schema.ours"],
    "POSTPROCESSING_HOOKS": ["org.api.schema.shared"],
    "SORT_OPERATIONS": False,
    "SERVE_PUBLIC": True,
}

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_SOFT_TIME_LIMIT = 100
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "global_keyprefix": "celery:" + hashlib.sha256(str(BASE_DIR).encode()).hexdigest()[:8] + ":",
    "socket_connect_timeout": 2,
    "socket_timeout": 5,
}
CELERY_TASK_DEFAULT_QUEUE = "bulk"
CELERY_BEAT_SCHEDULE = SCHEDULE
CELERY_TASK_ROUTES = {
    "outbox.*": {"queue": "floor"},
    "wms.*": {"queue": "floor"},
    "oms.*": {"queue": "orders"},
    "channels_sync.tasks.process_inbox": {"queue": "orders"},
    "channels_sync.*": {"queue": "channels"},
    "freeze_rules.*": {"queue": "rules"},
    "inventory.tasks.sweep_*": {"queue": "bulk"},
    "inventory.*": {"queue": "rules"},
    "insights.*": {"queue": "bulk"},
    "webhooks.*": {"queue": "channels"},
}
# News: topic -> handlers. A handler is `module:function`, called with keys=[...] inside the
# transaction that takes the news off the table (see outbox/README.md).
# A topic without handlers is listed too: telling an unlisted one is an error.
NEWS: dict[str, list[str]] = {
    "stock.changed": [
        "channels_sync.services.publishing:note_stock_changed",
        "oms.services.restocking:note_stock_changed",
        "inventory.services.hooks:note_stock_changed",
    ],
    "stock.unsafe": ["channels_sync.services.publishing:note_stock_unsafe"],
    # A difference was found: its finding's id. The page and the log show it too.
    "audit.found": ["inventory.services.warnings:note_found"],
    # Goods were received or came back: ids of postings.
    "goods.arrived": ["freeze_rules.services.hearing:note_arrived"],
    "hold.displaced": [
        "oms.services.fulfilment:note_displaced",
        "oms.services.hooks:note_displaced",
    ],
    # A batch changed freezes: the id of one of its postings.
    "freezes.booked": ["freeze_rules.services.journal:note_booked"],
    "hold.unpinned": ["oms.services.fulfilment:note_unpinned"],
    "fulfilment.picking": [],
    "fulfilment.changed": [],
    "fulfilment.shipped": [
        "oms.services.fulfilment:note_shipped",
        "oms.services.hooks:note_parcels_left",
    ],
    "fulfilment.short": ["oms.services.fulfilment:note_short", "oms.services.hooks:note_short"],
    "order.shipped": [
        "channels_sync.services.shipments:note_order_shipped",
        "oms.services.hooks:note_shipped",
    ],
    "order.cancelled": ["oms.services.hooks:note_cancelled"],
    # Receivers were removed for good: ids of their orders.
    "receivers.blanked": ["channels_sync.services.inbox:forget_payloads"],
    # Somebody was told something: the notice's id.
    "notice.created": ["webhooks.services.hooks:note_notice"],
    # Stock is held for these orders, by number; told only while somebody wants to know.
    "order.held": ["oms.services.hooks:note_held"],
}
# Heard with the next sweep, a second later at most: under load hundreds of orders change the same
# SKUs in that second, and a shop's figure need be told once.
NEWS_GATHERED = ["stock.changed"]
# Doorbells: topic -> Celery tasks that look for due work at once.
DOORBELLS: dict[str, list[str]] = {
    "orders.due": ["oms.tasks.process_orders"],
    "rules.due": ["freeze_rules.tasks.judge"],
    "inbox.told": ["channels_sync.tasks.process_inbox"],
    "listings.stale": ["channels_sync.tasks.publish_stock"],
    "shipments.due": ["channels_sync.tasks.upload_shipments"],
    "audit.asked": ["inventory.tasks.sweep_everything"],
    "jobs.due": ["org.tasks.work_on_jobs"],
    "invitations.due": ["org.tasks.send_invitations"],
    "webhooks.due": ["webhooks.tasks.send"],
    "notices.due": ["org.tasks.send_notices"],
    "seals.asked": ["org.tasks.read_seals"],
    "readings.due": ["freeze_rules.sensor_tasks.judge_readings"],
    "excursions.due": ["freeze_rules.sensor_tasks.act_on_excursions"],
}
# What actions on the trail are called: the modules with the words of each room (see org.deeds).
DEEDS: list[str] = [
    "org.deeds",
    "inventory.deeds",
    "freeze_rules.deeds",
    "wms.deeds",
    "oms.deeds",
    "channels_sync.deeds",
    "insights.deeds",
    "webhooks.deeds",
]
# Chains of seals: name -> the rows that are sealed (see org.sealing).
SEALED: dict[str, str] = {
    "trail": "org.sealing:TRAIL",
    "ledger": "inventory.selectors.sealing:LEDGER",
    "freezes": "freeze_rules.selectors.sealing:JOURNAL",
}
# Long work: kind of job -> the function that does it chunk by chunk (see org.services.job_runs).
# Lists that people see, by their key; `org.lists` reads, exports and batches by these names only.
LISTS: dict[str, str] = {
    "orders": "oms.lists.orders:ORDERS",
    "exceptions": "oms.lists.exceptions:EXCEPTIONS",
    "holds": "freeze_rules.lists:HOLDS",
    "freeze-journal": "freeze_rules.lists:JOURNAL",
    "freeze-rules": "freeze_rules.lists.rules:RULES",
    "inspections": "freeze_rules.lists.inspections:INSPECTIONS",
    "incidents": "freeze_rules.lists.incidents:INCIDENTS",
    "promotions": "freeze_rules.lists.promotions:PROMOTIONS",
    "customs": "freeze_rules.lists.customs:CUSTOMS",
    "suppliers": "freeze_rules.lists.suppliers:SUPPLIERS",
    "recalls": "freeze_rules.lists.recalls:RECALLS",
    "sensors": "freeze_rules.lists.sensors:SENSORS",
    "excursions": "freeze_rules.lists.excursions:EXCURSIONS",
    "shipments": "wms.lists.shipments:SHIPMENTS",
    "counts": "wms.lists.counts:COUNTS",
    "pick-lists": "wms.lists.pick_lists:PICK_LISTS",
    "stock": "inventory.lists.board:BOARD",
    "lots": "inventory.lists.lots:LOTS",
    "locations": "inventory.lists.locations:LOCATIONS",
    "skus": "inventory.lists.skus:SKUS",
    "warehouses": "inventory.lists.warehouses:WAREHOUSES",
    "journal": "inventory.lists.journal:JOURNAL",
    "shops": "channels_sync.lists.shops:SHOPS",
    "unmatched": "channels_sync.lists.unmatched:UNMATCHED",
    "trail": "insights.trail.spec:TRAIL",
    "webhooks": "webhooks.lists.subscriptions:WEBHOOKS",
    "webhook-messages": "webhooks.lists.messages:MESSAGES",
    "clients": "org.lists.clients:CLIENTS",
    "units": "org.lists.units:UNITS",
    "notices": "org.lists.notices:NOTICES",
    "people": "org.lists.people:PEOPLE",
    "jobs": "org.lists.jobs:JOBS",
}
# What can be brought in from a file.
IMPORTS: dict[str, str] = {
    "skus": "inventory.importing.skus:SKUS",
    "locations": "inventory.importing.locations:LOCATIONS",
    "stock": "inventory.importing.stock:STOCK",
    "orders": "channels_sync.importing.orders:ORDERS",
    "mappings": "channels_sync.importing.mappings:MAPPINGS",
}
# Seconds for which a count that took long is shown again (its age stands beside it).
COUNTS_KEPT_S = env.number("COUNTS_KEPT_S", 20)

JOBS: dict[str, str] = {
    "rules.replay": "freeze_rules.services.replaying:replay",
    "lists.export": "org.lists.exporting:export",
    "import.check": "org.importing.checking:check",
    "import.book": "org.importing.booking:book",
    "lists.batch": "org.lists.batches:work_off",
}

# What may need somebody's consent: code -> the `ApprovalKind` of the room that does it.
APPROVALS: dict[str, str] = {
    "stock.adjust": "inventory.services.correcting.kind:KIND",
    "stock.count": "wms.services.count_consent:KIND",
    "stock.unfreeze": "freeze_rules.services.consent:KIND",
    "stock.scrap": "freeze_rules.services.scrap_consent:KIND",
    "stock.freeze": "freeze_rules.services.freeze_consent:KIND",
    "recall.lift": "freeze_rules.services.recall_consent:KIND",
    "freeze.leaf": "freeze_rules.services.leaf_consent:KIND",
}
# Commands of people over REST that the policies about freezes may keep waiting: verb -> who asks.
STOCK_CONSENT: dict[str, str] = {
    "hold": "freeze_rules.services.asking_first:ask_to_hold",
    "release": "freeze_rules.services.asking_first:ask_to_let_go",
    "convert": "freeze_rules.services.asking_first:ask_to_let_go",
    "narrow": "freeze_rules.services.asking_first:ask_to_let_go",
    "regrade": "freeze_rules.services.asking_first:ask_to_let_go",
    "scrap": "freeze_rules.services.asking_first:ask_to_scrap",
}
# What is asked besides of whoever lets go of freezes over REST: claim ids -> permissions.
STOCK_ALSO_NEEDED = "freeze_rules.selectors.by_hand:also_needed"
# What has a history: kind -> the `HistoryKind` of the room that keeps it (see org.history).
HISTORIES: dict[str, str] = {
    "sku": "inventory.histories:SKU",
    "warehouse": "inventory.histories:WAREHOUSE",
    "zone": "inventory.histories:ZONE",
    "location": "inventory.histories:LOCATION",
    "reason": "inventory.histories:REASON",
    "shop": "channels_sync.histories:SHOP",
    "person": "org.histories:PERSON",
    "role": "org.histories:ROLE",
    "unit": "org.histories:UNIT",
    "policy": "org.histories:POLICY",
}
# Who is told besides those whom it concerns by name: notice -> permission that its readers have.
# Empty for a freeze's review: whoever may lift a freeze of that reason there.
TOLD: dict[str, str] = {
    "audit.found": env.text("TELL_AUDIT_TO", "operations.view"),
    "letters.dead": env.text("TELL_DEAD_LETTERS_TO", "operations.view"),
    "hold.review": env.text("TELL_REVIEWS_TO"),
}
# What rooms above stock say of lots on its pages and on the scanner.
LOT_SAYINGS: list[str] = ["freeze_rules.selectors.customs_words:said_of_lots"]
# Where a role can be given besides units: kind -> who knows them (see org.places).
PLACES: dict[str, str] = {
    "warehouse": "inventory.selectors.masters:warehouses_as_places",
    "shop": "channels_sync.selectors:shops_as_places",
}
# Who knows the time zone of a warehouse (see org.clocks).
WAREHOUSE_CLOCK = "inventory.selectors.masters:clock_of"
# Who knows what shops would show after a freeze (see freeze_rules.shop_figures).
SHOP_FIGURES = "channels_sync.services.falling:figures_without"

# A blind count that differs by at most so many base units is booked at once; more waits for a lead.
COUNT_BOOKS_UP_TO = env.number("COUNT_BOOKS_UP_TO", 2)
# Sensor readings older than so many days are not taken in; kept are they for so many.
SENSOR_LATE_DAYS = env.number("SENSOR_LATE_DAYS", 30)
SENSOR_RETENTION_DAYS = env.number("SENSOR_RETENTION_DAYS", 400)
# What goods have collected is counted so far back; older doses are forgotten.
SENSOR_DOSE_DAYS = env.number("SENSOR_DOSE_DAYS", 30)
# What capital bound in frozen stock costs in a year, in percent of its value at cost.
CAPITAL_RATE_PERCENT = env.number("CAPITAL_RATE_PERCENT", 12)
# The broker that `bridge_mqtt` reads sensors from, and the beginning of its topics.
MQTT_URL = env.text("MQTT_URL")
MQTT_PREFIX = env.text("MQTT_PREFIX", "sensors")
# Days after its end for which an order keeps its receiver.
RECEIVER_RETENTION_DAYS = env.number("RECEIVER_RETENTION_DAYS", 180)

# Mail. Without a host nothing is sent: who invites hands the link over by other means.
PUBLIC_URL = env.text("PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
EMAIL_HOST = env.text("EMAIL_HOST")
EMAIL_PORT = env.number("EMAIL_PORT", 25)
EMAIL_HOST_USER = env.text("EMAIL_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_PASSWORD")
EMAIL_USE_TLS = env.flag("EMAIL_TLS")
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM", "stock@localhost")

# Behind the @ of message ids, so that a mail sent twice is known as one.
MAIL_DOMAIN = DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ") or "localhost"
# App messages of WeCom; group bots bring their own key.
WECOM_URL = env.text("WECOM_URL", "https://qyapi.weixin.qq.com").rstrip("/")
WECOM_CORP_ID = env.text("WECOM_CORP_ID")
WECOM_SECRET = env.text("WECOM_SECRET")
WECOM_AGENT_ID = env.text("WECOM_AGENT_ID")

# Webhooks may go to private networks and by plain http: for a house of one's own and for training.
WEBHOOKS_TO_PRIVATE_NETWORKS = env.flag("WEBHOOKS_TO_PRIVATE_NETWORKS", default=not PRODUCTION)

SAMPLES_DIR = Path(env.text("SAMPLES_DIR", str(BASE_DIR.parent / "shared" / "samples")))
SANDBOX_URL = env.text("SANDBOX_URL", "http://127.0.0.1:8099")

# One JSON object a line; "line" is for a reader at a terminal.
LOGGING = logs.settings(form=env.text("LOG_FORMAT", "json"), level=env.text("LOG_LEVEL", "INFO"))
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# A statement that takes longer is logged with its shape and the route that asked for it.
SLOW_STATEMENT_MS = env.number("SLOW_STATEMENT_MS", 200)
# Who may read /metrics: whoever brings this token; without one, these networks.
METRICS_TOKEN = env.text("METRICS_TOKEN")
METRICS_FROM = env.words("METRICS_FROM", "127.0.0.0/8,::1/128")
