"""The dry run: what a rule would have said, how near it came, and what makes it calmer."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot.domain.alerts.rules import FairnessGap, Operator, RuleDraft, SliceFloor, Staleness
from bot.domain.alerts.states import Sample
from bot.domain.alerts.trial import NOISY, PAUSES, Trial, try_out
from bot.views.alerts import trial as views
from bot.views.alerts.form_fields import HOURS
from bot.views.text import plain
from tests.unit.alerts.values import BELOW, CHAMPION, T0, WORSE, rule, sample

NOW = T0 + timedelta(days=100)
DAY = 24 * 60


def _daily(*values: float) -> list[Sample]:
    """One evaluation a day, the last one a day ago."""
    first = 100 - len(values)
    return [sample(value, f"r{n}", minutes=(first + n) * DAY) for n, value in enumerate(values)]


def _told(draft: RuleDraft, found: Trial) -> str:
    return "\n".join(map(plain, views.trial(draft, found, NOW)))


def test_every_breach_of_the_last_ninety_days_is_named_with_its_length() -> None:
    found = try_out(rule(), _daily(0.95, 0.8, 0.85, 0.95, 0.95, 0.7, 0.95), NOW)
    lengths = [each.ended_at - each.opened_at for each in found.episodes if each.ended_at]
    assert lengths == [timedelta(days=2), timedelta(days=1)]
    told = _told(rule(), found)
    assert told.startswith("Would have fired twice in the last 90 days; now quiet.")
    assert "for 2 days (val_auc 0.8 is below 0.9)" in told


def test_what_is_open_still_is_said_to_be() -> None:
    found = try_out(rule(), _daily(0.95, 0.8), NOW)
    assert "still bad now" in _told(rule(), found)
    assert "since 2027" in _told(rule(), found)


def test_what_was_over_before_the_ninety_days_isnt_counted() -> None:
    samples = _daily(0.8, *[0.95] * 95)
    assert samples[0].at < NOW - timedelta(days=90)
    found = try_out(rule(), samples, NOW)
    assert found.episodes == ()
    assert found.evaluations == 90


def test_a_rule_that_never_fired_tells_what_was_nearest() -> None:
    values = _daily(0.95, 0.91, 0.97)
    found = try_out(rule(), values, NOW)
    assert found.nearest is not None
    assert (found.nearest.value, found.nearest.at) == (0.91, values[1].at)
    assert "Would never have fired" in _told(rule(), found)
    assert "the nearest was val_auc 0.91 on" in _told(rule(), found)
    above = rule(replace(BELOW, operator=Operator.ABOVE, bound=0.99))
    nearest = try_out(above, values, NOW).nearest
    assert nearest is not None
    assert nearest.value == 0.97


def test_bad_evaluations_that_were_too_few_are_no_near_miss() -> None:
    picky = rule(times=3)
    told = _told(picky, try_out(picky, _daily(0.8, 0.95, 0.7, 0.6, 0.95), NOW))
    assert "; 2 bad evaluations in a row (val_auc 0.6, run r3, 2027-02-" in told
    assert "), 3 in a row are needed." in told
    one = rule(times=2)
    told = _told(one, try_out(one, _daily(0.8, 0.95), NOW))
    assert "; one bad evaluation (val_auc 0.8, run r0, 2027-02-" in told
    lasting = replace(rule(), for_duration=timedelta(hours=30))
    told = _told(lasting, try_out(lasting, _daily(0.95, 0.8, 0.95), NOW))
    assert "), and it must last 1 day 6 h" in told


def test_the_nearest_slice_is_named() -> None:
    floor = rule(SliceFloor(model="churn", operator=Operator.BELOW, bound=0.5), metric="auc/*")
    [one] = _daily(0.7)
    one = replace(one, slices=(("eu", 0.7), ("us", 0.9)))
    assert "the nearest was auc/* 0.7 (eu) on" in _told(floor, try_out(floor, [one], NOW))
    gap = rule(FairnessGap(model="churn", bound=0.5), metric="auc/*")
    assert "auc/* 0.7 (eu to us) on" in _told(gap, try_out(gap, [one], NOW))


def test_a_champion_is_compared_with_as_it_is_today() -> None:
    found = try_out(rule(WORSE), _daily(0.895, 0.88, 0.896), NOW, CHAMPION)
    [episode] = found.episodes
    assert "0.015 below" in episode.reason
    [*_, last] = views.trial(rule(WORSE), try_out(rule(WORSE), [], NOW, CHAMPION), NOW, CHAMPION)
    assert plain(last) == "Nothing to try it on: no evaluation in the last 90 days."
    told = plain(views.trial(rule(WORSE), found, NOW, CHAMPION)[0])
    assert told.endswith(
        "3 evaluations in these 90 days, measured against today's champion v13 0.895."
    )


def test_noise_is_called_noise_with_the_smallest_change_that_helps() -> None:
    lonely = [0.8 if n % 4 == 0 else 0.95 for n in range(60)]
    values = [*lonely, 0.8, 0.8, 0.95]
    found = try_out(rule(), _daily(*values), NOW)
    assert len(found.episodes) > NOISY
    assert found.calmer is not None
    assert found.calmer.rule.for_evaluations == 2
    assert found.calmer.times == 1
    told = _told(rule(), found)
    assert f"fired {len(found.episodes)} times" in told
    assert "that is noise. Try for 2 evaluations: once." in told


def test_where_waiting_does_not_help_a_larger_delta_is_tried() -> None:
    worse = rule(replace(WORSE, drift=False))
    values = [*[0.88, 0.88, 0.88, 0.88, 0.895, 0.895] * 14, 0.85, 0.85, 0.85, 0.85, 0.895]
    found = try_out(worse, _daily(*values), NOW, CHAMPION)
    assert len(found.episodes) == 15
    assert found.calmer is not None
    assert found.calmer.times == 1
    assert views.change(worse, found.calmer.rule) == "worse by more than 0.018"


def test_nothing_helps_a_metric_that_is_never_good_for_long() -> None:
    found = try_out(rule(), _daily(*[0.5, 0.5, 0.5, 0.95] * 20), NOW)
    assert found.is_noisy
    assert found.calmer is None
    assert "passed less often" in _told(rule(), found)


def test_a_pause_in_evaluations_is_what_staleness_looks_at() -> None:
    stale = rule(Staleness(after=timedelta(days=5), model="churn"), metric="")
    samples = [sample(0.9, str(n), minutes=n * DAY) for n in (40, 41, 50, 96)]
    found = try_out(stale, samples, NOW)
    assert len(found.episodes) == 2
    calm = rule(Staleness(after=timedelta(days=60), model="churn"), metric="")
    nearest = try_out(calm, samples, NOW).nearest
    assert nearest is not None
    assert nearest.pause == timedelta(days=46)
    assert "the longest pause was 46 days" in _told(calm, try_out(calm, samples, NOW))


def test_a_longer_pause_is_proposed_only_where_it_is_worth_it() -> None:
    """Pauses of 2 hours all along: one hour fires at each, four never; 12 of 5 hours help."""
    hourly = [sample(0.9, str(n), minutes=99 * DAY + n * 120) for n in range(12)]
    stale = rule(Staleness(after=timedelta(hours=1), model="churn"), metric="")
    quiet_after = try_out(stale, hourly, NOW - timedelta(hours=1))
    assert quiet_after.calmer is None
    ends = [0, *(n * 120 for n in range(1, 20)), 19 * 120 + 300]
    uneven = [sample(0.9, str(n), minutes=95 * DAY + at) for n, at in enumerate(ends)]
    found = try_out(stale, uneven, T0 + timedelta(days=95, minutes=ends[-1] + 30))
    assert found.is_noisy
    assert found.calmer is not None
    assert found.calmer.rule.condition == Staleness(after=timedelta(hours=4), model="churn")
    assert found.calmer.times == 1
    assert "Try nothing for 4 h: once." in _told(stale, found)


def test_the_pauses_proposed_are_those_of_the_form() -> None:
    assert [pause / timedelta(hours=1) for pause in PAUSES] == [float(each) for each in HOURS]


def _of(values: Sequence[float]) -> int:
    return len(try_out(rule(), _daily(*values), NOW).episodes)


def test_at_most_three_breaches_are_spelled_out() -> None:
    values = [0.95, 0.8] * 5 + [0.95]
    assert _of(values) == 5
    told = _told(rule(), try_out(rule(), _daily(*values), NOW))
    assert told.count("• ") == 3
    assert "and 2 times before that" in told
