"""Net change: from where a field was to where it is, whatever lay between."""

from dataclasses import dataclass, field
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.issues.changes import net_changes
from bot.domain.issues.records import IssueChange
from tests.unit.digests.builders import T0

A, B = "ana", "ben"
FIELDS, VALUES = ("status", "assignee"), ("", "x", "y", "z")
MOVES = st.lists(
    st.tuples(
        st.sampled_from(("1", "2")),
        st.sampled_from(FIELDS),
        st.sampled_from(VALUES),
        st.sampled_from((A, B)),
    ),
    max_size=12,
)
Moves = list[tuple[str, str, str, str]]
Place = tuple[str, str]


@dataclass
class Replay:
    """Jira as it was: what each field of each issue held, and who wrote that down."""

    now: dict[Place, str] = field(default_factory=dict)
    changes: list[IssueChange] = field(default_factory=list)

    def move(self, place: Place, to: str, by: str) -> bool:
        """Set a field; whether that was a change."""
        before = self.now.get(place, "")
        if before == to:
            return False
        self.now[place] = to
        self.changes.append(
            IssueChange(
                change_id=str(len(self.changes)),
                issue_id=place[0],
                field=place[1],
                before=before,
                after=to,
                author_id=by,
                author_name=by,
                at=T0 + timedelta(minutes=len(self.changes)),
            )
        )
        return True


def replayed(moves: Moves, known_to: str = "") -> tuple[Replay, dict[Place, tuple[str, str]]]:
    """What happened, and by place from what to what it went since `known_to` last set it."""
    jira, known = Replay(), dict[Place, str]()
    for issue_id, name, to, by in moves:
        if jira.move((issue_id, name), to, by) and by == known_to:
            known[issue_id, name] = to
    spans = {place: (known.get(place, ""), value) for place, value in jira.now.items()}
    return jira, {place: span for place, span in spans.items() if span[0] != span[1]}


@given(MOVES)
def test_it_is_the_first_and_the_last_value_of_a_replay(moves: Moves) -> None:
    jira, expected = replayed(moves)
    net = net_changes(jira.changes)
    assert {place: (each.before, each.after) for place, each in net.items()} == expected


@given(MOVES)
def test_a_reader_is_told_what_others_made_of_what_they_left(moves: Moves) -> None:
    jira, expected = replayed(moves, known_to=A)
    net = net_changes(jira.changes, seen_by=A)
    assert {place: (each.before, each.after) for place, each in net.items()} == expected


@given(MOVES, st.integers(min_value=0, max_value=12))
def test_two_spans_come_to_what_the_whole_does(moves: Moves, cut: int) -> None:
    jira, expected = replayed(moves)
    value: dict[Place, str] = {}
    for part in (jira.changes[:cut], jira.changes[cut:]):
        for place, each in net_changes(part).items():
            assert value.get(place, "") == each.before
            value[place] = each.after
    assert {place: ("", after) for place, after in value.items() if after} == expected


def test_when_it_got_there_is_when_the_last_step_was() -> None:
    jira = Replay()
    jira.move(("1", "status"), "x", A)
    jira.move(("1", "status"), "y", A)
    assert net_changes(jira.changes)["1", "status"].at == jira.changes[-1].at
