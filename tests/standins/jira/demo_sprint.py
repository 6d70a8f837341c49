"""The demo's sprint: eight of its ten working days have passed, and three issues came in."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tests.standins.jira.site import Site

_ZONE = ZoneInfo("Europe/Berlin")
_DAYS_PASSED = 8
_DAYS = 10
_NAME, _GOAL = "Sprint 12", "Churn scores that new EU customers can trust"
# All of it is done; what came in is what stays open.
_PLANNED = (
    ("marcus", "Load tenure from the billing export"),
    ("beatriz", "Tag every run with its dataset version"),
    ("ananya", "Cache the feature matrix between sweeps"),
    ("marcus", "Cut the scoring job to ten minutes"),
    ("beatriz", "Describe churn-v7 in the data sheet"),
    ("ananya", "Run five seeds of the baseline"),
    ("marcus", "Drop the unused focal loss branch"),
    ("beatriz", "Plot lift by plan for the review"),
    ("ananya", "Compare thresholds for new EU customers"),
)
_CAME_IN = 3


def seed_sprint(site: Site, project: str) -> None:
    """A running sprint on a board of the project; moves end before the site's present."""
    present = site.clock
    now = present()
    start, end = _two_weeks(now)
    board = site.agile.add_board(project, "Churn board", estimates=False)
    sprint = site.agile.start(board, _NAME, start, end, goal=_GOAL)
    late = _late(site, start)
    for number, (who, summary) in enumerate(_PLANNED):
        site.clock = _fixed(start - timedelta(hours=20, minutes=-number))
        key = site.create(project, summary, by=who, assignee=who)
        site.agile.put(sprint, key, by=who)
    for number, (moment, (who, _)) in enumerate(zip(_evenly(start, now), _PLANNED, strict=True)):
        key = list(site.tickets)[number - len(_PLANNED)]
        site.clock = _fixed(moment - timedelta(hours=3))
        site.move(key, "In progress", by=who)
        site.clock = _fixed(moment)
        site.move(key, "Done", by=who)
    for key in late:
        # A while after it was filed, and never in the future.
        filed = max(site.ticket(key).created, start)
        site.clock = _fixed(min(filed + timedelta(hours=1), now))
        site.agile.put(sprint, key, by=site.ticket(key).reporter.handle)
    site.clock = present


def _late(site: Site, start: datetime) -> list[str]:
    """The newest open issues that were filed after the sprint had begun."""
    found = [
        key
        for key, ticket in site.tickets.items()
        if ticket.created > start and ticket.status.category != "done"
    ]
    return found[-_CAME_IN:]


def _two_weeks(now: datetime) -> tuple[datetime, datetime]:
    """From nine o'clock of the day since which eight working days have passed until five o'clock of
    the tenth."""
    day, left = now.astimezone(_ZONE).date(), _DAYS_PASSED
    while left:
        day -= timedelta(days=1)
        left -= day.isoweekday() <= 5
    start, left = datetime.combine(day, time(9), _ZONE), _DAYS - 1
    while left:
        day += timedelta(days=1)
        left -= day.isoweekday() <= 5
    return start.astimezone(UTC), datetime.combine(day, time(17), _ZONE).astimezone(UTC)


def _evenly(start: datetime, now: datetime) -> Iterator[datetime]:
    gap = (now - start) / (len(_PLANNED) + 1)
    return (start + gap * (number + 1) for number in range(len(_PLANNED)))


def _fixed(moment: datetime) -> Callable[[], datetime]:
    return lambda: moment
