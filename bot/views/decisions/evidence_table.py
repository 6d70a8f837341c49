"""The values of a piece of evidence, then and now, in two columns."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.domain.decisions.drift import in_order
from bot.domain.decisions.evidence import Compared, Drift, Evidence, EvidenceKind
from bot.domain.metrics import figure
from bot.ports.chat import Block
from bot.views.blocks import plain_text
from bot.views.text import clean, count

SOURCES = {
    EvidenceKind.RUN: "MLflow",
    EvidenceKind.VERSION: "MLflow",
    EvidenceKind.ISSUE: "Jira",
}
"""Who knows how a piece of evidence is by now."""

_TEXT = 40
# Two columns of so many lines fit into the fields of one section
# (https://docs.slack.dev/reference/block-kit/blocks/section-block).
_ROWS = 15
_FIELD = 2000


@dataclass(frozen=True)
class _Row:
    name: str
    then: str
    now: str
    changed: bool = False


def table(compared: Compared, most_rows: int | None) -> list[Block]:
    """Sections with two columns; nothing for what has no values.

    With `most_rows`, what has changed comes first and the rest is only counted.
    """
    rows = list(_rows(compared))
    if most_rows is not None:
        rows.sort(key=lambda row: not row.changed)
    shown = rows[:most_rows]
    sections = [
        _section(shown[start : start + _ROWS], compared, first=not start)
        for start in range(0, len(shown), _ROWS)
    ]
    if len(rows) > len(shown):
        left = f"{count(len(rows) - len(shown), 'more value')} in Details"
        sections[-1]["fields"][0] = _column([sections[-1]["fields"][0]["text"], left])
    return sections


def _section(rows: list[_Row], compared: Compared, *, first: bool) -> Block:
    then = [f"{row.name} {row.then}" for row in rows]
    if compared.now is None:
        now = [_unknown(compared)] if first else []
    else:
        now = [f"{'🟡 ' if row.changed else ''}{row.name} {row.now}" for row in rows]
    heads = (["Then"], ["Now"]) if first else ([], [])
    return {"type": "section", "fields": [_column(heads[0] + then), _column(heads[1] + now)]}


def _column(texts: list[str]) -> dict[str, object]:
    return plain_text("\n".join(texts), _FIELD)


def _unknown(compared: Compared) -> str:
    source = SOURCES.get(compared.then.kind, "its source")
    if compared.as_of is None:
        return f"{source} wasn't read yet"
    return f"{'🟡 ' if compared.gone else ''}not in the copy of {source} here"


def _rows(compared: Compared) -> Iterator[_Row]:
    then, now = compared.then, compared.now
    drifts = {drift.what: drift for drift in compared.drifts}
    for name in in_order(then):
        value = now.metrics.get(name) if now else None
        drift = drifts.get(name) if value != then.metrics[name] else None
        yield _row(name, figure(then.metrics[name]), _figure(value), drift)
    if then.kind is EvidenceKind.VERSION:
        lost = next((drift for drift in compared.drifts if drift.what.startswith("alias ")), None)
        yield _row("aliases", then.state or "none", (now and now.state) or "none", lost)
    elif then.state:
        state = now.state if now else ""
        yield _row(
            "status", then.state, state, drifts.get("status") if state != then.state else None
        )
    for name, before, after in _tags(then, now):
        if before:
            yield _row(name, before, after, drifts.get(name) if before != after else None)


def _figure(value: float | None) -> str:
    return "gone" if value is None else figure(value)


def _tags(then: Evidence, now: Evidence | None) -> Iterator[tuple[str, str, str]]:
    yield "data", then.dataset, now.dataset if now else ""
    yield "commit", then.commit, now.commit if now else ""


def _row(name: str, then: str, now: str, drift: Drift | None) -> _Row:
    by = f" ({drift.by})" if drift and drift.by else ""
    return _Row(
        clean(name, _TEXT),
        clean(then, _TEXT),
        f"{clean(now, _TEXT) or 'gone'}{by}",
        drift is not None,
    )
