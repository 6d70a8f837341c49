"""The words of a hand-over: one phone screen whatever there is, and nothing promised that isn't."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings

from bot.domain.digests.handover import BestOfMine, ForYou, Handover, MyRuns
from bot.domain.digests.windows import Span
from bot.domain.experiments.records import Experiment
from bot.domain.links import Links
from bot.domain.metrics import Direction
from bot.domain.person import Person
from bot.views.digests.handover import card
from tests.unit.experiments.samples import run
from tests.unit.views.hostile import HOSTILE, problems
from tests.unit.views.largest import NOW
from tests.unit.views.largest_handovers import largest

LENA = Person(workspace="T1", user_id="ULENA", name="Lena", zone="Europe/Berlin")
NIGHT = Span(since=NOW - timedelta(hours=14), until=NOW)
NOTHING = Handover(person=LENA, day=NOW.date(), now=NOW, span=NIGHT)


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
    assert "since Thu 20:00" in text(replace(NOTHING, span=weekend))


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


@settings(max_examples=60, deadline=None)
@given(HOSTILE)
def test_no_outside_text_pings_links_or_breaks_it(raw: str) -> None:
    content = largest(raw, 2)
    assert problems(card.dm(content, Links()).blocks) == []
    assert card.short(content, Links()).fits
