"""The chain behind a model: what is told, in which order, to whom; and that circles end."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.decisions.record import DecisionStatus
from bot.domain.decisions.sight import Viewer
from bot.domain.issues.sharing import IssueField
from bot.domain.links import Links
from bot.domain.trace import DEPTH, MOST, Edge, Node, Thing, walk
from bot.errors import NotFound
from bot.ports.chat import Message
from bot.services.trace import story
from bot.views import trace as views
from storage.base import Base
from storage.engine import open_engines
from tests.issue_sight import let_see
from tests.unit.decisions.samples import problems
from tests.unit.desk import Office
from tests.unit.trace import tale

LINKS = Links(
    jira_url="https://jira.example", mlflow_url="https://ml.example", slack_url="https://s.example/"
)
WHOLE = """v14 of churn
🔴 open:  A-31 val_auc −0.024; first suspect: data churn-v7 → churn-v8, 2026-10-27 09:00 UTC
claimed  H-11 “leaf-wise growth beats depth-wise by 0.005” (Tokyo) · supported
asked  B-4 Berlin was blocked: GPU quota · solved
shown by  run gentle-owl-1, val_auc 0.912, 5 seeds 0.909–0.914, on churn-v7
worked in  CHURN-41 Leaf-wise growth · Done, Yuki Tanaka
decided  D-12 Promote v14 · accepted by Tokyo, Berlin; New York said nothing, 2026-10-05 09:00 UTC
live  champion of churn 2026-10-05 09:00 UTC – 2026-10-28 09:00 UTC
undone  D-15 Roll back · accepted by Berlin, 2026-10-28 09:00 UTC"""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    engines = open_engines(f"sqlite:///{tmp_path}/trace.db")
    Base.metadata.create_all(engines.writer)
    yield Office(engines=engines)
    engines.dispose()


def asked(office: Office, typed: str, by: str = "UYUKI", channel: str = "C1") -> Message:
    viewer = Viewer(workspace="T1", user_id=by, now=tale.NOW, channel=channel)
    return views.card(office.do(story.of_person, viewer, typed), LINKS, typed)


def shown(office: Office, typed: str, by: str = "UYUKI", channel: str = "C1") -> str:
    return readable(asked(office, typed, by, channel))


def readable(message: Message) -> str:
    """The first block as people read it."""
    assert not problems(message)
    elements = message.blocks[0]["elements"][0]["elements"]
    return "".join(str(e.get("text") or e.get("fallback")) for e in elements)


@pytest.mark.parametrize(
    "typed",
    [
        "v14", "churn v14", "v14 of churn", "CHURN-41", "https://jira.example/browse/CHURN-41",
        tale.RUN_ID, "gentle-owl-1", f"https://ml.example/#/experiments/7/runs/{tale.RUN_ID}",
        "D-12", "d-012", "d12", "`D-12`", "D-15", "H-11", "A-31", "B-4",
        "https://ml.example/#/models/churn/versions/14",
    ],
)  # fmt: skip
def test_the_same_story_from_wherever_one_begins(office: Office, typed: str) -> None:
    office.do(tale.tell)
    told = shown(office, typed).splitlines()
    missing = set(WHOLE.splitlines()[1:]) - set(told)
    assert not missing
    assert [line for line in told[1:] if line in WHOLE] == WHOLE.splitlines()[1:]


def test_a_run_leads_to_the_version_it_evaluates_and_to_the_alert_it_set_off(
    office: Office,
) -> None:
    office.do(tale.tell)
    office.do(tale.evaluated)
    told = shown(office, "nightly-2026-10-27")
    assert "A-31 val_auc −0.024" in told
    assert "D-12 Promote v14" in told
    assert "champion of churn" in told


def test_a_goal_leads_to_what_stands_for_it(office: Office) -> None:
    office.do(tale.tell)
    office.do(lambda uow: tale.wished(uow, "CSECRET"))
    told = shown(office, "G-3", by="ULENA")
    assert told.splitlines()[0] == "G-3 Cut churn by 15 %: v13, champion of churn"
    assert "D-15 Roll back" in told
    with pytest.raises(NotFound, match="I know no G-3"):
        asked(office, "G-3", by="UGUEST")


def test_who_is_blocked_still_is(office: Office) -> None:
    office.do(lambda uow: tale.tell(uow, solved=False))
    assert "asked  B-4 Berlin is blocked: GPU quota\n" in shown(office, "v14")


def test_names_are_links_to_their_sources_and_to_nothing_else(office: Office) -> None:
    office.do(tale.tell)
    blocks = str(asked(office, "v14").blocks)
    assert "https://jira.example/browse/CHURN-41" in blocks
    assert f"https://ml.example/#/experiments/7/runs/{tale.RUN_ID}" in blocks
    assert "https://ml.example/#/models/churn/versions/14" in blocks


def test_what_belongs_to_a_private_channel_is_counted_and_not_told(office: Office) -> None:
    office.do(lambda uow: tale.tell(uow, channel="CSECRET"))
    office.do(lambda uow: tale.private(uow, "CSECRET", ["ULENA"]))
    message = asked(office, "v14", by="UGUEST")
    for secret in ("leaf-wise", "H-11", "D-12", "Promote", "A-31", "GPU quota", "CHURN-41"):
        assert secret not in str(message), secret
    assert "5 more that you can't see" in str(message)
    for hidden in ("H-11", "D-12", "A-31", "B-4", "CHURN-41"):
        with pytest.raises(NotFound):
            asked(office, hidden, by="UGUEST")


def test_an_issue_shows_the_fields_that_may_be_seen(office: Office) -> None:
    office.do(tale.tell)
    office.do(lambda uow: let_see(uow, "C1", "CHURN", fields=[IssueField.PRIORITY]))
    told = shown(office, "v14")
    assert "CHURN-41 · Done" in told
    assert "Leaf-wise growth" not in told
    assert "Yuki Tanaka" not in told


def test_own_issues_are_seen_by_who_works_on_them(office: Office) -> None:
    office.do(tale.tell, key="SECRET-7")
    assert "SECRET-7" not in shown(office, "v14")
    office.do(lambda uow: tale.has_account(uow, "UYUKI", "acc-yuki"))
    assert "SECRET-7 Leaf-wise growth" in shown(office, "v14")


def test_the_channel_is_shown_what_everybody_there_may_see(office: Office) -> None:
    office.do(tale.tell)
    viewer = Viewer(workspace="T1", user_id="UYUKI", now=tale.NOW, channel="C1")
    assert "CHURN-41" in readable(views.card(office.do(story.of_channel, viewer, "v14"), LINKS))
    office.do(lambda uow: let_see(uow, "C1", "CHURN", shared=True))
    shared = views.card(office.do(story.of_channel, viewer, "v14"), LINKS)
    assert "CHURN-41" not in str(shared)
    assert "1 more that you can't see" in str(shared)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("gentle-owl", "Several runs are called gentle-owl"),
        ("gentel-owl-1", "Did you mean gentle-owl-1?"),
        ("D-99", "I know no D-99"),
        ("https://jira.example/browse/CHURN-99", "I see no CHURN-99 in Jira"),
        ("???", "I follow `CHURN-41`"),
        ("🙂 <b>", "I don't know 🙂 <b>."),
        ("G-9", "I know no G-9"),
        ("d99", "I know no D-99"),
    ],
)
def test_what_nobody_knows_is_answered_with_what_to_type(
    office: Office, typed: str, sentence: str
) -> None:
    office.do(tale.tell)
    with pytest.raises(NotFound, match=sentence.replace("?", r"\?")):
        asked(office, typed)


@pytest.mark.parametrize(
    ("status", "newer", "told"),
    [
        (DecisionStatus.SUPERSEDED, 31, "accepted by Berlin, {on}; superseded by D-31"),
        (DecisionStatus.SUPERSEDED, 32, "accepted by Berlin, {on}; superseded"),
        (DecisionStatus.DEPRECATED, None, "accepted by Berlin, {on}; deprecated"),
        (DecisionStatus.REJECTED, None, "rejected by Tokyo, {on}"),
    ],
)
def test_people_accept_and_reject_and_decisions_supersede(
    office: Office, status: DecisionStatus, newer: int | None, told: str
) -> None:
    office.do(tale.tell)
    office.do(lambda uow: tale.private(uow, "CSECRET", ["ULENA"]))
    office.do(tale.decide, 30, status, newer)
    if newer:
        place = "C1" if newer == 31 else "CSECRET"
        office.do(tale.decide, newer, DecisionStatus.ACCEPTED, channel=place)
    on = "2026-10-29 09:00 UTC"
    [line] = [
        x for x in shown(office, "D-30", by="UMARCUS").splitlines() if "D-30 " in x and "·" in x
    ]
    assert line.partition(" · ")[2] == told.format(on=on)


def test_circles_end_and_walks_have_limits() -> None:
    def number(key: str) -> Node:
        return Node(thing=Thing.DECISION, key=key)

    circle = {"1": "2", "2": "3", "3": "1"}
    found = walk(number("1"), lambda node, _: [Edge(to=number(circle[node.key]))])
    assert [node.key for node in found] == ["1", "2", "3"]
    far = walk(number("0"), lambda node, _: [Edge(to=number(str(int(node.key) + 1)))])
    assert len(far) == DEPTH + 1
    wide = walk(number("0"), lambda _n, _s: [Edge(to=number(str(i))) for i in range(1000)])
    assert len(wide) == MOST


def test_of_many_the_rest_is_counted(office: Office) -> None:
    office.do(tale.tell)
    more = [replace(tale.an_issue(f"CHURN-{n}"), created_at=tale.NOW) for n in range(50, 60)]
    office.do(tale.save, *more)
    keys = {tale.RUN_ID: [issue.key for issue in more]}
    office.do(lambda uow: uow.issue_runs.link("T1", keys))
    told = shown(office, "v14")
    assert "and 6 more" in told or "and 7 more" in told
    assert told.count("Leaf-wise growth") == 4
