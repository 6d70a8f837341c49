"""Stories of single incidents: from the first breach to the end, and what people do meanwhile."""

from tests.unit.alerts.stories.cast import Case

CASES = (
    Case(
        name="a slow decline is a warning; the breach that it becomes is an upgrade",
        rules=("decline churn critical",),
        steps="0m noise A-1 | 1h slope A-1 | 2h tick | 3h value A-1 0.7",
        told="1h post A-1 | 3h line A-1 escalated critical | 3h edit A-1",
    ),
    Case(
        name="one bad evaluation is one message, and its end is an edit and a line",
        rules=("threshold churn",),
        steps="1m bad A-1 | 10m bad A-1 | 20m good A-1 | 30m good A-1",
        told="1m post A-1 | 10m edit A-1 | 20m line A-1 resolved | 20m edit A-1",
    ),
    Case(
        name="a pending breach says nothing, nor does its end",
        rules=("threshold churn for=3",),
        steps="1m bad A-1 | 2m bad A-1 | 3m good A-1 | 4m bad A-1 | 5m bad A-1",
        told="",
    ),
    Case(
        name="pending turns into a message with the evaluation that makes it full",
        rules=("threshold churn for=3",),
        steps="1m bad A-1 | 2m bad A-1 | 3m bad A-1",
        told="3m post A-1",
    ),
    Case(
        name="between bound and recovery threshold it is recovering, and falling back is no news",
        rules=("threshold churn recovery=0.93",),
        steps="1m bad A-1 | 2m value A-1 0.91 | 3m bad A-1 | 4m value A-1 0.91 | 5m value A-1 0.94",
        told="""
            1m post A-1 | 2m edit A-1 | 3m edit A-1 | 4m edit A-1 | 5m line A-1 resolved |
            5m edit A-1
        """,
    ),
    Case(
        name="a metric that is not a number is told once",
        rules=("threshold churn",),
        steps="1m nan A-1 | 2m nan A-1 | 3m good A-1",
        told="1m post A-1 | 2m edit A-1 | 3m line A-1 resolved | 3m edit A-1",
    ),
    Case(
        name="what opened and ended between two looks is not told",
        rules=("threshold churn",),
        steps="1m blip A-1 | 2m tick",
        told="",
    ),
    Case(
        name="unacknowledged: a reminder after four hours, then each day, none after the end",
        rules=("threshold churn",),
        steps="0m bad A-1 | 3h59m tick | 4h tick | 4h1m tick | 28h tick | 30h good A-1 | 60h tick",
        told="""
            0m post A-1 | 4h line A-1 reminder | 28h line A-1 reminder | 30h line A-1 resolved |
            30h edit A-1
        """,
    ),
    Case(
        name="a critical one reminds after an hour",
        rules=("threshold churn critical",),
        steps="0m bad A-1 | 1h tick | 24h tick | 25h tick",
        told="0m post A-1 | 1h line A-1 reminder | 25h line A-1 reminder",
    ),
    Case(
        name="an acknowledgement stops reminders, and expires after a day",
        rules=("threshold churn",),
        steps="0m bad A-1 | 1h ack A-1 ULENA | 5h tick | 24h tick | 25h tick | 28h tick | 29h tick",
        told="""
            0m post A-1 | 1h line A-1 acknowledged ULENA | 1h edit A-1 |
            25h line A-1 unacknowledged | 25h edit A-1 | 29h line A-1 reminder
        """,
    ),
    Case(
        name="the second of two who acknowledge hears who was first",
        rules=("threshold churn",),
        steps="0m bad A-1 | 5m ack A-1 ULENA | 5m ack A-1 UMEI",
        told="0m post A-1 | 5m line A-1 acknowledged ULENA | 5m edit A-1 | 5m heard taken",
    ),
    Case(
        name="an acknowledgement taken back asks again: the clock of reminders starts anew",
        rules=("threshold churn",),
        steps="""
            0m bad A-1 | 1h ack A-1 ULENA | 2h unack A-1 ULENA | 4h tick | 6h tick |
            6h1m unack A-1 UMEI
        """,
        told="""
            0m post A-1 | 1h line A-1 acknowledged ULENA | 1h edit A-1 |
            2h line A-1 unacknowledged ULENA | 2h edit A-1 | 6h line A-1 reminder |
            6h1m heard Nobody has acknowledged it, so there is nothing to undo.
        """,
    ),
    Case(
        name="acknowledging what has just recovered changes nothing",
        rules=("threshold churn",),
        steps="0m bad A-1 | 5m good A-1 | 6m ack A-1 ULENA | 7m bad A-1",
        told="0m post A-1 | 5m line A-1 resolved | 5m edit A-1 | 6m heard over | 7m post A-1#2",
    ),
    Case(
        name="a bad evaluation after the acknowledgement is an edit, not news",
        rules=("threshold churn",),
        steps="0m bad A-1 | 5m ack A-1 ULENA | 10m bad A-1 | 20m good A-1",
        told="""
            0m post A-1 | 5m line A-1 acknowledged ULENA | 5m edit A-1 | 10m edit A-1 |
            20m line A-1 resolved | 20m edit A-1
        """,
    ),
    Case(
        name="a stale model is told once, until it is evaluated again",
        rules=("stale churn after=1d",),
        steps="0m good A-1 | 23h59m tick | 24h1m tick | 25h tick | 26h good A-1",
        told="24h1m post A-1 | 26h line A-1 resolved | 26h edit A-1",
    ),
    Case(
        name="a rule made critical: said once, the acknowledgement is gone, and back is an edit",
        rules=("threshold churn",),
        steps="""
            0m bad A-1 | 5m ack A-1 ULENA | 10m severity A-1 critical | 11m bad A-1 | 12m bad A-1 |
            13m severity A-1 warning | 14m bad A-1
        """,
        told="""
            0m post A-1 | 5m line A-1 acknowledged ULENA | 5m edit A-1 |
            10m line A-1 escalated critical | 10m edit A-1 | 11m edit A-1 | 12m edit A-1 |
            13m edit A-1 | 14m edit A-1
        """,
    ),
    Case(
        name="resolved by hand: the next bad evaluation is a new message",
        rules=("threshold churn for=2",),
        steps="""
            0m bad A-1 | 1m bad A-1 | 5m resolve A-1 ULENA | 6m resolve A-1 UMEI | 7m bad A-1 |
            8m bad A-1
        """,
        told="""
            1m post A-1 | 5m line A-1 resolved ULENA | 5m edit A-1 |
            6m heard This alert is over already. | 8m post A-1#2
        """,
    ),
    Case(
        name="three failed polls in three minutes are no outage, nor is a single one",
        rules=("threshold churn",),
        steps="0m answer | 1m fail | 2m fail | 3m fail | 4m answer | 5m fail | 20m answer",
        told="",
    ),
)
