"""What people see of blockers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.activity import Reference, ReferenceKind
from bot.domain.blocker import Blocker, Notice
from bot.domain.links import Links
from bot.domain.person import Person
from bot.ports.chat import Block, Message
from bot.views.blocks import actions, button, lines, message, mrkdwn, note
from bot.views.issues.seeds import ACTION_CREATE
from bot.views.text import Line, Piece, clean, count, escape, link, moment, words

ACTION_TAKE = "blocker.take"
ACTION_SOLVE = "blocker.solve"
ACTION_STILL = "blocker.still"

LISTED = 10

_TEXT = 600
_NAME = 60
_STATE = 80
_ASKED = 8


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What is known around blockers: names by id, where links point to, and when (aware UTC)."""

    people: Mapping[str, Person]
    links: Links
    now: datetime
    standup: str = ""


def card(blocker: Blocker, scene: Scene) -> Message:
    """What the channel sees of a blocker that a command raised; nobody is mentioned: whom it asks
    hears of it in a direct message."""
    headline = _headline(blocker, scene)
    return _message(
        headline, blocker, scene, _buttons(blocker, "", scene, take=blocker.needs_someone)
    )


def notice(kind: Notice, blocker: Blocker, viewer: str, state: str, scene: Scene) -> Message:
    """What one person is told; once somebody takes or solves it, that.

    `state` is how what it waits for stood when `viewer` was told.
    """
    if kind is Notice.PROPOSAL and blocker.open:
        return _proposal(blocker, state, scene)
    take = blocker.needs_someone and kind is not Notice.TAKEN
    headline = _told(kind, blocker, viewer, scene)
    return _message(headline, blocker, scene, _buttons(blocker, viewer, scene, take=take))


def row(blocker: Blocker, viewer: str, scene: Scene) -> list[Block]:
    """One blocker in a list for one person, with what they can do."""
    take = blocker.needs_someone and viewer != blocker.user_id
    body = lines(_headline(blocker, scene), _details(blocker, scene))
    return [body, *_buttons(blocker, viewer, scene, take=take)]


def listing(found: Sequence[Blocker], viewer: str, scene: Scene) -> Message:
    """Open blockers for one person."""
    if not found:
        return note("Nothing blocks you, and nobody asks you. `/standup blocker` raises one.")
    blocks = [block for blocker in found[:LISTED] for block in row(blocker, viewer, scene)]
    left = len(found) - LISTED
    if left > 0:
        blocks.append(mrkdwn(f"and {left} more; App Home lists yours too."))
    return message(count(len(found), "open blocker"), blocks)


def raised(blocker: Blocker, away: Sequence[Person], *, new: bool) -> Message:
    """The answer to raising one; `away` are those of whom it asks something and who aren't there
    today."""
    said = [f"{blocker.ref} is raised in <#{blocker.channel}>."]
    if not new:
        said = [f"That is {blocker.ref} already; its age goes on counting."]
    elif blocker.asked:
        said.append("Whom you ask hears of it in their working hours.")
    else:
        said.append("Nobody is asked; *I'll take it* stands there for everybody.")
    said += [f"{escape(clean(person.name, _NAME))} is away today." for person in away]
    if blocker.waits_for and not blocker.waits_state:
        thing = escape(clean(blocker.waits_for.anchor, _NAME))
        said.append(f"I can't see {thing}, so I won't notice when it moves.")
    return note(" ".join(said))


def asked(blocker: Blocker) -> Message:
    """The answer to asking more people."""
    return note(f"Whom you ask to help with {blocker.ref} hears of it in their working hours.")


def done(blocker: Blocker) -> Message:
    """The answer to a command that took or solved one."""
    return note(f"{blocker.ref} is solved." if not blocker.open else f"You take {blocker.ref}.")


def faster(blocker: Blocker, viewer: str, people: Mapping[str, Person]) -> Message:
    """Somebody did it before."""
    by, what = (blocker.acknowledged_by, "taken") if blocker.open else (blocker.closed_by, "solved")
    who = "You have" if by == viewer else f"{escape(_name(by, people))} has"
    return note(f"{who} {what} {blocker.ref} already.")


def waits_for(blocker: Blocker, links: Links) -> Line:
    """What it waits for and how that stands; empty where it waits for nothing."""
    if blocker.waits_for is None:
        return []
    state = blocker.moved_to or blocker.waits_state
    known = clean(state, _STATE) if state else "not followed"
    return ["waits for ", _thing(blocker.waits_for, links), words(f" ({known})")]


def asks(blocker: Blocker, people: Mapping[str, Person]) -> str:
    """`asks Lena, Yuki`, or who takes it; empty where nobody is asked."""
    if blocker.acknowledged_by:
        return f"{_name(blocker.acknowledged_by, people)} takes it"
    names = [_name(user_id, people) for user_id in blocker.asked[:_ASKED]]
    left = len(blocker.asked) - _ASKED
    return f"asks {', '.join(names)}{f' and {left} more' if left > 0 else ''}" if names else ""


def age(blocker: Blocker, now: datetime) -> str:
    """`2 days`, or `new` on its first."""
    days = (now - blocker.opened_at).days
    return count(days, "day") if days > 0 else "new"


def _message(headline: Line, blocker: Blocker, scene: Scene, below: list[Block]) -> Message:
    return message(headline, [lines(headline, _details(blocker, scene)), *below])


def _headline(blocker: Blocker, scene: Scene) -> Line:
    who, text = _name(blocker.user_id, scene.people), _text(blocker)
    if not blocker.open:
        by = _name(blocker.closed_by, scene.people)
        return ["✅ ", words(f"{blocker.ref} of {who} is solved, by {by}: "), text]
    icon = "🔴" if blocker.needs_someone else "🟡"
    return [f"{icon} ", words(who, bold=True), words(" is blocked: "), text]


def _told(kind: Notice, blocker: Blocker, viewer: str, scene: Scene) -> Line:
    who, text = _name(blocker.user_id, scene.people), _text(blocker)
    if not blocker.open:
        by = _you(blocker.closed_by, viewer, scene, "You", "have", "has")
        return [f"✅ {by} solved {blocker.ref}: ", text]
    if not blocker.needs_someone:
        by = _you(blocker.acknowledged_by, viewer, scene, "You", "take", "takes")
        whose = "" if viewer == blocker.user_id else f", which blocks {who}"
        return [words(f"🟡 {by} {blocker.ref}{whose}: "), text]
    where = f" in {clean(scene.standup, _NAME)}" if scene.standup else ""
    if kind is Notice.ESCALATION:
        return [words(f"🔴 Nobody has taken what blocks {who}{where}: "), text]
    return ["🔴 ", words(who, bold=True), words(f" is blocked{where} and asks you: "), text]


def _you(user_id: str, viewer: str, scene: Scene, you: str, verb: str, verbs: str) -> str:
    return f"{you} {verb}" if user_id == viewer else f"{_name(user_id, scene.people)} {verbs}"


def _proposal(blocker: Blocker, state: str, scene: Scene) -> Message:
    pending = blocker.moved_to == state
    question = f"Is {blocker.ref} solved?" if pending else f"{blocker.ref} stays open."
    moved = _moved(blocker.waits_for, state, scene.links) if blocker.waits_for else []
    headline: Line = [*moved, f" {question}"]
    value = str(blocker.number)
    buttons = [
        button("Solved", ACTION_SOLVE, value, style="primary"),
        button("Still blocked", ACTION_STILL, value),
    ]
    body = lines(headline, [_text(blocker)], _details(blocker, scene))
    # One page may show the blocker itself too, and no two of its rows may have the same name.
    below = [actions(f"{_block(blocker)}:moved", *buttons)] if pending else []
    return message(headline, [body, *below])


def _moved(what: Reference, state: str, links: Links) -> Line:
    verb = "moved to" if what.kind is ReferenceKind.ISSUE else "is"
    return [_thing(what, links), words(f" {verb} {clean(state, _STATE)}.")]


def _thing(what: Reference, links: Links) -> Piece:
    name, url = clean(what.anchor, _NAME), links.reference(what)
    return link(url, name) if url else words(name)


def _details(blocker: Blocker, scene: Scene) -> Line:
    """`B-4 · 2 days, since 27 Oct · asks Lena · waits for CHURN-41 (In progress)`."""
    since = moment(blocker.opened_at, "{date_short_pretty}")
    line: Line = [words(blocker.ref, bold=True), f" · {age(blocker, scene.now)}, since ", since]
    if blocker.open and (who := asks(blocker, scene.people)):
        line.append(words(f" · {who}"))
    if blocker.open and (thing := waits_for(blocker, scene.links)):
        line += [" · ", *thing]
    return line


def _buttons(blocker: Blocker, viewer: str, scene: Scene, *, take: bool) -> list[Block]:
    """Rights are looked at when it is clicked; here nobody is offered what never makes sense."""
    if not blocker.open:
        return []
    value = str(blocker.number)
    elements: list[dict[str, Any]] = []
    if take and viewer != blocker.user_id:
        elements.append(button("I'll take it", ACTION_TAKE, value, style="primary"))
    elements.append(button("Solved", ACTION_SOLVE, value))
    has_issue = blocker.waits_for is not None and blocker.waits_for.kind is ReferenceKind.ISSUE
    if scene.links.jira_url and not has_issue:
        elements.append(button("Create issue", ACTION_CREATE, f"blocker:{value}"))
    return [actions(_block(blocker), *elements)]


def _block(blocker: Blocker) -> str:
    return f"blocker:{blocker.number}"


def _text(blocker: Blocker) -> Piece:
    return words(clean(blocker.text, _TEXT))


def _name(user_id: str, people: Mapping[str, Person]) -> str:
    return clean(people[user_id].name, _NAME) if user_id in people else user_id
