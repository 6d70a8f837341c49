"""The words of a hand-over: one phone screen whatever there is, and nothing promised that isn't."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings

from bot.domain.digests.handover import BestOfMine, Changed, ForYou, Handover, MyRuns
from bot.domain.digests.handover_span import HandoverWindow
from bot.domain.digests.windows import Span
from bot.domain.experiments.records import Experiment
from bot.domain.issues.summary import IssueGroup, IssueLine, summary_of
from bot.domain.links import Links
from bot.domain.metrics import Direction
from bot.domain.person import Person
from bot.ports.chat import Modal
from bot.views.digests.handover import card, rows
from bot.views.text import plain
from tests.standins.slack.text import text_of
from tests.unit.digests.builders import issue
from tests.unit.experiments.samples import run
from tests.unit.views.hostile import HOSTILE, problems
from tests.unit.views.largest import NOW
from tests.unit.views.largest_handovers import largest

LENA = Person(workspace="T1", user_id="ULENA", name="Lena", zone="Europe/Berlin")
NIGHT = Span(since=NOW - timedelta(hours=14), until=NOW)
NOTHING = Handover(person=LENA, day=NOW.date(), now=NOW, window=HandoverWindow.over(NIGHT))


def text(content: Handover, *, alone: bool = True) -> str:
    return card.short(content, Links(), alone=alone).text


@pytest.mark.parametrize("count", [1, 2, 3, 5, 60])
@pytest.mark.parametrize("words", ["x", "word " * 60, "🦉" * 300])
def test_a_phone_shows_it_at_once_and_more_tells_the_rest(words: str, count: int) -> None:
    content = largest(words, count)
    found = card.short(content, Links())
    assert found.fits, found.text
    assert found.mine
    assert found.left > 0
    assert "below More" in found.text
    assert "needs you" not in found.text


def test_what_fits_is_told_whole() -> None:
    content = replace(largest("x", 1), stale=[], changed=NOTHING.changed)
    content = replace(content, for_you=replace(content.for_you, blockers=[]))
    found = card.short(content, Links())
    assert found.left == 0
    assert found.text.endswith("Nothing else needs you.")
    assert not [b for b in card.blocks(content, Links()) if card.ACTION_MORE in str(b)]


def test_a_quiet_night_is_said_in_one_line() -> None:
    assert text(NOTHING) == ("Good morning. Nothing happened while you slept.\nNothing needs you.")
    afternoon = replace(NOTHING, now=NOW + timedelta(hours=5))
    assert text(afternoon).startswith("Nothing happened")
    assert text(afternoon, alone=False) == "Nothing happened while you slept."
    weekend = Span(since=NOW - timedelta(hours=62), until=NOW)
    assert "since Thu 20:00" in text(replace(NOTHING, window=HandoverWindow.over(weekend)))


def test_runs_are_one_line_with_the_distance_to_champion() -> None:
    best = BestOfMine(
        experiment=Experiment(experiment_id="1", name="churn"),
        run=run(1),
        metric="loss",
        value=0.31,
        direction=Direction.LOWER,
        champion=0.32,
    )
    runs = MyRuns(finished=[run(1), run(2)], silent=[run(3)], best=[best])
    content = replace(NOTHING, for_you=ForYou(runs=runs))
    line = "Your runs: 2 finished, 1 silent, best loss of churn 0.31, 0.01 below champion"
    assert f"{line} (lower is better)" in text(content)
    [row] = [b for b in card.blocks(content, Links()) if b["type"] == "actions"]
    assert [e["text"]["text"] for e in row["elements"]] == ["Show runs"]


def test_the_best_of_other_data_than_the_champions_says_so() -> None:
    best = BestOfMine(
        experiment=Experiment(experiment_id="1", name="churn"),
        run=run(1),
        metric="val_auc",
        value=0.828,
        direction=Direction.HIGHER,
        other_data=True,
    )
    content = replace(NOTHING, for_you=ForYou(runs=MyRuns(finished=[run(1)], best=[best])))
    line = "1 finished, best val_auc of churn 0.828, on other data than the champion"
    assert line in text(content)


def test_more_tells_every_line_once_a_page_at_a_time() -> None:
    content = largest("x", 60)
    total = len(rows.for_you(content, Links())) + len(rows.all_changed(content, Links()))
    told, start = 0, 0
    while True:
        modal = card.more(content, Links(), start)
        told += len(bullets_of(modal))
        assert "More" not in text_of(modal)
        value = next_page(modal)
        if not value:
            break
        window, start = card.read_more(value)
        assert window == content.window
    assert told == total
    assert f"{start + 1} to {total} of {total}." in text_of(modal)


def next_page(modal: Modal) -> str:
    rows_of = [e for b in modal["blocks"] if b["type"] == "actions" for e in b["elements"]]
    return "".join(e["value"] for e in rows_of if e["text"]["text"] == "Next")


def bullets_of(modal: Modal) -> list[Any]:
    parts = [e for b in modal["blocks"] for e in b.get("elements", ())]
    return [each for e in parts if e["type"] == "rich_text_list" for each in e["elements"]]


def test_nobody_gets_a_wall_of_other_peoples_tickets() -> None:
    def line(number: int, group: IssueGroup, **parts: Any) -> IssueLine:
        return IssueLine(issue=issue(number, "Done"), group=group, **parts)

    done = [line(n, IssueGroup.DONE) for n in range(1, 8)]
    others = [*done, line(8, IssueGroup.MOVED, runs=2), line(9, IssueGroup.MOVED)]
    mine = line(20, IssueGroup.BLOCKED, waits_for=("CHURN-9",), is_news=False)
    content = replace(
        NOTHING,
        for_you=ForYou(issues=summary_of([mine])),
        changed=Changed(issues=summary_of(others)),
    )
    found = card.short(content, Links())
    keys = [plain(each).split(" ")[0] for each in found.rest]
    assert keys == ["CHURN-9", "CHURN-8", "Jira:"]
    assert plain(found.rest[-1]) == "Jira: 7 more done"
    assert "below More" not in found.text
    assert found.left == 7
    assert card.ACTION_MORE in str(card.blocks(content, Links()))
    whole = card.more(content, Links())
    assert all(f"CHURN-{n} " in text_of(whole) for n in range(1, 10))


@settings(max_examples=60, deadline=None)
@given(HOSTILE)
def test_no_outside_text_pings_links_or_breaks_it(raw: str) -> None:
    content = largest(raw, 2)
    assert problems(card.dm(content, Links()).blocks) == []
    assert card.short(content, Links()).fits
