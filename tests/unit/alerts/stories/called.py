"""Stories of people who are called; where they are: `tests.unit.alerts.stories.cast`."""

from tests.unit.alerts.stories.cast import Case

CASES = (
    Case(
        name="the deputy who is awake is called, and the owner when the deputy's day ends",
        rules=("threshold churn owner=UMARK deputies=ULENA",),
        steps="0m bad A-1 | 3h tick | 4h tick | 7h59m tick | 8h tick | 9h tick",
        told="""
            0m post A-1 | 0m call ULENA for A-1 | 4h line A-1 reminder | 8h call UMARK for A-1 |
            8h line A-1 handed_over UMARK | 8h edit A-1 | 8h edit call ULENA for A-1
        """,
    ),
    Case(
        name="nobody is awake: whoever comes first to work is called then",
        rules=("threshold churn owner=UMEI",),
        steps="0m bad A-1 | 3h tick | 14h tick",
        told="0m post A-1 | 14h line A-1 reminder | 14h call UMEI for A-1 | 14h edit A-1",
    ),
    Case(
        name="a critical one may wake its owner",
        rules=("threshold churn critical wakes owner=UMEI",),
        steps="0m bad A-1 | 1h tick",
        told="0m post A-1 | 0m call UMEI for A-1 | 1h line A-1 reminder",
    ),
    Case(
        name="an acknowledgement in one's own direct message, and not in another's",
        rules=("threshold churn owner=ULENA",),
        steps="""
            0m bad A-1 | 4m ack A-1 UMEI DULENA | 5m ack A-1 ULENA DULENA | 9h tick | 10h good A-1
        """,
        told="""
            0m post A-1 | 0m call ULENA for A-1 | 4m heard I don't know this alert any more. |
            5m line A-1 acknowledged ULENA | 5m edit A-1 | 5m edit call ULENA for A-1 |
            10h line A-1 resolved | 10h edit A-1 | 10h edit call ULENA for A-1
        """,
    ),
    Case(
        name="a higher severity calls again",
        rules=("threshold churn owner=ULENA",),
        steps="0m bad A-1 | 5m severity A-1 critical | 6m bad A-1",
        told="""
            0m post A-1 | 0m call ULENA for A-1 | 5m line A-1 escalated critical |
            5m call ULENA for A-1 | 5m edit A-1 | 5m edit call ULENA for A-1 | 6m edit A-1 |
            6m edit call ULENA for A-1 | 6m edit call ULENA for A-1
        """,
    ),
    Case(
        name="whoever it is assigned to is called in their own hours, and nobody else",
        rules=("threshold churn owner=ULENA",),
        steps="0m bad A-1 | 5m ack A-1 ULENA | 6m assign A-1 ULENA UMEI | 13h tick | 14h tick",
        told="""
            0m post A-1 | 0m call ULENA for A-1 | 5m line A-1 acknowledged ULENA | 5m edit A-1 |
            5m edit call ULENA for A-1 | 6m line A-1 assigned ULENA UMEI | 6m edit A-1 |
            6m edit call ULENA for A-1 | 14h call UMEI for A-1 | 14h edit A-1 |
            14h edit call ULENA for A-1
        """,
    ),
    Case(
        name="a group calls once, and again for what is worse",
        rules=(
            "threshold churn owner=ULENA",
            "threshold churn owner=ULENA",
            "threshold churn critical owner=ULENA",
        ),
        steps="0m bad A-1 | 5m bad A-2 | 10m bad A-3 | 11m ack A-1 ULENA | 12m good A-1",
        told="""
            0m post A-1 | 0m call ULENA for A-1 | 5m folded A-2 in A-1 (group) | 5m edit A-1 |
            10m folded A-3 in A-1 (group) | 10m call ULENA for A-3 | 10m edit A-1 |
            11m line A-1 acknowledged ULENA | 11m edit A-1 | 11m edit call ULENA for A-1 |
            11m edit call ULENA for A-3 | 12m line A-1 resolved | 12m edit A-1 |
            12m edit call ULENA for A-1
        """,
    ),
    Case(
        name="the end of a snooze calls again; whoever takes it themselves has acknowledged it",
        rules=("threshold churn owner=ULENA",),
        steps="0m bad A-1 | 5m snooze A-1 ULENA 1h | 1h5m tick | 1h6m assign A-1 ULENA ULENA",
        told="""
            0m post A-1 | 0m call ULENA for A-1 |
            5m line A-1 snoozed ULENA 2026-11-23T10:05:00+00:00 | 5m edit A-1 |
            5m edit call ULENA for A-1 | 1h5m line A-1 woke time | 1h5m call ULENA for A-1 |
            1h5m edit A-1 | 1h5m edit call ULENA for A-1 | 1h6m line A-1 assigned ULENA ULENA |
            1h6m edit A-1 | 1h6m edit call ULENA for A-1 | 1h6m edit call ULENA for A-1
        """,
    ),
    Case(
        name="what a cooldown folds calls nobody until it has to be reminded of",
        rules=("threshold churn owner=ULENA cooldown=5h",),
        steps="0m bad A-1 | 5m good A-1 | 10m bad A-1 | 4h10m tick",
        told="""
            0m post A-1 | 0m call ULENA for A-1 | 5m line A-1 resolved | 5m edit A-1 |
            5m edit call ULENA for A-1 | 10m folded A-1#2 in A-1 (cooldown) | 10m edit A-1 |
            4h10m line A-1#2 reminder in A-1 | 4h10m call ULENA for A-1#2 | 4h10m edit A-1
        """,
    ),
    Case(
        name="a critical one calls though its message's critical first one is over",
        rules=(
            "threshold churn critical owner=ULENA",
            "threshold churn owner=ULENA",
            "threshold churn critical owner=ULENA",
        ),
        steps="0m bad A-1 | 5m bad A-2 | 6m good A-1 | 10m ack A-2 ULENA | 20m bad A-3 | 80m tick",
        told="""
            0m post A-1 | 0m call ULENA for A-1 | 5m folded A-2 in A-1 (group) | 5m edit A-1 |
            6m line A-1 resolved | 6m call ULENA for A-2 | 6m edit A-1 |
            6m edit call ULENA for A-1 | 10m line A-2 acknowledged in A-1 ULENA | 10m edit A-1 |
            10m edit call ULENA for A-2 | 20m folded A-3 in A-1 (group) |
            20m call ULENA for A-3 | 20m edit A-1 | 80m line A-3 reminder in A-1
        """,
    ),
    Case(
        name="it is covered by the acknowledgement of what is as bad, whoever came first",
        rules=(
            "threshold churn owner=ULENA",
            "threshold churn critical owner=ULENA",
            "threshold churn critical owner=ULENA",
        ),
        steps="0m bad A-1 A-2 | 5m ack A-1 ULENA | 10m bad A-3 | 3h tick",
        told="""
            0m post A-1 | 0m call ULENA for A-1 | 0m folded A-2 in A-1 (group) |
            0m call ULENA for A-2 | 5m line A-1 acknowledged ULENA | 5m edit A-1 |
            5m edit call ULENA for A-1 | 5m edit call ULENA for A-2 |
            10m folded A-3 in A-1 (group) | 10m edit A-1
        """,
    ),
    Case(
        name="assigned to somebody who leaves: it asks again, once for a message",
        rules=("threshold churn owner=ULENA", "threshold churn owner=ULENA"),
        steps="0m bad A-1 A-2 | 5m assign A-1 ULENA UMARK | 10m leave UMARK | 11m tick",
        told="""
            0m post A-1 | 0m call ULENA for A-1 | 0m folded A-2 in A-1 (group) |
            5m line A-1 assigned ULENA UMARK | 5m edit A-1 | 5m edit call ULENA for A-1 |
            10m line A-1 unassigned UMARK | 10m call ULENA for A-1 | 10m edit A-1 |
            10m edit call ULENA for A-1
        """,
    ),
    Case(
        name="an owner may be woken, whoever else it is assigned to may not",
        rules=("threshold churn critical wakes owner=ULENA",),
        steps="0m bad A-1 | 5m assign A-1 ULENA UMARK | 10m tick | 4h tick",
        told="""
            0m post A-1 | 0m call ULENA for A-1 | 5m line A-1 assigned ULENA UMARK | 5m edit A-1 |
            5m edit call ULENA for A-1 | 4h line A-1 reminder | 4h call UMARK for A-1 |
            4h edit A-1 | 4h edit call ULENA for A-1
        """,
    ),
    Case(
        name="assigned in a silence: the assignee hears of it at work, and nobody is woken",
        rules=("threshold churn critical wakes owner=UMEI",),
        steps="""
            0m silence all 5d | 0m unsilence S-1 | 0m bad A-1 | 1m silence all 5d |
            2m assign A-1 UMEI ULENA | 3m assign A-1 ULENA UMEI | 14h tick
        """,
        told="""
            0m post A-1 | 0m call UMEI for A-1 | 2m line A-1 assigned UMEI ULENA |
            2m call ULENA for A-1 | 2m edit A-1 | 2m edit call UMEI for A-1 |
            3m line A-1 assigned ULENA UMEI | 3m edit A-1 | 3m edit call UMEI for A-1 |
            3m edit call ULENA for A-1 | 14h call UMEI for A-1 | 14h edit A-1 |
            14h edit call UMEI for A-1 | 14h edit call ULENA for A-1
        """,
    ),
    Case(
        name="an acknowledgement survives the end of a snooze, until it is a day old",
        rules=("threshold churn critical owner=ULENA",),
        steps="""
            0m bad A-1 | 5m ack A-1 ULENA | 10m snooze A-1 UMARK 1h | 2h tick | 3h tick |
            4h snooze A-1 UMARK 1d | 28h tick
        """,
        told="""
            0m post A-1 | 0m call ULENA for A-1 | 5m line A-1 acknowledged ULENA | 5m edit A-1 |
            5m edit call ULENA for A-1 | 10m line A-1 snoozed UMARK 2026-11-23T10:10:00+00:00 |
            10m edit A-1 | 10m edit call ULENA for A-1 | 2h line A-1 woke time | 2h edit A-1 |
            2h edit call ULENA for A-1 | 4h line A-1 snoozed UMARK 2026-11-24T13:00:00+00:00 |
            4h edit A-1 | 4h edit call ULENA for A-1 | 28h line A-1 woke time |
            28h call ULENA for A-1 | 28h edit A-1 | 28h edit call ULENA for A-1
        """,
    ),
    Case(
        name="what flaps or cools down calls where it is critical",
        rules=(
            "threshold churn critical owner=ULENA",
            "threshold b critical owner=ULENA cooldown=1h",
        ),
        steps="""
            0m bad A-1 A-2 | 5m good A-1 A-2 | 10m bad A-1 | 15m good A-1 | 20m bad A-1 A-2
        """,
        told="""
            0m post A-1 | 0m call ULENA for A-1 | 0m post A-2 | 0m call ULENA for A-2 |
            5m line A-1 resolved | 5m line A-2 resolved | 5m edit A-1 |
            5m edit call ULENA for A-1 | 5m edit A-2 | 5m edit call ULENA for A-2 |
            10m post A-1#2 | 10m call ULENA for A-1#2 | 15m line A-1#2 resolved |
            15m edit A-1#2 | 15m edit call ULENA for A-1#2 | 20m flapping A-1#3 in A-1 (3) |
            20m call ULENA for A-1#3 | 20m folded A-2#2 in A-2 (cooldown) |
            20m call ULENA for A-2#2 | 20m edit A-1 | 20m edit A-2
        """,
    ),
)
