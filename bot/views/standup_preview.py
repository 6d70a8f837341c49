"""Who a stand-up asks when, in each person's own time, and who it doesn't ask and why."""

from collections.abc import Sequence
from itertools import groupby

from bot.domain import calendar
from bot.domain.calendar import Occurrence
from bot.domain.roster import Idle, Outlook
from bot.domain.standup import Preview, clock_changes
from bot.views.standups import day_name
from bot.views.text import Line, clean, words

# More people than these are shown by zone: one phone screen.
_ONE_BY_ONE = 12
_GROUPS_SHOWN = 20
_NAMED_IN_A_GROUP = 3
_IDLE_SHOWN = 10
_NAME = 60


def outlook_lines(outlook: Outlook, prompts: int) -> list[Line]:
    """The next `prompts` of everybody, and a line about those who aren't asked."""
    asked = [preview for preview in outlook.previews if preview.prompts]
    if len(asked) <= _ONE_BY_ONE:
        rows = [_person(preview, prompts) for preview in asked]
    else:
        rows = _zones(asked, prompts)
    return [*rows, *_idle(outlook.idle)]


def _person(preview: Preview, prompts: int) -> Line:
    name = words(clean(preview.person.name, _NAME), bold=True)
    return [name, words(f" {preview.person.zone}: {_times(preview, prompts)}")]


def _zones(previews: Sequence[Preview], prompts: int) -> list[Line]:
    """One line for all who are asked at the same times in the same zone."""
    ordered = sorted(previews, key=_when)
    groups = [list(group) for _, group in groupby(ordered, key=_when)]
    rows = [_group(group, prompts) for group in groups[:_GROUPS_SHOWN]]
    left = sum(len(group) for group in groups[_GROUPS_SHOWN:])
    return [*rows, [f"and {left} more in other zones"]] if left else rows


def _group(group: Sequence[Preview], prompts: int) -> Line:
    first = group[0]
    names = ", ".join(clean(p.person.name, _NAME) for p in group[:_NAMED_IN_A_GROUP])
    left = len(group) - _NAMED_IN_A_GROUP
    more = f" and {left} more" if left > 0 else ""
    return [
        words(first.person.zone, bold=True),
        words(f": {_times(first, prompts)} · {names}{more}"),
    ]


def _when(preview: Preview) -> tuple[Sequence[Occurrence], str]:
    return preview.prompts, preview.person.zone


def _times(preview: Preview, prompts: int) -> str:
    zone = calendar.zone_or_utc(preview.person.zone)
    local = [p.run_at.astimezone(zone) for p in preview.prompts[:prompts]]
    times = " · ".join(f"{day_name(at.date())} {at:%H:%M}" for at in local)
    changes = clock_changes(preview.prompts, preview.person.zone)
    return f"{times} (clocks change, the hour stays)" if changes else times


def _idle(idle: Sequence[Idle]) -> list[Line]:
    if not idle:
        return []
    named = " · ".join(f"{clean(one.name, _NAME)} ({one.reason})" for one in idle[:_IDLE_SHOWN])
    left = len(idle) - _IDLE_SHOWN
    more = f" and {left} more" if left > 0 else ""
    return [[words("Not asked: ", italic=True), words(named + more)]]
