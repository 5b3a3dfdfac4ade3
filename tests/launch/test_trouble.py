"""Whatever is wrong with the machine is one understandable sentence and exit code 1."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from launch import preflight, servers
from launch.programs import HOME
from launch.servers import ServerTrouble
from launch.stack import Stack


def _run(folder: Path, *arguments: str, **more: str) -> tuple[int, str]:
    environment = dict(os.environ)
    for name in ("DATABASE_URL", "REDIS_URL", "HOUSE_TEST_SERVERS", "YES"):
        environment.pop(name, None)
    done = subprocess.run(
        [sys.executable, "-m", "launch", *arguments],
        cwd=HOME, env={**environment, "DATA_DIR": str(folder), "DEMO": "0", **more}, text=True,
        capture_output=True, stdin=subprocess.DEVNULL, check=False, timeout=60,
    )  # fmt: skip
    assert "Traceback" not in done.stderr + done.stdout
    return done.returncode, done.stderr.strip()


def test_a_taken_port_names_the_process_and_the_variable(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        code, sentence = _run(tmp_path / "data", "run", WEB_PORT=str(port))

    assert code == 1
    assert sentence.startswith(f"Port {port} is taken by process {os.getpid()} (")
    assert sentence.endswith(f"Stop it or choose another port: make run WEB_PORT={port + 1}")
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("raw", ["http", "0", "65536", "-1", "８０００"])
def test_a_port_that_is_none_is_refused(raw: str) -> None:
    with pytest.raises(ServerTrouble, match=f"^WEB_PORT={raw} is no port number"):
        preflight.port_from({"WEB_PORT": raw}, "WEB_PORT", 8000)


def test_a_full_disk_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    code, sentence = _run(tmp_path / "data", "run", MIN_FREE_MB="999999999")

    assert code == 1
    assert sentence.startswith("The disk is nearly full: ")
    assert "999999999 MB are needed" in sentence
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("name", "url", "sentence"),
    [
        ("DATABASE_URL", "postgresql://oms@127.0.0.1:1/oms", "Nobody answers at 127.0.0.1 port 1"),
        ("DATABASE_URL", "mysql://oms@127.0.0.1/oms", "DATABASE_URL must begin with postgresql"),
        ("DATABASE_URL", "postgresql://o@h:port/oms", "The port in DATABASE_URL cannot be read"),
        ("REDIS_URL", "redis://127.0.0.1:1/0", "Nobody answers at 127.0.0.1 port 1 (REDIS_URL)"),
    ],
)
def test_a_given_server_that_does_not_answer(name: str, url: str, sentence: str) -> None:
    with pytest.raises(ServerTrouble) as refused:
        preflight.check_server(name, url)

    assert str(refused.value).startswith(sentence)


def _break_version(folder: Path) -> str:
    (folder / "PG_VERSION").write_text("15\n")
    return "were made by PostgreSQL 15, this is 18"


def _break_marker(folder: Path) -> str:
    (folder / "PG_VERSION").unlink()
    return "is broken (PG_VERSION is missing)"


def _break_control(folder: Path) -> str:
    (folder / "global" / "pg_control").write_bytes(b"\0" * 8192)
    return "The data folder may be broken"


def _break_rights(folder: Path) -> str:
    folder.chmod(0o777)
    return "has invalid permissions"


@pytest.mark.parametrize("damage", [_break_version, _break_marker, _break_control, _break_rights])
def test_a_broken_data_folder_says_so(place: Path, damage: object) -> None:
    folder = place / "data" / "postgres"
    folder.parent.mkdir()
    servers.prepare_folder(folder)
    assert callable(damage)
    expected = damage(folder)

    with pytest.raises(ServerTrouble) as refused:
        Stack(data_dir=folder.parent, demo=False, parts=[]).start()

    assert expected in str(refused.value)
    assert "make reset" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_data_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("hello")

    code, sentence = _run(tmp_path / "data", "run")

    assert code == 1
    assert sentence == (
        f"{tmp_path}/data is a file; the data folder {tmp_path}/data cannot be made there."
    )


def test_reset_deletes_our_folder_and_only_ours(tmp_path: Path) -> None:
    foreign = tmp_path / "holidays"
    foreign.mkdir()
    (foreign / "beach.jpg").touch()
    ours = tmp_path / "data"
    ours.mkdir()
    (ours / ".house-data").touch()

    refused, why = _run(foreign, "reset", YES="1")
    unasked, _ = _run(ours, "reset")
    left_alone = ours.exists()
    agreed, _ = _run(ours, "reset", YES="1")

    assert (refused, unasked, agreed) == (1, 1, 0)
    assert "was not made by `make run`" in why
    assert (foreign / "beach.jpg").exists()
    assert left_alone
    assert not ours.exists()


OLD_PYTHON = """#!/bin/sh
# Python 3.11 that says it is 3.9, to the script it is given.
exec {python} -c '
import sys
sys.version_info = (3, 9, 2, "final", 0)
sys.version = "3.9.2 (default)"
script = sys.argv[1]
sys.argv = sys.argv[1:]
exec(compile(open(script).read(), script, "exec"), {{"__name__": "__main__", "__file__": script}})
' "$@"
"""


def test_a_too_old_python_gets_a_sentence_from_make(tmp_path: Path) -> None:
    old = tmp_path / "python3.9"
    old.write_text(OLD_PYTHON.format(python=sys.executable))
    old.chmod(old.stat().st_mode | stat.S_IXUSR)

    done = subprocess.run(
        ["make", "setup", f"PYTHON={old}", f"VENV={tmp_path}/venv"],
        cwd=HOME, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 2
    assert done.stderr.splitlines()[0].startswith("Python 3.11 or newer is needed, this is 3.9.2 (")
    assert not (tmp_path / "venv").exists()


def test_the_first_script_can_be_read_by_old_pythons() -> None:
    import ast

    source = (HOME / "launch" / "bootstrap.py").read_text()

    tree = ast.parse(source, feature_version=(3, 4))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr | ast.AnnAssign)]
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    assert functions != []
    assert all(node.returns is None for node in functions)
