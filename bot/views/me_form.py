"""The form of one's own settings (`/meridian me`), and what people filled in."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from bot.domain.availability import NextPrompt
from bot.domain.person import Choices, Person
from bot.domain.working_time import WorkingTime
from bot.domain.zone_words import zone_named
from bot.errors import InvalidForm, InvalidInput
from bot.ports.chat import Block, Modal
from bot.ports.holidays import Place
from bot.views.availability import prompt_lines
from bot.views.blocks import lines
from bot.views.forms import (
    WEEKDAYS,
    FormState,
    Option,
    checkboxes,
    grouped_select,
    modal,
    select,
    text_input,
    time_input,
)
from bot.views.privacy import myself
from bot.views.text import words

CALLBACK_ME = "availability.me"

_HOME_ONLY = "home"
_ALSO_DM = "message"

# The value of the choice that stands for none: Slack's selects can't be emptied once set.
_NONE = "-"
_SELECT_LIMIT = 100


@dataclass(frozen=True, kw_only=True)
class Offered:
    """What can be chosen: places, `country` with its `regions`, and people as Jira (account id and
    name) and MLflow know them."""

    countries: Sequence[Place]
    country: str
    regions: Sequence[Place]
    jira_people: Sequence[tuple[str, str]]
    mlflow_users: Sequence[str]


def me(person: Person, offered: Offered) -> Modal:
    """The form with what counts now."""
    chosen = person.choices
    blocks: list[Block] = [
        text_input(
            "zone",
            "Time zone",
            initial=chosen.zone,
            optional=True,
            limit=60,
            placeholder="Europe/Berlin",
            hint=f"Empty follows your Slack profile: {person.slack_zone or 'it names none'}.",
        ),
        time_input("start", "Working hours from", initial=chosen.hours.start),
        time_input("end", "Working hours until", initial=chosen.hours.end),
        checkboxes(
            "weekdays",
            "Working days",
            WEEKDAYS,
            initial=[str(day) for day in chosen.weekdays],
            optional=True,
            hint="None ticked: the days of each stand-up. I ask you nothing outside all this.",
        ),
        _country_select(offered),
        *_region_select(chosen, offered),
        *_jira_field(chosen, offered.jira_people),
        *_mlflow_field(chosen, offered.mlflow_users),
        _handover_choice(chosen),
        *myself.buttons(),
    ]
    return modal(CALLBACK_ME, "My settings", blocks, submit="Save")


def chosen_country(state: FormState) -> str:
    """The chosen country, empty for none."""
    return _unless_none(state.choice("country"))


def read_me(state: FormState, before: Choices, people: Sequence[tuple[str, str]]) -> Choices:
    """What was chosen; what the form didn't offer stays as `before`. `people` are those that the
    form offered, by account id and name. Raises InvalidForm."""
    country = chosen_country(state)
    account, name = _read_jira(state, before, people)
    mlflow = _read_mlflow(state) if "mlflow" in state.values else before.mlflow_user
    return Choices(
        zone=_read_zone(state),
        hours=_read_hours(state),
        weekdays=frozenset(int(day) for day in state.checked("weekdays")),
        country=country,
        region=_unless_none(state.choice(_region_field(country))),
        jira_account=account,
        jira_name=name,
        jira_found=before.jira_found,
        mlflow_user=mlflow,
        handover=_read_handover(state, before),
    )


def saved(person: Person, prompts: Sequence[NextPrompt]) -> Modal:
    """The answer to saved settings: when they are asked next."""
    return modal(
        "availability.me_saved",
        "My settings",
        [
            lines(["Saved. You live by ", words(person.zone, bold=True), "."]),
            *([lines(*prompt_lines(person, prompts))] if prompts else []),
        ],
        close="Close",
    )


def _country_select(offered: Offered) -> Block:
    """More countries than a list may hold: they stand below their first letters."""
    by_letter = groupby(sorted(offered.countries, key=_alphabetical), lambda p: _alphabetical(p)[0])
    groups = [(letter, [(p.name, p.code) for p in places]) for letter, places in by_letter]
    return grouped_select(
        "country",
        "Public holidays of",
        [("None", [("No country", _NONE)]), *groups],
        initial=offered.country or _NONE,
        dispatch=True,
        hint="I ask you nothing on them, and your stand-ups name them.",
    )


def _region_select(chosen: Choices, offered: Offered) -> list[Block]:
    if not offered.regions:
        return []
    options = [("The whole country", _NONE), *((p.name, p.code) for p in offered.regions)]
    initial = chosen.region if chosen.country == offered.country else ""
    field = _region_field(offered.country)
    return [_choice(field, "Region", options, initial or _NONE)]


def _jira_field(chosen: Choices, people: Sequence[tuple[str, str]]) -> list[Block]:
    options = [(name, account) for account, name in people]
    if chosen.jira_account and chosen.jira_account not in dict(people):
        options.append((chosen.jira_name or chosen.jira_account, chosen.jira_account))
    return _account_field("jira", "You in Jira", options, chosen.jira_account, chosen.jira_name)


def _mlflow_field(chosen: Choices, users: Sequence[str]) -> list[Block]:
    names = list(dict.fromkeys([*users, *([chosen.mlflow_user] if chosen.mlflow_user else [])]))
    options = [(name, name) for name in names]
    return _account_field(
        "mlflow", "You in MLflow", options, chosen.mlflow_user, chosen.mlflow_user
    )


def _handover_choice(chosen: Choices) -> Block:
    options = [
        ("In App Home only", _HOME_ONLY),
        ("Also as a message at the start of my day", _ALSO_DM),
    ]
    return select(
        "handover",
        "Hand-over",
        options,
        initial=_ALSO_DM if chosen.handover else _HOME_ONLY,
        hint="What happened while you slept, and what waits for you. No news, no message.",
    )


def _account_field(
    field: str, label: str, options: Sequence[Option], value: str, name: str
) -> list[Block]:
    """Nothing where nobody is known yet; a text where they are more than a list may hold."""
    if not options:
        return []
    if len(options) < _SELECT_LIMIT:
        by_mail = ("Find me by my e-mail address", _NONE)
        return [select(field, label, [by_mail, *options], initial=value or _NONE)]
    hint = (
        f"Your name as it is shown there; empty finds you by e-mail. I know {len(options)} names."
    )
    return [text_input(field, label, initial=name, optional=True, limit=150, hint=hint)]


def _choice(field: str, label: str, options: Sequence[Option], initial: str) -> Block:
    if len(options) <= _SELECT_LIMIT:
        return select(field, label, options, initial=initial)
    parts = [options[n : n + _SELECT_LIMIT] for n in range(0, len(options), _SELECT_LIMIT)]
    groups = [(f"{part[0][0]} to {part[-1][0]}", part) for part in parts]
    return grouped_select(field, label, groups, initial=initial)


def _read_zone(state: FormState) -> str:
    typed = state.text("zone")
    try:
        return zone_named(typed) if typed else ""
    except InvalidInput as error:
        raise InvalidForm({"zone": str(error)}) from None


def _read_hours(state: FormState) -> WorkingTime:
    start, end = state.time("start"), state.time("end")
    if end <= start and (end.hour, end.minute) != (0, 0):
        raise InvalidForm({"end": "The hours end after they begin; 00:00 is midnight."})
    return WorkingTime(start=start, end=end)


def _read_jira(
    state: FormState, before: Choices, people: Sequence[tuple[str, str]]
) -> tuple[str, str]:
    if "jira" not in state.values:
        return before.jira_account, before.jira_name
    wanted = _unless_none(state.choice("jira") or state.text("jira"))
    if not wanted:
        return "", ""
    known = {**dict(people), before.jira_account: before.jira_name}
    if wanted in known:
        return wanted, known[wanted]
    named = [account for account, name in known.items() if name.lower() == wanted.lower()]
    if len(named) != 1:
        count = "Several people have" if named else "Nobody I have seen in Jira has"
        raise InvalidForm({"jira": f"{count} this name. Type the account id from the profile."})
    return named[0], known[named[0]]


def _read_handover(state: FormState, before: Choices) -> bool:
    if "handover" not in state.values:
        return before.handover
    return state.choice("handover") == _ALSO_DM


def _read_mlflow(state: FormState) -> str:
    return _unless_none(state.choice("mlflow") or state.text("mlflow"))


def _region_field(country: str) -> str:
    """Another field for each country, so that no choice of one stays for another."""
    return f"region_{country}"


def _unless_none(value: str) -> str:
    return "" if value == _NONE else value


def _alphabetical(place: Place) -> str:
    """Åland stands below A."""
    return unicodedata.normalize("NFD", place.name).upper()
