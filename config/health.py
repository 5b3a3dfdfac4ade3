"""Two addresses for machines: is this process alive, and can it serve."""

from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis import Redis, RedisError


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers; asks nobody else."""
    return JsonResponse({"ok": True})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when the database answers, else 503.

    Redis is told but does not decide: it is only the doorbell, and pages work without it.
    """
    checks = {"database": _database_answers(), "doorbell": _doorbell_answers()}
    return JsonResponse(
        {"ok": checks["database"], **checks}, status=200 if checks["database"] else 503
    )


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return False
    return True


def _doorbell_answers() -> bool:
    client = Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1)
    try:
        client.ping()
    except RedisError:
        return False
    finally:
        client.close()
    return True
