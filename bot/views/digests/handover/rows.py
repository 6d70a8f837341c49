"""The lines of a hand-over: one for each fact, short enough for a phone."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from bot.domain.decisions.record import DecisionStatus
from bot.domain.digests.handover import (
    AlertNews,
    BestOfMine,
    BlockerNews,
    BlockerStep,
    DecisionNews,
    Handover,
    MyRuns,
    Turn,
)
from bot.domain.experiments.hypothesis_detail import HypothesisDetail
from bot.domain.issues.summary import IssueLine, summary_of
from bot.domain.links import Links
from bot.domain.metrics import Direction, difference, figure
from bot.domain.wording import clock
from bot.views.experiments.hypothesis_card import linked as hypothesis_piece
from bot.views.experiments.hypothesis_rows import learned_row
from bot.views.experiments.names import experiment_name
from bot.views.issues import summary as issue_views
from bot.views.text import Line, Piece, clean, cut, link, words

_TEXT = 64
_NAME = 32
# Nobody reads a wall of other people's tickets.
_ISSUES = 2

_VERBS = {
    DecisionStatus.PROPOSED: "proposed",
    DecisionStatus.ACCEPTED: "accepted",
    DecisionStatus.REJECTED: "rejected",
    DecisionStatus.DEPRECATED: "given up",
    DecisionStatus.SUPERSEDED: "superseded",
}


def for_you(content: Handover, links: Links) -> list[Line]:
    """What concerns the reader, what waits for them last but for their runs and issues."""
    mine = content.for_you
    name = _names(content)
    return [
        *(_my_blocker(each, name) for each in mine.blockers),
        *(_turn(each) for each in mine.turns),
        *(_verdict(each, links) for each in mine.verdicts),
        *(_alert(each, content, name) for each in mine.alerts),
        *_runs(mine.runs),
        *(_issue(each, links) for each in mine.issues.news),
    ]


def changed(content: Handover, links: Links) -> list[Line]:
    """What others did, what weighs most first; of their issues a few, the others counted in
    a line, which is the last one then."""
    shown, others = _chosen(content)
    found = [*_but_issues(content, links), *(_issue(each, links) for each in shown)]
    if others:
        first, *further = issue_views.headline(summary_of(others)).split(" ", 1)
        more = " more" if shown else ""
        found.append([f"Jira: {first}{more} {' '.join(further)}"])
    return found


def all_changed(content: Handover, links: Links) -> list[Line]:
    """The same with a line for each issue."""
    issues = content.changed.issues.news
    return [*_but_issues(content, links), *(_issue(each, links) for each in issues)]


def counted(content: Handover) -> int:
    """For how many issues the last line of `changed` stands; zero where it has none that counts."""
    return len(_chosen(content)[1])


def _chosen(content: Handover) -> tuple[list[IssueLine], list[IssueLine]]:
    """Of other people's issues those that are shown, and the others; what the reader's own work
    waits for goes before what has runs, and that before the rest."""
    needed = {key for line in content.for_you.issues.lines for key in line.waits_for}
    news = content.changed.issues.news
    ranked = sorted(news, key=lambda each: (each.issue.key not in needed, not each.runs))
    return ranked[:_ISSUES], ranked[_ISSUES:]


def _but_issues(content: Handover, links: Links) -> list[Line]:
    rest = content.changed
    name = _names(content)
    learned = learned_row(links)
    return [
        *(_move(each, name, links) for each in rest.moves),
        *(_decision(each, name, links) for each in rest.decisions),
        *(_alert(each, content, name) for each in rest.alerts),
        *(_blocker(each, name) for each in rest.blockers),
        *(learned(each) for each in rest.learned),
    ]


Names = Callable[[str], str]


def _names(content: Handover) -> Names:
    def name(user_id: str) -> str:
        person = content.people.get(user_id)
        return clean(person.name if person else user_id, _NAME)

    return name


def _my_blocker(news: BlockerNews, name: Names) -> Line:
    blocker = news.blocker
    about = f"{_short(blocker.text)} ({blocker.ref})"
    match news.step:
        case BlockerStep.SOLVED:
            return [words(f"{name(news.by)} unblocked you: {about}")]
        case BlockerStep.TAKEN:
            return [words(f"{name(news.by)} takes what blocks you: {about}")]
        case BlockerStep.MOVED:
            what = _short(blocker.waits_for.anchor) if blocker.waits_for else "what it waits for"
            state = clean(blocker.moved_to, _NAME)
            return [words(f"Does it still block you? {what} is {state} now: {about}")]
        case _:
            return [words(f"{name(blocker.user_id)} asks you: {about}")]


def _blocker(news: BlockerNews, name: Names) -> Line:
    blocker = news.blocker
    about = f"{_short(blocker.text)} ({blocker.ref})"
    owner = name(blocker.user_id)
    match news.step:
        case BlockerStep.SOLVED:
            by = "" if news.by == blocker.user_id else f", by {name(news.by)}"
            return [words(f"{owner} is unblocked{by}: {about}")]
        case BlockerStep.TAKEN:
            return [words(f"{name(news.by)} takes what blocks {owner}: {about}")]
        case _:
            return [words(f"{owner} is blocked: {about}")]


def _turn(item: Turn) -> Line:
    record = item.turn.record
    head: Line = [words(record.ref, bold=True), f" {_short(record.title)} "]
    if item.turn.review is not None:
        return [*head, "is due for another look"]
    if item.turn.until is None:
        return [*head, "waits for you to accept or reject it"]
    return [*head, f"waits for your consent, {_hours(item.left)}"]


def _hours(left: timedelta) -> str:
    if left <= timedelta(0):
        return "your time has ended"
    hours = round(left / timedelta(hours=1))
    return f"{hours} of your hours left" if hours > 1 else "the last of your hours"


def _verdict(detail: HypothesisDetail, links: Links) -> Line:
    claim = _short(detail.hypothesis.claim)
    return [hypothesis_piece(detail, links), f" {claim} waits for your verdict"]


def _alert(news: AlertNews, content: Handover, name: Names) -> Line:
    incident = news.incident
    at = incident.resolved_at if news.has_ended else incident.opened_at
    when = _clock(at or incident.opened_at, content)
    if news.has_ended:
        by = f" by {name(news.by)}" if news.by else ""
        said = f"recovered {when}{by}" if incident.recovered else f"ended {when}{by}"
    elif news.is_called:
        said = f"waits for you since {when}"
    else:
        said = f"since {when}" + (f", {name(news.by)} is on it" if news.by else "")
    state = "✅" if news.has_ended else "🟡" if news.by else "🔴"
    number = words(f"A-{incident.rule_number}", bold=True)
    return [f"{state} ", number, words(f" {_short(incident.title)} · {said}")]


def _runs(runs: MyRuns) -> Iterator[Line]:
    """One line for all of them, and one for the best of each further experiment."""
    if not runs:
        return
    groups = (
        (runs.finished, "finished"),
        (runs.failed, "failed"),
        (runs.killed, "stopped"),
        (runs.silent, "silent"),
    )
    parts = [f"{len(group)} {what}" for group, what in groups if group]
    best = [_best(each) for each in runs.best]
    yield [words(f"Your runs: {', '.join([*parts, *best[:1]])}")]
    for each in best[1:]:
        yield [words(each[0].upper() + each[1:])]


def _best(best: BestOfMine) -> str:
    metric, value = clean(best.metric, _NAME), figure(best.value)
    told = f"best {metric} of {cut(experiment_name(best.experiment), _NAME)} {value}"
    if best.is_champion:
        return f"{told}, now champion"
    if best.other_data:
        return f"{told}, on other data than the champion"
    if best.champion is None:
        return told
    delta = best.value - best.champion
    if not delta:
        return f"{told}, the same as champion"
    hint = " (lower is better)" if best.direction is Direction.LOWER else ""
    gap = difference(abs(delta), best.value, best.champion)
    return f"{told}, {gap} {'above' if delta > 0 else 'below'} champion{hint}"


def _move(news: DecisionNews, name: Names, links: Links) -> Line:
    assert news.moved is not None
    moved, before = news.moved.promotion, news.moved.previous
    was = f", was v{before}" if before is not None and before != moved.version else ""
    by = f" by {name(news.by)}" if news.by else ""
    head = words(f"{clean(moved.subject, _TEXT)} is now v{moved.version}{was} (")
    url = links.message(*news.page) if news.page[1] else None
    why: Line = [", ", link(url, "why")] if url else []
    return [head, words(news.record.ref, bold=True), words(f"{by})"), *why]


def _decision(news: DecisionNews, name: Names, links: Links) -> Line:
    url = links.message(*news.page) if news.page[1] else None
    ref = news.record.ref
    piece: Piece = link(url, ref, bold=True) if url else words(ref, bold=True)
    by = f" by {name(news.by)}" if news.by else ""
    return [piece, words(f" {_short(news.record.title)} · {_VERBS[news.status]}{by}")]


def _issue(line: IssueLine, links: Links) -> Line:
    return issue_views.row(line, links)


def _short(text: str) -> str:
    return clean(text, _TEXT)


def _clock(at: datetime, content: Handover) -> str:
    return clock(at, content.now, content.person.zone)
