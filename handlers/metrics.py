"""What Prometheus may scrape (https://prometheus.io/docs/practices/naming/).

What is read from the database (deliveries, outbox, schedules, sources, workers) is the same from
every process on it: take the maximum over processes, not the sum.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from importlib.metadata import version

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    generate_latest,
)

from bot.domain.delivery import DeliveryState
from bot.ports.repositories import UnitOfWork
from bot.ports.transactions import Clock, Transactions

# Slack waits three seconds (https://docs.slack.dev/interactivity/handling-user-interaction).
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0)
_WORKER_ALIVE = timedelta(minutes=1)


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _no_backup() -> datetime | None:
    return None


class Metrics:
    """Counters of what came in, and gauges that are read when scraped."""

    def __init__(self, clock: Clock = _utc_now) -> None:
        self._clock = clock
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        Info("meridian", "The release that runs.", registry=self.registry).info(
            {"version": version("meridian-bot")}
        )
        self.requests = Counter(
            "meridian_requests",
            "Commands, clicks, forms and events by outcome.",
            ["kind", "outcome"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "meridian_request_seconds",
            "How long it took to handle them.",
            ["kind"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._deliveries = self._gauge("deliveries", "Deliveries by state.", "state")
        self._overdue = self._gauge("outbox_overdue", "Deliveries that could have been sent.")
        self._outbox_since = self._gauge(
            "outbox_oldest_due_timestamp_seconds",
            "When the oldest of them could have been sent; 0 if there is none.",
        )
        self._schedules = self._gauge("schedules_active", "Schedules that will run.")
        self._schedule_since = self._gauge(
            "schedule_oldest_due_timestamp_seconds",
            "When the earliest that is due should have run; 0 if none is.",
        )
        self._workers = self._gauge(
            "workers_alive", "Workers on PostgreSQL with a sign of life in the last minute."
        )
        self._source_up = self._gauge("source_up", "1 if the latest poll worked.", "source")
        self._source_read = self._gauge(
            "source_read_timestamp_seconds", "When the source was last read well.", "source"
        )
        self._watch: Callable[[], None] = lambda: None

    def watch(
        self,
        *,
        ended_at: Mapping[str, datetime],
        problem: Callable[[], str],
        backed_up_at: Callable[[], datetime | None] = _no_backup,
    ) -> None:
        """Show this process too: when each job last ended well, whether it is ready (`problem`
        says why not) and when the newest backup was taken."""
        ready = self._gauge("ready", "1 if this process does its work.")
        job = self._gauge("job_ended_timestamp_seconds", "When a job last ended well.", "name")
        backup = self._gauge(
            "backup_timestamp_seconds", "When the newest backup was taken; 0 if there is none."
        )

        def read() -> None:
            ready.set(not problem())
            backup.set(_stamp(backed_up_at()))
            for name, at in dict(ended_at).items():
                job.labels(name).set(_stamp(at))

        self._watch = read

    async def exposition(self, transactions: Transactions) -> bytes:
        """The text format, with gauges as of now."""
        await transactions.read(self._measure, self._clock())
        self._watch()
        return generate_latest(self.registry)

    def _measure(self, uow: UnitOfWork, now: datetime) -> None:
        counts = uow.deliveries.counts()
        for state in DeliveryState:
            self._deliveries.labels(state.value).set(counts.get(state.value, 0))
        outbox, clockwork = uow.readings.outbox(now), uow.readings.clockwork(now)
        self._overdue.set(outbox.overdue)
        self._outbox_since.set(_stamp(outbox.oldest_due_at))
        self._schedules.set(clockwork.active)
        self._schedule_since.set(_stamp(clockwork.oldest_due_at))
        workers = uow.readings.workers()
        self._workers.set(sum(now - at <= _WORKER_ALIVE for at in workers.seen_at))
        for health in uow.sources.health():
            self._source_up.labels(health.source).set(not health.down)
            if health.read_at:
                self._source_read.labels(health.source).set(health.read_at.timestamp())

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(f"meridian_{name}", text, labels, registry=self.registry)


def _stamp(at: datetime | None) -> float:
    return at.timestamp() if at else 0.0
