"""What runs, hypotheses and reports are found by: the terms of each, as databases search them."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, cast

from sqlalchemy import (
    Connection,
    Index,
    Insert,
    Table,
    UniqueConstraint,
    bindparam,
    delete,
    event,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.domain.experiments import run_texts
from bot.domain.experiments.hypotheses import Hypothesis, tagged
from bot.domain.experiments.records import Run
from bot.domain.experiments.tried_words import assignments, last_name, same_value
from bot.domain.report import Report
from storage.base import Base, SearchTerms
from storage.full_text import facet, terms
from storage.statements import run

RUN, HYPOTHESIS, REPORT = "run", "hypothesis", "report"

_BATCH = 500
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

_KEEP_FTS = """
CREATE TRIGGER tried_text_{name} AFTER {event} ON tried_text BEGIN
  {work}
END
"""
_FORGET = "INSERT INTO tried_fts (tried_fts, rowid, terms) VALUES ('delete', old.id, old.terms);"
_LEARN = "INSERT INTO tried_fts (rowid, terms) VALUES (new.id, new.terms);"

# As for decisions (storage/decisions/text.py), but runs are written by the thousand: PostgreSQL
# may put off sorting them in.
CREATED: dict[str, tuple[str, ...]] = {
    "sqlite": (
        "CREATE VIRTUAL TABLE tried_fts USING fts5(terms, content='tried_text', "
        "content_rowid='id', detail=none, columnsize=0, prefix='3 4 5', "
        "tokenize=\"ascii tokenchars '/_'\")",
        _KEEP_FTS.format(name="added", event="INSERT", work=_LEARN),
        _KEEP_FTS.format(name="removed", event="DELETE", work=_FORGET),
        _KEEP_FTS.format(name="changed", event="UPDATE", work=f"{_FORGET} {_LEARN}"),
    ),
    "postgresql": ("CREATE INDEX ix_tried_text_terms ON tried_text USING gin (terms)",),
}
DROPPED: dict[str, tuple[str, ...]] = {"sqlite": ("DROP TABLE tried_fts",), "postgresql": ()}
"""What must go before the table does."""

UNDECLARED = ("tried_fts", "ix_tried_text_terms")
"""How the names begin of what a database has beyond the declared tables."""


class TriedTextRow(Base):
    """The terms of one run, hypothesis or report, which `ref` names within its `kind`.

    `digest` stands for all that the row says. `hypothesis` is the number that a run is tagged
    with. `place` is a run's parent, a hypothesis's channel or a report's stand-up.
    """

    __tablename__ = "tried_text"
    __table_args__ = (
        UniqueConstraint("workspace", "kind", "ref"),
        Index("ix_tried_text_hypothesis", "workspace", "hypothesis"),
        Index("ix_tried_text_place", "workspace", "place"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace: Mapped[str]
    kind: Mapped[str]
    ref: Mapped[str]
    digest: Mapped[str]
    hypothesis: Mapped[int | None]
    place: Mapped[str]
    terms: Mapped[str] = mapped_column(SearchTerms)


def _create(_table: Table, connection: Connection, **_: object) -> None:
    for statement in CREATED[connection.dialect.name]:
        connection.exec_driver_sql(statement)


def _drop(_table: Table, connection: Connection, **_: object) -> None:
    for statement in DROPPED[connection.dialect.name]:
        connection.exec_driver_sql(statement)


event.listen(TriedTextRow.__table__, "after_create", _create)
event.listen(TriedTextRow.__table__, "before_drop", _drop)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What is to be found: its texts, the pairs of names and values, and further terms."""

    workspace: str
    kind: str
    ref: str
    texts: Iterable[str]
    pairs: Iterable[tuple[str, str]] = ()
    facets: Iterable[str] = ()
    hypothesis: int | None = None
    place: str = ""


def keep_runs(session: Session, workspace: str, runs: Iterable[Run]) -> None:
    """Let runs be found by what they say now; one that says the same as before costs a look."""
    entries = (
        Entry(
            workspace=workspace,
            kind=RUN,
            ref=run.run_id,
            texts=list(run_texts.fields(run)),
            pairs=run_texts.pairs(run),
            hypothesis=tagged(run.tags.items()),
            place=run_texts.parent(run),
        )
        for run in runs
    )
    keep(session, entries)


def forget_runs(session: Session, workspace: str, run_ids: Sequence[str]) -> None:
    """Runs that lie in the source's bin aren't found; saved undeleted they are again."""
    for start in range(0, len(run_ids), _BATCH):
        session.execute(
            delete(TriedTextRow).where(
                TriedTextRow.workspace == workspace,
                TriedTextRow.kind == RUN,
                TriedTextRow.ref.in_(run_ids[start : start + _BATCH]),
            )
        )


def keep_hypothesis(session: Session, hypothesis: Hypothesis) -> None:
    """Let a hypothesis be found by its claim and what was learned."""
    verdict = hypothesis.verdict
    texts = (
        hypothesis.ref,
        hypothesis.claim,
        hypothesis.experiment,
        hypothesis.prediction.metric,
        *hypothesis.tags,
        *((verdict.learned, verdict.reason) if verdict else ()),
    )
    entry = Entry(
        workspace=hypothesis.workspace,
        kind=HYPOTHESIS,
        ref=str(hypothesis.number),
        texts=texts,
        facets=[facet("by", user_id) for user_id in hypothesis.named],
        place=hypothesis.channel,
    )
    keep(session, [entry])


def keep_report(session: Session, report: Report) -> None:
    """Let a report be found by its answers."""
    entry = Entry(
        workspace=report.workspace,
        kind=REPORT,
        ref=report_ref(report.standup_id, report.local_date.isoformat(), report.user_id),
        texts=[*(answer.text for answer in report.answers), report.blocker],
        facets=[facet("by", report.user_id)],
        place=report.standup_id,
    )
    keep(session, [entry])


def report_ref(standup_id: str, local_date: str, user_id: str) -> str:
    """The name of a report's row."""
    return f"{local_date} {user_id} {standup_id}"


def keep(session: Session, entries: Iterable[Entry]) -> None:
    """Insert or replace what differs from what is kept."""
    every = [_row(entry) for entry in entries]
    for start in range(0, len(every), _BATCH):
        rows = every[start : start + _BATCH]
        known = _digests(session, rows)
        changed = [row for row in rows if known.get((row["kind"], row["ref"])) != row["digest"]]
        if changed:
            _replace(session, changed)


def words_of(text: str) -> set[str]:
    """The terms of a text, those of a name in camel case included."""
    found = terms(text)
    return found | terms(_CAMEL.sub(" ", text)) if _CAMEL.search(text) else found


def pair_term(key: str, value: str) -> str:
    """The term of a param with its value."""
    return facet("pair", f"{key}={same_value(value)}"[:64])


def _row(entry: Entry) -> dict[str, Any]:
    found: set[str] = {facet("in", entry.workspace), facet("kind", entry.kind), *entry.facets}
    for text in entry.texts:
        found |= words_of(text)
        found |= {pair_term(*pair) for pair in assignments(text)}
    for key, value in entry.pairs:
        found |= {pair_term(key, value), pair_term(last_name(key), value)}
    joined = " ".join(sorted(found))
    said = f"{entry.hypothesis} {entry.place} {joined}"
    return {
        "workspace": entry.workspace,
        "kind": entry.kind,
        "ref": entry.ref,
        "digest": blake2b(said.encode(), digest_size=12).hexdigest(),
        "hypothesis": entry.hypothesis,
        "place": entry.place,
        "terms": joined,
    }


def _digests(session: Session, rows: Sequence[dict[str, Any]]) -> dict[tuple[str, str], str]:
    asked = {
        "of": rows[0]["workspace"],
        "like": rows[0]["kind"],
        "refs": [row["ref"] for row in rows],
    }
    return {(kind, ref): digest for kind, ref, digest in run(session, _KNOWN, asked)}


def _replace(session: Session, rows: list[dict[str, Any]]) -> None:
    run(session, _REPLACING[session.get_bind().dialect.name], rows)


def _replacing(build: Callable[..., postgresql.Insert | sqlite.Insert]) -> Insert:
    statement = build(_TABLE)
    rest = {name: statement.excluded[name] for name in ("digest", "hypothesis", "place", "terms")}
    key = [_TABLE.c.workspace, _TABLE.c.kind, _TABLE.c.ref]
    return statement.on_conflict_do_update(index_elements=key, set_=rest)


_TABLE = cast(Table, TriedTextRow.__table__)
_KNOWN = select(_TABLE.c.kind, _TABLE.c.ref, _TABLE.c.digest).where(
    _TABLE.c.workspace == bindparam("of"),
    _TABLE.c.kind == bindparam("like"),
    _TABLE.c.ref.in_(bindparam("refs", expanding=True)),
)
_REPLACING = {
    "postgresql": _replacing(postgresql.insert),
    "sqlite": _replacing(sqlite.insert),
}
