"""Stories of quiet: snoozes, silences, mute times, flapping, cooldown, budget, and sources."""

from tests.unit.alerts.stories.cast import Case

CASES = (
    Case(
        name="snoozed for two hours: edits only, then it speaks up again",
        rules=("threshold churn",),
        steps="""
            0m bad A-1 | 5m snooze A-1 ULENA 2h | 1h bad A-1 | 2h4m tick | 2h5m tick | 2h6m tick |
            6h4m tick | 6h5m tick
        """,
        told="""
            0m post A-1 | 5m line A-1 snoozed ULENA 2026-11-23T11:05:00+00:00 | 5m edit A-1 |
            1h edit A-1 | 2h5m line A-1 woke time | 2h5m edit A-1 | 6h5m line A-1 reminder
        """,
    ),
    Case(
        name="what ends while it is snoozed is only edited",
        rules=("threshold churn",),
        steps="0m bad A-1 | 5m snooze A-1 ULENA 2h | 1h good A-1 | 3h tick",
        told="""
            0m post A-1 | 5m line A-1 snoozed ULENA 2026-11-23T11:05:00+00:00 | 5m edit A-1 |
            1h edit A-1
        """,
    ),
    Case(
        name="snoozed until the next evaluation, which is bad",
        rules=("threshold churn",),
        steps="0m bad A-1 | 5m snooze A-1 ULENA evaluation | 5h tick | 6h bad A-1 | 7h bad A-1",
        told="""
            0m post A-1 | 5m line A-1 snoozed ULENA evaluation | 5m edit A-1 |
            6h line A-1 woke evaluation | 6h edit A-1 | 7h edit A-1
        """,
    ),
    Case(
        name="snoozed until the next evaluation, which is good",
        rules=("threshold churn",),
        steps="0m bad A-1 | 5m snooze A-1 ULENA evaluation | 6h good A-1",
        told="""
            0m post A-1 | 5m line A-1 snoozed ULENA evaluation | 5m edit A-1 |
            6h line A-1 resolved | 6h edit A-1
        """,
    ),
    Case(
        name="snoozed until the next version: an evaluation isn't one, an alias that moves is",
        rules=("model churn",),
        steps="""
            0m version churn 14 | 1m bad A-1 | 5m snooze A-1 ULENA version | 1h bad A-1 |
            2h version churn 15 | 2h1m snooze A-1 ULENA version | 3h alias churn 15
        """,
        told="""
            1m post A-1 | 5m line A-1 snoozed ULENA version | 5m edit A-1 | 1h edit A-1 |
            2h line A-1 woke version | 2h edit A-1 | 2h1m line A-1 snoozed ULENA version |
            2h1m edit A-1 | 3h line A-1 woke version | 3h edit A-1
        """,
    ),
    Case(
        name="no version ends the snooze of an experiment",
        rules=("threshold churn",),
        steps="0m bad A-1 | 5m snooze A-1 ULENA version",
        told="""
            0m post A-1 |
            5m heard This alert isn't about a registered model, so no version is to come.
            Snooze it until the next evaluation, or for some hours.
        """,
    ),
    Case(
        name="snooze against the end: who comes late hears it",
        rules=("threshold churn",),
        steps="0m bad A-1 | 5m good A-1 | 6m snooze A-1 ULENA 2h",
        told="""
            0m post A-1 | 5m line A-1 resolved | 5m edit A-1 |
            6m heard This alert is over already.
        """,
    ),
    Case(
        name="a silence holds the first word; it is told when the silence ends",
        rules=("threshold churn",),
        steps="0m silence all 1h | 1m bad A-1 | 30m bad A-1 | 59m tick | 60m tick",
        told="60m post A-1",
    ),
    Case(
        name="what ended within a silence is never told",
        rules=("threshold churn",),
        steps="0m silence A-1 1h | 1m bad A-1 | 30m good A-1 | 60m tick | 70m bad A-1",
        told="70m post A-1#2",
    ),
    Case(
        name="a silence of another rule or severity holds nothing",
        rules=(
            "threshold churn",
            "threshold price",
        ),
        steps="0m silence A-2 1h | 1m silence critical 1h | 2m bad A-1 | 3m bad A-2",
        told="2m post A-1",
    ),
    Case(
        name="a silence ended early, and one over an open message: edits but no reminder",
        rules=("threshold churn",),
        steps="""
            0m silence all 2h | 1m bad A-1 | 30m unsilence S-1 | 1h silence all 5h | 4h30m tick |
            5h bad A-1 | 6h tick
        """,
        told="30m post A-1 | 5h edit A-1 | 6h line A-1 reminder",
    ),
    Case(
        name="in mute times warnings wait, critical ones don't",
        rules=(
            "threshold churn",
            "threshold price critical",
        ),
        steps="0m mute 11:00 13:00 | 1h1m bad A-1 | 1h2m bad A-2 | 2h59m tick | 3h tick",
        told="1h2m post A-2 | 2h59m line A-2 reminder | 3h post A-1",
    ),
    Case(
        name="a mute time over midnight, and what recovers in it is never told",
        rules=("threshold churn",),
        steps="0m mute 22:00 08:00 | 12h30m bad A-1 | 14h good A-1 | 21h59m bad A-1 | 22h tick",
        told="22h post A-1#2",
    ),
    Case(
        name="what a person closed did not come and go",
        rules=("threshold churn",),
        steps="""
            0m bad A-1 | 5m resolve A-1 ULENA | 10m bad A-1 | 15m good A-1 | 20m bad A-1 |
            25m good A-1 | 30m bad A-1
        """,
        told="""
            0m post A-1 | 5m line A-1 resolved ULENA | 5m edit A-1 | 10m post A-1#2 |
            15m line A-1#2 resolved | 15m edit A-1#2 | 20m post A-1#3 | 25m line A-1#3 resolved |
            25m edit A-1#3 | 30m flapping A-1#4 in A-1#2 (3) | 30m edit A-1#2
        """,
    ),
    Case(
        name="three openings in a day are one flapping notice, until a day is quiet",
        rules=("threshold churn",),
        steps="""
            0m bad A-1 | 10m good A-1 | 20m bad A-1 | 30m good A-1 | 40m bad A-1 | 50m good A-1 |
            60m bad A-1 | 61m good A-1 | 25h bad A-1 | 25h1m good A-1 | 49h1m bad A-1
        """,
        told="""
            0m post A-1 | 10m line A-1 resolved | 10m edit A-1 | 20m post A-1#2 |
            30m line A-1#2 resolved | 30m edit A-1#2 | 40m flapping A-1#3 in A-1 (3) |
            40m edit A-1 | 50m line A-1#3 recovered_member in A-1 | 50m edit A-1 |
            60m folded A-1#4 in A-1 (flapping) | 60m edit A-1 |
            61m line A-1#4 recovered_member in A-1 | 61m edit A-1 |
            25h folded A-1#5 in A-1 (flapping) | 25h edit A-1 |
            25h1m line A-1#5 recovered_member in A-1 | 25h1m edit A-1 | 49h1m post A-1#6
        """,
    ),
    Case(
        name="a cooldown folds what comes too soon",
        rules=("threshold churn cooldown=2h",),
        steps="0m bad A-1 | 10m good A-1 | 1h59m bad A-1 | 1h59m good A-1",
        told="""
            0m post A-1 | 10m line A-1 resolved | 10m edit A-1 |
            1h59m folded A-1#2 in A-1 (cooldown) | 1h59m edit A-1 |
            1h59m line A-1#2 recovered_member in A-1 | 1h59m edit A-1
        """,
    ),
    Case(
        name="after the cooldown it is a message again",
        rules=("threshold churn cooldown=2h",),
        steps="0m bad A-1 | 10m good A-1 | 2h bad A-1",
        told="0m post A-1 | 10m line A-1 resolved | 10m edit A-1 | 2h post A-1#2",
    ),
    Case(
        name="a budget of two: the third goes to a thread, critical ones don't",
        rules=(
            "threshold a",
            "threshold b",
            "threshold c",
            "threshold d critical",
            "threshold e",
        ),
        steps="""
            0m budget 2 | 1m bad A-1 | 2m bad A-2 | 3m bad A-3 | 4m bad A-4 | 5m ack A-3 ULENA |
            6m good A-3 | 7m good A-1 A-2 A-4 | 24h1m bad A-5
        """,
        told="""
            1m post A-1 | 2m post A-2 | 3m budget A-3 in A-2 | 4m post A-4 |
            5m line A-3 acknowledged in A-2 ULENA | 5m edit budget A-3 |
            6m line A-3 resolved in A-2 | 6m edit budget A-3 | 7m line A-1 resolved |
            7m line A-2 resolved | 7m line A-4 resolved | 7m edit A-1 | 7m edit A-2 | 7m edit A-4 |
            24h1m post A-5
        """,
    ),
    Case(
        name="a higher severity ends a snooze",
        rules=("threshold churn",),
        steps="0m bad A-1 | 5m snooze A-1 ULENA 5h | 10m severity A-1 critical | 11m bad A-1",
        told="""
            0m post A-1 | 5m line A-1 snoozed ULENA 2026-11-23T14:05:00+00:00 | 5m edit A-1 |
            10m line A-1 escalated critical | 10m edit A-1 | 11m edit A-1
        """,
    ),
    Case(
        name="a source that is down: one notice per channel, edited when it is back",
        rules=(
            "threshold churn",
            "threshold price in=C2",
        ),
        steps="""
            0m bad A-1 | 1m fail | 2m fail | 3m fail | 5m fail | 6m fail | 7m fail | 20m answer |
            21m bad A-2
        """,
        told="""
            0m post A-1 | 5m source mlflow | 5m source mlflow | 20m edit source mlflow |
            20m edit source mlflow | 21m post A-2
        """,
    ),
    Case(
        name="while the source is down nobody is reminded, and what was just found out waits",
        rules=(
            "threshold churn",
            "threshold churn in=C2",
        ),
        steps="""
            0m bad A-1 | 10m fail | 3h50m fail | 3h55m fail | 3h56m bad A-2 | 4h10m tick |
            5h answer
        """,
        told="""
            0m post A-1 | 3h55m source mlflow | 3h55m source mlflow | 5h line A-1 reminder |
            5h post A-2 | 5h edit source mlflow | 5h edit source mlflow
        """,
    ),
    Case(
        name="a model isn't stale because its source is down; it is when the source is back",
        rules=("stale churn after=1d",),
        steps="""
            0m good A-1 | 23h tick | 23h1m fail | 23h2m fail | 23h10m fail | 30h fail |
            31h answer
        """,
        told="23h10m source mlflow | 31h post A-1 | 31h edit source mlflow",
    ),
    Case(
        name="the first that may speak has the message, the one that was held joins it",
        rules=(
            "threshold churn",
            "threshold churn",
        ),
        steps="0m silence A-1 1h | 1m bad A-1 | 2m bad A-2 | 1h tick",
        told="2m post A-2 | 1h folded A-1 in A-2 (group) | 1h edit A-2",
    ),
    Case(
        name="a model isn't stale because one poll failed: what happened since isn't known",
        rules=("stale churn after=1d",),
        steps="0m good A-1 | 23h tick | 23h30m fail | 24h30m tick | 25h answer",
        told="25h post A-1",
    ),
)
