"""The forms that move, comment on and assign an issue, and what people filled in."""

from collections.abc import Sequence

from bot.domain.delivery import DeliveryKind
from bot.domain.issues.acts import COMMENT_LIMIT, IssueAct
from bot.domain.issues.screens import Transition
from bot.domain.links import Links
from bot.errors import InvalidForm
from bot.ports.chat import Block, Message, Modal
from bot.views.blocks import context, lines, message, mrkdwn
from bot.views.forms import FormState, modal, required, select, text_input
from bot.views.issues.told import key_piece
from bot.views.person_field import person_input, person_of
from bot.views.text import Line, clean, words

CALLBACK_MOVE = "issue.move"
CALLBACK_COMMENT = "issue.comment"
CALLBACK_ASSIGN = "issue.assign"

PERSON = "person"

_STEP = "step"
_SAID = "said"
_NAME = 60
_MOST = 100


def asking(key: str) -> Modal:
    """Until Jira has said which steps there are."""
    return modal(CALLBACK_MOVE, key, [mrkdwn("I ask Jira which steps it can take.")], close="Close")


def no_answer(key: str, why: str) -> Modal:
    """Jira didn't say which steps there are."""
    return modal(CALLBACK_MOVE, key, [lines([words(clean(why))])], close="Close")


def move(key: str, status: str, steps: Sequence[Transition], links: Links) -> Modal:
    """The steps that it can take from its `status`; those that ask for more are for Jira's own
    form."""
    simple = [step for step in steps if not step.asks][:_MOST]
    asking_more = [_more(step) for step in steps if step.asks][:_MOST]
    blocks: list[Block] = []
    if simple:
        options = [(_called(step), _value(step)) for step in simple]
        blocks.append(select(_STEP, "Move it", options, initial=options[0][1]))
    if asking_more:
        way: Line = ["These steps ask for more, in Jira: ", key_piece(key, links), " ↗"]
        blocks.append(lines(way, *asking_more))
    if not blocks:
        blocks.append(mrkdwn("Jira lets my account take no step with it."))
    title, hidden = clean(key, 20), {"key": key, "since": status}
    submit = "Move" if simple else ""
    return modal(CALLBACK_MOVE, title, blocks, submit=submit, close="Close", hidden=hidden)


def comment(key: str, typed: str = "") -> Modal:
    """What to say."""
    field = text_input(_SAID, "Comment", initial=typed, multiline=True, limit=COMMENT_LIMIT - 200)
    who = context("It stands there as a comment of Meridian's account that begins with your name.")
    return modal(CALLBACK_COMMENT, clean(key, 20), [field, who], submit="Send", hidden={"key": key})


def assign(key: str) -> Modal:
    """Who is to have it."""
    field = person_input(PERSON, "Whose is it?")
    return modal(CALLBACK_ASSIGN, clean(key, 20), [field], submit="Assign", hidden={"key": key})


def assigning(key: str, links: Links) -> Message:
    """Jira is asked to give it to who reads this."""
    said: Line = [
        "I ask Jira to give you ",
        key_piece(key, links),
        ". Its answer comes in a direct message.",
    ]
    return message(said, [lines(said)])


def key_of(state: FormState) -> str:
    """The issue that the form is about: a hint, never a right."""
    return str(state.hidden["key"])


def read_move(state: FormState) -> IssueAct:
    """The chosen step."""
    transition_id, _, to = state.choice(_STEP).partition(" ")
    if not transition_id:
        raise InvalidForm({_STEP: "Choose a step."})
    kind = DeliveryKind.TRANSITION_ISSUE
    since = str(state.hidden.get("since", ""))
    return IssueAct(kind=kind, key=key_of(state), transition_id=transition_id, since=since, to=to)


def read_comment(state: FormState) -> IssueAct:
    """What was typed; raises InvalidForm where that is nothing."""
    text = required(state, _SAID, "Say something.", COMMENT_LIMIT)
    return IssueAct(kind=DeliveryKind.COMMENT_ISSUE, key=key_of(state), text=text)


def read_person(state: FormState) -> str:
    """The Slack id of who is to have it; raises InvalidForm where nobody was chosen."""
    chosen = person_of(state, PERSON)
    if not chosen:
        raise InvalidForm({PERSON: "Choose who is to have it."})
    return chosen


def _called(step: Transition) -> str:
    return step.name if step.name == step.to else f"{step.name} → {step.to}"


def _value(step: Transition) -> str:
    return f"{step.transition_id} {step.to}"


def _more(step: Transition) -> Line:
    asked = ", ".join(clean(name, _NAME) for name in step.asks)
    return [words(f"• {clean(_called(step), _NAME)}: {asked}")]
