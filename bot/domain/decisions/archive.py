"""Decisions as they leave the house in files, and as files bring them back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import takewhile

from bot.domain.decisions.consent import Approver
from bot.domain.decisions.promotion import PromotionStatus
from bot.domain.decisions.record import (
    DecisionBody,
    DecisionChange,
    DecisionRecord,
    DecisionStatus,
)
from bot.domain.decisions.review import Review
from bot.errors import InvalidInput


@dataclass(frozen=True, kw_only=True)
class ArchivedDecision:
    """A decision with everything that is kept of it.

    `changes` is its audit trail, oldest first; `names` are what the people whom it names are
    called, by user id, as far as that is known.
    """

    record: DecisionRecord
    changes: tuple[DecisionChange, ...] = ()
    approvers: tuple[Approver, ...] = ()
    promotion: PromotionStatus | None = None
    reviews: tuple[Review, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def body(self) -> DecisionBody:
        """What was decided and why."""
        return self.record.body

    @property
    def waited_for(self) -> frozenset[str]:
        """The user ids of those who still decide about it."""
        if self.record.status is not DecisionStatus.PROPOSED:
            return frozenset()
        return self.record.deciders | {approver.user_id for approver in self.approvers}

    @property
    def people(self) -> frozenset[str]:
        """The user ids of everybody whom it names."""
        return self.record.people | {
            user_id
            for user_id in (
                *(change.by for change in self.changes),
                *(approver.user_id for approver in self.approvers),
                *(review.answered_by for review in self.reviews),
            )
            if user_id
        }


@dataclass(frozen=True, kw_only=True)
class HandWritten:
    """A decision that somebody wrote as a file: its people are named in whatever way they were.

    `channel` and `author` are empty where the file doesn't name them; `names` are as above.
    """

    body: DecisionBody
    status: DecisionStatus
    channel: str = ""
    author: str = ""
    supersedes: int | None = None
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def people(self) -> frozenset[str]:
        """Everybody whom it names, as it names them."""
        body = self.body
        named = (*body.makers, *body.consulted, *body.informed, *self.names, self.author)
        return frozenset(named) - {""}


@dataclass(frozen=True, kw_only=True)
class DecisionFile:
    """What a file says; `lines` are where its fields begin, from 1, by the fields' names.

    `texts` are the lines at which the texts themselves begin, below their headings.
    """

    name: str
    content: ArchivedDecision | HandWritten
    lines: Mapping[str, int]
    texts: Mapping[str, int] = field(default_factory=dict)

    def line_of(self, name: str, before: str | None = None) -> int:
        """Where a field begins, or where its text begins to differ from what it was `before`."""
        text = getattr(self.content.body, name, None)
        if before is None or not isinstance(text, str) or name not in self.texts:
            return self.lines.get(name, 1)
        lines, known = text.split("\n"), before.split("\n")
        pairs = zip(lines, known, strict=False)
        same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
        return self.texts[name] + min(same, len(lines) - 1)


class FileRefused(InvalidInput):
    """A file can't be taken as it is; `line` counts from 1."""

    def __init__(self, sentence: str, line: int) -> None:
        super().__init__(sentence)
        self.line = line
