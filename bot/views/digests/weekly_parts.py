"""The sections of the weekly digest, the most worth reading first.

What failed and what was refuted stands beside what worked, in the same tone: it is what nobody
needs to try again.
"""

from collections.abc import Callable, Sequence
from functools import partial

from bot.domain.alerts.precision import RuleTally
from bot.domain.decisions.record import DecisionStatus
from bot.domain.decisions.weekly import Made
from bot.domain.digests.content import OpenAlert, OpenBlocker
from bot.domain.digests.improvements import Improvement
from bot.domain.digests.weekly import Failure, WeeklyContent
from bot.domain.experiments.records import RunStatus
from bot.domain.experiments.retraining import PlanState
from bot.domain.issues.summary import IssueLine
from bot.domain.links import Links
from bot.domain.metrics import difference
from bot.views.alerts.trial import change
from bot.views.alerts.wording import subject
from bot.views.decisions.waiting import due_row, open_row, reference
from bot.views.digests.parts import NAME, TITLE, Part
from bot.views.experiments import goals as goal_views
from bot.views.experiments.broken import last_words
from bot.views.experiments.hypothesis_rows import learned_row
from bot.views.experiments.names import run_piece
from bot.views.experiments.standing_words import best_of, meaning
from bot.views.issues.summary import row as issue_row
from bot.views.standups import day_name
from bot.views.text import Line, clean, count, moment, times, words

_SUBJECT = 60
_SAID = 100

Row = Callable[[], Line]


def parts(content: WeeklyContent, links: Links) -> list[Part]:
    """Every section that has something to say."""
    found = [
        _part("learned", "Learned", _learned(content, links)),
        _part("failed", "Worth knowing before you try again", _failed(content, links)),
        _part("decided", "Decided", _decided(content, links)),
        _part("waiting", "Waiting", _waiting(content, links)),
        _part("better", "Better now", _better(content, links)),
        _part("alerts", "Alerts", _alerts(content)),
        _part("standup", "Stand-ups", _standups(content)),
        _part("next", "Next week", _next(content, links)),
    ]
    return [each for each in found if each.size]


def _part(key: str, title: str, rows: Sequence[Row]) -> Part:
    def draw(start: int, stop: int) -> list[Line]:
        return [each() for each in rows[start:stop]]

    return Part(key=key, title=title, size=len(rows), draw=draw, least=1)


def _learned(content: WeeklyContent, links: Links) -> list[Row]:
    show = learned_row(links)
    return [partial(show, detail) for detail in content.decisions.hypotheses.tested]


def _failed(content: WeeklyContent, links: Links) -> list[Row]:
    return [
        *(partial(_decision, made, content, links) for made in content.rejected),
        *(partial(_failure, each, links) for each in content.failures),
    ]


def _decided(content: WeeklyContent, links: Links) -> list[Row]:
    return [partial(_decision, made, content, links) for made in content.decided]


def _waiting(content: WeeklyContent, links: Links) -> list[Row]:
    decisions = content.decisions
    rows: list[Row] = [
        partial(open_row, item, reference(item.record, decisions.pages, links))
        for item in decisions.open
    ]
    left = decisions.open_total - len(decisions.open)
    command = words("/decide list proposed", code=True)
    return [*rows, lambda: [f"and {left} more: ", command]] if left > 0 else rows


def _better(content: WeeklyContent, links: Links) -> list[Row]:
    rows: list[Row] = [partial(_improved, best, links) for best in content.improved]
    rows += [partial(goal_views.line, state, links) for state in content.moved_goals]
    rows += [partial(_unblocked, item) for item in content.unblocked]
    if content.done:
        rows.append(partial(_done, content.done, links))
    return rows


def _alerts(content: WeeklyContent) -> list[Row]:
    report = content.alerts
    rows: list[Row] = [partial(_open, each) for each in content.week.alerts]
    if report is None or not report.total.alerts:
        return rows
    return [*rows, lambda: [_worth(content)], *(partial(_loosen, each) for each in report.noisy)]


def _standups(content: WeeklyContent) -> list[Row]:
    """How many, never who."""
    tally = content.participation
    if not tally.expected:
        return []
    told = f"{tally.reported} of {count(tally.expected, 'report')} came"
    away = f", {count(tally.away, 'day')} away" if tally.away else ""
    return [lambda: [told + away]]


def _next(content: WeeklyContent, links: Links) -> list[Row]:
    coming, decisions = content.coming, content.decisions
    rows: list[Row] = []
    if coming.sprint_ends and content.week.sprint:
        rows.append(partial(_sprint, content))
    rows += [
        partial(due_row, item, reference(item.record, decisions.pages, links))
        for item in decisions.due
    ]
    rows += [partial(_plan, state, content) for state in coming.plans]
    for detail in coming.hypotheses:
        hypothesis = detail.hypothesis
        claim = clean(hypothesis.claim, _SAID)
        when = moment(hypothesis.deadline, "{date_short_pretty}")
        rows.append(partial(list, [f"{hypothesis.ref} {claim}: a verdict by ", when]))
    rows += [partial(goal_views.line, state, links) for state in coming.goals]
    return rows


def _decision(made: Made, content: WeeklyContent, links: Links) -> Line:
    record = made.record
    by = f" by {clean(made.by, NAME)}" if made.by else ""
    if not made.by and record.status is DecisionStatus.ACCEPTED:
        by = " by consent"
    name = reference(record, content.decisions.pages, links)
    return [name, words(f" {clean(record.title, TITLE)} · {record.status.value}{by}")]


def _failure(each: Failure, links: Links) -> Line:
    """`focal-loss-3 and 5 more in churn failed: CUDA out of memory`."""
    run = each.run
    more = f" and {each.count - 1} more" if each.count > 1 else ""
    where = f" in {clean(each.experiment.name, NAME)}" if each.experiment else ""
    ended = {RunStatus.FAILED: "failed", RunStatus.KILLED: "was stopped"}
    what = ended.get(run.status, "ended")
    if more and what == "was stopped":
        what = "were stopped"
    said = last_words(run, each.metric)
    line: Line = [run_piece(run, links), words(f"{more}{where} {what}")]
    return [*line, ": ", words(clean(said, _SAID), italic=True)] if said else line


def _improved(each: Improvement, links: Links) -> Line:
    """`churn: gentle-owl-12 val_auc 0.912, median of 5 seeds (0.006 above champion v13 0.906,
    better beyond seed noise)`."""
    board = each.board
    name = words(clean(board.experiment.name, NAME), bold=True)
    line: Line = [name, ": ", *best_of(board, links)]
    if each.before is None or board.best is None:
        return line
    gap = difference(abs(board.best.value - each.before), board.best.value, each.before)
    line.append(f", {gap} better than the best before")
    said = meaning(each.judgement)
    return [*line, f", {said}"] if said else line


def _unblocked(item: OpenBlocker) -> Line:
    by = f" ({clean(item.taken_by, NAME)})" if item.taken_by else ""
    said = clean(item.blocker.text, _SAID)
    return [words(f"Unblocked: {clean(item.person, NAME)}, {said}{by}")]


def _done(done: Sequence[IssueLine], links: Links) -> Line:
    """`5 issues done, among them CHURN-41 …`."""
    first = issue_row(done[0], links)
    return [f"{count(len(done), 'issue')} done, among them ", *first] if len(done) > 1 else first


def _open(item: OpenAlert) -> Line:
    """`A-1 churn v2 (champion) is worse: open, critical`."""
    incident = item.incident
    ref = words(f"A-{incident.rule_number}", bold=True)
    return [ref, f" {clean(incident.title, TITLE)}: open, {incident.severity.value}"]


def _worth(content: WeeklyContent) -> str:
    assert content.alerts is not None
    total = content.alerts.total
    judged = total.useful + total.noise
    told = f"{count(total.alerts, 'alert')}, "
    if not judged:
        return told + "nobody called one useful or noise"
    return f"{told}{total.useful} of {judged} judged ones were useful"


def _loosen(each: RuleTally) -> Line:
    rule = each.rule
    line: Line = [
        words(rule.label, bold=True),
        words(f" {clean(subject(rule), _SUBJECT)} was called noise {times(each.tally.noise)}"),
    ]
    if each.calmer is None:
        return [*line, ": is it still wanted?"]
    with_it = words(change(rule, each.calmer.rule), bold=True)
    return [*line, "; with ", with_it, f" it would have spoken {times(each.calmer.times)}"]


def _sprint(content: WeeklyContent) -> Line:
    state = content.week.sprint
    assert state is not None
    return [
        words(clean(state.sprint.name, NAME), bold=True),
        " ends ",
        moment(state.sprint.ends_at, "{date_short_pretty}"),
        f", {count(state.burndown.now.open_issues, 'issue')} open",
    ]


def _plan(state: PlanState, content: WeeklyContent) -> Line:
    owner = clean(content.coming.owners.get(state.plan.owner, ""), NAME)
    who = f" ({owner})" if owner else ""
    on = day_name(state.due_on) if state.due_on else ""
    verb = "was to be" if state.days_overdue else "is to be"
    return [words(f"{clean(state.plan.model, NAME)} {verb} retrained by {on}{who}")]
