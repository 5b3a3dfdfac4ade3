"""Makes .venv with the pinned requirements. Run by make with whatever Python the machine has.

Written in words that Python 2.7 and every 3.x can read, so that a too old Python gets a sentence
and not a syntax error. Needs nothing installed.

    python3 launch/bootstrap.py [--dev]
"""

import hashlib
import os
import subprocess
import sys
import time

HOME = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.environ.get("VENV") or os.path.join(HOME, ".venv")
NEEDED = (3, 11)


def stop(sentence):
    # type: (str) -> None
    """Say why and leave with exit code 1."""
    sys.stderr.write(sentence + "\n")
    sys.exit(1)


def check_python():
    # type: () -> None
    """Refuse a Python that cannot run the product."""
    if sys.version_info[:2] < NEEDED:
        stop(
            "Python %d.%d or newer is needed, this is %s (%s). On Debian 12: apt-get install -y "
            "python3.11 python3.11-venv; with several Pythons: make PYTHON=/path/to/python3.11 ..."
            % (NEEDED + (sys.version.split()[0], sys.executable))
        )


def fingerprint(files):
    # type: (list[str]) -> str
    """One word that changes when the pins or the Python change."""
    digest = hashlib.sha256(("%s %s" % (sys.version, VENV)).encode("utf-8"))
    for name in files:
        with open(os.path.join(HOME, name), "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()


def up_to_date(wanted):
    # type: (list[tuple[str, str]]) -> bool
    """True when the last install was of these very pins."""
    for name, word in wanted:
        try:
            with open(os.path.join(VENV, ".installed-" + name)) as file:
                if file.read() != word:
                    return False
        except (IOError, OSError):
            return False
    return True


def make_venv():
    # type: () -> None
    """Create the virtual environment, or say which package is missing."""
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        package = "python%d.%d-venv" % sys.version_info[:2]
        command = ["apt-get", "install", "-y", "-q", "--no-install-recommends", package]
        installed = False
        if os.geteuid() == 0 and os.path.exists("/usr/bin/apt-get"):
            sys.stdout.write("Installing %s (Python's venv is missing) ...\n" % package)
            sys.stdout.flush()
            environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
            with open(os.devnull, "w") as nowhere:
                subprocess.call(["apt-get", "update", "-q"], stdout=nowhere, stderr=nowhere)
                installed = subprocess.call(command, env=environment, stdout=nowhere) == 0
        if not installed:
            stop(
                "Python's venv is missing. Install it with: sudo apt-get install -y %s; then run "
                "make again." % package
            )
    if subprocess.call([sys.executable, "-m", "venv", "--clear", VENV]) != 0:
        stop("The virtual environment %s cannot be made; the lines above say why." % VENV)


def pip_works():
    # type: () -> bool
    """True when .venv exists and its Python still runs (it may have been moved or upgraded)."""
    python = os.path.join(VENV, "bin", "python")
    with open(os.devnull, "w") as nowhere:
        return os.path.exists(python) and not subprocess.call(
            [python, "-c", "import pip"], stdout=nowhere, stderr=nowhere
        )


def install(files):
    # type: (list[str]) -> None
    """Install the pins with pip."""
    python = os.path.join(VENV, "bin", "python")
    command = [
        python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
        "--no-input", "-c", os.path.join(HOME, "constraints.txt"),
    ]  # fmt: skip
    for name in files:
        command += ["-r", os.path.join(HOME, name)]
    # A second try: one broken download must not spoil a first start.
    for attempt in (1, 2):
        if subprocess.call(command) == 0:
            return
        if attempt == 1:
            time.sleep(2)
    stop(
        "The requirements cannot be installed (network or package index?); the lines above say "
        "why. Run make again once it is solved."
    )


def main(arguments):
    # type: (list[str]) -> None
    """Bring .venv up to date; does nothing when it is."""
    check_python()
    import fcntl

    os.umask(0o022)  # the database may run under another user and has to read its programs
    files = ["requirements.txt"] + (["requirements-dev.txt"] if "--dev" in arguments else [])
    wanted = [(name, fingerprint([name, "constraints.txt"])) for name in files]
    if up_to_date(wanted):
        return
    try:
        lock = open(os.path.join(HOME, ".setup.lock"), "w")
    except (IOError, OSError) as trouble:
        stop("Nothing can be written in %s: %s." % (HOME, trouble))
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if up_to_date(wanted):  # another make did it while we waited
            return
        began = time.time()
        sys.stdout.write("Installing into %s ...\n" % VENV)
        sys.stdout.flush()
        if not pip_works():
            make_venv()
        install(files)
        for name, word in wanted:
            with open(os.path.join(VENV, ".installed-" + name), "w") as file:
                file.write(word)
        sys.stdout.write("Installed in %.0f s.\n" % (time.time() - began))


if __name__ == "__main__":
    main(sys.argv[1:])
