"""The answer to `/experiment tried`: first one sentence, then who, when, with what, and why not."""

from bot.domain.decisions.record import DecisionRecord
from bot.domain.experiments.hypotheses import Hypothesis
from bot.domain.experiments.records import Run
from bot.domain.experiments.tried_answer import FIRST, PAGE, Answer, Spoken, Trace
from bot.domain.experiments.tried_words import MOST_CHARACTERS
from bot.domain.experiments.tries import Try
from bot.domain.experiments.try_words import sentence, when
from bot.domain.links import Links
from bot.domain.source import SourceHealth
from bot.ports.chat import Block, Message, Modal
from bot.views.blocks import actions, button, context, lines, message, roomiest
from bot.views.decisions import here
from bot.views.experiments import tried_spoken
from bot.views.forms import modal
from bot.views.text import Line, Piece, clean, count, escape, link, moment, moment_token, words

ACTION_PAGE = "tried.page"
ACTION_WRITE = "tried.write"

_NAME = 60
_TYPED = 80
_VALUE = 40
_SENTENCE = 360
# How many runs and params of each try are shown: the most with which a page fits.
_ROOMS = ((3, 4, 300), (2, 3, 200), (1, 2, 120), (1, 1, 0))


def answer(found: Answer, links: Links) -> Message:
    """The first page, as the answer to what was typed."""
    return message(_first_sentence(found), roomiest(_variants(found, links)))


def page_modal(found: Answer, links: Links, channel: str) -> Modal:
    """A later page, in a form of its own, opened in `channel`."""
    head = context(escape(f"{clean(found.typed, _TYPED)} · page {found.page + 1}"))
    blocks = [head, *roomiest(_variants(found, links))]
    return modal("tried.page", "Tried", blocks, close="Close", hidden=here.hidden(channel))


def read_page(value: str) -> tuple[int, str]:
    """Which page and of what, as a button's value says."""
    number, _, typed = value.partition(" ")
    return int(number), typed


def _variants(found: Answer, links: Links) -> list[list[Block]]:
    return [_blocks(found, links, room) for room in _ROOMS]


def _blocks(found: Answer, links: Links, room: tuple[int, int, int]) -> list[Block]:
    blocks: list[Block] = []
    if found.page == 0:
        blocks.append(lines([words(_first_sentence(found))]))
    for place, trace in enumerate(found.traces):
        told = found.page == 0 and place < FIRST
        blocks.append(lines(*_trace(trace, found, links, room, told=told)))
    blocks.append(actions("tried", *_buttons(found)))
    blocks.append(context(_footer(found)))
    return blocks


def _first_sentence(found: Answer) -> str:
    """`Twice. Ananya Rao, March: … Nobody has tried it on data v7.`"""
    if not found.total:
        return f"Nobody has tried that, as far as I can see: {_looked(found)} looked through."
    if not found.tries:
        return f"Nobody has run it; {tried_spoken.who_speaks(found)}."
    told = [_often(found)]
    told += [f"{clean(sentence(one, found.now), _SENTENCE)}." for one in found.first]
    if found.tries > len(found.first):
        told.append(f"{count(found.tries - len(found.first), 'more try', 'more tries')} below.")
    if found.untried:
        told.append(f"Nobody has tried it on data {clean(found.untried, _VALUE)}.")
    return " ".join(told)


def _often(found: Answer) -> str:
    at_least = "At least " if found.capped else ""
    number = {1: "once", 2: "twice"}.get(found.tries, f"{found.tries} times")
    return f"{at_least}{number}." if at_least else f"{number.capitalize()}."


def _trace(
    trace: Trace, found: Answer, links: Links, room: tuple[int, int, int], *, told: bool
) -> list[Line]:
    match trace:
        case Try():
            return _try(trace, found, links, room, told=told)
        case Hypothesis():
            return _hypothesis(trace, room)
        case DecisionRecord():
            return _decision(trace, room)
        case Spoken():
            return _spoken(trace, room)


def _try(
    one: Try, found: Answer, links: Links, room: tuple[int, int, int], *, told: bool
) -> list[Line]:
    """What the first sentence has `told` of it isn't told again."""
    most_runs, most_params, most_text = room
    experiment = one.experiment
    name = clean(experiment.name, _NAME) if experiment else "a deleted experiment"
    page = links.experiment(one.runs[0].experiment_id) if experiment else None
    who = f"{clean(one.who, _NAME) or 'Somebody'}, {when(one, found.now)}"
    story = who if told else clean(sentence(one, found.now), most_text + 120)
    first: Line = [words(story, bold=True), " · ", _linked(name, page)]
    where = links.message(*one.reason.page) if one.reason and one.reason.page[1] else None
    if one.reason and where:
        first += [" · ", link(where, one.reason.ref)]
    return [first, _with_what(one, most_params), _which_runs(one, links, most_runs)]


def _with_what(one: Try, most: int) -> Line:
    same = [f"{clean(key, _VALUE)}={clean(value, _VALUE)}" for key, value in one.matched[:most]]
    told = [f"with {', '.join(same)}"] if same else []
    if one.varied:
        names = ", ".join(clean(key, _VALUE) for key in one.varied[:most])
        left = len(one.varied) - most
        told.append(f"varied {names}" + (f" and {left} more" if left > 0 else ""))
    if one.datasets:
        told.append(
            f"data {', '.join(clean(name, _VALUE) for name in one.datasets[: min(2, most)])}"
        )
    return [words(" · ".join(told) or "no params that hold these words")]


def _which_runs(one: Try, links: Links, most: int) -> Line:
    chosen = {run.run_id: run for run in ([one.best] if one.best else []) + list(one.runs[::-1])}
    line: Line = [moment(one.began_at, "{date}")]
    if one.ended_at.date() != one.began_at.date():
        line += [" – ", moment(one.ended_at, "{date}")]
    for run in list(chosen.values())[:most]:
        line += [" · ", _run(run, links)]
    left = len(one.runs) - most
    return [*line, f" and {count(left, 'more run')}"] if left > 0 else line


def _hypothesis(one: Hypothesis, room: tuple[int, int, int]) -> list[Line]:
    title = words(f"{one.ref} {one.state}: {clean(one.claim, room[2])}", bold=True)
    learned = clean(one.verdict.learned, room[2]) if one.verdict else ""
    told: list[Line] = [[title, " · no run of it is mirrored"]]
    return [*told, [words(f"Learned: {learned}")]] if learned else told


def _decision(one: DecisionRecord, room: tuple[int, int, int]) -> list[Line]:
    newer = f" by D-{one.superseded_by}" if one.superseded_by else ""
    at = moment(one.decided_at or one.created_at, "{date}")
    title = words(f"{one.ref} {one.status}{newer}: {clean(one.title, room[2])}", bold=True)
    return [[title, " · ", at], [words(clean(one.body.outcome, room[2]))]]


def _spoken(one: Spoken, room: tuple[int, int, int]) -> list[Line]:
    who = clean(one.who, _NAME) or "Somebody"
    said = words(f": {clean(one.line, room[2])}")
    last = moment(one.report.submitted_at, "{date}")
    if one.earliest is None or one.reports < 2:
        return [[words(f"{who} reported", bold=True), " ", last, said]]
    title = words(f"{who}, {count(one.reports, 'report')}", bold=True)
    if one.earliest.local_date == one.report.local_date:
        return [[title, " ", last, said]]
    return [[title, " ", moment(one.earliest.submitted_at, "{date}"), " – ", last, said]]


def _buttons(found: Answer) -> list[dict[str, object]]:
    typed = found.typed[:MOST_CHARACTERS]
    steps = []
    if found.page > 0:
        steps.append(button("Back", f"{ACTION_PAGE}:back", f"{found.page - 1} {typed}"))
    if found.more:
        steps.append(button("More", f"{ACTION_PAGE}:on", f"{found.page + 1} {typed}"))
    return [*steps, button("Write a hypothesis", ACTION_WRITE, typed)]


def _footer(found: Answer) -> str:
    told = [f"{_looked(found)} looked through"] if found.total else []
    if found.total > PAGE:
        told.append(
            f"{found.page * PAGE + 1}–{min((found.page + 1) * PAGE, found.total)} of {found.total}"
        )
    return " · ".join([*told, _age(found.source)])


def _looked(found: Answer) -> str:
    seen = found.looked
    parts = [
        count_of(seen.runs, "run"),
        count_of(seen.hypotheses, "hypothesis", "hypotheses"),
        count_of(seen.decisions, "decision"),
    ]
    return f"{', '.join(parts)} and {count_of(seen.reports, 'report')}"


def count_of(number: int, one: str, many: str = "") -> str:
    """`1,234 runs`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _age(source: SourceHealth | None) -> str:
    """How old the copy of MLflow is (mrkdwn)."""
    if source is None or source.read_at is None:
        return "MLflow has not been read yet"
    as_of = f"MLflow as of {moment_token(source.read_at, '{date_short_pretty} {time}')}"
    return f"MLflow doesn't answer now; {as_of}" if source.down else as_of


def _run(run: Run, links: Links) -> Piece:
    name = clean(run.name, _NAME) or run.run_id[:8]
    return _linked(name, links.run(run.experiment_id, run.run_id))


def _linked(text: str, url: str | None) -> Piece:
    return link(url, text) if url else words(text)
