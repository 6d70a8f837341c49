"""The decisions that wait for somebody, in a form of their own: what *Answer* opens."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.decisions.waiting import MyTurn
from bot.domain.wording import clock
from bot.ports.chat import Block, Modal
from bot.views.blocks import context
from bot.views.decisions import waiting
from bot.views.forms import modal

_MOST = 20


def answers(turns: Sequence[MyTurn], zone: str, now: datetime) -> Modal:
    """A row with its buttons for each; times are in `zone`."""
    rows: list[Block] = [
        block
        for turn in turns[:_MOST]
        for block in waiting.my_turn(turn, lambda at: clock(at, now, zone), now)
    ]
    if (left := len(turns) - _MOST) > 0:
        rows.append(context(f"and {left} more: answer these, then ask again."))
    rows = rows or [context("Nothing waits for you any more.")]
    return modal("handover.answer", "Waits for you", rows, close="Close")
