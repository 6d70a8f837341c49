"""What people see of a hypothesis: its card, its thread, the question for a verdict."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.experiments.hypotheses import Hypothesis
from bot.domain.experiments.hypothesis_detail import HypothesisDetail
from bot.domain.experiments.hypothesis_standing import Standing, beside, claimed
from bot.domain.experiments.records import Run, RunStatus
from bot.domain.links import Links
from bot.domain.metrics import figure
from bot.ports.chat import Block, Message
from bot.views.blocks import actions, button, context, lines, message
from bot.views.text import Line, Piece, clean, count, link, moment, words

ACTION_VERDICT = "hypothesis.verdict"
ACTION_MORE = "hypothesis.more"
ACTION_EDIT = "hypothesis.edit"
ACTION_DECISION = "hypothesis.decision"

_CLAIM = 300
_REASON = 400
_LEARNED = 700
_NAME = 60
_TAGS = 120
_TRAINERS = 3
_RUNS = 8


def card(detail: HypothesisDetail, links: Links) -> Message:
    """The card in the channel: the claim, how far it is, and in the end what came of it."""
    hypothesis = detail.hypothesis
    blocks = [lines(*_told(detail, links)), _buttons(hypothesis)]
    return message(_heading(detail), blocks)


def shown(detail: HypothesisDetail, links: Links) -> Message:
    """The same for one person, with its runs and what it is tagged with."""
    hypothesis = detail.hypothesis
    blocks = [lines(*_told(detail, links)), *_runs(detail, links), _buttons(hypothesis)]
    return message(_heading(detail), [*blocks, context(_how_to_tag(hypothesis))])


def thread(detail: HypothesisDetail, what: str, by: str, deadline: datetime | None) -> Message:
    """What the thread of the card hears: a verdict, or that there is more time."""
    if what == "more_time" and deadline is not None:
        who = name(detail, by)
        line: Line = [who, f" gave {detail.hypothesis.ref} more time: until ", _day(deadline), "."]
        return message(line, [lines(line)])
    story = verdict_lines(detail)
    return message(story[0], [lines(*story)])


def ask(detail: HypothesisDetail, links: Links, *, again: bool) -> Message:
    """What the owner is asked, with the verdict that the numbers speak for; or what came of it."""
    hypothesis = detail.hypothesis
    if not hypothesis.is_open:
        return message(verdict_lines(detail)[0], [lines(*verdict_lines(detail))])
    if hypothesis.asking is None:
        line: Line = [_title(detail, links), " has more time: until ", _day(hypothesis.deadline)]
        return message(line, [lines(line)])
    begins = "Still waits for your verdict: " if again else "What came of it? "
    why = f", for {hypothesis.asking.why}."
    line = [words(begins, bold=True), _title(detail, links), why]
    blocks = [lines(line, *_progress_lines(detail, links), _proposed(detail))]
    return message(line, [*blocks, _answers(detail)])


def row(detail: HypothesisDetail, links: Links) -> Line:
    """One line in a digest or a list."""
    hypothesis, standing = detail.hypothesis, detail.standing
    title: Line = [linked(detail, links), words(f" {clean(hypothesis.claim, 120)} · ")]
    if hypothesis.is_open:
        return [
            *title,
            "open until ",
            _day(hypothesis.deadline),
            words(f" · {_runs_told(standing)}"),
        ]
    assert hypothesis.verdict is not None, "it is decided"
    learned = clean(hypothesis.verdict.learned, 120)
    told = f" · {learned}" if learned else ""
    return [*title, words(f"{hypothesis.state}{told} · {count(hypothesis.verdict.runs, 'run')}")]


def verdict_lines(detail: HypothesisDetail) -> list[Line]:
    """`H-9 refuted: focal loss …`, the numbers, what was learned, by whom."""
    hypothesis = detail.hypothesis
    verdict = hypothesis.verdict
    if verdict is None:
        return [[hypothesis.ref, words(f" {clean(hypothesis.claim, _CLAIM)}")]]
    state, claim = hypothesis.state.value, clean(hypothesis.claim, _CLAIM)
    told: list[Line] = [[words(f"{hypothesis.ref} {state}: ", bold=True), words(claim)]]
    if verdict.reason:
        metric = clean(hypothesis.prediction.metric, _NAME)
        told.append([words(f"{metric}: {_sentence(clean(verdict.reason, _REASON))}")])
    if verdict.proposed not in (None, hypothesis.state):
        told.append([f"The numbers alone spoke for {verdict.proposed}."])
    if verdict.learned:
        learned = _sentence(clean(verdict.learned, _LEARNED))
        told.append([words("Learned: ", bold=True), words(learned)])
    trained = listed(verdict.trained_by)
    by = f", {trained}" if trained else ""
    ran = words(f"{count(verdict.runs, 'run')}{by}. Verdict by ")
    told.append([ran, name(detail, verdict.by), " ", moment(verdict.at), "."])
    return told


def listed(names: Sequence[str]) -> str:
    """`Ananya Rao, Lena Fischer and 2 more`."""
    shown_names = ", ".join(clean(each, _NAME) for each in names[:_TRAINERS])
    left = len(names) - _TRAINERS
    return f"{shown_names} and {left} more" if left > 0 else shown_names


def name(detail: HypothesisDetail, user_id: str) -> Piece:
    """Somebody's name, without a ping."""
    person = detail.people.get(user_id)
    return words(clean(person.name, _NAME) if person else user_id or "Somebody")


def best_told(standing: Standing) -> str:
    """`best 0.912 (0.006 above champion v13 (0.906))`, or empty."""
    if standing.best is None:
        return ""
    told = f"best {figure(standing.best.value)}"
    if standing.best.runs > 1:
        told += f", median of {standing.best.runs} seeds"
    if standing.baseline is None:
        return told
    return f"{told}, {clean(beside(standing.best.value, standing.baseline), 160)}"


def _told(detail: HypothesisDetail, links: Links) -> list[Line]:
    hypothesis = detail.hypothesis
    if not hypothesis.is_open:
        return [*verdict_lines(detail), _small_print(detail, links)]
    first: Line = [
        words(f"{hypothesis.ref} · {clean(hypothesis.claim, _CLAIM)}", bold=True),
        " · open until ",
        _day(hypothesis.deadline),
    ]
    told = [first, *_progress_lines(detail, links), _small_print(detail, links)]
    if hypothesis.asking is not None:
        told.append(_asked(detail))
    return told


def _progress_lines(detail: HypothesisDetail, links: Links) -> list[Line]:
    standing = detail.standing
    line: Line = [words(_runs_told(standing))]
    if standing.best is not None:
        run = standing.best.run
        label = clean(run.name, _NAME) or run.run_id[:8]
        url = links.run(run.experiment_id, run.run_id)
        line += [" · ", link(url, label) if url else words(label)]
    return [line]


def _runs_told(standing: Standing) -> str:
    if not standing.total:
        return "no run is tagged with it yet"
    told = f"{standing.finished} of {count(standing.total, 'run')} finished"
    broken = [
        f"{amount} {what}"
        for amount, what in ((standing.failed, "failed"), (standing.killed, "stopped"))
        if amount
    ]
    best = best_told(standing)
    return ", ".join([told, *broken, *([best] if best else [])])


def _small_print(detail: HypothesisDetail, links: Links) -> Line:
    """What is claimed exactly, on what, whose it is."""
    hypothesis = detail.hypothesis
    page = links.experiment(hypothesis.experiment_id)
    label = clean(hypothesis.experiment, _NAME)
    experiment = link(page, label) if page else words(label)
    line: Line = [words(f"Claimed: {clean(claimed(hypothesis), 200)}"), " · ", experiment, " · "]
    line.append(name(detail, hypothesis.owner))
    if hypothesis.tags:
        line.append(words(f" · {clean(', '.join(hypothesis.tags), _TAGS)}"))
    return line


def _asked(detail: HypothesisDetail) -> Line:
    asking = detail.hypothesis.asking
    assert asking is not None, "somebody is asked"
    speaks = f"; the numbers speak for {detail.standing.proposal}"
    if not asking.person:
        return [f"🟡 It waits for a verdict, for {asking.why}{speaks}."]
    return ["🟡 ", name(detail, asking.person), f" is asked for the verdict{speaks}."]


def _proposed(detail: HypothesisDetail) -> Line:
    standing = detail.standing
    return [
        words(f"The numbers speak for {standing.proposal}: ", bold=True),
        words(_sentence(clean(standing.reason, _REASON))),
    ]


def _answers(detail: HypothesisDetail) -> Block:
    hypothesis, proposal = detail.hypothesis, detail.standing.proposal
    value = str(hypothesis.number)
    confirm = f"{value}|{proposal.value}"
    return actions(
        "hypothesis.ask",
        button(f"Confirm: {proposal}", f"{ACTION_VERDICT}:confirm", confirm, style="primary"),
        button("Another verdict", f"{ACTION_VERDICT}:other", value),
        button("More time", ACTION_MORE, value),
    )


def _buttons(hypothesis: Hypothesis) -> Block:
    value = str(hypothesis.number)
    decision = button("Log as decision", ACTION_DECISION, value)
    if not hypothesis.is_open:
        return actions("hypothesis", decision)
    return actions(
        "hypothesis",
        button("Give the verdict", ACTION_VERDICT, value),
        button("More time", ACTION_MORE, value),
        button("Edit", ACTION_EDIT, value),
        decision,
    )


def _runs(detail: HypothesisDetail, links: Links) -> list[Block]:
    metric = detail.hypothesis.prediction.metric
    newest = detail.runs[: -_RUNS - 1 : -1]
    rows = [_run(run, metric, links) for run in newest]
    left = len(detail.runs) - len(newest)
    more: list[Line] = [[f"and {left} earlier"]] if left > 0 else []
    return [lines(*rows, *more)] if rows else []


def _run(run: Run, metric: str, links: Links) -> Line:
    label = clean(run.name, _NAME) or run.run_id[:8]
    url = links.run(run.experiment_id, run.run_id)
    value = run.metrics.get(metric)
    told = f" {figure(value)}" if value is not None else ""
    state = "" if run.status is RunStatus.FINISHED else f" {run.status.value.lower()}"
    return [link(url, label) if url else words(label), f"{told}{state}"]


def _how_to_tag(hypothesis: Hypothesis) -> str:
    return f"Runs tagged `hypothesis` = `{hypothesis.ref}`, or below such a run, belong to it."


def _heading(detail: HypothesisDetail) -> Line:
    hypothesis = detail.hypothesis
    state = "" if hypothesis.is_open else f" {hypothesis.state}"
    return [f"{hypothesis.ref}{state} · {clean(hypothesis.claim, _CLAIM)}"]


def _title(detail: HypothesisDetail, links: Links) -> Piece:
    hypothesis = detail.hypothesis
    text = f"{hypothesis.ref} · {clean(hypothesis.claim, _CLAIM)}"
    url = links.message(*detail.page) if detail.page[1] else None
    return link(url, text) if url else words(text)


def linked(detail: HypothesisDetail, links: Links) -> Piece:
    """The hypothesis's number, a link to its card where that stands in Slack."""
    url = links.message(*detail.page) if detail.page[1] else None
    ref = detail.hypothesis.ref
    return link(url, ref, bold=True) if url else words(ref, bold=True)


def _day(at: datetime) -> Piece:
    return moment(at, "{date_short_pretty}")


def _sentence(text: str) -> str:
    return text if text.endswith((".", "…", "!", "?")) else f"{text}."
