"""The parts of a decision's form that unfold: which there are, and what each asks."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from bot.domain.decisions.evidence import typed as evidence_typed
from bot.domain.decisions.measure import typed_expectation, typed_revisit
from bot.domain.decisions.options import typed as options_typed
from bot.domain.decisions.record import DecisionBody
from bot.domain.experiments.records import RegisteredModel
from bot.ports.chat import Block
from bot.views.decisions import promotion_inputs
from bot.views.forms import date_input, people_input, text_input

CONTEXT = "context"
OPTIONS = "options"
CONSEQUENCES = "consequences"
EVIDENCE = "evidence"
PEOPLE = "people"
EFFECT = "effect"
TAGS = "tags"

_LINE_LIMIT = 200


@dataclass(frozen=True, kw_only=True)
class Registry:
    """The registered models that a decision may promote, with the version numbers of each."""

    models: Sequence[RegisteredModel] = ()
    versions: Mapping[str, Sequence[int]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of the form; `fields` are the names under which its answers may be refused."""

    name: str
    label: str
    fields: tuple[str, ...]
    inputs: Callable[[DecisionBody, Registry], list[Block]]


def _context(body: DecisionBody, _registry: Registry) -> list[Block]:
    return [
        _part("context", "Context and problem", body.context, "What made this a question?"),
        _part("drivers", "Decision drivers", body.drivers, "What weighed on it?"),
    ]


def _options(body: DecisionBody, _registry: Registry) -> list[Block]:
    hint = "One a line; below it + what speaks for it, - what against"
    return [_part("options", "Considered options", options_typed(body.options), hint)]


def _consequences(body: DecisionBody, _registry: Registry) -> list[Block]:
    hint = "What gets better, what worse?"
    return [_part("consequences", "Consequences", body.consequences, hint)]


def _evidence(body: DecisionBody, _registry: Registry) -> list[Block]:
    return [
        text_input(
            "evidence",
            "Evidence",
            initial=evidence_typed(body.evidence),
            optional=True,
            multiline=True,
            placeholder="churn v14, a run's name or id, CHURN-41",
            hint="One a line: a run, a version such as churn v14, data churn-v7, "
            "commit 3f2a91c, CHURN-41, or any https address. Numbers are kept as they are now.",
            keep_draft=True,
        )
    ]


def _people(body: DecisionBody, _registry: Registry) -> list[Block]:
    return [
        people_input("makers", "Makers", initial=body.makers, optional=True),
        people_input("consulted", "Consulted", initial=body.consulted, optional=True),
        people_input("informed", "Informed", initial=body.informed, optional=True),
    ]


def _effect(body: DecisionBody, registry: Registry) -> list[Block]:
    return [
        *promotion_inputs.inputs(body.promotion, registry.models, registry.versions),
        _line(
            "expected",
            "What it should come to",
            typed_expectation(body.expected) if body.expected else "",
            "churn champion val_auc >= 0.912",
        ),
        _line(
            "revisit",
            "Look again when",
            typed_revisit(body.revisit) if body.revisit else "",
            "churn champion val_auc < 0.90 for 3 evaluations",
        ),
        date_input("review_on", "Review on", initial=body.review_on, optional=True),
    ]


def _tags(body: DecisionBody, _registry: Registry) -> list[Block]:
    return [
        text_input(
            "tags",
            "Tags",
            initial=", ".join(body.tags),
            optional=True,
            hint="With commas between them.",
            keep_draft=True,
        )
    ]


SECTIONS = (
    Section(
        name=CONTEXT,
        label="Context and drivers",
        fields=("context", "drivers"),
        inputs=_context,
    ),
    Section(name=OPTIONS, label="Options", fields=("options",), inputs=_options),
    Section(
        name=CONSEQUENCES, label="Consequences", fields=("consequences",), inputs=_consequences
    ),
    Section(name=EVIDENCE, label="Evidence", fields=("evidence",), inputs=_evidence),
    Section(
        name=PEOPLE,
        label="People",
        fields=("makers", "consulted", "informed"),
        inputs=_people,
    ),
    Section(
        name=EFFECT,
        label="What it does and when to look again",
        fields=(
            promotion_inputs.FIELD,
            promotion_inputs.FIELD_ALIAS,
            "expected",
            "revisit",
            "review_on",
        ),
        inputs=_effect,
    ),
    Section(name=TAGS, label="Tags", fields=("tags",), inputs=_tags),
)


def filled(body: DecisionBody, author: str) -> frozenset[str]:
    """The names of the sections in which `body` says more than an empty form of `author`'s."""
    says = {
        CONTEXT: body.context or body.drivers,
        OPTIONS: body.options,
        CONSEQUENCES: body.consequences,
        EVIDENCE: body.evidence,
        PEOPLE: body.makers != (author,) or body.consulted or body.informed,
        EFFECT: body.promotion or body.expected or body.revisit or body.review_on,
        TAGS: body.tags,
    }
    return frozenset(name for name, content in says.items() if content)


def holding(fields: Collection[str]) -> frozenset[str]:
    """The names of the sections to which any of these fields belongs."""
    return frozenset(each.name for each in SECTIONS if not {*each.fields}.isdisjoint(fields))


def _part(name: str, label: str, initial: str, placeholder: str) -> Block:
    return text_input(
        name,
        label,
        initial=initial,
        optional=True,
        multiline=True,
        placeholder=placeholder,
        keep_draft=True,
    )


def _line(name: str, label: str, initial: str, placeholder: str) -> Block:
    return text_input(
        name,
        label,
        initial=initial,
        optional=True,
        limit=_LINE_LIMIT,
        placeholder=placeholder,
        keep_draft=True,
    )
