"""What a handler answers; `handlers.listeners` carries it out and acknowledges last."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.ports.chat import Message, Modal


@dataclass(frozen=True, kw_only=True)
class Done:
    """Nothing to show; a submitted form closes."""


@dataclass(frozen=True, kw_only=True)
class Tell:
    """A message that only this person sees.

    In answer to a click in App Home or in a form, where there is no channel, a small form shows it.
    """

    message: Message


@dataclass(frozen=True, kw_only=True)
class Open:
    """Open a form, on top of the current one if there is one.

    The form that `later` brings, if any, takes its place once it is there, unless the form was
    closed or replaced by then. What the person has typed stays where a field keeps its block id
    and action id; a field with a new id starts with its initial value.
    """

    modal: Modal
    later: Callable[[], Awaitable[Modal | None]] | None = None


@dataclass(frozen=True, kw_only=True)
class Show:
    """Put this form in the place of the current one."""

    modal: Modal


@dataclass(frozen=True, kw_only=True)
class Later:
    """Tell `waiting` now and the result of `work` when it is there (within its own deadline)."""

    waiting: Message
    work: Callable[[], Awaitable[Message]]


Reply = Done | Tell | Open | Show | Later
