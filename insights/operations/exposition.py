"""The same figures as Prometheus reads them, with what all processes counted.

Everything is asked when it is scraped: of rows, and of the one place where web servers and workers
of all machines add what they counted (`org.meters`). Any one web server tells of all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector

from freeze_rules.selectors.given_up import given_up_in_all
from insights.operations import figures
from org.meters import BUCKETS, Series, meters

PREFIX = "house_"
# What processes count, and what it means.
COUNTERS = {
    "http_requests": "Requests answered, by route, method and status.",
    "tasks": "Tasks ended, by name and outcome.",
    "slow_statements": "Statements slower than SLOW_STATEMENT_MS, by who asked.",
    "api_requests_passed_unlimited": "Requests let through while the rate limiter was away.",
}
DURATIONS = {
    "http_request_seconds": "Time to answer a request, by route.",
    "task_seconds": "Time a task took, by name.",
}
Labels = dict[str, str]


def exposition() -> bytes:
    """The text of one scrape."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures())
    return generate_latest(registry)


class _Figures(Collector):
    def collect(self) -> Iterator[Metric]:
        totals = meters().totals()
        yield from _counters(totals)
        yield from _histograms(totals)
        yield from _house()
        yield from _messages()
        yield from _business()
        yield from _database()


def _counters(totals: dict[Series, float]) -> Iterator[Metric]:
    for name, said in COUNTERS.items():
        mine = {each: value for each, value in totals.items() if each.name == name}
        names = sorted({label for each in mine for label, _ in each.labels})
        family = CounterMetricFamily(PREFIX + name, said, labels=names)
        for each, value in sorted(mine.items()):
            labels = dict(each.labels)
            family.add_metric([labels.get(label, "") for label in names], value)
        if not mine:
            family.add_metric([], 0)
        yield family


def _histograms(totals: dict[Series, float]) -> Iterator[Metric]:
    for name, said in DURATIONS.items():
        classes: dict[tuple[tuple[str, str], ...], dict[str, float]] = defaultdict(dict)
        sums: dict[tuple[tuple[str, str], ...], float] = {}
        for each, value in totals.items():
            if each.name == f"{name}_bucket":
                rest = tuple(pair for pair in each.labels if pair[0] != "le")
                classes[rest][dict(each.labels)["le"]] = value
            elif each.name == f"{name}_sum":
                sums[each.labels] = value
        names = sorted({label for rest in classes for label, _ in rest})
        family = HistogramMetricFamily(PREFIX + name, said, labels=names)
        for rest, counted in sorted(classes.items()):
            labels = [dict(rest).get(label, "") for label in names]
            family.add_metric(labels, _cumulated(counted), sums.get(rest, 0.0))
        yield family


def _cumulated(counted: dict[str, float]) -> list[tuple[str, float]]:
    found, so_far = [], 0.0
    for end in [*map(str, BUCKETS), "+Inf"]:
        so_far += counted.get(end, 0.0)
        found.append((end, so_far))
    return found


def _gauge(name: str, said: str, *values: tuple[Labels, float | None]) -> Metric:
    """One figure, for each set of labels; what nobody knows is left out."""
    names = list(values[0][0]) if values else []
    family = GaugeMetricFamily(PREFIX + name, said, labels=names)
    for labels, value in values:
        if value is not None:
            family.add_metric(list(labels.values()), value)
    return family


def _each(name: str, rows: Iterable[tuple[str, float | None]], label: str, said: str) -> Metric:
    return _gauge(name, said, *(({label: key}, value) for key, value in rows))


def _house() -> Iterator[Metric]:
    seen = figures.processes()
    yield _gauge("redis_up", "1 while Redis answers.", ({}, float(seen is not None)))
    known = seen or []
    rows = [(each.kind, float(each.alive)) for each in known]
    yield _each("processes", rows, "kind", "Processes that showed themselves within 30 s.")
    silent = [(each.kind, each.silent_s) for each in known]
    yield _each("process_silent_seconds", silent, "kind", "Since a process was last seen.")
    beat = next((each.silent_s for each in known if each.kind == "beat"), None)
    yield _gauge("beat_age_seconds", "Since the beat last rang.", ({}, beat))
    waiting = [(name, float(n)) for name, n in (figures.queues() or {}).items()]
    yield _each("queue_waiting", waiting, "queue", "Tasks that wait in a queue.")
    jobs = [(state, float(n)) for state, n in figures.jobs().items()]
    yield _each("jobs", jobs, "state", "Jobs waiting, running, and failed within a week.")


def _messages() -> Iterator[Metric]:
    news = figures.handlers()
    depth = [(each.handler, float(each.waiting)) for each in news]
    yield _each("outbox_waiting", depth, "handler", "News that a handler has not heard.")
    retried = [(each.handler, float(each.retrying)) for each in news]
    yield _each("outbox_retrying", retried, "handler", "Of these, those that failed before.")
    oldest = [(each.handler, each.oldest_s) for each in news]
    yield _each("outbox_oldest_seconds", oldest, "handler", "Age of the oldest news that waits.")
    post, notices = figures.post(), figures.notices()
    dead = [
        ("outbox", float(sum(each.dead for each in news))),
        ("webhooks", float(post.dead)),
        ("notices", float(notices.dead)),
        ("shops", float(sum(shop.dead for shop in figures.shops()))),
        ("rules", float(given_up_in_all().number)),
    ]
    yield _each("dead_letters", dead, "where", "Messages and events that were given up.")
    yield _gauge("webhooks_waiting", "Messages to other systems that wait.", ({}, post.waiting))
    age = figures.age_s(post.oldest)
    yield _gauge("webhooks_oldest_seconds", "Age of the oldest of them.", ({}, age))
    yield _gauge("webhooks_failing", "Webhooks whose last attempt failed.", ({}, post.failing))
    yield _gauge("notices_waiting", "Mail and chat that waits.", ({}, notices.waiting))


def _business() -> Iterator[Metric]:
    orders = figures.orders()
    states = [(state, float(n)) for state, n in orders.by_state.items()]
    yield _each("orders", states, "state", "Orders under way.")
    said = "Age of the oldest order whose stock is not held."
    yield _gauge("orders_oldest_unheld_seconds", said, ({}, orders.oldest_unheld_s))
    yield _gauge("exceptions_open", "Open exceptions of orders.", ({}, orders.open_exceptions))
    lag = [(shop.code, None if shop.lag is None else float(shop.lag)) for shop in figures.shops()]
    yield _each("shop_lag_seconds", lag, "shop", "Up to when the shop's orders are complete.")
    family = CounterMetricFamily(PREFIX + "ledger_postings", "The ledger's highest posting.")
    family.add_metric([], figures.postings())
    yield family
    sweeps, differences = figures.audit()
    ages = [(each.kind, each.age.total_seconds()) for each in sweeps]
    yield _each("audit_age_seconds", ages, "sweep", "Since the audit last looked.")
    yield _gauge("audit_differences", "Open differences in the books.", ({}, differences))


def _database() -> Iterator[Metric]:
    database = figures.database()
    yield _gauge("database_bytes", "Size of the database.", ({}, database.size))
    yield _gauge("database_connections", "Connections in use.", ({}, database.connections))
    oldest = database.oldest_transaction_s
    yield _gauge("database_oldest_transaction_seconds", "Longest open transaction.", ({}, oldest))
    yield _gauge("disk_free_bytes", "Free on the disk of local data.", ({}, figures.disk()["free"]))
