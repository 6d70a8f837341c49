"""A decision's form before it is drawn: what it starts from, and what was typed into it so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from bot.domain.decisions.consent import ConsentRule
from bot.domain.decisions.promotion import AliasNow, Promotion
from bot.domain.decisions.record import (
    DecisionBody,
    DecisionRecord,
    DecisionStatus,
    Origin,
    reference,
)
from bot.domain.draft import Draft
from bot.views.decisions import consent_inputs, form_state, promotion_inputs, sections
from bot.views.forms import TEXT_LIMIT, FormState
from bot.views.text import clean, escape
from bot.views.typed import Values

_NAMES_LIMIT = 160


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A form before it is drawn.

    `place` is where its draft is kept; `author` fills it in. It replaces decision `supersedes`, or
    edits `number` as it was at `version`. `typed` stands in the place of what `body` says;
    `drafted_at` (aware UTC) says that it is a draft. `others` are drafts that it may be left for.
    `unfolded` names sections that are open though they are empty, `problems` what is wrong with
    some, `note` is a sentence of our own. `left_out` is a promotion that no draft brings back.
    """

    place: str
    channel: str
    author: str
    body: DecisionBody
    status: DecisionStatus = DecisionStatus.ACCEPTED
    supersedes: int | None = None
    number: int | None = None
    version: int = 0
    typed: Values = field(default_factory=dict)
    drafted_at: datetime | None = None
    others: Sequence[Draft] = ()
    edition: int = 0
    unfolded: frozenset[str] = frozenset()
    problems: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    left_out: Promotion | None = None

    def with_draft(self, draft: Draft | None) -> "Sheet":
        """This form as somebody had filled it in."""
        if draft is None:
            return self
        typed = draft.values
        if self.left_out:
            typed = promotion_inputs.without(typed, self.left_out)
        return replace(self, typed=typed, drafted_at=draft.saved_at)

    @property
    def open(self) -> frozenset[str]:
        """The names of the sections that are open: those with something in them, or to fill in."""
        content = sections.filled(self.body, self.author)
        asked = {sections.PEOPLE} if self.asks_consent else set()
        return self.unfolded | content | asked | sections.holding(self.typed.keys())

    @property
    def asks_consent(self) -> bool:
        """Whether the makers are asked for their consent."""
        chosen = FormState(self.typed, {}).choice(consent_inputs.FIELD_RULE)
        return chosen in {*ConsentRule} if chosen else self.body.consent is not None

    @property
    def title(self) -> str:
        """The title as it stands in the form."""
        return form_state.state_text(self.typed, "title") or self.body.title


def new(
    place: str, channel: str, author: str, title: str = "", origin: Origin | None = None
) -> Sheet:
    """An empty form; a title of any length is kept so that its writer can shorten it."""
    body = DecisionBody(title=clean(title, TEXT_LIMIT), outcome="", makers=(author,), origin=origin)
    return Sheet(place=place, channel=channel, author=author, body=body)


def superseding(
    record: DecisionRecord, body: DecisionBody, place: str, channel: str, author: str, today: date
) -> Sheet:
    """A form for the decision that replaces `record`, filled with what `body` says."""
    return Sheet(
        place=place,
        channel=channel,
        author=author,
        body=_for_today(replace(body, origin=None), today),
        status=DecisionStatus.PROPOSED if body.consent else DecisionStatus.ACCEPTED,
        supersedes=record.number,
    )


def moving_nothing_back(sheet: Sheet, now_at: AliasNow | None) -> Sheet:
    """The form without the promotion that its body has from an older decision, where the alias has
    been moved on to `now_at` since; None where it hasn't."""
    promotion = sheet.body.promotion
    if promotion is None or now_at is None:
        return sheet
    body = replace(sheet.body, promotion=None)
    return replace(sheet, body=body, left_out=promotion, note=_moved_on(promotion, now_at))


def _moved_on(promotion: Promotion, now_at: AliasNow) -> str:
    subject, left = escape(clean(promotion.subject, _NAMES_LIMIT)), f"version {promotion.version}"
    there = f"version {now_at.version}" if now_at.version else "nothing"
    by = f", moved by {reference(now_at.moved_by)}" if now_at.moved_by else ""
    return (
        f"By now {subject} is {there}{by}, so {left} is left out here: this form moves nothing "
        "unless you choose a version below."
    )


def editing(record: DecisionRecord, place: str, author: str, today: date) -> Sheet:
    """The form of a proposed decision, filled."""
    return Sheet(
        place=place,
        channel=record.channel,
        author=author,
        body=_for_today(record.body, today),
        status=DecisionStatus.PROPOSED,
        number=record.number,
        version=record.version,
    )


def again(state: FormState, author: str) -> Sheet:
    """The form as it stands on somebody's screen, with what they typed so far."""
    now, hidden = form_state.plain(state), state.hidden
    drafted = hidden.get("drafted")
    return Sheet(
        place=str(hidden["place"]),
        channel=str(hidden["channel"]),
        author=author,
        body=DecisionBody(
            title="", outcome="", makers=(author,), origin=form_state.origin_of(state)
        ),
        status=DecisionStatus(hidden["status"]),
        supersedes=hidden.get("supersedes"),
        number=hidden.get("number"),
        version=hidden.get("version", 0),
        typed=now.values,
        drafted_at=datetime.fromisoformat(drafted) if drafted else None,
        edition=hidden.get("edition", 0),
        unfolded=sections.holding(now.labels.keys()),
    )


def hidden(sheet: Sheet) -> dict[str, Any]:
    """What comes back with the form: at most 3000 characters, of which a quote takes 2000."""
    origin = sheet.body.origin
    values = {
        "place": sheet.place,
        "channel": sheet.channel,
        "status": sheet.status.value,
        "supersedes": sheet.supersedes,
        "number": sheet.number,
        "version": sheet.version,
        "edition": sheet.edition,
        "drafted": sheet.drafted_at and sheet.drafted_at.isoformat(),
        "origin": origin and [origin.url, origin.author, origin.quote],
    }
    return {name: value for name, value in values.items() if value is not None}


def _for_today(body: DecisionBody, today: date) -> DecisionBody:
    """A review date that has passed would be refused, so it isn't offered again."""
    if body.review_on is None or body.review_on >= today:
        return body
    return replace(body, review_on=None)
