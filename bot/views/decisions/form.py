"""The form of a decision: title, outcome and how it is decided; the rest unfolds."""

from collections.abc import Iterable, Mapping
from typing import Any

from bot.domain.draft import Draft
from bot.domain.person import Person
from bot.ports.chat import Block, Modal
from bot.views.blocks import actions, button, context, lines
from bot.views.decisions import consent_inputs, form_state, sections
from bot.views.decisions.origin import TITLE_LIMIT, quote_block
from bot.views.decisions.sections import PEOPLE, SECTIONS, Registry, Section
from bot.views.decisions.sheets import Sheet, hidden
from bot.views.forms import modal, text_input, with_values
from bot.views.text import clean, cut, moment_token, words

CALLBACK_NEW = "decision.new"
CALLBACK_CHANGE = "decision.change"
ACTION_UNFOLD = "decision.unfold"
ACTION_AFRESH = "decision.afresh"
ACTION_DRAFT = "decision.draft"


def draw(sheet: Sheet, people: Mapping[str, Person], registry: Registry) -> Modal:
    """The form; `people` are those that its quote names, `registry` what it may promote."""
    unfolded = [each for each in SECTIONS if each.name in sheet.open]
    if sheet.asks_consent:  # Who is asked stands right below how.
        unfolded.sort(key=lambda section: section.name != PEOPLE)
    blocks = [
        *_head(sheet, people),
        _title(sheet.title),
        _outcome(sheet.body.outcome),
        *_how(sheet),
        *(block for each in unfolded for block in _open(each, sheet, registry)),
        *_folded(sheet),
        _audience(sheet),
    ]
    callback, title, submit = _names(sheet)
    form = modal(callback, title, [*map(_heard, blocks)], submit=submit, hidden=hidden(sheet))
    return form_state.in_edition(with_values(form, sheet.typed), sheet.edition)


def _heard(block: Block) -> Block:
    """Every choice is told at once, as typing is, so that the draft has it."""
    if block["type"] != "input" or block["element"]["type"] == "plain_text_input":
        return block
    return {**block, "dispatch_action": True}


def _names(sheet: Sheet) -> tuple[str, str, str]:
    if sheet.number is not None:
        return CALLBACK_CHANGE, f"Edit D-{sheet.number}", "Save"
    if sheet.supersedes is not None:
        return CALLBACK_NEW, f"Replace D-{sheet.supersedes}", "Log it"
    return CALLBACK_NEW, "Log a decision", "Log it"


def _head(sheet: Sheet, people: Mapping[str, Person]) -> list[Block]:
    head: list[Block] = []
    if sheet.supersedes is not None:
        head.append(
            context(
                f"Replaces D-{sheet.supersedes}, which stays readable and is marked as superseded "
                "as soon as this one is accepted."
            )
        )
    if sheet.body.origin:
        head.append(quote_block(sheet.body.origin, people))
    head.extend(_said(sheet.problems[name] for name in _elsewhere(sheet)))
    if sheet.note:
        head.append(context(sheet.note))
    if sheet.drafted_at:
        when = moment_token(sheet.drafted_at, "{date_short_pretty} {time}")
        head.append(context(f"Your draft of {when}, not sent yet"))
    if buttons := _draft_buttons(sheet):
        head.append(actions("drafts", *buttons))
    return head


def _draft_buttons(sheet: Sheet) -> list[dict[str, Any]]:
    afresh = [button("Start afresh", ACTION_AFRESH)] if sheet.drafted_at else []
    return [
        *afresh,
        *(
            button(f"Open my draft{_called(draft)}", f"{ACTION_DRAFT}:{number}", draft.place)
            for number, draft in enumerate(sheet.others)
        ),
    ]


def _called(draft: Draft) -> str:
    title = cut(clean(form_state.state_text(draft.values, "title")), 50)
    return f" of “{title}”" if title else " without a title"


def _title(title: str) -> Block:
    if len(title) <= TITLE_LIMIT:
        return text_input("title", "Title", initial=title, limit=TITLE_LIMIT, keep_draft=True)
    hint = f"A title has at most {TITLE_LIMIT} characters; these are {len(title)}."
    return text_input("title", "Title", initial=title, multiline=True, hint=hint, keep_draft=True)


def _outcome(outcome: str) -> Block:
    return text_input(
        "outcome",
        "Outcome",
        initial=outcome,
        multiline=True,
        placeholder="We use … because …",
        keep_draft=True,
    )


def _how(sheet: Sheet) -> list[Block]:
    """Who is asked how long is in sight only where somebody is asked."""
    how, *terms = consent_inputs.terms_inputs(
        sheet.body.consent, sheet.status, editing=sheet.number is not None
    )
    return [how, *(terms if sheet.asks_consent else [])]


def _open(section: Section, sheet: Sheet, registry: Registry) -> list[Block]:
    said = _said(sheet.problems[name] for name in section.fields if name in sheet.problems)
    return [*said, *section.inputs(sheet.body, registry)]


def _elsewhere(sheet: Sheet) -> list[str]:
    """The fields with a problem that are in no section."""
    return [name for name in sheet.problems if not sections.holding([name])]


def _said(sentences: Iterable[str]) -> list[Block]:
    return [lines([words("Not sent yet: ", bold=True), sentence]) for sentence in sentences]


def _folded(sheet: Sheet) -> list[Block]:
    buttons = [
        button(f"▸ {each.label}", f"{ACTION_UNFOLD}:{each.name}", each.name)
        for each in SECTIONS
        if each.name not in sheet.open
    ]
    return [actions("folded", *buttons)] if buttons else []


def _audience(sheet: Sheet) -> Block:
    if sheet.number is not None:
        return context("Its card is edited in place; who was asked for consent is asked anew.")
    return context("The card goes to this channel; who may read it, or is named, can look it up.")
