"""The chart of a stand-up's participation: the share of reports that came, by week."""

from bot.domain.chart import Chart, Series
from bot.domain.participation import Participation


def participation_chart(shown: Participation) -> Chart | None:
    """Percent by week, one line for each cohort; None where there is no line to see.

    Cohorts and weeks are far below the limits of Slack's own chart (6 lines, 20 categories:
    https://docs.slack.dev/reference/block-kit/blocks/data-visualization-block); a cohort's week in
    which nobody was expected leaves a gap, which only a picture can show.
    """
    if len(shown.weeks) < 2 or not shown.shares:
        return None
    single = len(shown.shares) == 1
    return Chart(
        title="Reports that came, by week",
        categories=tuple(f"{week.day} {week:%b}" for week in shown.weeks),
        series=tuple(
            Series(
                name="everybody" if single else cohort.value,
                values=tuple(None if v is None else round(v, 1) for v in values),
            )
            for cohort, values in shown.shares.items()
        ),
        y_label="percent",
        limits=(0, 100),
    )
