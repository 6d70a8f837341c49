"""Stories of several incidents: groups, and what speaks for what."""

from tests.unit.alerts.stories.cast import Case

CASES = (
    Case(
        name="a stale model speaks for its metrics, until it is evaluated as it should be",
        rules=("stale churn after=1d tag=nightly", "model churn"),
        steps="0m good A-1 | 25h tick | 26h bad A-2 | 27h good A-1",
        told="25h post A-1 | 27h line A-1 resolved | 27h post A-2 | 27h edit A-1",
    ),
    Case(
        name="a group shares one message, which is over when all are",
        rules=(
            "threshold churn",
            "threshold churn",
            "threshold churn",
        ),
        steps="""
            0m bad A-1 | 5m bad A-2 | 6m bad A-3 | 10m good A-1 | 20m ack A-1 ULENA | 30m good A-2 |
            40m good A-3
        """,
        told="""
            0m post A-1 | 5m folded A-2 in A-1 (group) | 5m edit A-1 |
            6m folded A-3 in A-1 (group) | 6m edit A-1 | 10m line A-1 resolved | 10m edit A-1 |
            20m line A-2 acknowledged in A-1 ULENA | 20m edit A-1 |
            30m line A-2 recovered_member in A-1 | 30m edit A-1 |
            40m line A-3 recovered_member in A-1 | 40m edit A-1
        """,
    ),
    Case(
        name="a group grows while it is acknowledged, and beyond the end of its first",
        rules=(
            "threshold churn",
            "threshold churn",
            "threshold churn",
        ),
        steps="""
            0m bad A-1 | 5m ack A-1 ULENA | 10m bad A-2 | 20m good A-1 | 30m bad A-3 | 6h tick |
            24h5m tick
        """,
        told="""
            0m post A-1 | 5m line A-1 acknowledged ULENA | 5m edit A-1 |
            10m folded A-2 in A-1 (group) | 10m edit A-1 | 20m line A-1 resolved | 20m edit A-1 |
            30m folded A-3 in A-1 (group) | 30m edit A-1 | 24h5m line A-2 unacknowledged in A-1 |
            24h5m edit A-1
        """,
    ),
    Case(
        name="two that open in one look are one message",
        rules=(
            "threshold churn",
            "threshold churn",
        ),
        steps="0m bad A-1 A-2",
        told="0m post A-1 | 0m folded A-2 in A-1 (group)",
    ),
    Case(
        name="other experiments and other channels share nothing",
        rules=(
            "threshold churn",
            "threshold price",
            "threshold churn in=C2",
        ),
        steps="0m bad A-1 A-2 A-3",
        told="0m post A-1 | 0m post A-2 | 0m post A-3",
    ),
    Case(
        name="a critical one that joins clears the acknowledgement of what it joins",
        rules=(
            "threshold churn",
            "threshold churn critical",
        ),
        steps="0m bad A-1 | 5m ack A-1 ULENA | 10m bad A-2 | 20m ack A-1 UMEI",
        told="""
            0m post A-1 | 5m line A-1 acknowledged ULENA | 5m edit A-1 |
            10m folded A-2 in A-1 (group) | 10m edit A-1 | 20m line A-1 acknowledged UMEI |
            20m edit A-1
        """,
    ),
    Case(
        name="the model as a whole speaks for its slices, until it is over",
        rules=(
            "model churn",
            "slices churn",
        ),
        steps="0m bad A-1 | 5m bad A-2 | 20m good A-1",
        told="0m post A-1 | 20m line A-1 resolved | 20m post A-2 | 20m edit A-1",
    ),
    Case(
        name="a slice that recovers meanwhile is never told",
        rules=(
            "model churn",
            "slices churn",
        ),
        steps="0m bad A-1 A-2 | 20m good A-2 | 30m good A-1",
        told="0m post A-1 | 30m line A-1 resolved | 30m edit A-1",
    ),
    Case(
        name="a critical slice isn't hidden by a warning",
        rules=(
            "model churn",
            "slices churn critical",
        ),
        steps="0m bad A-1 | 5m bad A-2",
        told="0m post A-1 | 5m folded A-2 in A-1 (group) | 5m edit A-1",
    ),
    Case(
        name="resolving the message of a group resolves all of it",
        rules=(
            "threshold churn",
            "threshold churn",
        ),
        steps="0m bad A-1 A-2 | 5m resolve A-1 ULENA | 6m bad A-2",
        told="""
            0m post A-1 | 0m folded A-2 in A-1 (group) | 5m line A-1 resolved ULENA |
            5m line A-2 recovered_member in A-1 ULENA | 5m edit A-1 | 6m post A-2#2
        """,
    ),
    Case(
        name="a rule that is deleted closes its incident with the reason",
        rules=(
            "threshold churn",
            "threshold price",
        ),
        steps="0m bad A-1 | 5m delete A-1 | 6m bad A-1 | 7m tick | 8m delete A-2",
        told="0m post A-1 | 5m line A-1 resolved | 5m edit A-1",
    ),
    Case(
        name="what is silenced speaks for nothing, until it has been told",
        rules=("model churn", "slices churn"),
        steps="""
            0m silence A-1 1h | 1m bad A-1 | 2m bad A-2 | 3m good A-2 | 1h tick |
            2h silence A-1 30d | 4h bad A-2
        """,
        told="2m post A-2 | 3m line A-2 resolved | 3m edit A-2 | 1h post A-1",
    ),
    Case(
        name="what is silenced on a message leaves reminders to the rest",
        rules=("threshold churn critical", "threshold churn"),
        steps="0m bad A-1 | 5m silence A-1 5d | 10m bad A-2 | 4h10m tick",
        told="""
            0m post A-1 | 10m folded A-2 in A-1 (group) | 10m edit A-1 |
            4h10m line A-2 reminder in A-1
        """,
    ),
)
