"""A decision as the text of a MADR 4 file.

https://github.com/adr/madr/blob/4.0.0/template/adr-template.md gives the keys and the sections.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.clients.madr import extras, front, generated
from bot.clients.madr.escape import block, bullets, item, one_line
from bot.clients.madr.names import shown
from bot.domain.decisions.archive import ArchivedDecision
from bot.domain.decisions.options import Option
from bot.domain.decisions.record import DecisionBody, DecisionStatus, reference

CONTEXT = "Context and Problem Statement"
DRIVERS = "Decision Drivers"
OPTIONS = "Considered Options"
OUTCOME = "Decision Outcome"
CONSEQUENCES = "Consequences"
CONFIRMATION = "Confirmation"
ARGUMENTS = "Pros and Cons of the Options"
MORE = "More Information"

_REQUIRED = (f"## {CONTEXT}", f"## {OPTIONS}", f"## {OUTCOME}")


def document(archived: ArchivedDecision, files: Mapping[int, str]) -> str:
    """The whole file; it links to the decisions that have a name in `files`."""
    head = front.dump(_front(archived))
    title = f"# {one_line(archived.record.title)}"
    parts = [_section(heading, text) for heading, text in sections(archived, files)]
    return f"{head}\n" + "\n\n".join([title, *parts]) + "\n"


def sections(archived: ArchivedDecision, files: Mapping[int, str]) -> list[tuple[str, str]]:
    """The headings below the title with the markdown below each; MADR's optional ones are left
    out where they are empty."""
    body = archived.record.body
    found = [
        (f"## {CONTEXT}", block(body.context)),
        (f"## {DRIVERS}", bullets(body.drivers)),
        (f"## {OPTIONS}", "\n".join(f"* {item(option.title)}" for option in body.options)),
        (f"## {OUTCOME}", block(body.outcome)),
        (f"### {CONSEQUENCES}", bullets(body.consequences)),
        (f"### {CONFIRMATION}", _ours(generated.confirmation(archived))),
        (f"## {ARGUMENTS}", _arguments(body)),
        (f"## {MORE}", _ours(generated.more(archived, files))),
    ]
    return [(heading, text) for heading, text in found if text or heading in _REQUIRED]


def _front(archived: ArchivedDecision) -> dict[str, Any]:
    record, names = archived.record, archived.names
    last = [change.at for change in archived.changes] or [record.decided_at or record.created_at]
    values: dict[str, Any] = {"status": _status(archived), "date": max(last).date()}
    for key, people in (
        ("decision-makers", record.body.makers),
        ("consulted", record.body.consulted),
        ("informed", record.body.informed),
    ):
        if people:
            values[key] = [shown(user_id, names) for user_id in people]
    values[extras.KEY] = extras.dump(extras.of(archived), names)
    return values


def _status(archived: ArchivedDecision) -> str:
    record = archived.record
    if record.status is DecisionStatus.SUPERSEDED and record.superseded_by is not None:
        return f"superseded by {reference(record.superseded_by)}"
    return record.status.value


def _section(heading: str, text: str) -> str:
    return f"{heading}\n\n{text}" if text else heading


def _ours(lines: Sequence[str]) -> str:
    return "\n".join([generated.MARK, "", *lines]) if lines else ""


def _arguments(body: DecisionBody) -> str:
    """Options with the same title are told apart by their order, so all of them are listed then."""
    titles = [option.title for option in body.options]
    everyone = len(set(titles)) < len(titles)
    if not any(option.points for option in body.options):
        return ""
    listed = [_option(option) for option in body.options if option.points or everyone]
    return "\n\n".join(listed)


def _option(option: Option) -> str:
    points = [f"* {p.weight.value}, because {one_line(p.text)}" for p in option.points]
    return _section(f"### {one_line(option.title)}", "\n".join(points))
