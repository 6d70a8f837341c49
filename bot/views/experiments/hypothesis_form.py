"""The form of a hypothesis: the claim, what it does to a metric, against what and how long."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.domain.experiments.hypotheses import (
    CLAIM_LIMIT,
    Against,
    Hypothesis,
    HypothesisDraft,
)
from bot.domain.experiments.records import Experiment
from bot.domain.metrics import Direction
from bot.errors import InvalidForm
from bot.ports.chat import Block, Modal
from bot.views.blocks import actions, button, context
from bot.views.decisions.form_state import in_edition, plain
from bot.views.forms import (
    FormState,
    date_input,
    modal,
    people_input,
    required,
    select,
    text_input,
    with_values,
)
from bot.views.text import clean, moment_token
from bot.views.typed import Values

CALLBACK_NEW = "hypothesis.new"
CALLBACK_EDIT = "hypothesis.change"
ACTION_AFRESH = "hypothesis.afresh"

_LINE = 200
_DAYS = 10
_MOST_EXPERIMENTS = 100
_WORTH_KEEPING = ("claim", "metric", "by", "target", "run", "tags")

_DIRECTIONS = (
    ("better", "better"),
    ("higher", Direction.HIGHER.value),
    ("lower", Direction.LOWER.value),
)
_AGAINST = (
    ("the best run before", Against.BEST.value),
    ("the champion", Against.CHAMPION.value),
    ("one run, named below", Against.RUN.value),
)


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A form before it is drawn: for a new one in `channel`, or for `edited`.

    `typed` stands in the place of what it starts with; `drafted_at` (aware UTC) says that it is a
    draft. `edition` grows where another content takes its place in the same window.
    """

    channel: str
    owner: str
    experiments: Sequence[Experiment]
    claim: str = ""
    edited: Hypothesis | None = None
    typed: Values = field(default_factory=dict)
    drafted_at: datetime | None = None
    edition: int = 0


def draw(sheet: Sheet) -> Modal:
    """The form."""
    blocks = [*_head(sheet), *_what(sheet), *_measure(sheet), *_time(sheet)]
    heard = [_heard(block) for block in blocks]
    callback, title, submit = CALLBACK_NEW, "New hypothesis", "Write it"
    if sheet.edited is not None:
        callback, title, submit = CALLBACK_EDIT, f"Edit {sheet.edited.ref}", "Save"
    form = modal(callback, title, heard, submit=submit, hidden=_hidden(sheet))
    return in_edition(with_values(form, sheet.typed), sheet.edition)


def next_edition(sheet: Sheet, state: FormState) -> Sheet:
    """Another content for the window in which that form is open."""
    return replace(sheet, edition=int(state.hidden.get("edition", 0)) + 1)


def read(state: FormState, workspace: str, author: str) -> HypothesisDraft:
    """What was filled in; raises InvalidForm by the names of the blocks shown."""
    now = plain(state)
    try:
        return _read(now, workspace, author)
    except InvalidForm as error:
        raise by_block(state, error) from None


def by_block(state: FormState, error: InvalidForm) -> InvalidForm:
    """The same sentences at the blocks of this edition."""
    edition = int(state.hidden.get("edition", 0))
    suffix = f"~{edition}" if edition else ""
    return InvalidForm({f"{name}{suffix}": sentence for name, sentence in error.fields.items()})


def kept(state: FormState) -> dict[str, Any]:
    """What is worth a draft; nothing where nothing was written."""
    now = plain(state)
    return dict(now.values) if any(now.text(name) for name in _WORTH_KEEPING) else {}


def claim_of(values: Values) -> str:
    """The claim among kept values."""
    return FormState(values, {}).text("claim")


def channel_of(state: FormState) -> str:
    """The channel that the card is for."""
    return str(state.hidden["channel"])


def edited(state: FormState) -> tuple[int, int]:
    """The number and the version that are edited."""
    return int(state.hidden["number"]), int(state.hidden["version"])


def _read(state: FormState, workspace: str, author: str) -> HypothesisDraft:
    owners = state.people("owner")
    if len(owners) != 1:
        raise InvalidForm({"owner": "Pick one person, who is asked for the verdict."})
    chosen = state.choice("change")
    return HypothesisDraft(
        workspace=workspace,
        channel=channel_of(state),
        author=author,
        owner=owners[0],
        claim=clean(required(state, "claim", "Say what you expect.", CLAIM_LIMIT), CLAIM_LIMIT),
        experiment_id=state.choice("experiment"),
        metric=clean(state.text("metric"), _LINE),
        direction=Direction(chosen) if chosen in {*Direction} else Direction.UNKNOWN,
        by=state.number("by", optional=True),
        target=state.number("target", optional=True),
        against=Against(state.choice("against") or Against.BEST),
        run=state.text("run"),
        until=state.date("until"),
        days=_whole(state),
        tags=_tags(state.text("tags")),
    )


def _whole(state: FormState) -> int | None:
    days = state.number("days", optional=True)
    if days is not None and days != int(days):
        raise InvalidForm({"days": "Type a whole number of working days."})
    return None if days is None else int(days)


def _tags(text: str) -> tuple[str, ...]:
    found = (clean(tag, 40) for tag in text.split(","))
    return tuple(dict.fromkeys(tag for tag in found if tag))


def _head(sheet: Sheet) -> list[Block]:
    if sheet.drafted_at is None:
        return []
    when = moment_token(sheet.drafted_at, "{date_short_pretty} {time}")
    return [
        context(f"Your draft of {when}, not sent yet"),
        actions("hypothesis.draft", button("Start afresh", ACTION_AFRESH)),
    ]


def _what(sheet: Sheet) -> list[Block]:
    known = sheet.edited
    options = [
        (clean(each.name) or each.experiment_id, each.experiment_id)
        for each in sheet.experiments[:_MOST_EXPERIMENTS]
    ]
    first = known.experiment_id if known else options[0][1] if len(options) == 1 else ""
    return [
        text_input(
            "claim",
            "Claim",
            initial=known.claim if known else sheet.claim,
            limit=CLAIM_LIMIT,
            multiline=True,
            placeholder="Leaf-wise growth beats depth-wise",
            keep_draft=True,
        ),
        select("experiment", "Experiment", options, initial=first),
    ]


def _measure(sheet: Sheet) -> list[Block]:
    wish = sheet.edited.prediction if sheet.edited else None
    target = "" if wish is None or wish.target is None else f"{wish.target:.12g}"
    return [
        _line(
            "metric",
            "Metric",
            wish.metric if wish else "",
            "val_auc",
            "Empty: the one by which the experiment is judged.",
        ),
        select(
            "change",
            "The metric gets",
            _DIRECTIONS,
            initial=wish.direction.value if wish else "better",
        ),
        _line(
            "by",
            "By at least",
            f"{wish.by:.12g}" if wish and wish.by else "",
            "0.005",
            "Empty: by anything at all. -0.002: it may lose 0.002.",
        ),
        _line("target", "Or reaches", target, "0.92", "Instead of a difference: a value."),
        select(
            "against", "Against", _AGAINST, initial=(wish.against if wish else Against.BEST).value
        ),
        _line("run", "Baseline run", _baseline_run(sheet), "A run's name or id", ""),
    ]


def _baseline_run(sheet: Sheet) -> str:
    known = sheet.edited
    named = known is not None and known.prediction.against is Against.RUN
    return known.baseline.run_id if known and named and known.baseline else ""


def _time(sheet: Sheet) -> list[Block]:
    known = sheet.edited
    return [
        date_input("until", "Until", optional=True),
        _line(
            "days",
            "Or for how many working days",
            "" if known else str(_DAYS),
            str(_DAYS),
            "A date wins. Empty: as it is now." if known else "A date wins.",
        ),
        people_input(
            "owner", "Who gives the verdict", initial=[known.owner if known else sheet.owner]
        ),
        _line("tags", "Tags", ", ".join(known.tags) if known else "", "", "With commas between."),
        context("Runs tagged `hypothesis` with its number attach themselves."),
    ]


def _line(name: str, label: str, initial: str, placeholder: str, hint: str) -> Block:
    return text_input(
        name,
        label,
        initial=initial,
        optional=True,
        limit=_LINE,
        placeholder=placeholder,
        hint=hint,
        keep_draft=True,
    )


def _heard(block: Block) -> Block:
    """Every choice is told at once, as typing is, so that the draft has it."""
    if block["type"] != "input" or block["element"]["type"] == "plain_text_input":
        return block
    return {**block, "dispatch_action": True}


def _hidden(sheet: Sheet) -> dict[str, Any]:
    hidden: dict[str, Any] = {"channel": sheet.channel, "edition": sheet.edition}
    if sheet.edited is not None:
        hidden |= {"number": sheet.edited.number, "version": sheet.edited.version}
    return hidden
