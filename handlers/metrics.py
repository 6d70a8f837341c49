"""What Prometheus may scrape (https://prometheus.io/docs/practices/naming/)."""

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

from bot.ports.repositories import UnitOfWork
from bot.ports.transactions import Transactions


class Metrics:
    """Counters of what came in, and gauges that are read from the storage when scraped."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "meridian_requests",
            "Commands, clicks, forms and events by outcome.",
            ["kind", "outcome"],
            registry=self.registry,
        )
        self._deliveries = Gauge(
            "meridian_deliveries", "Deliveries by state.", ["state"], registry=self.registry
        )
        self._source_up = Gauge(
            "meridian_source_up", "1 if the latest poll worked.", ["source"], registry=self.registry
        )
        self._source_read = Gauge(
            "meridian_source_read_timestamp_seconds",
            "When the source was last read well.",
            ["source"],
            registry=self.registry,
        )

    async def exposition(self, transactions: Transactions) -> bytes:
        """The text format, with gauges as of now."""
        await transactions.read(self._measure)
        return generate_latest(self.registry)

    def _measure(self, uow: UnitOfWork) -> None:
        for state, number in uow.deliveries.counts().items():
            self._deliveries.labels(state).set(number)
        for health in uow.sources.health():
            self._source_up.labels(health.source).set(not health.down)
            if health.read_at:
                self._source_read.labels(health.source).set(health.read_at.timestamp())
