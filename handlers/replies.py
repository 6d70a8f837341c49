"""What a handler answers; `handlers.listeners` carries it out and acknowledges last."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.ports.chat import Message, Modal


@dataclass(frozen=True, kw_only=True)
class Done:
    """Nothing to show; a submitted form closes."""


@dataclass(frozen=True, kw_only=True)
class Tell:
    """A message that only this person sees."""

    message: Message


@dataclass(frozen=True, kw_only=True)
class Open:
    """Open a form, on top of the current one if there is one."""

    modal: Modal


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
