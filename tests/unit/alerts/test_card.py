"""The one message of an incident: what it says, what it offers, and that it never pings."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.domain.alerts.facts import Facts, Undone, Waiting
from bot.domain.alerts.incidents import Awaits, Call, Fold, Snooze, Suspect
from bot.domain.alerts.rules import FairnessGap, Operator, SliceFloor, Staleness
from bot.domain.decisions.promotion import PromotedBy
from bot.ports.chat import CHART_SLOT, Message
from bot.views.alerts import buttons, card
from bot.views.alerts.chart import chart
from bot.views.alerts.lines import web_page
from tests.unit.alerts.facts import (
    LINKS,
    PEOPLE,
    choices,
    facts,
    offered,
    points,
    problems,
    text,
)
from tests.unit.alerts.values import BELOW, T0, WORSE, incident, rule, sample

TITLE = incident().title
BY = PromotedBy(number=15, author="U2", at=T0, channel="C1", ts="1.2")
SLICES = SliceFloor(model="churn", operator=Operator.BELOW, bound=0.85)


def shown(found: Facts) -> Message:
    message = card.card(found, PEOPLE, LINKS)
    assert problems(message) == []
    assert "<!channel" not in message.text
    return message


def test_it_says_what_is_worse_than_what_and_where_to_look() -> None:
    message = shown(facts(points=points()))
    assert message.text == f"🔴 {TITLE}"
    assert "Run run run14 · version v14 · champion v13 · allowed: 0.004 below" in text(message)
    assert "http://mlflow.test/#/experiments/1/runs/run14" in repr(message.blocks)
    assert "http://mlflow.test/#/models/churn/versions/13" in repr(message.blocks)
    assert "A-1 · critical · set up by Hanna &lt;!channel&gt;" in repr(message.blocks)
    assert CHART_SLOT in message.blocks


def test_the_chart_has_the_band_of_each_evaluation_and_the_bad_ones_marked() -> None:
    drawn = shown(facts(points=points())).chart
    assert drawn is not None
    assert [series.values for series in drawn.series] == [(0.9, 0.894, 0.871), (0.895,) * 3]
    assert [series.name for series in drawn.series] == ["val_auc", "champion"]
    assert [each and [round(edge, 6) for edge in each] for each in drawn.band] == [
        [0.883, 0.907],
        [0.889, 0.901],
        [0.891, 0.899],
    ]
    assert drawn.marks == (2,)


def test_the_chart_is_labelled_by_day_and_by_time_on_a_day_of_several() -> None:
    days = (T0, T0 + timedelta(days=1), T0 + timedelta(days=1, hours=4))
    some = [replace(one, at=at) for one, at in zip(points(), days, strict=True)]
    drawn = chart(rule(WORSE), [*some, some[-1]])
    assert drawn is not None
    assert drawn.categories == ("22 Nov", "23 Nov 09:00", "23 Nov 13:00", "23 Nov 13:00 (4)")


def test_the_champion_itself_is_not_named_twice() -> None:
    own = replace(incident(), sample=sample(0.871, "run13", version=13))
    assert "champion" not in text(shown(facts(own, points=points()))).split("Run ")[1]


def test_a_limit_is_a_line_and_silence_has_no_chart() -> None:
    plain = tuple(replace(p, expected=None, margin=None) for p in points((0.95, None)))
    drawn = chart(rule(BELOW), plain)
    assert drawn is not None
    assert [series.values for series in drawn.series] == [(0.95, None), (0.9, 0.9)]
    assert drawn.band == ()
    assert chart(rule(SLICES), plain) is not None
    assert chart(rule(Staleness(model="churn", after=timedelta(days=3))), points()) is None
    assert chart(rule(BELOW), points((None,))) is None


def test_slices_are_summed_up_with_the_worst() -> None:
    found = (("EU-new", 0.802), ("EU-old", 0.91), ("US", 0.84), ("JP", math.nan))
    bad = replace(sample(0.802, "r"), slices=found)
    one = incident(sample=bad, baseline=None)
    assert "Slices: 2 of 4 breached, worst EU-new 0.802" in text(shown(facts(one, rule(SLICES))))
    above = replace(SLICES, operator=Operator.ABOVE, bound=0.9)
    assert "Slices: 1 of 4 breached, worst EU-old 0.91" in text(shown(facts(one, rule(above))))
    gap = rule(FairnessGap(model="churn", bound=0.05))
    assert "4 slices: lowest EU-new 0.802, highest EU-old 0.91" in text(shown(facts(one, gap)))


def test_suspects_come_worst_first_and_no_more_than_four() -> None:
    found = (
        Suspect(what="data", name="dataset", before="churn-v7", after="churn-v8"),
        Suspect(what="param", name="max_depth", before="3", after="9"),
        Suspect(what="param", name="warmup", before="", after="5"),
        Suspect(what="commit", name="commit", before="a1b2c3d", after="d4e5f6a"),
        Suspect(what="user", name="user", before="a", after="b"),
    )
    said = text(shown(facts(incident(suspects=found))))
    assert (
        "First suspects: data churn-v7 → churn-v8 · max_depth 3 → 9 · warmup not set → 5 · "
        "commit a1b2c3d → d4e5f6a and 1 more"
    ) in said


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("https://wiki.example/run book", True),
        ("http://wiki.example/x", True),
        ("javascript:alert(1)", False),
        ("slack://x", False),
        ("wiki", False),
        ("https://", False),
        ("http://[", False),
        ("https://w.example/" + "x" * 3000, False),
    ],
)
def test_only_a_web_page_is_a_runbook(address: str, page: bool) -> None:
    assert bool(web_page(address)) is page


def test_who_promoted_it_and_the_runbook_share_a_line() -> None:
    message = shown(facts(promoted=BY, runbook="https://wiki.example/churn"))
    assert "Promoted by D-15 (Ravi, 2026-11-22 09:00 UTC) · runbook" in text(message)
    assert "https://wiki.example/churn" in repr(message.blocks)


def test_all_that_can_be_done_is_offered() -> None:
    message = shown(facts())
    assert offered(message) == [
        buttons.ACTION_ACKNOWLEDGE,
        buttons.ACTION_SNOOZE,
        buttons.ACTION_ROLLBACK,
        buttons.ACTION_MORE,
    ]
    assert choices(message, buttons.ACTION_SNOOZE) == [
        "1 hour",
        "4 hours",
        "Until tomorrow 09:00",
        "Until the next evaluation",
        "Until the next version",
    ]
    assert choices(message, buttons.ACTION_MORE) == [
        "Assign…",
        "Resolve",
        "It was useful",
        "It is noise",
        "Silence…",
    ]


def test_an_issue_is_offered_where_jira_is_and_linked_once_it_is_there() -> None:
    links = replace(LINKS, jira_url="https://jira.example")
    assert "issue.new" in offered(card.card(facts(), PEOPLE, links))
    made = card.card(facts(incident(issue_key="CHURN-7")), PEOPLE, links)
    assert "issue.new" not in offered(made)
    assert "https://jira.example/browse/CHURN-7" in repr(made.blocks)


def test_a_rule_without_a_model_has_no_versions_to_wait_for_and_none_to_roll_back() -> None:
    message = shown(facts(of=rule(BELOW)))
    assert "Until the next version" not in choices(message, buttons.ACTION_SNOOZE)
    assert buttons.ACTION_ROLLBACK not in offered(message)


def test_an_acknowledged_one_is_yellow_and_can_be_handed_back() -> None:
    taken = incident(acknowledged_by="U2", acknowledged_at=T0 + timedelta(minutes=5))
    message = shown(facts(taken))
    assert message.text.startswith("🟡 ")
    assert "acknowledged by Ravi" in text(message)
    assert buttons.ACTION_UNACKNOWLEDGE in offered(message)
    assert buttons.ACTION_ACKNOWLEDGE not in offered(message)


@pytest.mark.parametrize(
    ("snooze", "said"),
    [
        (Snooze(by="U2", at=T0, until=T0 + timedelta(hours=4)), "snoozed until 2026-11-22 13:00"),
        (Snooze(by="U2", at=T0, awaits=Awaits.EVALUATION), "until the next evaluation by Ravi"),
        (Snooze(by="U2", at=T0, awaits=Awaits.VERSION), "until the next version by Ravi"),
    ],
)
def test_a_snooze_says_until_when_and_can_be_ended(snooze: Snooze, said: str) -> None:
    message = shown(facts(incident(snooze=snooze, assigned_to="UNY")))
    assert said in text(message)
    assert "assigned to Marcus Reed" in text(message)
    assert choices(message, buttons.ACTION_SNOOZE)[0] == "End the snooze"


def over(**changes: Any) -> Facts:
    beside = {key: changes.pop(key) for key in ("undone", "useful", "noise") if key in changes}
    ended = T0 + timedelta(hours=4, minutes=28)
    return facts(incident(resolved_at=ended, latest="why it ended", **changes), **beside)


def test_after_recovery_it_says_how_long_it_took_and_asks_what_it_was_worth() -> None:
    message = shown(over(recovered=True, useful=2, noise=1))
    assert message.text.startswith("✅ Over: churn v14 was worse than champion v13: val_auc 0.871")
    assert "after 4 h 28 min: why it ended" in text(message)
    assert "✅ recovered " in text(message)
    assert "2 found it useful · 1 found it noise" in text(message)
    assert offered(message) == [buttons.ACTION_USEFUL, buttons.ACTION_NOISE]


def test_a_rollback_that_ended_it_is_named() -> None:
    by = replace(BY, number=15)
    message = shown(over(undone=Undone(by=by, version=12, is_back=True)))
    assert "✅ recovered " in text(message)
    assert "after 4 h 28 min: rolled back to v12 by D-15" in text(message)
    forward = shown(over(undone=Undone(by=by, version=16, is_back=False)))
    assert "the champion is now v16 by D-15" in text(forward)


def test_what_a_person_ended_did_not_recover() -> None:
    by_hand = shown(over(resolved_by="U2"))
    assert "✅ ended by Ravi " in text(by_hand)
    title = incident().title
    assert by_hand.text.startswith(f"✅ Closed by Ravi, still bad then: {title}")
    assert "✅ closed " in text(shown(over()))


def at(moment: str) -> datetime:
    return datetime.fromisoformat(moment).astimezone(UTC)


@pytest.mark.parametrize(
    ("called_at", "back_at", "why"),
    [
        ("2026-10-27T09:00Z", "2026-10-27T12:00Z", "is asleep until 08:00 their time"),
        ("2026-10-27T22:30Z", "2026-10-28T12:00Z", "is off work until 08:00 their time"),
        ("2026-10-30T22:30Z", "2026-11-02T13:00Z", "is away until Mon 08:00 their time"),
        ("2026-10-27T15:00Z", "2026-11-09T13:00Z", "is away until 9 Nov 08:00 their time"),
    ],
)
def test_the_reason_for_who_was_asked_is_in_the_owners_time(
    called_at: str, back_at: str, why: str
) -> None:
    call = Call(person="U2", at=at(called_at), owner="UNY", owner_back_at=at(back_at))
    assert f"Sent to Ravi: owner Marcus Reed {why}" in text(shown(facts(incident(call=call))))


def test_other_reasons_for_who_was_asked() -> None:
    own = Call(person="UNY", at=T0, owner="UNY")
    assert "Sent to its owner Marcus Reed" in text(shown(facts(incident(call=own))))
    woken = incident(call=replace(own, woken=True, owner_back_at=T0))
    assert "out of hours: nobody else who answers for it is at work" in text(shown(facts(woken)))
    assigned = incident(call=own, assigned_to="UNY")
    assert "Sent to Marcus Reed, to whom it is assigned" in text(shown(facts(assigned)))
    waiting = Waiting(owner="UNY", at=T0, back_at=T0 + timedelta(hours=4))
    assert "Marcus Reed hears of it 08:00 their time" in text(shown(facts(waiting=waiting)))


def test_the_others_of_its_message_are_listed_while_they_are_open() -> None:
    others = [
        incident(id=f"T1:A-{n}:1", rule_number=n, title=f"churn, slice {n}", fold=Fold.GROUP)
        for n in range(2, 9)
    ]
    gone = replace(others[0], resolved_at=T0)
    message = shown(facts(members=(gone, *others[1:])))
    assert "A-2" not in text(message)
    assert "Also 🔴 A-3: churn, slice 3" in text(message)
    assert "and 1 more, each in the thread" in text(message)


def test_it_is_over_only_when_all_of_it_is() -> None:
    other = incident(id="T1:A-2:1", rule_number=2, fold=Fold.GROUP)
    ended = incident(resolved_at=T0, recovered=True)
    message = shown(facts(ended, members=(other,)))
    assert message.text.startswith("🔴 ")
    assert "Over" not in message.text
    assert buttons.ACTION_ACKNOWLEDGE in offered(message)
    taken = replace(other, acknowledged_by="U2", acknowledged_at=T0)
    assert shown(facts(ended, members=(taken,))).text.startswith("🟡 ")


def test_why_it_is_quiet_or_in_a_thread_is_said() -> None:
    held = shown(facts(incident(held="silenced by S-3", fold=Fold.BUDGET)))
    assert "Quiet for now: silenced by S-3" in text(held)
    assert "because the channel has had its alerts for today" in text(held)


def test_a_picture_of_it_has_no_buttons() -> None:
    assert offered(card.card(facts(), PEOPLE, LINKS, buttons=False)) == []


def test_hostile_names_ping_nobody_and_break_nothing() -> None:
    bad = "<!channel> <@U9> &lt; *x* `y` \u202e" * 20
    suspect = Suspect(what="param", name=bad, before=bad, after=bad)
    one = incident(
        title=bad, latest=bad, suspects=(suspect,) * 5, held=bad, sample=sample(math.nan, "r")
    )
    hostile = rule(replace(WORSE, model=bad), metric="<!here>")
    message = shown(facts(one, hostile, points=points(), members=(replace(one, id="2"),)))
    for block in message.blocks:
        if block["type"] in ("context", "section"):
            assert "<!here" not in repr(block)
            assert "<!channel" not in repr(block)
            assert "<@U9" not in repr(block)
