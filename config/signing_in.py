"""Settings of signing in and of cookies; all names are settings."""

from datetime import timedelta

from config import environment as env

# In the database: losing Redis must not sign the floor out. Our own rows: people see and end
# their sessions.
SESSION_ENGINE = "org.sessions"

AUTH_USER_MODEL = "org.Person"
# Opens the first page of an empty house in production; elsewhere it is open while it is empty.
SETUP_KEY = env.text("SETUP_KEY")
LOGIN_URL = "sign-in"
# Behind a proxy: the header in which it names the client, e.g. X-Real-IP. Empty: the socket's peer.
CLIENT_ADDRESS_HEADER = env.text("CLIENT_ADDRESS_HEADER")
LOGIN_REDIRECT_URL = "workbench"
LOGOUT_REDIRECT_URL = "sign-in"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# Whoever may release stock, decide for others or see receivers signs in with a second factor.
REQUIRE_SECOND_FACTOR = env.flag("REQUIRE_SECOND_FACTOR", default=env.flag("PRODUCTION"))

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
# Five failures of one name from one address lock it there for 15 minutes (org.services.sign_in).
# So many of one address, whatever the names, lock the address: somebody tries one password on all.
# An office behind one address mistypes less often than that.
SIGN_IN_FAILURES_OF_NAME = 5
SIGN_IN_FAILURES_OF_ADDRESS = 50
AXES_FAILURE_LIMIT = "org.services.sign_in.most_failures"
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = "org.services.sign_in.counted_by"
AXES_USERNAME_CALLABLE = "org.services.sign_in.name_in"
AXES_CLIENT_IP_CALLABLE = "org.services.sign_in.address_in"
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
# Who came in stands on the audit trail, once.
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
# Our page says until when it is locked; the middleware would put its own in the place.
SILENCED_SYSTEM_CHECKS = ["axes.W002"]

X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
if env.flag("PRODUCTION"):
    SECURE_SSL_REDIRECT = env.flag("SECURE_SSL_REDIRECT", default=True)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
