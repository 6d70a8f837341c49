"""What people read of what they ordered in Jira."""

from collections.abc import Mapping

from bot.domain.delivery import DeliveryKind
from bot.domain.issues.acts import IssueAct
from bot.domain.issues.drafts import NewIssue
from bot.domain.links import Links
from bot.ports.chat import Message
from bot.views.blocks import actions, button, lines, message
from bot.views.text import Line, Piece, clean, link, words

ACTION_AGAIN = "issue.again"
ACTION_SAY_AGAIN = "issue.say_again"

_SUMMARY = 255
_NAME = 60
_REASON = 500

_PATIENCE = "I go on asking and tell you what came of it; you need not do it again."
_ADMIN_PATIENCE = (
    "Whoever runs me has to renew my token or look after my account there; then I do it and tell "
    "you. You need not do it again."
)

_FAILED: Mapping[DeliveryKind, str] = {
    DeliveryKind.TRANSITION_ISSUE: "didn't move",
    DeliveryKind.COMMENT_ISSUE: "didn't take the comment on",
    DeliveryKind.ASSIGN_ISSUE: "didn't assign",
}


def key_piece(key: str, links: Links) -> Piece:
    """An issue's key, linked."""
    url = links.issue(key)
    return link(url, key) if url else words(key)


def created(key: str, draft: NewIssue, by: str, links: Links, *, directly: bool) -> Message:
    """The new issue: in a thread by whom, to who asked `directly` what it is about."""
    line: Line = [key_piece(key, links), words(f" is created: {clean(draft.summary, _SUMMARY)}")]
    if not directly:
        line = [words(f"{clean(by, _NAME)} created "), key_piece(key, links), words(".")]
    return message(line, [lines(line)])


def not_created(draft: NewIssue, order_id: str, reason: str) -> Message:
    """Why there is no issue; the button opens the form with what was typed."""
    line: Line = [
        words(f"Jira didn't create “{clean(draft.summary, _SUMMARY)}”: {clean(reason, _REASON)}")
    ]
    kept = lines(line, [words("What you typed is kept.")])
    again = button("Try again", ACTION_AGAIN, order_id, style="primary")
    return message(line, [kept, actions("issue.again", again)])


def waits_for_issue(draft: NewIssue, *, for_admin: bool = False) -> Message:
    """Jira doesn't answer, or only an admin can let Meridian in: the issue comes later."""
    title = clean(draft.summary, _SUMMARY)
    return _later([words(f"{_why(for_admin)}: “{title}” waits.")], for_admin)


def waits(act: IssueAct, links: Links, *, for_admin: bool = False) -> Message:
    """The same for what is to be done to an issue."""
    wish: Line = [f"{_why(for_admin)}: what you want of ", key_piece(act.key, links), " waits."]
    return _later(wish, for_admin)


def _why(for_admin: bool) -> str:
    return "Jira doesn't let me in just now" if for_admin else "Jira doesn't answer"


def _later(line: Line, for_admin: bool) -> Message:
    return message(line, [lines(line, [_ADMIN_PATIENCE if for_admin else _PATIENCE])])


def acted(act: IssueAct, links: Links) -> Message:
    """It is done."""
    line: Line = [key_piece(act.key, links), words(f" {_what(act)}")]
    return message(line, [lines(line)])


def not_done(act: IssueAct, order_id: str, reason: str, links: Links) -> Message:
    """Why it isn't done; a comment can be sent again."""
    said = clean(reason, _REASON)
    line: Line = [
        words(f"Jira {_FAILED[act.kind]} "),
        key_piece(act.key, links),
        words(f": {said}"),
    ]
    if act.kind is not DeliveryKind.COMMENT_ISSUE:
        return message(line, [lines(line)])
    again = button("Try again", ACTION_SAY_AGAIN, order_id, style="primary")
    kept = lines(line, [words("What you typed is kept.")])
    return message(line, [kept, actions("issue.say_again", again)])


def _what(act: IssueAct) -> str:
    match act.kind:
        case DeliveryKind.TRANSITION_ISSUE:
            return f"is now “{clean(act.to, _NAME)}”."
        case DeliveryKind.ASSIGN_ISSUE:
            return f"is {clean(act.name, _NAME)}’s now."
        case _:
            return "has your comment."
