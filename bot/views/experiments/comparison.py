"""What people see of a comparison: a sentence, then what differs, side by side."""

from collections.abc import Iterator, Sequence

from bot.domain.experiments.comparison import Comparison, Difference, MetricRow, Side
from bot.domain.experiments.datasets import alike
from bot.domain.experiments.naming import Unclear
from bot.domain.experiments.records import MetricPoint, Run
from bot.domain.experiments.verdict import verdict
from bot.domain.links import Links
from bot.domain.metrics import Direction, difference, figure
from bot.domain.source import SourceHealth
from bot.ports.chat import Block, Message
from bot.views.blocks import bullets, chart_slot, context, lines, message, roomiest
from bot.views.experiments.curves_chart import curves_chart
from bot.views.experiments.names import as_of, champion_piece, experiment_name, outage, run_piece
from bot.views.text import Line, clean, escape, moment, plain, words

Curves = Sequence[Sequence[MetricPoint]]

_KEY = 40
_VALUE = 30
_LABEL = 16
# How many params, and how many metrics: the most with which everything fits into one message.
_ROOMS = ((12, 8), (6, 4), (3, 2), (1, 1), (1, 0))
_CANDIDATES = (5, 2, 1)


def compared(
    comparison: Comparison,
    curves: Curves | None,
    source: SourceHealth | None,
    links: Links,
    *,
    repeated: Sequence[Run] = (),
) -> Message:
    """The comparison in one message; `curves` are None where MLflow didn't give them, `repeated`
    are runs that were named more than once."""
    chart = curves_chart(comparison, curves or ())
    said = verdict(
        comparison.judgement,
        comparison.contenders,
        comparison.metric or "metric",
        comparison.direction,
    )

    def blocks(params: int, metrics: int) -> list[Block]:
        return [
            *([context(outage(source))] if source and source.down else []),
            *([context(escape(_repeated(comparison, repeated)))] if repeated else []),
            lines([words(said, bold=True)]),
            lines(*(_side(comparison, i, links) for i in range(len(comparison.sides)))),
            *_table(comparison, params, metrics),
            *([chart_slot()] if chart else []),
            context(" · ".join(_notes(comparison, curves, source))),
        ]

    shown = roomiest(blocks(*room) for room in _ROOMS)
    return message(said, shown, chart=chart)


def _repeated(comparison: Comparison, runs: Sequence[Run]) -> str:
    """That a name stands here once, and what it is compared with where it was the only one."""
    names = " and ".join(clean(run.name, _LABEL) or run.run_id[:8] for run in runs[:2])
    names += f" and {len(runs) - 2} more" if len(runs) > 2 else ""
    others = [side for side in comparison.sides if side.run not in runs]
    if len(runs) == 1 and len(others) == 1 and others[0].champion:
        return f"You named {names} more than once and no other run, so the champion is beside it."
    return f"You named {names} more than once; each run stands here once."


def unclear(names: Sequence[Unclear], links: Links) -> Message:
    """Names that fit several runs, with those, or none."""
    variants = [_questions(names, most, links) for most in _CANDIDATES]
    blocks = roomiest([lines(*told)] for told in variants)
    return message("\n".join(plain(line) for line in variants[-1]), blocks)


def _questions(names: Sequence[Unclear], most: int, links: Links) -> list[Line]:
    told: list[Line] = []
    for each in names:
        typed = words(clean(each.typed, _KEY), bold=True)
        if not each.candidates:
            told.append(["I don't know a run ", typed, "."])
            continue
        told.append(["Which ", typed, "?"])
        told += [["• ", *_candidate(run, links)] for run in each.candidates[:most]]
        if (left := len(each.candidates) - most) > 0:
            told.append([f"and {left} more"])
    return [*told, ["Type the beginning of its id; a name with blanks in quotes."]]


def _candidate(run: Run, links: Links) -> Line:
    line: Line = [words(run.run_id[:8], code=True), " ", run_piece(run, links)]
    return [*line, ", started ", moment(run.started_at)] if run.started_at else line


def _side(comparison: Comparison, place: int, links: Links) -> Line:
    side = comparison.sides[place]
    line: Line = [f"{place + 1}"]
    if side.champion:
        # The run's link is enough: two of them side by side read as one.
        line = [champion_piece(side.champion, side.experiment, Links())]
    line += ["  ", run_piece(side.run, links, bold=True)]
    value = comparison.metrics[0].values[place] if comparison.metrics else None
    if comparison.metric and value is not None:
        line.append(f"  {clean(comparison.metric, _VALUE)} {figure(value)}")
    if side.seeds:
        low, high = figure(side.seeds.low), figure(side.seeds.high)
        line.append(f" ({side.seeds.runs} seeds {low}–{high})")
    return [*line, *_state(side), *_origin(comparison, side)]


def _state(side: Side) -> Line:
    state = side.run.status.value.lower()
    return [] if state == "finished" else [words(f"  {state}", italic=True)]


def _origin(comparison: Comparison, side: Side) -> Line:
    if len(comparison.experiments) == 1:
        return []
    return [words(f"  of {experiment_name(side.experiment)}", italic=True)]


def _table(comparison: Comparison, params: int, metrics: int) -> list[Block]:
    blocks: list[Block] = []
    for title, rows, most in (
        ("Data that differ", comparison.data, len(comparison.data)),
        ("Params that differ", comparison.params, params),
    ):
        if rows:
            shown = [_of_side(comparison, i, rows[:most]) for i in range(len(comparison.sides))]
            blocks += [lines([words(title, bold=True)]), bullets(shown + _left(rows, most))]
    if not comparison.params:
        only = "Only the seeds differ." if comparison.seeds_differ else "No param differs."
        blocks.append(lines([only]))
    if comparison.metrics:
        told = [_metric(comparison, row) for row in comparison.metrics[:metrics]]
        title = f"Metrics, against {_against(comparison)}"
        blocks.append(lines([words(title, bold=True)]))
        blocks.append(bullets(told + _left(comparison.metrics, metrics)))
    return blocks


def _left(rows: Sequence[object], most: int) -> list[Line]:
    left = len(rows) - most
    return [[f"and {left} more"]] if left > 0 else []


def _of_side(comparison: Comparison, place: int, rows: Sequence[Difference]) -> Line:
    """`1 gentle-owl  lr 0.03 · depth not set`."""
    told = (
        f"{clean(row.key, _VALUE)} {clean(row.values[place], _VALUE) or 'not set'}" for row in rows
    )
    return [words(_named(comparison, place), bold=True), "  ", words(" · ".join(told))]


def _metric(comparison: Comparison, row: MetricRow) -> Line:
    """`val_auc (higher is better)  1: 0.912, 0.006 above, better · champion: 0.906`; of more than
    two runs each has a line."""
    known = row.direction is not Direction.UNKNOWN
    direction = f" ({row.direction} is better)" if known else ""
    places, metric = range(len(row.values)), words(clean(row.metric, _KEY), bold=True)
    if len(places) > 2:
        named = (_value(comparison, row, i, _named(comparison, i)) for i in places)
        return [metric, "\n".join((direction, *named))]
    told = (_value(comparison, row, i, _label(comparison, i)) for i in places)
    return [metric, f"{direction}  " + " · ".join(told)]


def _value(comparison: Comparison, row: MetricRow, place: int, label: str) -> str:
    value = row.values[place]
    if value is None:
        there = row.metric in comparison.sides[place].run.metrics
        return f"{label}: {'not a number' if there else 'none'}"
    base = row.values[comparison.baseline]
    if place == comparison.baseline or base is None:
        return f"{label}: {figure(value)}"
    if value == base:
        return f"{label}: {figure(value)}, the same"
    side = "above" if value > base else "below"
    amount = difference(abs(value - base), value, base)
    return f"{label}: {figure(value)}, {amount} {side}{_meaning(comparison, row, place)}"


def _meaning(comparison: Comparison, row: MetricRow, place: int) -> str:
    """`, better` where that may be said: both saw the same data, and the direction is known."""
    mine, base = comparison.contenders[place], comparison.contenders[comparison.baseline]
    if not (alike(mine.dataset, base.dataset) and alike(mine.evaluation, base.evaluation)):
        return " on other data"
    value, other = row.values[place], row.values[comparison.baseline]
    if row.direction is Direction.UNKNOWN or value is None or other is None:
        return ""
    return ", better" if row.direction.better(value, other) else ", worse"


def _label(comparison: Comparison, place: int) -> str:
    return "champion" if comparison.sides[place].champion else str(place + 1)


def _named(comparison: Comparison, place: int) -> str:
    side = comparison.sides[place]
    name = clean(side.name, _LABEL)
    return name if side.champion else f"{place + 1} {name}"


def _against(comparison: Comparison) -> str:
    label = _label(comparison, comparison.baseline)
    return "the champion" if label == "champion" else label


def _notes(
    comparison: Comparison, curves: Curves | None, source: SourceHealth | None
) -> Iterator[str]:
    """Small grey words (mrkdwn): what else is worth knowing."""
    for remark in comparison.judgement.remarks:
        text = escape(remark.text)
        yield text[:1].upper() + text[1:]
    if not any(side.champion for side in comparison.sides):
        yield "No champion to stand beside them"
    if comparison.metric is None:
        yield "No curves: the runs share no metric"
    elif curves is None:
        yield "No curves: MLflow didn't give them just now"
    elif not _has_curve(curves):
        yield "No curves: each run logged one value only"
    yield from as_of(source)


def _has_curve(curves: Curves) -> bool:
    return any(len(points) > 1 for points in curves)
