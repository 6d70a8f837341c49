"""What a maker reads who is asked for consent, and what the author reads when the round is over."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.domain.decisions import consent_words
from bot.domain.decisions.consent import Round, Seat, Stance, Standing
from bot.domain.decisions.detail import DecisionDetail
from bot.domain.decisions.record import DecisionRecord, DecisionStatus
from bot.ports.chat import Block, Message
from bot.views.blocks import actions, button, lines, message, note
from bot.views.decisions.card import ACTION_ACCEPT, ACTION_DETAILS, ACTION_EDIT, ACTION_REJECT
from bot.views.decisions.consent import answer_buttons, name_of, reasons
from bot.views.text import Line, cut, moment, words

_OUTCOME_LIMIT = 600
_TITLE_LIMIT = 200
_REASONS_SHOWN = 5

_YOU = {Stance.AGREE: "agreed", Stance.STAND_ASIDE: "stood aside", Stance.OBJECT: "objected"}


def question(detail: DecisionDetail, user_id: str, now: datetime, *, again: bool) -> Message:
    """Asks a maker, or shows what they said; `again` reminds them."""
    record, round_ = detail.record, detail.round
    seat = round_.seat(user_id) if round_ else None
    if round_ is None or seat is None:
        return _closing(record, [["Your consent isn't asked for any more."]])
    if record.status is not DecisionStatus.PROPOSED:
        return _closing(record, _what_they_said(seat))
    if seat.approver.stance is not None:
        said: list[Line] = [*_what_they_said(seat), ["You can change that until it is decided."]]
        return _message(record, _title(record), said, answer_buttons(record, seat.approver.stance))
    head = _head(detail, again=again)
    shown = [*([] if again else _outcome(record)), _until(round_, seat, now)]
    return _message(record, head, shown, answer_buttons(record, None))


def outdated(detail: DecisionDetail) -> Message:
    """What becomes of a message about a text that was changed."""
    return _closing(detail.record, [["It was changed since; you're asked about what it says now."]])


def over(detail: DecisionDetail, obstacle: str, now: datetime) -> Message:
    """Tells the author that the round is over, what stands in the way, and what they can do.

    `obstacle` is what keeps it from being accepted though all consent, as a sentence.
    """
    record, round_ = detail.record, detail.round
    if round_ is None or record.status is not DecisionStatus.PROPOSED:
        return _closing(record, [])
    standing = round_.standing(now)
    if standing is Standing.ASKING:
        return _closing(record, [["Its makers are still asked for their consent."]])
    why = consent_words.obstacles(round_, now, name_of(detail))
    head: Line = [words("The consent round of "), *_title(record), words(f" is over: {why}.")]
    if standing is Standing.ACCEPTED:
        head = [words("All consent to "), *_title(record), words(f", but: {obstacle}")]
    told: list[Line] = [
        *reasons(detail)[:_REASONS_SHOWN],
        [words(_what_to_do(detail, round_, standing, now))],
    ]
    return _message(record, head, told, _author_buttons(record, standing))


def outdated_news(detail: DecisionDetail) -> Message:
    """What becomes of the author's message once the text is another one."""
    return _closing(detail.record, [["It was changed since, and its makers are asked again."]])


def answered(record: DecisionRecord, stance: Stance) -> Message:
    """The receipt of an answer that was given in a channel."""
    if record.status is not DecisionStatus.PROPOSED:
        return note(f"{record.ref} is {record.status}.")
    said = {Stance.AGREE: "agree with", Stance.STAND_ASIDE: "stand aside for"}
    verb = said.get(stance, "object to")
    return note(f"You {verb} {record.ref}. You can change that until it is decided.")


def _head(detail: DecisionDetail, *, again: bool) -> Line:
    if again:
        return [*_title(detail.record), words(" still waits for your word.")]
    author = name_of(detail)(detail.record.author)
    return [words(f"{author} asks for your consent to "), *_title(detail.record)]


def _outcome(record: DecisionRecord) -> list[Line]:
    return [[words(cut(record.body.outcome, _OUTCOME_LIMIT))]]


def _until(round_: Round, seat: Seat, now: datetime) -> Line:
    counted = "counts as consent" if round_.terms.silence_consents else "doesn't count as consent"
    if seat.is_silent(now):
        return ["Your time was over ", moment(seat.due_at), ". You can still answer."]
    given = f" ({consent_words.hours(round_)} of your working time). Silence {counted}."
    return ["Answer until ", moment(seat.due_at), given]


def _what_they_said(seat: Seat) -> list[Line]:
    approver = seat.approver
    if approver.stance is None or approver.answered_at is None:
        return [["You said nothing."]]
    said: Line = [f"You {_YOU[approver.stance]} ", moment(approver.answered_at)]
    return [[*said, ": ", words(approver.reason)] if approver.reason else [*said, "."]]


def _what_to_do(detail: DecisionDetail, round_: Round, standing: Standing, now: datetime) -> str:
    if standing is Standing.ACCEPTED:
        return "Reject it and log what holds instead."
    who = [*round_.saying(Stance.OBJECT), *round_.silent(now)] or list(round_.seats)
    talk = f"Talk to {consent_words.names(who, name_of(detail))}: an answer can still be changed."
    if standing is Standing.AUTHOR_DECIDES:
        return f"You decide: accept it, reject it, or edit it, and all are asked again. {talk}"
    return f"Edit it, and all are asked again, or reject it. {talk}"


def _author_buttons(record: DecisionRecord, standing: Standing) -> list[dict[str, Any]]:
    value = str(record.number)
    accept = button("Accept", ACTION_ACCEPT, value, style="primary")
    return [
        *([accept] if standing is Standing.AUTHOR_DECIDES else []),
        button("Reject", ACTION_REJECT, value),
        button("Edit", ACTION_EDIT, value),
    ]


def _title(record: DecisionRecord) -> Line:
    return [words(f"{record.ref} · {cut(record.title, _TITLE_LIMIT)}", bold=True)]


def _closing(record: DecisionRecord, said: Sequence[Line]) -> Message:
    head = [*_title(record), words(f" · {record.status}")]
    return _message(record, head, said, [])


def _message(
    record: DecisionRecord, head: Line, said: Sequence[Line], elements: list[dict[str, Any]]
) -> Message:
    details = button("Details", ACTION_DETAILS, str(record.number))
    blocks: list[Block] = [lines(head, *said), actions("decision.consent", *elements, details)]
    return message(head, blocks)
