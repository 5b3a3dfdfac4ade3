"""What can be checked of the one-server deployment without a container engine."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from launch.check import PRODUCTION
from launch.programs import HOME, WORKERS, sensor_bridge

COMPOSE: dict[str, Any] = yaml.safe_load((HOME / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
ENTRYPOINT = (HOME / "deploy" / "entrypoint").read_text()


def _word(service: str) -> str:
    """The branch of the entrypoint that a service runs."""
    (word,) = SERVICES[service]["command"]
    found = re.search(rf"^{word}\)\n(.*?);;", ENTRYPOINT, re.MULTILINE | re.DOTALL)
    assert found is not None, f"the entrypoint does not know {word}"
    return found[1]


def _queues(words: str) -> list[str]:
    return sorted(words.split(","))


def _every_queue() -> list[str]:
    routes: dict[str, dict[str, str]] = settings.CELERY_TASK_ROUTES
    return sorted({route["queue"] for route in routes.values()} | {"bulk"})


def test_all_services_are_there_with_their_images() -> None:
    assert SERVICES.keys() == {
        "postgres", "redis", "migrate", "web", "worker-floor", "worker-orders",
        "worker-channels", "worker-bulk", "beat", "sensor-bridge", "nginx",
    }  # fmt: skip
    assert SERVICES["postgres"]["image"] == "postgres:18"
    assert SERVICES["redis"]["image"].startswith("valkey/valkey:9")
    assert {name for name, each in SERVICES.items() if each.get("build") == "."} == {
        "migrate", "web", "worker-floor", "worker-orders", "worker-channels", "worker-bulk",
        "beat", "sensor-bridge",
    }  # fmt: skip


def test_all_that_stays_up_has_a_health_check_and_comes_back() -> None:
    for name, service in SERVICES.items():
        if name == "migrate":
            assert service["restart"] == "no"
        else:
            assert service["restart"] == "unless-stopped", name
            assert service["healthcheck"]["test"][0] == "CMD", name


def test_nobody_starts_before_the_migrations() -> None:
    for name in (
        "web", "worker-floor", "worker-orders", "worker-channels", "worker-bulk", "beat",
        "sensor-bridge",
    ):  # fmt: skip
        assert SERVICES[name]["depends_on"] == {
            "migrate": {"condition": "service_completed_successfully"},
            "postgres": {"condition": "service_healthy"},
            "redis": {"condition": "service_healthy"},
        }
    assert SERVICES["migrate"]["depends_on"].keys() == {"postgres", "redis"}
    assert SERVICES["nginx"]["depends_on"] == {"web": {"condition": "service_healthy"}}


def test_every_queue_has_exactly_one_kind_of_worker() -> None:
    served = [
        queue
        for name in ("worker-floor", "worker-orders", "worker-channels", "worker-bulk")
        for queue in _queues(_word(name).split()[1])
    ]
    embedded = [queue for queues, _ in WORKERS.values() for queue in _queues(queues)]

    assert sorted(served) == _every_queue()
    assert sorted(embedded) == _every_queue()


def test_commands_name_programs_and_modules_that_exist() -> None:
    assert "exec gunicorn config.wsgi " in _word("web")
    assert "exec celery -A config beat" in _word("beat")
    assert "exec python manage.py bridge_mqtt" in _word("sensor-bridge")
    assert "exec python -m launch.prepare" in _word("migrate")
    assert (HOME / "config" / "wsgi.py").exists()
    assert (HOME / "launch" / "prepare.py").exists()
    for program in ("gunicorn", "celery"):
        assert (Path(sys.executable).parent / program).exists()


def test_exactly_one_beat() -> None:
    beats = [name for name in SERVICES if SERVICES[name].get("command") == ["beat"]]

    assert beats == ["beat"]
    assert "deploy" not in SERVICES["beat"]


def test_sensors_are_bridged_only_where_somebody_has_a_broker(tmp_path: Path) -> None:
    assert SERVICES["sensor-bridge"]["profiles"] == ["sensors"]
    assert sensor_bridge(tmp_path, {}) is None
    bridge = sensor_bridge(tmp_path, {"MQTT_URL": "mqtt://broker"})
    assert bridge is not None
    assert bridge.command[-1] == "bridge_mqtt"


def test_no_secret_stands_in_the_open() -> None:
    text = (HOME / "docker-compose.yml").read_text() + (HOME / ".env.example").read_text()
    script = (HOME / "deploy" / "make-secrets").read_text()

    assert not re.search(r"(PASSWORD|SECRET_KEY|FIELD_KEYS|DATABASE_URL)\s*[:=]\s*\S", text)
    for name, source in COMPOSE["secrets"].items():
        assert source == {"file": f"./secrets/{name}"}
        assert f"keep {name} " in script
    assert "secrets" in (HOME / ".dockerignore").read_text().splitlines()
    assert "secrets/" in (HOME / ".gitignore").read_text().splitlines()


def test_only_nginx_is_reachable_from_outside() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["nginx"]


def test_variables_of_the_compose_file_are_in_the_example() -> None:
    text = (HOME / "docker-compose.yml").read_text()
    wanted = set(re.findall(r"\$\{([A-Z_]+)", text))
    offered = set(re.findall(r"^([A-Z_]+)=", (HOME / ".env.example").read_text(), re.MULTILINE))

    assert offered == wanted


def test_volumes_and_secrets_that_are_used_are_declared() -> None:
    for name, service in SERVICES.items():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("./"):
                known = (HOME / source).exists() or source == "./deploy/certificates"
            else:
                known = source in COMPOSE["volumes"]
            assert known, f"{name}: {source}"
        assert set(service.get("secrets", [])) <= set(COMPOSE["secrets"])


def test_secrets_are_made_once_and_open_the_product(tmp_path: Path) -> None:
    (tmp_path / "deploy").mkdir()
    script = tmp_path / "deploy" / "make-secrets"
    script.write_text((HOME / "deploy" / "make-secrets").read_text())
    subprocess.run(["sh", str(script)], check=True, capture_output=True)
    first = {file.name: file.read_text() for file in (tmp_path / "secrets").iterdir()}
    subprocess.run(["sh", str(script)], check=True, capture_output=True)

    assert {file.name: file.read_text() for file in (tmp_path / "secrets").iterdir()} == first
    assert first.keys() == set(COMPOSE["secrets"])
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DATABASE_URL", "SECRET_KEY", "FIELD_KEYS"}
    }
    done = subprocess.run(
        [
            sys.executable, "-c",
            "import django; django.setup(); from django.conf import settings as s; "
            "from cryptography.fernet import Fernet; Fernet(s.FIELD_KEYS[0]); "
            "d = s.DATABASES['default']; print(d['HOST'], d['NAME'], d['USER'], d['PASSWORD'])",
        ],
        cwd=HOME, capture_output=True, text=True, check=False,
        env={
            **environment, "PRODUCTION": "1", "ALLOWED_HOSTS": "stock.example.com",
            **{f"{name.upper()}_FILE": f"{tmp_path}/secrets/{name}"
               for name in ("database_url", "secret_key", "field_keys")},
        },
    )  # fmt: skip

    assert done.stderr == ""
    assert done.stdout.split() == ["postgres", "oms", "oms", first["oms_password"]]


@pytest.mark.parametrize("missing", ["SECRET_KEY", "FIELD_KEYS"])
def test_production_without_its_keys_does_not_start(missing: str) -> None:
    environment = {**os.environ, **PRODUCTION}
    del environment[missing]

    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=HOME, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 1
    assert "PRODUCTION=1 needs SECRET_KEY and FIELD_KEYS" in done.stderr
    assert "Traceback" not in done.stderr


def test_production_settings_pass_the_deployment_check() -> None:
    environment = {**os.environ, **PRODUCTION}
    # The browser tests of this process need it; no server ever has it.
    environment.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=HOME, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (0, "")
