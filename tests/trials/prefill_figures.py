"""The prefill of a person with three moves, a sweep of twelve runs and a decision since Friday.

With Jira and MLflow up, slow, refusing and silent: the exact lines that the report's form opens
with, and those that are appended once they answer, while the person writes.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from tests.acceptance.harness import CHURN
from tests.standins.mlflow import MlflowServer
from tests.standins.slack import Json, text_of
from tests.trials.prefill_office import Morning, mornings
from tests.trials.tables import Table, seconds

_SLOW = 5.0
_AT_ONCE = 1.0
_FIRST, _SECOND = "Asked Sam about the data", "Freeze the features"

_KNOWN = (
    "CHURN-1 moved to Done: Drop leaky feature days_since_cancel",
    "CHURN-2 moved to In review: Calibrate churn scores after the data v7 refresh",
)
_NEWS = (
    "CHURN-3 moved to In progress: Compare focal loss with class weights",
    "12-run sweep lr-search: best val_auc 0.912, 0.006 above champion, 1 failed",
)
_DECIDED = "Decided D-1: Use LightGBM for churn v2"
_AGED = "What I know from Jira is from 08:50. What I know from MLflow is from 08:50."
_DOWN = " ".join(
    f"{name} hasn't answered since 08:50; what it told before that is here."
    for name in ("Jira", "MLflow")
)


@dataclass(frozen=True, kw_only=True)
class Form:
    """What a report's form shows: the lines of its first field, its notes, what was appended."""

    lines: Sequence[str] = (*_KNOWN, _DECIDED)
    notes: str = ""
    late: Sequence[str] = ()

    def told(self) -> list[str]:
        """It all, a line each."""
        notes = [f"‹ {self.notes} ›"] if self.notes else []
        return [*notes, *self.lines, *(f"+ {line}" for line in self.late)]


@dataclass(frozen=True, kw_only=True)
class Case:
    """A state of the outside: what brings it about, and what a person is promised then."""

    bring_about: Callable[[Morning], Awaitable[None]]
    opened: Form
    after: Form


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What a person saw, and when; `stayed` says whether all that they typed meanwhile did."""

    opened: Form
    opened_after: float
    after: Form
    asked_for: float
    stayed: bool


async def _up(morning: Morning) -> None:
    """As in production: the last poll is less than a minute old."""
    await morning.poll()
    morning.world.clock.advance(seconds=50)


async def _slow(morning: Morning) -> None:
    for line in morning.lines:
        await line.slow_down(_SLOW)


async def _refusing(morning: Morning) -> None:
    for line in morning.lines:
        await line.cut()
    await morning.poll()


async def _silent(morning: Morning) -> None:
    for line in morning.lines:
        await line.silence()


_EVERYTHING = Form(lines=(*_KNOWN, *_NEWS, _DECIDED))
CASES: Mapping[str, Case] = {
    "both up": Case(bring_about=_up, opened=_EVERYTHING, after=_EVERYTHING),
    f"both slow: {_SLOW:g} s an answer": Case(
        bring_about=_slow, opened=Form(notes=_AGED), after=Form(late=_NEWS)
    ),
    "both refuse connections": Case(
        bring_about=_refusing, opened=Form(notes=_DOWN), after=Form(notes=_DOWN)
    ),
    "both accept and never answer": Case(
        bring_about=_silent, opened=Form(notes=_AGED), after=Form(notes=_DOWN)
    ),
}
QUICK = ("both up", "both refuse connections")


async def prefills(mlflow: MlflowServer, names: Sequence[str] = tuple(CASES)) -> Table:
    """One row for each case; whatever isn't as promised is a broken promise."""
    cases = [CASES[name] for name in names]
    async with mornings(mlflow, len(cases)) as found:
        waiting = [await _open(*pair) for pair in zip(found, cases, strict=True)]
        seen = await asyncio.gather(*waiting)
    by_name = dict(zip(names, zip(cases, seen, strict=True), strict=True))
    return Table(
        title="Three moves, a sweep of twelve runs and a decision since Friday: the report's form",
        rows=[_row(name, case, saw) for name, (case, saw) in by_name.items()],
        wrong=sum(len(_broken(case, saw)) for case, saw in by_name.values()),
        notes=[line for name, pair in by_name.items() for line in _told(name, *pair)],
    )


async def _open(morning: Morning, case: Case) -> Awaitable[Seen]:
    """Open the form; the rest is what happens while the person writes."""
    await case.bring_about(morning)
    begun = time.monotonic()
    await morning.yuki.command("/standup", channel=CHURN)
    opened_after, opened = time.monotonic() - begun, _form(morning.yuki.modal)
    return asyncio.create_task(_write(morning, opened, opened_after, begun))


async def _write(morning: Morning, opened: Form, opened_after: float, begun: float) -> Seen:
    """Take the first line out and add one, which the bot hears of, and one that it doesn't."""
    typed = "\n".join([*opened.lines[1:], _FIRST])
    await morning.yuki.type(morning.yuki.modal, "answer_0", typed)
    morning.yuki.fill(morning.yuki.modal, answer_1=_SECOND)
    await morning.world.app.listeners.drain()
    asked_for, view = time.monotonic() - begun, morning.yuki.modal
    shown = _form(view)
    return Seen(
        opened=opened,
        opened_after=opened_after,
        after=Form(lines=opened.lines, notes=shown.notes, late=shown.late),
        asked_for=asked_for,
        stayed=(_typed(view, "answer_0"), _typed(view, "answer_1")) == (typed, _SECOND),
    )


def _form(view: Json) -> Form:
    notes = [text_of(block) for block in view["blocks"] if block["block_id"] == "notes"]
    return Form(
        lines=_typed(view, "answer_0").splitlines(),
        notes="".join(notes),
        late=_typed(view, "late").splitlines(),
    )


def _typed(view: Json, field: str) -> str:
    values = view["state"]["values"]
    return (values[field][field]["value"] or "") if field in values else ""


def _row(name: str, case: Case, seen: Seen) -> dict[str, object]:
    late = len(seen.after.late)
    return {
        "Jira and MLflow": name,
        "form open": seconds(seen.opened_after),
        "lines": len(seen.opened.lines),
        "added": late,
        "they had answered, or failed": seconds(seen.asked_for),
        "typed text stayed": "yes" if seen.stayed else "no",
        "broken promises": ", ".join(_broken(case, seen)) or "none",
    }


def _broken(case: Case, seen: Seen) -> list[str]:
    kept = {
        "opens at once": seen.opened_after < _AT_ONCE,
        "lines as opened": seen.opened.told() == case.opened.told(),
        "lines afterwards": seen.after.told() == case.after.told(),
        "typed text stays": seen.stayed,
    }
    return [promise for promise, held in kept.items() if not held]


def _told(name: str, case: Case, seen: Seen) -> list[str]:
    """The exact lines; promised ones too where they are others."""
    told = [f"{name}, as it opens:", *_quoted(seen.opened)]
    if seen.after != seen.opened:
        told += [f"{name}, {seconds(seen.asked_for)} later:", *_quoted(seen.after)]
    for promised, saw in ((case.opened, seen.opened), (case.after, seen.after)):
        if promised.told() != saw.told():
            told += [f"{name}, promised was:", *_quoted(promised)]
    return told


def _quoted(form: Form) -> list[str]:
    return [f"  | {line}" for line in form.told()]
