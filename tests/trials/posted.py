"""What stands in the channels of the fake Slack, set against what was wished for."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.clients.slack.parse import delivery_id_of
from bot.domain.delivery import Delivery
from tests.standins.slack import FakeSlack


@dataclass(frozen=True, kw_only=True)
class Judged:
    """Wishes that no channel shows, messages too many, and pairs in the wrong order."""

    wished: int
    lost: int
    duplicated: int
    disordered: int

    @property
    def wrong(self) -> int:
        """All of them."""
        return self.lost + self.duplicated + self.disordered


def judge(slack: FakeSlack, wishes: Sequence[Delivery]) -> Judged:
    """Look at every channel."""
    order = {wish.id: n for n, wish in enumerate(wishes)}
    posted: Counter[str] = Counter()
    disordered = 0
    for channel in slack.ws.channels.values():
        ids = [found for m in channel.messages if (found := delivery_id_of(m)) in order]
        posted.update(ids)
        disordered += sum(order[a] > order[b] for a, b in pairwise(ids))
    return Judged(
        wished=len(wishes),
        lost=len(wishes) - len(posted),
        duplicated=sum(posted.values()) - len(posted),
        disordered=disordered,
    )
