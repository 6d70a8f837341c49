"""What goes out, and what an answer, or the lack of one, means for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Any

from bot.errors import ExternalServiceError


class DeliveryKind(StrEnum):
    """A new message, a change of one that was posted before, an alias of a model to move, an issue
    to create, move, comment on or assign, or a run to end."""

    POST = "post"
    EDIT = "edit"
    SET_ALIAS = "set_alias"
    CREATE_ISSUE = "create_issue"
    TRANSITION_ISSUE = "transition_issue"
    COMMENT_ISSUE = "comment_issue"
    ASSIGN_ISSUE = "assign_issue"
    END_RUN = "end_run"

    @property
    def repeats_harm(self) -> bool:
        """Whether doing it twice leaves two of it."""
        return self in (DeliveryKind.POST, DeliveryKind.CREATE_ISSUE, DeliveryKind.COMMENT_ISSUE)


class DeliveryState(StrEnum):
    """`sending` means that a call was begun and its outcome isn't stored yet."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    SKIPPED = "skipped"
    FAILED = "failed"


class Priority(IntEnum):
    """Which channel is served first; within a channel commit order decides."""

    ALERT = 0
    PROMPT = 1
    NORMAL = 2
    DIGEST = 3
    BACKGROUND = 4


# https://docs.slack.dev/reference/methods/chat.postMessage#errors
DESTINATION_DEAD = frozenset(
    {
        "channel_not_found",
        "is_archived",
        "not_in_channel",
        "restricted_action",
        "restricted_action_read_only_channel",
        "restricted_action_thread_only_channel",
        "messages_tab_disabled",
        "user_not_found",
    }
)
# These concern whatever is meant for the channel, a passing `chat.update` included.
CHANNEL_CLOSED = DESTINATION_DEAD - {"restricted_action_thread_only_channel"} | {"is_inactive"}
WORKSPACE_DEAD = frozenset(
    {"account_inactive", "token_revoked", "invalid_auth", "not_authed", "team_access_not_granted"}
)

WORKSPACE_PAUSE = timedelta(minutes=10)
_LONGEST_BACKOFF = timedelta(minutes=5)

# A card that can't be rendered is a bug; after these tries (some ten minutes) its channel goes on.
_RENDERING_TRIES = 8


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """A durable wish to post or edit a message, or to do something in another system.

    `id` is deterministic, so the same wish is never stored twice. `card` and `subject` say what to
    render when it is sent; `thread_of` and `edit_of` name other deliveries. `ready_at` is the
    earliest moment of the next step: a call, or while `sending` the reconciliation. `owner` is the
    person who is told if it can't be delivered. `channel` is where the message goes; what is no
    message queues there behind its like, such as in `model:churn` or `jira:CHURN`, and has no
    card.
    """

    id: str
    workspace: str
    channel: str
    card: str
    subject: Mapping[str, Any]
    kind: DeliveryKind = DeliveryKind.POST
    priority: Priority = Priority.NORMAL
    ready_at: datetime
    thread_of: str | None = None
    edit_of: str | None = None
    owner: str = ""
    seq: int = 0
    state: DeliveryState = DeliveryState.PENDING
    attempts: int = 0
    first_sent_at: datetime | None = None
    posted_channel: str = ""
    ts: str = ""
    error: str = ""

    @property
    def is_outcome_unknown(self) -> bool:
        """Whether it was given up although an attempt may have been carried out."""
        return self.state is DeliveryState.FAILED and self.error.startswith(_OUTCOME_UNKNOWN)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What to store after an attempt: the new state, when to go on, and why."""

    state: DeliveryState
    ready_at: datetime
    error: str = ""
    posted_channel: str = field(default="")
    ts: str = field(default="")


def sent(now: datetime, channel: str, ts: str) -> Verdict:
    """The message is known to stand in `channel` at `ts`."""
    return Verdict(state=DeliveryState.SENT, ready_at=now, posted_channel=channel, ts=ts)


def skipped(now: datetime, reason: str) -> Verdict:
    """Nothing is to be sent any more."""
    return Verdict(state=DeliveryState.SKIPPED, ready_at=now, error=reason)


def after_error(
    delivery: Delivery, error: ExternalServiceError, now: datetime, quiet: timedelta
) -> Verdict:
    """What a failed attempt means.

    An ambiguous post, or new issue, stays `sending` until the quiet period is over, so that it is
    reconciled before it is repeated; edits are idempotent and simply go again.
    """
    if error.ambiguous and delivery.kind.repeats_harm:
        return Verdict(
            state=DeliveryState.SENDING, ready_at=now + quiet, error=error.code or "no answer"
        )
    if error.code in WORKSPACE_DEAD:
        return Verdict(
            state=DeliveryState.PENDING,
            ready_at=now + WORKSPACE_PAUSE,
            error=_reason(delivery, error),
        )
    if error.retryable or error.ambiguous:
        return Verdict(
            state=DeliveryState.PENDING,
            ready_at=now + _pause(delivery, error.retry_after),
            error=_reason(delivery, error),
        )
    return Verdict(state=DeliveryState.FAILED, ready_at=now, error=error.code or str(error))


def after_lookup_failed(
    delivery: Delivery, error: ExternalServiceError, now: datetime, quiet: timedelta
) -> Verdict:
    """What to do where the channel's history doesn't tell whether the message stands there.

    A passing failure is waited for; where history can't be read, alerts repeat, the rest doesn't.
    """
    if error.retryable or error.ambiguous or error.code in WORKSPACE_DEAD:
        return replace(after_error(delivery, error, now, quiet), state=DeliveryState.SENDING)
    if delivery.priority is Priority.ALERT:
        return Verdict(state=DeliveryState.PENDING, ready_at=now, error=MAY_BE_REPEAT)
    unknown = f"{_OUTCOME_UNKNOWN}: {error.code}"
    return Verdict(state=DeliveryState.FAILED, ready_at=now, error=unknown)


def uncalled(code: str, now: datetime) -> Verdict:
    """Slack said `code` of the channel before: it isn't asked again."""
    return Verdict(state=DeliveryState.FAILED, ready_at=now, error=f"{_UNCALLED}: {code}")


def refusal_of_channel(error: str) -> str:
    """Slack's code if a delivery failed because its channel takes nothing, asked or not; or ""."""
    code = error.removeprefix(f"{_UNCALLED}: ")
    return code if code in DESTINATION_DEAD else ""


def held_back(delivery: Delivery, until: datetime) -> Verdict:
    """Nothing was called: the workspace has been told to wait since the attempt began."""
    return Verdict(state=DeliveryState.PENDING, ready_at=until, error=delivery.error)


def not_rendered(delivery: Delivery, error: Exception, now: datetime) -> Verdict:
    """A bug kept the message from being rendered: nothing was sent, later tries may do better."""
    given_up = delivery.attempts >= _RENDERING_TRIES
    return Verdict(
        state=DeliveryState.FAILED if given_up else DeliveryState.PENDING,
        ready_at=now + _pause(delivery, None),
        error=f"not rendered: {error!r}"[:300],
    )


def without_target(delivery: Delivery, target: Delivery | None, now: datetime) -> Verdict:
    """The message to edit, or to answer in the thread of, doesn't stand anywhere.

    An answer shares the fate of its failed parent, so that trying again sends both.
    """
    if delivery.kind is DeliveryKind.POST and target and target.state is DeliveryState.FAILED:
        return Verdict(state=DeliveryState.FAILED, ready_at=now, error=target.error)
    return skipped(now, "its message was never posted")


MAY_BE_REPEAT = "may be a repeat"
_UNCALLED = "not asked"
_OUTCOME_UNKNOWN = "outcome unknown"


def _reason(delivery: Delivery, error: ExternalServiceError) -> str:
    """Why it waits; that it may be a repeat isn't forgotten on the way."""
    return MAY_BE_REPEAT if delivery.error == MAY_BE_REPEAT else error.code or str(error)


def _pause(delivery: Delivery, retry_after: float | None) -> timedelta:
    if retry_after is not None:
        return timedelta(seconds=retry_after)
    return min(timedelta(seconds=2 ** min(delivery.attempts, 10)), _LONGEST_BACKOFF)
