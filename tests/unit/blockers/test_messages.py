"""What people read of blockers, as it is when it is sent."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.domain import blocker_link
from bot.domain.blocker import Blocker, NewBlocker, Notice
from bot.domain.links import Links
from bot.domain.person import Person
from bot.errors import InvalidForm
from bot.ports.chat import Message
from bot.services import blockers
from bot.services.blocker_links import veiled
from bot.views import blocker_form as forms
from bot.views import blockers as views
from bot.views.blockers import Scene
from bot.views.forms import FormState
from bot.views.issues.seeds import ACTION_CREATE
from tests.standins.slack.blockkit.report import Rules
from tests.standins.slack.blockkit.surfaces import check_message, check_view
from tests.unit.blockers.conftest import LINKS, NOON, STANDUP, Desk
from tests.unit.desk import TEAM, at

PEOPLE = {u: Person(workspace="T1", user_id=u, name=name) for u, (name, _) in TEAM.items()}
SCENE = Scene(people=PEOPLE, links=LINKS, now=NOON + timedelta(days=2), standup="Churn daily")
OPEN = Blocker(
    workspace="T1", number=4, standup_id="S1", channel="C1", user_id="UANANYA", text="GPU quota",
    opened_at=NOON, asked=("ULENA", "UYUKI"),
)  # fmt: skip
LINKED = OPEN.waiting_for(blocker_link.issue("CHURN-41"), "In progress")
EVIL = "<!channel> <https://evil|Jira> *x* <@ULENA>"
RULES = Rules(surface="message", native_charts=False, file_ready=lambda _: True)


def text(message: Message) -> str:
    found: list[str] = []

    def walk(node: object) -> None:
        if isinstance(node, Mapping):
            if node.get("type") in ("text", "link", "date", "user"):
                found.append(str(node.get("text") or node.get("fallback") or node.get("user_id")))
            for child in node.values():
                walk(child)
        elif isinstance(node, list):
            for child in node:
                walk(child)

    walk(list(message.blocks))
    return "".join(found)


def buttons(message: Message) -> list[str]:
    rows = [b for b in message.blocks if b["type"] == "actions"]
    return [e["action_id"] for row in rows for e in row["elements"]]


def told(kind: Notice, blocker: Blocker, viewer: str, state: str = "") -> Message:
    return views.notice(kind, blocker, viewer, state, SCENE)


def test_who_is_asked_reads_who_is_blocked_by_what_since_when() -> None:
    shown = told(Notice.ASK, LINKED, "ULENA")
    assert text(shown) == (
        "🔴 Ananya is blocked in Churn daily and asks you: GPU quota\n"
        "B-4 · 2 days, since 2026-10-19 09:30 UTC · asks Lena, Yuki"
        " · waits for CHURN-41 (In progress)"
    )
    assert buttons(shown) == [views.ACTION_TAKE, views.ACTION_SOLVE]
    assert shown.text == "🔴 Ananya is blocked in Churn daily and asks you: GPU quota"


@pytest.mark.parametrize(
    ("viewer", "headline"),
    [
        ("ULENA", "🟡 You take B-4, which blocks Ananya: GPU quota"),
        ("UYUKI", "🟡 Lena takes B-4, which blocks Ananya: GPU quota"),
    ],
)
def test_once_taken_the_message_says_by_whom(viewer: str, headline: str) -> None:
    shown = told(Notice.ASK, OPEN.taken("ULENA", NOON), viewer)
    assert shown.text == headline
    assert buttons(shown) == [views.ACTION_SOLVE, ACTION_CREATE]


def test_once_solved_there_is_nothing_to_press() -> None:
    solved = OPEN.taken("ULENA", NOON).solved("UANANYA", NOON)
    for kind in (Notice.ASK, Notice.TAKEN, Notice.ESCALATION, Notice.PROPOSAL):
        shown = told(kind, solved, "ULENA")
        assert (shown.text, buttons(shown)) == ("✅ Ananya has solved B-4: GPU quota", [])
    assert views.card(solved, SCENE).text == "✅ B-4 of Ananya is solved, by Ananya: GPU quota"


def test_the_owner_reads_who_takes_it() -> None:
    shown = told(Notice.TAKEN, OPEN.taken("ULENA", NOON), "UANANYA")
    assert shown.text == "🟡 Lena takes B-4: GPU quota"


def test_managers_read_that_nobody_has_taken_it() -> None:
    shown = told(Notice.ESCALATION, OPEN, "UMARCUS")
    assert shown.text == "🔴 Nobody has taken what blocks Ananya in Churn daily: GPU quota"
    assert buttons(shown) == [views.ACTION_TAKE, views.ACTION_SOLVE, ACTION_CREATE]


def test_the_owner_is_asked_whether_it_is_solved_and_answers_once() -> None:
    moved = LINKED.followed("Done", NOON)
    shown = told(Notice.PROPOSAL, moved, "UANANYA", "Done")
    assert shown.text == "CHURN-41 moved to Done. Is B-4 solved?"
    assert buttons(shown) == [views.ACTION_SOLVE, views.ACTION_STILL]
    after = told(Notice.PROPOSAL, moved.declined(), "UANANYA", "Done")
    assert after.text == "CHURN-41 moved to Done. B-4 stays open."
    assert buttons(after) == []


def test_what_cannot_be_followed_is_said() -> None:
    unknown = OPEN.waiting_for(blocker_link.issue("OPS-7"), "")
    assert "waits for OPS-7 (not followed)" in text(views.card(unknown, SCENE))
    assert "I won't notice when it moves" in views.raised(unknown, [], new=True).text


def test_who_asks_somebody_that_is_away_is_told_so() -> None:
    assert views.raised(OPEN, [PEOPLE["ULENA"]], new=True).text == (
        "B-4 is raised in <#C1>. Whom you ask hears of it in their working hours. "
        "Lena is away today."
    )


def test_the_channel_mentions_nobody() -> None:
    shown = views.card(OPEN, SCENE)
    assert '"user"' not in json.dumps(shown.blocks)
    assert "asks Lena, Yuki" in text(shown)


def test_who_was_faster() -> None:
    taken = OPEN.taken("ULENA", NOON)
    assert views.faster(taken, "UYUKI", PEOPLE).text == "Lena has taken B-4 already."
    assert views.faster(taken, "ULENA", PEOPLE).text == "You have taken B-4 already."
    solved = taken.solved("UYUKI", NOON)
    assert views.faster(solved, "ULENA", PEOPLE).text == "Yuki has solved B-4 already."


@pytest.mark.parametrize("alphabet", ["W", "𝕎", "👩‍🔬", EVIL])
def test_the_longest_and_the_worst_text_stays_within_slacks_rules(alphabet: str) -> None:
    long = (alphabet * 3000)[:3000]
    people = {u: Person(workspace="T1", user_id=u, name=long[:80]) for u in TEAM}
    scene = Scene(people=people, links=LINKS, now=NOON, standup=long[:80])
    evil = Blocker(
        workspace="T1", number=10**8, standup_id="S1", channel="C1", user_id="UANANYA", text=long,
        opened_at=at("2020-01-01"), asked=tuple(TEAM) * 30,
    ).waiting_for(blocker_link.run("7", "f" * 32, long), long)  # fmt: skip
    many = [replace(evil, number=n) for n in range(60)]
    everything = [
        views.card(evil, scene),
        *(views.notice(kind, evil, "UMARCUS", long, scene) for kind in Notice),
        views.notice(
            Notice.PROPOSAL, evil.followed("x" + long, NOON), "UANANYA", "x" + long, scene
        ),
    ]
    for shown in everything:
        assert check_message(RULES, json.loads(json.dumps(list(shown.blocks)))) == []
        assert "<!channel>" not in shown.text
    assert "<!channel>" not in views.faster(evil.taken("ULENA", NOON), "UYUKI", people).text
    listed = views.listing(many, "UANANYA", scene)
    assert check_message(RULES, json.loads(json.dumps(list(listed.blocks)))) == []


def sent(desk: Desk, channel: str, now: datetime) -> Message | None:
    [delivery] = [d for d in desk.outbox() if d.channel == channel and not d.edit_of]
    return desk.shown(delivery, now)


def test_a_message_is_read_when_it_is_sent(desk: Desk) -> None:
    desk.raised("GPU quota", "ULENA")
    shown = sent(desk, "ULENA", NOON)
    assert shown is not None
    assert shown.text == "🔴 Ananya is blocked in Churn daily and asks you: GPU quota"


def unsent(desk: Desk, channel: str, now: datetime) -> Message | None:
    [delivery] = [d for d in desk.do(lambda uow: uow.outbox.ready(now, 99)) if d.channel == channel]
    return desk.shown(delivery, now)


def test_what_makes_no_sense_any_more_is_not_sent(desk: Desk) -> None:
    desk.raised("GPU quota", "ULENA")
    assert unsent(desk, "ULENA", NOON) is not None
    assert unsent(desk, "ULENA", NOON + timedelta(hours=5)) is None
    desk.do(blockers.acknowledge, "T1", 1, "UYUKI", NOON)
    assert unsent(desk, "ULENA", NOON) is None
    assert unsent(desk, "C1", NOON) is not None
    desk.do(blockers.resolve, "T1", 1, "UANANYA", NOON)
    assert unsent(desk, "C1", NOON) is None


def state(**fields: Mapping[str, Any]) -> FormState:
    values = {name: {name: element} for name, element in fields.items()}
    return FormState(values, {"standup": "S1", "all": ["S1"]})


def test_the_form_lists_what_blocks_now_and_is_within_slacks_rules() -> None:
    wish = NewBlocker(standup_id="S1", text="GPU", asked=("ULENA",), link="CHURN-41")
    mine = [replace(OPEN, number=n) for n in range(1, 13)]
    modal = forms.form([STANDUP], mine, wish, SCENE)
    assert check_view(replace(RULES, surface="modal"), json.loads(json.dumps(modal))) == []
    names = [b["block_id"] for b in modal["blocks"] if b["type"] == "input"]
    assert names == ["blocker", "asked", "blocker_link"]
    several = forms.form([STANDUP, STANDUP], [], wish, SCENE)
    assert several["blocks"][0]["block_id"] == "standup"


def test_what_was_filled_in() -> None:
    wish = forms.read_form(
        state(
            blocker={"value": " GPU quota "},
            asked={"selected_users": ["ULENA"]},
            blocker_link={"value": "CHURN-41"},
        )
    )
    assert wish == NewBlocker(standup_id="S1", text="GPU quota", asked=("ULENA",), link="CHURN-41")
    with pytest.raises(InvalidForm):
        forms.read_form(state(blocker={"value": " "}))


@pytest.mark.parametrize(
    ("typed", "read", "asked"),
    [
        ("GPU quota <@ULENA> <@UYUKI|yuki>", "GPU quota", ("ULENA", "UYUKI")),
        ("GPU quota, <@ULENA>.", "GPU quota", ("ULENA",)),
        ("wait for <@ULENA|lena> to look", "wait for Lena to look", ("ULENA",)),
        ("<@ULENA>", "", ("ULENA",)),
        ("see <https://j/browse/C-1|C-1> in <#C1|churn>", "see https://j/browse/C-1 in #churn", ()),
    ],
)
def test_what_is_typed_behind_the_command(typed: str, read: str, asked: tuple[str, ...]) -> None:
    assert forms.mentioned(typed) == asked
    assert forms.plain_words(typed, PEOPLE) == read


def test_where_others_read_it_no_key_is_named_that_they_may_not_know(desk: Desk) -> None:
    blocker = desk.raised(link="OPS-7")

    def told() -> str:
        return json.dumps(
            views.waits_for(desk.do(lambda uow: veiled(uow, blocker)), LINKS), default=str
        )

    desk.do(lambda uow: uow.channels.keep("T1", "C1", public=True, shared=False, now=NOON))
    assert "/browse/OPS-7" in told()
    desk.do(lambda uow: uow.channels.keep("T1", "C1", public=True, shared=True, now=NOON))
    assert "OPS-7" not in told()
    assert "an issue" in told()


def test_without_jira_a_key_is_plain() -> None:
    shown = views.card(LINKED, Scene(people=PEOPLE, links=Links(), now=NOON))
    assert '"link"' not in json.dumps(shown.blocks)
