"""The stakeholders' message is one phone's screen; the rest is behind its button."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.digests.stakeholder import Lesson, NextDecision, WorkCounts
from bot.views.digests.card import buttons
from bot.views.digests.places import STAKEHOLDERS, read_place
from tests.unit.digests.test_stakeholder import BERLIN, EMPTY, WORSE, said
from tests.unit.experiments.goal_builders import NOW, standing

DAY = timedelta(days=1)


def test_what_does_not_fit_on_a_screen_is_behind_details() -> None:
    names = ("Cut churn of private customers", "Fewer false calls", "Offer the right tariff")
    goals = (standing(0.95, objective=names[0] * 4), standing(0.7, objective=names[1] * 4))
    reading = replace(
        BERLIN,
        goals=(*goals, standing(0.95, objective=names[2])),
        risks=tuple(replace(WORSE, model=model) for model in ("churn", "fraud", "ranking")),
        decided=tuple(f"Promote the new version of {n}" * 3 for n in range(3)),
        refused=("Buy weather data for another year",),
        next=NextDecision(title="Use the new data of the call centre", by=NOW + 2 * DAY),
        lesson=Lesson(claim="focal loss finds more " * 4, held=False, learned="It costs " * 20),
        work=WorkCounts(finished=5),
    )
    text = said(reading)
    assert sum(map(len, text)) <= 900
    assert text[1].startswith("🟡 Goal: Fewer false calls"), "what is at risk is never folded first"
    assert text[-1] == "2 more parts under *Details*"
    row = buttons(EMPTY, STAKEHOLDERS)
    assert read_place(row["elements"][0]["value"]).reading == STAKEHOLDERS
