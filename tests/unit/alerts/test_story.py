"""The thread of an alert, the direct message to whom it called, and the answers to clicks."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.domain.alerts.incidents import Awaits, Call, Fold, Incident, Snooze
from bot.domain.person import Person
from bot.errors import InvalidForm, InvalidInput
from bot.ports.chat import Message
from bot.views.alerts import answers, buttons, story
from bot.views.alerts.call import call
from bot.views.alerts.story import Happening
from bot.views.forms import FormState
from tests.standins.slack import mentions_of
from tests.standins.slack.blockkit import Rules, check_view
from tests.unit.alerts.facts import LINKS, PEOPLE, facts, offered, problems, text
from tests.unit.alerts.values import T0, incident

LATEST = incident().latest
OTHER = incident(
    id="T1:A-4:1", rule_number=4, title="churn, EU-new is low", lead="T1:A-1:1", fold=Fold.GROUP
)
CALLED = Call(person="U2", at=T0, owner="UNY", owner_back_at=T0 + timedelta(hours=4))


def line(
    what: str, one: Incident | None = None, member: Incident | None = None, **said: Any
) -> str:
    happening = Happening(
        incident=one or incident(), said=said, at=T0 + timedelta(hours=4), member=member
    )
    message = story.line(what, happening, PEOPLE, LINKS)
    assert problems(message) == []
    assert mentions_of({"text": message.text, "blocks": list(message.blocks)}) == set()
    return message.text


@pytest.mark.parametrize(
    ("what", "said", "told"),
    [
        ("acknowledged", {"by": "U2"}, "Ravi is looking at it."),
        ("unacknowledged", {"by": "U2"}, "Ravi handed it back: nobody is looking at it now."),
        (
            "unacknowledged",
            {"by": ""},
            "It is still bad a day after it was acknowledged, so it asks again.",
        ),
        (
            "snoozed",
            {"by": "U2", "until": "2026-11-22T13:00:00+00:00", "awaits": ""},
            "Ravi snoozed it until 2026-11-22 13:00 UTC.",
        ),
        (
            "snoozed",
            {"by": "U2", "until": "", "awaits": "version"},
            "Ravi snoozed it until the next version.",
        ),
        ("woke", {"why": "time"}, f"The snooze is over and it is still bad: {LATEST}"),
        ("woke", {"why": "evaluation"}, f"There is a new evaluation: {LATEST}"),
        ("woke", {"why": "version"}, f"There is a new version: {LATEST}"),
        ("woke", {"why": "person"}, f"The snooze was ended: {LATEST}"),
        ("assigned", {"by": "U2", "person": "UNY"}, "Ravi assigned it to Marcus Reed."),
        ("assigned", {"by": "U2", "person": "U2"}, "Ravi took it."),
        (
            "unassigned",
            {"person": "U2"},
            "It was assigned to Ravi, who has left, so it asks again.",
        ),
        ("reminder", {}, f"Still bad after 4 h and nobody has acknowledged it: {LATEST}"),
        ("escalated", {"severity": "critical"}, f"It is critical now: {LATEST}"),
        ("issue_created", {"person": "U2", "key": "CHURN-7"}, "Ravi created CHURN-7."),
    ],
)
def test_each_thing_that_happens_has_its_words(what: str, said: dict[str, Any], told: str) -> None:
    assert line(what, **said) == told


def test_a_hand_over_says_why() -> None:
    assert line("handed_over", incident(call=CALLED), person="U2") == (
        "Handed over to Ravi: owner Marcus Reed is asleep until 08:00 their time."
    )
    own = replace(CALLED, person="UNY", owner_back_at=None)
    assert line("handed_over", incident(call=own), person="UNY") == (
        "Handed over to Marcus Reed, who owns it and is at work now."
    )


def test_another_one_in_its_thread_is_told_and_edited_when_it_ends() -> None:
    assert line("folded", member=OTHER, fold="group") == "🔴 A-4: churn, EU-new is low"
    assert line("folded", member=OTHER, fold="cooldown") == "🔴 Again: A-4: churn, EU-new is low"
    ended = replace(OTHER, resolved_at=T0 + timedelta(hours=1), recovered=True, latest="it is fine")
    assert line("folded", member=ended, fold="group").startswith("✅ A-4: churn, EU-new is low\n")
    assert line("recovered_member", member=ended) == (
        "A-4 ✅ recovered 2026-11-22 10:00 UTC after 1 h: it is fine"
    )
    assert line("flapping", member=OTHER, count=3) == (
        "🔴 A-4 comes and goes: 3 times in 24 h. "
        "Further ones are told here until it has been quiet for 24 h."
    )


def test_a_line_about_another_one_names_it() -> None:
    assert line("escalated", OTHER, severity="critical").startswith("A-4: It is critical now")


def test_its_end_says_who_or_why() -> None:
    ended = incident(resolved_at=T0 + timedelta(hours=1), latest="the champion changed")
    assert line("resolved", ended, by="").endswith("after 1 h: the champion changed")
    assert line("resolved", replace(ended, resolved_by="U2"), by="U2").startswith(
        "✅ ended by Ravi"
    )


def test_nobody_wrote_words_for_it() -> None:
    with pytest.raises(KeyError):
        line("something else")


def dm(one: Incident, called: str = "U2") -> Message:
    message = call(
        facts(one, posted_channel="C1", posted_ts="1.2", runbook="https://wiki.example"),
        called,
        PEOPLE,
        LINKS,
    )
    assert problems(message) == []
    return message


def test_who_is_called_hears_what_and_why_just_they() -> None:
    message = dm(incident(call=CALLED))
    assert message.text.startswith("🔴 churn v14")
    assert "You are asked because owner Marcus Reed is asleep until 08:00 their time." in text(
        message
    )
    assert "https://example.slack.com/archives/C1/p12" in repr(message.blocks)
    assert offered(message) == [buttons.ACTION_ACKNOWLEDGE, buttons.ACTION_SNOOZE]
    own = dm(incident(call=replace(CALLED, person="UNY")), "UNY")
    assert "You own it." in text(own)
    woken = dm(incident(call=replace(CALLED, person="UNY", woken=True)), "UNY")
    assert "so it wakes you" in text(woken)
    assigned = dm(incident(call=CALLED, assigned_to="U2"))
    assert "It is assigned to you." in text(assigned)


def test_what_others_took_over_has_no_buttons_any_more() -> None:
    taken = dm(incident(call=CALLED, acknowledged_by="UNY", acknowledged_at=T0))
    assert offered(taken) == []
    assert "acknowledged by Marcus Reed" in text(taken)
    passed_on = dm(incident(call=replace(CALLED, person="UNY")))
    assert "Handed over to Marcus Reed." in text(passed_on)
    ended = dm(incident(call=CALLED, resolved_at=T0, recovered=True))
    assert offered(ended) == []
    mine = dm(incident(call=CALLED, acknowledged_by="U2", acknowledged_at=T0))
    assert offered(mine) == [buttons.ACTION_UNACKNOWLEDGE, buttons.ACTION_SNOOZE]


@pytest.mark.parametrize(
    ("word", "zone", "now", "until"),
    [
        ("1h", "UTC", "2026-11-22T09:00Z", "2026-11-22T10:00Z"),
        ("4h", "UTC", "2026-11-22T09:00Z", "2026-11-22T13:00Z"),
        ("tomorrow", "Europe/Berlin", "2026-10-24T20:00Z", "2026-10-25T08:00Z"),
        ("tomorrow", "Asia/Kolkata", "2026-10-24T20:00Z", "2026-10-26T03:30Z"),
        ("tomorrow", "America/New_York", "2026-10-31T03:00Z", "2026-10-31T13:00Z"),
        ("tomorrow", "America/New_York", "2026-10-31T12:30Z", "2026-11-01T14:00Z"),
        ("wake", "UTC", "2026-11-22T09:00Z", "2026-11-22T09:00Z"),
    ],
)
def test_a_snooze_ends_by_the_clock_of_who_asked(
    word: str, zone: str, now: str, until: str
) -> None:
    found = buttons.snooze(word, "U2", zone, datetime.fromisoformat(now))
    assert found.until == datetime.fromisoformat(until).astimezone(UTC)


def test_a_snooze_may_wait_for_what_comes_next() -> None:
    assert buttons.snooze("version", "U2", "UTC", T0) == Snooze(
        by="U2", at=T0, awaits=Awaits.VERSION
    )
    with pytest.raises(InvalidInput):
        buttons.snooze("for ever", "U2", "UTC", T0)


def test_a_choice_names_its_incident() -> None:
    assert buttons.chosen("1h:T1:A-1:1") == ("1h", "T1:A-1:1")


@pytest.mark.parametrize("size", [1, 100, 101, 500])
def test_the_form_offers_everybody_with_their_time(size: int) -> None:
    members = [
        Person(workspace="T1", user_id=f"U{n}", name=f"{n} " + "n" * 80, zone="Asia/Kolkata")
        for n in range(size)
    ]
    form = answers.assign_form(incident(), members, T0, {"incident": "x"})
    rules = Rules(surface="modal", native_charts=False, file_ready=lambda _: True)
    assert check_view(rules, form) == []
    assert "Sun 14:30 there" in repr(form)
    assert f"'U{size - 1}'" in repr(form)


def test_nobody_chosen_is_told_at_the_field() -> None:
    chosen = {"person": {"person": {"selected_option": {"value": "U2"}}}}
    assert answers.read_assignee(FormState(chosen, {})) == "U2"
    with pytest.raises(InvalidForm):
        answers.read_assignee(FormState({}, {}))


def test_in_a_very_large_channel_one_person_is_picked() -> None:
    members = [Person(workspace="T1", user_id=f"U{n}", name=f"{n}") for n in range(501)]
    form = answers.assign_form(incident(), members, T0, {})
    assert "multi_users_select" in repr(form)
    picked = {"picked": {"picked": {"selected_users": ["U2"]}}}
    assert answers.read_assignee(FormState(picked, {})) == "U2"
    several = {"picked": {"picked": {"selected_users": ["U2", "U3"]}}}
    with pytest.raises(InvalidForm) as refused:
        answers.read_assignee(FormState(several, {}))
    assert list(refused.value.fields) == ["picked"]
