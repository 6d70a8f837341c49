"""The form that raises a blocker, and what people fill in or type behind the command."""

import re
from collections.abc import Mapping, Sequence

from bot.domain.blocker import Blocker, NewBlocker
from bot.domain.person import Person
from bot.domain.standup import Standup
from bot.errors import InvalidForm
from bot.ports.chat import Block, Modal
from bot.views.blockers import LISTED, Scene, row
from bot.views.blocks import context, divider
from bot.views.forms import FormState, modal, people_input, select, text_input
from bot.views.text import clean

CALLBACK_NEW = "blocker.new"

TEXT_LIMIT = 1000
_LINK_LIMIT = 500
# What a form hides has 3000 characters.
_REMEMBERED = 50

_MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
_LAST_MENTIONS = re.compile(rf"(?:[\s,]*(?:{_MENTION.pattern}))+[\s.]*$")
_CHANNEL = re.compile(r"<#[CG][A-Z0-9]+\|([^>]*)>")
_ADDRESS = re.compile(r"<(https?://[^|>]+)(?:\|[^>]*)?>")


def form(
    standups: Sequence[Standup], mine: Sequence[Blocker], wish: NewBlocker, scene: Scene
) -> Modal:
    """The form, with somebody's open blockers above; `standups` are those that may show it."""
    blocks: list[Block] = []
    for blocker in mine[:LISTED]:
        blocks += row(blocker, blocker.user_id, scene)
    if (left := len(mine) - LISTED) > 0:
        blocks.append(context(f"and {left} more."))
    blocks += [divider()] if mine else []
    if len(standups) > 1:
        options = [(clean(s.plan.name, 75), s.id) for s in standups]
        initial = wish.standup_id or standups[0].id
        blocks.append(select("standup", "Stand-up", options, initial=initial))
    hidden = {"standup": standups[0].id, "all": [s.id for s in standups[:_REMEMBERED]]}
    return modal(
        CALLBACK_NEW, "Blocked", [*blocks, *_fields(wish)], submit="Raise it", hidden=hidden
    )


def read_form(state: FormState) -> NewBlocker:
    """What was filled in; raises InvalidForm where that says nothing."""
    wish = read_half_filled(state)
    if not wish.text:
        raise InvalidForm({"blocker": "Say in a few words what blocks you."})
    return wish


def read_half_filled(state: FormState) -> NewBlocker:
    """What was filled in so far."""
    return NewBlocker(
        standup_id=state.choice("standup") or str(state.hidden["standup"]),
        text=state.text("blocker"),
        asked=state.people("asked"),
        link=state.text("blocker_link"),
    )


def mentioned(typed: str) -> tuple[str, ...]:
    """The ids of the people mentioned in a command's text, each once
    (https://docs.slack.dev/interactivity/implementing-slash-commands#escaping)."""
    return tuple(dict.fromkeys(_MENTION.findall(typed)))


def plain_words(typed: str, people: Mapping[str, Person]) -> str:
    """A command's text as people read it: names for mentions, none for those at its end."""
    text = _LAST_MENTIONS.sub("", typed)
    text = _MENTION.sub(lambda m: people[m[1]].name if m[1] in people else "", text)
    text = _ADDRESS.sub(r"\1", _CHANNEL.sub(r"#\1", text))
    return clean(text, TEXT_LIMIT)


def _fields(wish: NewBlocker) -> list[Block]:
    return [
        text_input(
            "blocker",
            "What blocks you?",
            initial=wish.text,
            multiline=True,
            limit=TEXT_LIMIT,
        ),
        people_input(
            "asked",
            "Who can help?",
            initial=wish.asked,
            optional=True,
            hint="They hear of it in their working hours, daily until one of them takes it.",
        ),
        text_input(
            "blocker_link",
            "What does it wait for?",
            initial=wish.link,
            optional=True,
            limit=_LINK_LIMIT,
            placeholder="CHURN-41, a run's name or D-12",
            hint="When that moves I ask you whether you are still blocked.",
        ),
    ]
