"""Mood: the field of the report form, and the team's trend."""

from collections.abc import Sequence
from datetime import date

from bot.domain.chart import Chart, Series
from bot.domain.mood import FEWEST_PEOPLE, MoodTrend, MoodWeek
from bot.ports.chat import Block, Message
from bot.views.blocks import chart_slot, context, lines, message, note
from bot.views.forms import FormState, select
from bot.views.text import Line, clean, count, words

MOOD_FIELD = "mood"

_SCALE = (
    ("5 · very good", "5"),
    ("4 · good", "4"),
    ("3 · so-so", "3"),
    ("2 · not good", "2"),
    ("1 · bad", "1"),
)
# https://docs.slack.dev/reference/block-kit/blocks/data-visualization-block
_SERIES = 6
_LABEL = 20


def mood_input() -> Block:
    """The optional field; a draft must never keep what was chosen in it."""
    return select(
        MOOD_FIELD,
        "How is work going for you?",
        _SCALE,
        optional=True,
        hint="Anonymous: only counted. The team sees an average, and only once the week is over "
        f"and at least {FEWEST_PEOPLE} people have answered.",
    )


def read_mood(state: FormState) -> int | None:
    """What was chosen, from 1 (bad) to 5 (very good), or None."""
    chosen = state.choice(MOOD_FIELD)
    return int(chosen) if chosen in {value for _words, value in _SCALE} else None


def trends(shown: Sequence[MoodTrend]) -> Message:
    """The last eight ended weeks of each stand-up that asks for moods."""
    if not shown:
        return note(
            "No stand-up here asks for moods. "
            "`/standup edit` switches it on, under *More settings*."
        )
    chart = _chart(shown)
    blocks = [lines(*(_row(trend) for trend in shown))]
    if chart:
        blocks.append(chart_slot())
    blocks.append(context(_small_print(shown)))
    return message(_summary(shown), blocks, chart=chart)


def _row(trend: MoodTrend) -> Line:
    name = words(clean(trend.standup), bold=True)
    if not trend.weeks:
        return [name, f" · nothing to show yet: no week with {FEWEST_PEOPLE} people has ended"]
    latest = trend.weeks[-1]
    return [name, f" · {_average(latest)} in {_week(latest)}{_direction(trend)}"]


def _average(week: MoodWeek) -> str:
    return f"{week.average:.1f} of 5 from {count(week.people, 'person', 'people')}"


def _direction(trend: MoodTrend) -> str:
    """Against the week before that is shown, in words."""
    if len(trend.averages) < 2:
        return ""
    before, last = (round(each, 1) for each in trend.averages[-2:])
    if last == before:
        return f", as in {_week(trend.weeks[-2])}"
    word = "higher" if last > before else "lower"
    return f", {abs(last - before):.1f} {word} than in {_week(trend.weeks[-2])}"


def _week(week: MoodWeek) -> str:
    return f"the week of {week.week.day} {week.week:%b}"


def _summary(shown: Sequence[MoodTrend]) -> str:
    return "Mood: " + "; ".join(
        f"{clean(t.standup)} {t.averages[-1]:.1f} of 5" if t.weeks else f"{clean(t.standup)} –"
        for t in shown
    )


def _small_print(shown: Sequence[MoodTrend]) -> str:
    hidden = sum(trend.hidden for trend in shown)
    left_out = f" Left out: {count(hidden, 'week')} with fewer." if hidden else ""
    return (
        f"Averages of ended weeks with at least {FEWEST_PEOPLE} people; 5 is very good, 1 is bad. "
        f"Who answered what is stored nowhere.{left_out}"
    )


def _chart(shown: Sequence[MoodTrend]) -> Chart | None:
    """One line for each stand-up; None where no stand-up has two weeks to join."""
    drawn = [trend for trend in shown if len(trend.weeks) > 1][:_SERIES]
    weeks = sorted({week.week for trend in drawn for week in trend.weeks})
    if not drawn:
        return None
    return Chart(
        title="Mood by week",
        categories=tuple(f"{week.day} {week:%b}" for week in weeks),
        series=tuple(
            Series(name=_label(number, trend, drawn), values=_values(trend, weeks))
            for number, trend in enumerate(drawn, 1)
        ),
        y_label="1 bad to 5 very good",
    )


def _values(trend: MoodTrend, weeks: Sequence[date]) -> tuple[float | None, ...]:
    averages = {each.week: round(each.average, 2) for each in trend.weeks if each.average}
    return tuple(averages.get(week) for week in weeks)


def _label(number: int, trend: MoodTrend, drawn: Sequence[MoodTrend]) -> str:
    """Names may be the same within the chart's twenty characters."""
    name = clean(trend.standup, _LABEL)
    same = [each for each in drawn if clean(each.standup, _LABEL) == name]
    return name if len(same) == 1 else f"{clean(trend.standup, _LABEL - 4)} {number}"
