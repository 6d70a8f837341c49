"""One's own data: the buttons, the file, and the form that asks before deleting."""

import json
from datetime import datetime

from bot.domain.privacy.export import Export
from bot.ports.chat import Block, Home, Message, Modal
from bot.ports.privacy import Erased
from bot.views.blocks import actions, button, context, lines, message
from bot.views.forms import FormState, checkboxes, modal
from bot.views.text import count, words

ACTION_EXPORT = "privacy.export"
ACTION_DELETE = "privacy.delete"
CALLBACK_DELETE = "privacy.delete"

SURE = "sure"

DELETED = (
    "your settings and working hours, absences, drafts, stand-up reports and moods, what you "
    "follow, messages to you that I keep, your role, your name and address as Slack gave them"
)
KEPT = (
    "decisions, consents, blockers, hypotheses, goals and alerts, for the team works by them: a "
    "placeholder takes your name there. The audit log keeps its lines without a name"
)
ELSEWHERE = (
    "What was posted stays in Slack, issues in Jira and runs in MLflow: ask there. Your name typed "
    "into somebody's text can't be found. Backups age out as your operator set them."
)


def buttons() -> list[Block]:
    """Below one's own settings."""
    return [
        actions(
            "privacy_me",
            button("Export my data", ACTION_EXPORT),
            button("Delete my data…", ACTION_DELETE),
        )
    ]


def file_name(at: datetime) -> str:
    """`meridian-my-data-2026-11-23.json`."""
    return f"meridian-my-data-{at:%Y-%m-%d}.json"


def content(export: Export) -> bytes:
    """The file: UTF-8 JSON with a row for each thing, by table."""
    told = {
        "about": "Everything Meridian keeps that names you. Rows that are yours stand whole; of "
        "what belongs to others you see where you are named.",
        "you": export.user_id,
        "as_of": export.at.isoformat(),
        "tables": export.tables,
        "audit_log": [
            {
                "number": entry.seq,
                "at": entry.line.at.isoformat(),
                "by_you": entry.line.actor == export.user_id,
                "action": entry.line.action,
                "subject": entry.line.subject,
                "outcome": entry.line.outcome.value,
            }
            for entry in export.audit
        ],
    }
    return json.dumps(told, ensure_ascii=False, indent=1).encode()


def comment(export: Export) -> str:
    """What stands beside the file."""
    return f"Everything I keep that names you: {count(export.rows, 'row')}."


def sent(name: str, export: Export) -> Message:
    """The answer to who asked."""
    text = f"I sent you {name} with {count(export.rows, 'row')}: see our direct messages."
    return message(text, [lines([text])])


def confirm() -> Modal:
    """Asks before anything is deleted."""
    tick = checkboxes(
        SURE, "Are you sure?", [("Delete my data now; nobody can bring it back", "yes")]
    )
    return modal(
        CALLBACK_DELETE,
        "Delete my data",
        [
            lines([words("Deleted: ", bold=True), DELETED, "."]),
            lines([words("Kept: ", bold=True), KEPT, "."]),
            context(ELSEWHERE),
            context(
                "Stand-ups don't ask you any more, and I don't copy you from Slack again until you "
                "use me again. Export first if you want a copy."
            ),
            tick,
        ],
        submit="Delete",
    )


def is_sure(state: FormState) -> bool:
    """Whether they ticked it."""
    return state.checked(SURE) == ["yes"]


def erased(done: Erased) -> Modal:
    """What was done."""
    gone, stays = sum(done.deleted.values()), sum(done.replaced.values())
    text = (
        f"{count(gone, 'row')} deleted. {count(stays, 'row')} of the team's record now name a "
        "former colleague in your place."
    )
    return modal("privacy.deleted", "Delete my data", [lines([text])], close="Close")


def home_of_nobody() -> Home:
    """App Home of who asked to be deleted and hasn't come back."""
    text = (
        "Your data are deleted, as you asked, so there is nothing to show. I know you again as "
        "soon as you type one of my commands, such as `/standup`."
    )
    return {"type": "home", "blocks": [context(text)]}
