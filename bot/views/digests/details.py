"""A digest in a form for one person: every section, and the pages of each."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.domain.digests.content import Digest
from bot.domain.links import Links
from bot.ports.chat import Block, Message, Modal
from bot.views.blocks import actions, bullets, context, header, lines, mrkdwn
from bot.views.digests.parts import Part
from bot.views.digests.places import DETAILS, STAKEHOLDERS, Place, go, here
from bot.views.digests.sections.all import whole
from bot.views.digests.sources import footer
from bot.views.forms import FormState, modal
from bot.views.standups import day_name
from bot.views.text import Line, count, words

CALLBACK_READ = "digest.reading"

_SHOWN = 5
_PAGE = 15
_IN_FORMS = frozenset({"actions", "context", "header", "image", "rich_text", "section"})


@dataclass(frozen=True, kw_only=True)
class Beside:
    """The local dates of the digests before and after the one shown, None where there is none."""

    older: date | None = None
    newer: date | None = None


def details(content: Digest, beside: Beside, links: Links, channel: str) -> Modal:
    """Every section with its first rows, and buttons to the rest."""
    blocks = [header(f"Digest · {day_name(content.day)}")]
    for each in whole(content, links):
        blocks += _section(content, each)
    if len(blocks) == 1:
        blocks.append(mrkdwn("Nothing to report."))
    blocks += [*_ways(content, beside, DETAILS), *footer(content)]
    return _form(blocks, channel)


def page(content: Digest, key: str, number: int, links: Links, channel: str) -> Modal:
    """One section's rows by pages; where the section has become empty, a word that says so."""
    found = next((each for each in whole(content, links) if each.key == key), None)
    back = go("Back", "back", here(content))
    head = header(f"{found.title if found else 'Digest'} · {day_name(content.day)}")
    rows = found.draw(number * _PAGE, (number + 1) * _PAGE) if found else []
    if found is None or not rows:
        blocks = [head, mrkdwn("Nothing is left here."), _row(content, f"{key}_{number}", back)]
        return _form(blocks, channel)
    until = min((number + 1) * _PAGE, found.size)
    steps = [back]
    if number:
        steps.append(go("Previous", "previous", here(content, DETAILS, key, number - 1)))
    if until < found.size:
        steps.append(go("Next", "next", here(content, DETAILS, key, number + 1)))
    where = context(f"{number * _PAGE + 1} to {until} of {found.size}")
    return _form([head, bullets(rows), where, _row(content, f"{key}_{number}", *steps)], channel)


def stakeholders(content: Digest, beside: Beside, told: Message, channel: str) -> Modal:
    """The digest in plain words, as `told`."""
    blocks = [block for block in told.blocks if block["type"] in _IN_FORMS]
    return _form([*blocks, *_ways(content, beside, STAKEHOLDERS)], channel)


def channel_of(state: FormState) -> str:
    """The channel whose digest is shown: a hint, never a right."""
    return str(state.hidden["channel"])


def _section(content: Digest, each: Part) -> list[Block]:
    title: Line = [words(each.title, bold=True)]
    rows = each.draw(0, _SHOWN)
    blocks = [lines(title), *([bullets(rows)] if rows else [])]
    if each.size > _SHOWN:
        label = f"All {count(each.size, 'row')}" if each.size != 1 else "All"
        more = go(label, each.key, here(content, DETAILS, each.key))
        blocks.append(_row(content, each.key, more))
    return blocks


def _ways(content: Digest, beside: Beside, reading: str) -> list[Block]:
    other = STAKEHOLDERS if reading == DETAILS else DETAILS
    label = "For stakeholders" if reading == DETAILS else "Details"
    steps = [go(label, "reading", here(content, other))]
    if beside.older:
        steps.append(go("Older", "older", Place(reading=reading, day=beside.older)))
    if beside.newer:
        steps.append(go("Newer", "newer", Place(reading=reading, day=beside.newer)))
    return [_row(content, reading, *steps)]


def _row(content: Digest, name: str, *elements: dict[str, Any]) -> Block:
    """Buttons; a form that is replaced needs new block ids for what has changed."""
    until = int(content.window.whole.until.timestamp())
    return actions(f"digest_{name}_{until}", *elements)


def _form(blocks: list[Block], channel: str) -> Modal:
    return modal(CALLBACK_READ, "Digest", blocks, close="Close", hidden={"channel": channel})
