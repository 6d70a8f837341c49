"""Trial: hostile titles of issues through every view that shows one, and every path to Slack."""

import time

from hypothesis import HealthCheck, Phase, given, settings

from bot.ports.chat import Message
from tests.acceptance.leak_paths import PATHS
from tests.trials.tables import Table, seconds
from tests.unit.decisions.samples import modal_problems, problems
from tests.unit.issues.hostile_titles import TITLES, VIEWS, faults


def run(titles: int) -> Table:
    """So many titles through each view: what pinged, linked elsewhere, or Slack would refuse."""
    counts = {view: {"mentions": 0, "foreign links": 0, "refused": 0} for view in VIEWS}
    begun, seen = time.monotonic(), 0

    @settings(
        max_examples=titles,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(title=TITLES)
    def show(title: str) -> None:
        nonlocal seen
        seen += 1
        for view, found in counts.items():
            _count(view, title, found)

    show()
    rows = [{"view": view, "titles": seen, **found} for view, found in counts.items()]
    wrong = sum(sum(found.values()) for found in counts.values()) + (seen < titles)
    took = seconds(time.monotonic() - begun)
    return Table(title="hostile titles", rows=rows, wrong=wrong, notes=[f"took {took}"])


def paths() -> Table:
    """Every path by which an issue's text can reach Slack; tests/acceptance/test_leaks.py drives
    each with four kinds of secrets, and with what may be seen."""
    rows = [
        {
            "path": path.name,
            "shows": path.shows or "nothing of issues",
            "read by": "one colleague" if path.personal else "the channel",
            "modules": len(path.modules),
        }
        for path in PATHS
    ]
    return Table(title="paths of an issue's text", rows=rows)


def _count(view: str, title: str, found: dict[str, int]) -> None:
    """A view that breaks ends the trial."""
    shown = VIEWS[view](title)
    wrong = list(faults(shown))
    found["mentions"] += sum(not fault.startswith("link") for fault in wrong)
    found["foreign links"] += sum(fault.startswith("link") for fault in wrong)
    refused = problems(shown) if isinstance(shown, Message) else modal_problems(shown)
    found["refused"] += bool(refused)
