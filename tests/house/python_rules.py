"""House rules for Python, each with a sample that breaks it and one that keeps it."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.house.files import HOME, ROOMS, Source, pure_modules

FILE_LINES = 450
FUNCTION_LINES = 60


@dataclass(frozen=True)
class Rule:
    """One rule: where it holds, what breaks it, and two samples that prove it sees."""

    name: str
    why: str
    finds: Callable[[Source], list[str]]
    bad: Source
    good: Source


def _calls(source: Source) -> Iterator[ast.Call]:
    return (node for node in source.nodes if isinstance(node, ast.Call))


def _attribute(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return ""


def _in_rooms(source: Source) -> bool:
    return source.room in ROOMS


def long_file(source: Source) -> list[str]:
    count = source.text.count("\n")
    return [f"{count} lines"] if count > FILE_LINES else []


def long_function(source: Source) -> list[str]:
    if source.room == "tests":
        return []
    found = []
    for node in source.nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            count = (node.end_lineno or node.lineno) - node.lineno + 1
            first = node.body[0]
            if ast.get_docstring(node) is not None:
                count -= (first.end_lineno or first.lineno) - first.lineno + 1
            if count > FUNCTION_LINES:
                found.append(f"{node.name} has {count} lines")
    return found


DRAWERS = {"utils", "util", "common", "core", "helpers", "helper", "base", "manager", "misc"}


def drawer_name(source: Source) -> list[str]:
    parts = source.module.split(".")
    return [part for part in parts if part in DRAWERS]


def state_by_update(source: Source) -> list[str]:
    if not _in_rooms(source):
        return []
    return [
        f"line {call.lineno}"
        for call in _calls(source)
        if _attribute(call) in {"update", "update_or_create", "aupdate"}
        and any(keyword.arg in {"state", "status"} for keyword in call.keywords)
    ]


def refresh(source: Source) -> list[str]:
    if not _in_rooms(source):
        return []
    return [f"line {call.lineno}" for call in _calls(source) if _attribute(call) == _REFRESH]


_REFRESH = "refresh_from" + "_db"


def timer(source: Source) -> list[str]:
    if not _in_rooms(source):
        return []
    return [
        f"line {call.lineno}"
        for call in _calls(source)
        if any(keyword.arg in {"countdown", "eta"} for keyword in call.keywords)
    ]


def task_sent_directly(source: Source) -> list[str]:
    if not _in_rooms(source) or source.room == "outbox" or source.name == "tasks.py":
        return []
    return [
        f"line {call.lineno}"
        for call in _calls(source)
        if _attribute(call) in {"delay", "apply_async", "send_task"}
    ]


def swallowed(source: Source) -> list[str]:
    found = []
    for node in source.nodes:
        if isinstance(node, ast.ExceptHandler):
            if node.type is None:
                found.append(f"line {node.lineno}: bare except")
            elif all(
                isinstance(each, ast.Pass)
                or (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))
                for each in node.body
            ):
                found.append(f"line {node.lineno}: nothing but pass")
    # A supervisor that is told to stop says so by an exception of its own, and nothing is lost.
    return [each for each in found if not (source.path == "launch/stack.py" and "pass" in each)]


# Shows a template block a second time: its output has been escaped already.
ESCAPED_ALREADY = {"config/face.py"}


def unescaped(source: Source) -> list[str]:
    if not _in_rooms(source) or source.path in ESCAPED_ALREADY:
        return []
    return [
        f"line {call.lineno}"
        for call in _calls(source)
        if _dotted(call.func).split(".")[-1] in {"mark_safe", "SafeString"}
    ]


def all_fields(source: Source) -> list[str]:
    if not _in_rooms(source):
        return []
    return [
        f"line {node.lineno}"
        for node in source.nodes
        if isinstance(node, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == "fields" for target in node.targets)
        and isinstance(node.value, ast.Constant)
        and node.value.value == "__all__"
    ]


def naive_clock(source: Source) -> list[str]:
    found = []
    for call in _calls(source):
        name = ".".join(_dotted(call.func).split(".")[-2:])
        if name in {"date.today", "datetime.today", "datetime.utcnow"} or (
            name == "datetime.now" and not call.args and not call.keywords
        ):
            found.append(f"line {call.lineno}: {name}()")
    return found


_CLOCKS = {
    "timezone.now", "datetime.now", "time.time", "time.monotonic", "timezone.localdate",
    "random.random", "random.choice", "uuid.uuid4",
}  # fmt: skip


def clock_in_pure_module(source: Source) -> list[str]:
    pure = pure_modules()
    if not any(source.module == name or source.module.startswith(f"{name}.") for name in pure):
        return []
    return [
        f"line {call.lineno}: {_dotted(call.func)}()"
        for call in _calls(source)
        if ".".join(_dotted(call.func).split(".")[-2:]) in _CLOCKS
    ]


def offered_services(source: Source) -> set[str] | None:
    """The names a services module offers to other rooms: what its package's front page imports."""
    parts = source.path.split("/")
    if not _in_rooms(source) or len(parts) < 2 or parts[1] not in {"services", "services.py"}:
        return None
    if parts[1] == "services.py":
        public = {node.name for node in source.tree.body if isinstance(node, ast.FunctionDef)}
        return {name for name in public if not name.startswith("_")}
    front = HOME / parts[0] / "services" / "__init__.py"
    if not front.exists():
        return set()
    return {
        alias.name
        for node in ast.walk(ast.parse(front.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def loose_service(source: Source) -> list[str]:
    """At most one positional argument (the things acted on); the rest is named by the caller."""
    offered = offered_services(source)
    if offered is None:
        return []
    found = []
    for node in source.tree.body:
        if isinstance(node, ast.FunctionDef) and node.name in offered:
            positional = [*node.args.posonlyargs, *node.args.args]
            untyped = [
                each.arg for each in (*positional, *node.args.kwonlyargs) if each.annotation is None
            ]
            if len(positional) > 1:
                found.append(f"{node.name}: {len(positional)} positional arguments")
            if untyped or node.returns is None:
                found.append(f"{node.name}: without types")
    return found


def loose_state_field(source: Source) -> list[str]:
    """An FSM field is protected, and its model has a CHECK of the known states."""
    if not _in_rooms(source):
        return []
    found = []
    for owner in source.nodes:
        if not isinstance(owner, ast.ClassDef):
            continue
        meta = next(
            (each for each in owner.body if isinstance(each, ast.ClassDef) and each.name == "Meta"),
            None,
        )
        checks = ast.unparse(meta) if meta else ""
        for node in owner.body:
            if not (isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)):
                continue
            if not _dotted(node.value.func).split(".")[-1].startswith("FSM"):
                continue
            name = ast.unparse(node.targets[0])
            keywords = {keyword.arg: ast.unparse(keyword.value) for keyword in node.value.keywords}
            if keywords.get("protected") != "True":
                found.append(f"{owner.name}.{name} is not protected")
            if "Check" not in checks or name not in checks:
                found.append(f"{owner.name}.{name} has no CHECK of its states")
    return found


def django_signal(source: Source) -> list[str]:
    if not _in_rooms(source):
        return []
    return [
        f"line {node.lineno}"
        for node in source.nodes
        if isinstance(node, ast.ImportFrom)
        and (node.module or "") in {"django.dispatch", "django.db.models.signals"}
    ]


_LATER = re.compile(r"#.*\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")


def later(source: Source) -> list[str]:
    return [
        f"line {number}"
        for number, line in enumerate(source.text.splitlines(), 1)
        if _LATER.search(line)
    ]


def printing(source: Source) -> list[str]:
    if not _in_rooms(source) or "/management/" in source.path:
        return []
    return [f"line {call.lineno}" for call in _calls(source) if _dotted(call.func) == "print"]


def approximate_number(source: Source) -> list[str]:
    """Quantities are integers and money is decimal; only places on the globe are approximate."""
    if not _in_rooms(source):
        return []
    return [
        f"line {node.lineno}"
        for node in source.nodes
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Call)
        and _dotted(node.value.func).endswith("FloatField")
        and not {ast.unparse(target) for target in node.targets} <= {"latitude", "longitude"}
    ]


def calls_out(source: Source) -> list[str]:
    """Only connectors speak HTTP to the outside, and notices; the demo sets up the sandbox."""
    speakers = (
        "channels_sync/connectors/", "demo/", "org/services/notice_channels.py",
        "webhooks/sender.py",
    )  # fmt: skip
    if not _in_rooms(source) or source.path.startswith(speakers):
        return []
    found = []
    for node in source.nodes:
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        else:
            continue
        if any(
            name.split(".")[0] in {"httpx", "requests"} or name == "urllib.request"
            for name in names
        ):
            found.append(f"line {node.lineno}")
    return found


def _sample(text: str, path: str = "oms/sample.py") -> Source:
    return Source(path, text)


PURE_SAMPLE = "oms/routing.py"

RULES = (
    Rule("long file", "a file is read in a few minutes", long_file,
         _sample("x = 1\n" * 451), _sample("x = 1\n" * 450)),
    Rule("long function", "a function fits on a screen or two", long_function,
         _sample("def f() -> None:\n" + "    x = 1\n" * 60),
         _sample("def f() -> None:\n" + "    x = 1\n" * 59)),
    Rule("drawer name", "a module is named for what is in it", drawer_name,
         _sample("", "oms/utils.py"), _sample("", "oms/routing.py")),
    Rule("state by update", "a state changes by its transition alone", state_by_update,
         _sample("q.filter(id=1).update(state='X')"), _sample("q.update(note='X')")),
    Rule("refresh", "lock and get again", refresh,
         _sample(f"order.{_REFRESH}()"), _sample("order.refresh()")),
    Rule("timer", "due work is a row, not a timer in the broker", timer,
         _sample("task.apply_async(countdown=5)", "oms/tasks.py"),
         _sample("task.apply_async()", "oms/tasks.py")),
    Rule("task sent directly", "news and doorbells go through the outbox", task_sent_directly,
         _sample("tasks.process.delay()"), _sample("outbox.ring(topic='orders.due')")),
    Rule("swallowed", "an error is handled or travels on", swallowed,
         _sample("try:\n    f()\nexcept ValueError:\n    pass\n"),
         _sample("try:\n    f()\nexcept ValueError:\n    g()\n")),
    Rule("unescaped", "what people typed is escaped", unescaped,
         _sample("mark_safe(name)"), _sample("format_html('{}', name)")),
    Rule("all fields", "a form names its fields", all_fields,
         _sample("class Meta:\n    fields = '__all__'\n"),
         _sample("class Meta:\n    fields = ['name']\n")),
    Rule("naive clock", "a moment has a time zone", naive_clock,
         _sample("datetime.now()"), _sample("datetime.now(tz=UTC)")),
    Rule("clock in a pure module", "a decision gets `now` as an argument", clock_in_pure_module,
         _sample("timezone.now()", PURE_SAMPLE), _sample("timezone.now()", "oms/selectors.py")),
    Rule("loose service", "a call reads like a sentence", loose_service,
         _sample("def hold(a: int, b: int) -> None: ...", "oms/services.py"),
         _sample("def hold(lines: list[int], *, actor: str) -> None: ...", "oms/services.py")),
    Rule("loose state field", "the database knows the states", loose_state_field,
         _sample("class A:\n    state = FSMField(default='X')\n"),
         _sample("class A:\n    state = FSMField(protected=True)\n    class Meta:\n"
                 "        constraints = [CheckConstraint(condition=Q(state__in=S))]\n")),
    Rule("Django signal", "calls go down in the open", django_signal,
         _sample("from django.db.models.signals import post_save"),
         _sample("from celery.signals import worker_ready")),
    Rule("later", "no notes to ourselves", later,
         _sample("x = 1  # TO" + "DO: finish"), _sample("x = 1  # finished")),
    Rule("printing", "rooms log, commands print", printing,
         _sample("print(1)"), _sample("print(1)", "oms/management/commands/show.py")),
    Rule("approximate number", "no float holds a quantity or money", approximate_number,
         _sample("price = models.FloatField()"), _sample("latitude = models.FloatField()")),
    Rule("calls out", "only connectors speak to the outside", calls_out,
         _sample("import httpx"), _sample("import httpx", "channels_sync/connectors/http.py")),
)  # fmt: skip
