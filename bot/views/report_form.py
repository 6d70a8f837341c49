"""The form of a report: filled with what is known, and read back when it is sent."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from bot.domain.activity import Found, Reference, ReferenceKind
from bot.domain.links import Links
from bot.domain.offer import Offer
from bot.domain.report import Answer, FilledReport, FollowUp, PlanItem
from bot.domain.standup import DEFAULT_BLOCKER_QUESTION
from bot.errors import InvalidForm
from bot.ports.chat import Block, Modal
from bot.views.blocks import context, lines
from bot.views.forms import (
    FormState,
    checkboxes,
    modal,
    people_input,
    radio,
    text_input,
    with_values,
)
from bot.views.mood import MOOD_FIELD, mood_input, read_mood
from bot.views.references import linked
from bot.views.standups import day_name
from bot.views.text import Line, clean, escape, times, words

CALLBACK_REPORT = "standup.report"
ANSWER_LIMIT = 3000

# https://docs.slack.dev/reference/views/modal-views: private_metadata holds 3000 characters.
_HIDDEN_LIMIT = 2900
# Slack ignores a new text for a field that stands there already, so each has a name of its own.
_LATE = ("late", "late_more")
# Slack shows at most ten check boxes in a field.
_MOST_OPEN = 10
_BECAME = (
    ("done", FollowUp.DONE.value),
    ("carry over", FollowUp.CARRIED.value),
    ("dropped", FollowUp.DROPPED.value),
)


def report(offer: Offer, links: Links) -> Modal:
    """The form; an existing report is filled in with the questions as it answered them."""
    editing = offer.existing is not None
    form = modal(
        CALLBACK_REPORT,
        "Edit report" if editing else "Stand-up report",
        [
            *_head(offer),
            *_plan(offer),
            *_answers(offer, links),
            *_blockers(offer),
            *([mood_input()] if offer.asks_mood else []),
            *_late(offer, links),
        ],
        submit="Save" if editing else "Report",
        hidden=_hidden(offer),
    )
    return with_values(form, offer.draft.values) if offer.draft else form


def read_report(state: FormState) -> FilledReport:
    """The report that was filled in, with the questions as they were asked."""
    asked = [name for name in state.labels if name.startswith("answer_")]
    answers = [Answer(question=state.labels[name], text=state.text(name)) for name in asked]
    if answers:
        answers[0] = _with_late(answers[0], state)
    if not state.text("blocker") and (state.people("asked") or state.text("blocker_link")):
        raise InvalidForm({"blocker": "Say what blocks you, or empty the two fields below."})
    return FilledReport(
        standup_id=str(state.hidden["standup"]),
        local_date=date.fromisoformat(state.hidden["date"]),
        answers=tuple(answers),
        blocker=state.text("blocker"),
        asked=state.people("asked"),
        blocker_link=state.text("blocker_link"),
        solved=_solved(state),
        reviewed=_reviewed(state),
        references=tuple(
            Reference(kind=ReferenceKind(kind), key=key, anchor=anchor)
            for kind, key, anchor in state.hidden.get("links", ())
        ),
        mood=read_mood(state),
    )


def _with_late(first: Answer, state: FormState) -> Answer:
    """The first answer with what was found late; raises InvalidForm where that is too long."""
    lines = [first.text, *(state.text(name) for name in _LATE)]
    text = "\n".join(line for line in lines if line)
    if len(text) > ANSWER_LIMIT:
        over = len(text) - ANSWER_LIMIT
        field = next(name for name in reversed(_LATE) if state.text(name))
        raise InvalidForm({field: f"With your first answer this is {over} characters too long."})
    return replace(first, text=text)


def kept(values: Mapping[str, Any]) -> dict[str, Any]:
    """What of a half-filled form may be kept as a draft: all but how somebody feels."""
    return {name: value for name, value in values.items() if name != MOOD_FIELD}


def _head(offer: Offer) -> list[Block]:
    name = words(clean(offer.standup.plan.name), bold=True)
    title: Line = [name, f" · {day_name(offer.day)}"]
    notes = list(offer.activity.notes)
    if offer.draft:
        notes.insert(0, "This is what you had typed and not sent.")
    shown: list[Block] = [lines(title)]
    if notes:
        shown.append({**context(escape(" ".join(notes))), "block_id": "notes"})
    return shown


def _plan(offer: Offer) -> list[Block]:
    """Yesterday's plan, an item a line: one tap each."""
    blocks = []
    for number, item in enumerate(offer.planned):
        became = FollowUp.DONE if offer.as_planned else item.became
        blocks.append(
            radio(
                f"plan_{number}",
                f"You planned: {item.text}",
                _BECAME,
                initial=became.value if became else "",
                optional=True,
                hint=f"Carried over {times(item.carried)}." if item.carried else "",
            )
        )
    return blocks


def _answers(offer: Offer, links: Links) -> list[Block]:
    first, *rest = [
        text_input(
            f"answer_{number}",
            answer.question,
            initial=answer.text,
            multiline=True,
            optional=True,
            limit=ANSWER_LIMIT,
            keep_draft=True,
        )
        for number, answer in enumerate(_filled_in(offer))
    ]
    found = [] if offer.existing else offer.activity.found
    return [first, *_sources("sources", found, links), *rest]


def _filled_in(offer: Offer) -> Sequence[Answer]:
    if offer.existing and offer.existing.answers:
        return offer.existing.answers
    moved = [f.text for f in offer.activity.found]
    if offer.as_planned:
        moved = [*(item.text for item in offer.planned), *moved]
    first, *rest = offer.standup.plan.questions
    answers = [Answer(question=first, text="\n".join(moved))]
    return [*answers, *(Answer(question=question, text="") for question in rest)]


def _sources(name: str, found: Sequence[Found], links: Links) -> list[Block]:
    """Where lines come from: the links stay in the report as long as their words do."""
    named = [(clean(f.reference.anchor), f.reference) for f in found]
    said = [linked(anchor, [reference], links) for anchor, reference in named if anchor]
    if not said:
        return []
    row = [piece for line in said for piece in (*line, " · ")][:-1]
    return [{**lines(["Found for you: ", *row]), "block_id": name}]


def _late(offer: Offer, links: Links) -> list[Block]:
    """What was found after the form had been opened, in fields of its own: nothing is replaced
    under the writer's hands."""
    before, after = _LATE
    drafted = bool(offer.draft and offer.draft.values.get(before))
    fields = [_late_field(before, "Found before", "")] if drafted else []
    if offer.late:
        lines_found = "\n".join(f.text for f in offer.late)
        name = after if drafted else before
        fields.append(_late_field(name, "Found since you opened this", lines_found))
    return [*fields, *_sources("late_sources", offer.late, links)]


def _late_field(name: str, label: str, text: str) -> Block:
    return text_input(
        name,
        label,
        initial=text,
        multiline=True,
        optional=True,
        limit=ANSWER_LIMIT,
        hint="Goes with your first answer. Empty it to leave it out.",
        keep_draft=True,
    )


def _blockers(offer: Offer) -> list[Block]:
    question, raised = offer.standup.plan.blocker_question, offer.raised
    blocks: list[Block] = []
    if offer.blockers:
        options = [(f"{b.ref} {b.text}", b.ref) for b in offer.blockers[:_MOST_OPEN]]
        still = [value for _, value in options]
        left = len(offer.blockers) - _MOST_OPEN
        more = f"and {left} more; Home lists them all" if left > 0 else ""
        blocks.append(
            checkboxes(
                "still_blocked",
                "Still blocked by",
                options,
                initial=still,
                optional=True,
                hint=more,
            )
        )
    if not question and not (offer.existing and offer.existing.blocker):
        return blocks
    return [
        *blocks,
        text_input(
            "blocker",
            question or DEFAULT_BLOCKER_QUESTION,
            initial=offer.existing.blocker if offer.existing else "",
            multiline=True,
            optional=True,
            limit=ANSWER_LIMIT,
            keep_draft=True,
            hint="Shown first in the channel until it is solved.",
        ),
        people_input(
            "asked", "Who can help?", initial=raised.asked if raised else (), optional=True
        ),
        text_input(
            "blocker_link",
            "What does it wait for?",
            initial=raised.waits_for.anchor if raised and raised.waits_for else "",
            optional=True,
            limit=500,
            placeholder="CHURN-41, D-12 or a run",
            hint="When that moves, I ask you whether you are unblocked.",
        ),
    ]


def _solved(state: FormState) -> tuple[str, ...]:
    """What was listed and isn't ticked any more; what was raised meanwhile wasn't listed."""
    still = state.checked("still_blocked")
    return tuple(ref for ref in state.hidden.get("blockers", ()) if ref not in still)


def _reviewed(state: FormState) -> tuple[PlanItem, ...]:
    items = []
    for number, (text, carried) in enumerate(state.hidden.get("plan", ())):
        became = state.choice(f"plan_{number}")
        items.append(
            PlanItem(text=text, carried=carried, became=FollowUp(became) if became else None)
        )
    return tuple(items)


def _hidden(offer: Offer) -> dict[str, Any]:
    """What comes back with the form; links that don't fit in any more are left out."""
    hidden: dict[str, Any] = {"standup": offer.standup.id, "date": offer.day.isoformat()}
    hidden["plan"] = [[item.text, item.carried] for item in offer.planned]
    hidden["blockers"] = [blocker.ref for blocker in offer.blockers[:_MOST_OPEN]]
    hidden["links"] = []
    for reference in _references(offer):
        row = [reference.kind.value, reference.key, reference.anchor]
        wider = {**hidden, "links": [*hidden["links"], row]}
        if len(json.dumps(wider, ensure_ascii=False)) <= _HIDDEN_LIMIT:
            hidden = wider
    return hidden


def _references(offer: Offer) -> Sequence[Reference]:
    found: Sequence[Found] = [*offer.activity.found, *offer.late]
    known = offer.existing.references if offer.existing else ()
    return list(dict.fromkeys([*known, *(f.reference for f in found)]))
