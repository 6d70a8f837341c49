"""Whether alerts were worth it: tallies, and the report in words."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.domain.alerts.feedback import Feedback
from bot.domain.alerts.incidents import Incident, Told
from bot.domain.alerts.precision import PrecisionReport, RuleTally, Tally, by_rule, tally
from bot.domain.alerts.trial import Calmer
from bot.ports.chat import Message
from bot.views.alerts import report as views
from tests.standins.slack.blockkit import Rules, check_message
from tests.unit.alerts.values import T0, incident, rule

MONTH = timedelta(days=30)
SURFACE = Rules(surface="message", native_charts=True, file_ready=lambda _: True)


def _incident(number: int, *, minutes: int | None = None, rule_number: int = 1) -> Incident:
    """One that was told, and acknowledged after so many minutes, or never."""
    told = Told(posted_at=T0)
    changes = {"id": f"i{number}", "rule_number": rule_number, "opened_at": T0, "told": told}
    if minutes is not None:
        changes |= {"acknowledged_by": "U2", "acknowledged_at": T0 + timedelta(minutes=minutes)}
    return incident(**changes)


def _word(number: int, useful: bool, user: str = "U2") -> Feedback:
    return Feedback(
        workspace="T1",
        incident_id=f"i{number}",
        rule_number=1,
        user_id=user,
        useful=useful,
        at=T0,
    )


def _report(**parts: Any) -> PrecisionReport:
    values: dict[str, Any] = {"since": T0 - MONTH, "until": T0, "total": Tally(), **parts}
    return PrecisionReport(**values)


def _text(message: Message) -> str:
    assert check_message(SURFACE, json.loads(json.dumps(message.blocks))) == []
    return json.dumps(message.blocks, ensure_ascii=False)


def test_precision_is_the_useful_share_of_what_people_judged() -> None:
    incidents = [_incident(n, minutes=10 * n if n < 4 else None) for n in range(1, 7)]
    words = [_word(1, True), _word(2, False), _word(3, False), _word(5, False)]
    found = tally(incidents, words)
    assert (found.alerts, found.acknowledged, found.useful, found.noise) == (6, 3, 1, 3)
    assert found.unanswered == 2
    assert found.waited == timedelta(minutes=20)
    assert found.precision == 0.25
    assert found.is_noisy


def test_the_majority_decides_and_a_tie_says_nothing() -> None:
    words = [_word(1, True), _word(1, False, "U3"), _word(2, False), _word(2, False, "U3")]
    found = tally([_incident(1), _incident(2)], [*words, _word(2, True, "U4")])
    assert (found.useful, found.noise, found.unanswered) == (0, 1, 0)


def test_nothing_said_is_no_precision_and_one_word_condemns_no_rule() -> None:
    assert tally([_incident(1)], []).precision is None
    assert not tally([_incident(1)], [_word(1, False)]).is_noisy


def test_what_nobody_was_told_of_is_no_alert() -> None:
    held = incident(held="silenced by S-1", resolved_at=T0, told=Told(resolved=True))
    assert tally([held], []) == Tally()
    assert by_rule({1: rule()}, [held], []) == []


def test_what_joins_an_acknowledged_message_waits_for_nobody() -> None:
    """It has the acknowledgement of that message, from before its own opening."""
    found = tally([_incident(1, minutes=-30), _incident(2, minutes=20)], [])
    assert (found.acknowledged, found.waited) == (2, timedelta(minutes=20))
    assert tally([_incident(1, minutes=-30)], []).waited is None


def test_rules_with_the_most_alerts_come_first() -> None:
    known = {n: replace(rule(), number=n) for n in (1, 2, 3)}
    numbers = [3, 2, 3, 1]
    incidents = [_incident(i, rule_number=n) for i, n in enumerate(numbers)]
    order = [(each.number, counted.alerts) for each, counted in by_rule(known, incidents, [])]
    assert order == [(3, 2), (1, 1), (2, 1)]


def test_a_noisy_rule_comes_with_the_change_and_a_button() -> None:
    noisy = Tally(alerts=7, acknowledged=2, useful=1, noise=5, unanswered=1)
    calmer = Calmer(rule=replace(rule(), for_evaluations=3), times=2)
    told = _text(
        views.report(
            _report(total=noisy, rules=(RuleTally(rule=rule(), tally=noisy, calmer=calmer),))
        )
    )
    assert "7 alerts, 5 called noise." in told
    assert '"for 3 evaluations"' in told
    assert "it would have been twice." in told
    assert "alert.edit:1" in told
    assert "1 of the 6 that people judged were useful (17%)" in told


def test_rules_that_never_spoke_are_named() -> None:
    told = _text(views.report(_report(never=(rule(),))))
    assert "Never fired in 90 days" in told
    assert "A-1 (val_auc of churn)" in told


def test_nothing_to_report_says_what_it_would_be_made_of() -> None:
    assert "No alert in the last 30 days" in views.report(_report()).text
