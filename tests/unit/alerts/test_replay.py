"""A rule over the past gives the incidents that the engine would have opened."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.alerts.replay import replay
from bot.domain.alerts.rules import NoData
from bot.domain.alerts.states import Phase, Sample
from tests.unit.alerts.kinds import DAY, HOUR, QUIET, ROLLING, STALE
from tests.unit.alerts.values import CHAMPION, T0, WORSE, rule, sample


def _nightly(*values: float) -> list[Sample]:
    return [sample(value, f"n{n}", minutes=n * 24 * 60) for n, value in enumerate(values)]


def test_episodes_have_a_beginning_an_end_and_a_reason() -> None:
    now = T0 + 10 * DAY
    first, second = replay(rule(times=2), _nightly(0.8, 0.8, 0.95, 0.8, 0.8), now)
    assert (first.opened_at, first.ended_at) == (T0 + DAY, T0 + 2 * DAY)
    assert first.reason == "val_auc 0.8 is below 0.9, twice in a row"
    assert (first.value, first.name, first.phase) == (0.8, "run n1", Phase.FIRING)
    assert second.ended_at is None


def test_time_between_samples_counts() -> None:
    lasting = replace(rule(), for_duration=5 * HOUR)
    [found] = replay(lasting, _nightly(0.8, 0.95), T0 + 2 * DAY)
    assert (found.opened_at, found.ended_at) == (T0 + 5 * HOUR, T0 + DAY)
    stale = rule(replace(STALE, after=timedelta(hours=30)))
    late = [*_nightly(0.9, 0.9), sample(0.9, "late", minutes=4 * 24 * 60)]
    first, last = replay(stale, late, T0 + 6 * DAY)
    assert (first.opened_at, first.ended_at) == (T0 + DAY + 30 * HOUR, T0 + 4 * DAY)
    assert (last.opened_at, last.value) == (T0 + 4 * DAY + 30 * HOUR, None)
    silent = replace(rule(), stale_after=DAY, no_data=NoData.ALERT)
    [gap] = replay(silent, _nightly(0.95), T0 + 9 * DAY)
    assert (gap.phase, gap.ended_at) == (Phase.NO_DATA, None)


def test_a_rolling_rule_learns_first_and_the_champions_own_run_is_left_out() -> None:
    [found] = replay(rule(ROLLING), _nightly(0.1, *QUIET, 0.8), T0 + 30 * DAY)
    assert found.value == 0.8
    own = replace(sample(0.1), key=CHAMPION.run_id)
    assert replay(rule(WORSE), [own], T0 + DAY, CHAMPION) == []
    assert replay(rule(WORSE), _nightly(0.1), T0 + DAY) == []
