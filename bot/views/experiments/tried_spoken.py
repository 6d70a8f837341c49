"""Who speaks of what nobody has run, in one sentence."""

from collections.abc import Sequence
from datetime import date

from bot.domain.experiments.tried_answer import Answer, Spoken
from bot.views.text import clean, count

_NAME = 60
_REFS = 3
_PEOPLE = 2


def who_speaks(found: Answer) -> str:
    """`H-4 is about it, and Beatriz Souza wrote about it in 4 reports, last 19 Nov`."""
    told = [_about(found.refs)] if found.refs else []
    if found.spoken:
        told.append(_reported(found.spoken, found.now.year))
    return ", and ".join(told)


def _about(refs: Sequence[str]) -> str:
    left = len(refs) - _REFS
    named = [*refs[:_REFS], *([f"{left} more"] if left > 0 else [])]
    return f"{_joined(named)} {'is' if len(refs) == 1 else 'are'} about it"


def _reported(spoken: Sequence[Spoken], year: int) -> str:
    people = {one.report.user_id: clean(one.who, _NAME) or "somebody" for one in spoken}
    few = len(people) <= _PEOPLE
    who = _joined(list(people.values())) if few else f"{len(people)} people"
    reports = sum(one.reports for one in spoken)
    last = _day(max(one.report.local_date for one in spoken), year)
    if reports == 1:
        return f"{who} wrote about it on {last}"
    return f"{who} wrote about it in {count(reports, 'report')}, last {last}"


def _joined(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _day(day: date, year: int) -> str:
    """`19 Nov`, with the year where it is another one."""
    return f"{day.day} {day:%b}" if day.year == year else f"{day.day} {day:%b %Y}"
