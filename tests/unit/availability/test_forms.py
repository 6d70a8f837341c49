"""The forms at their largest, and texts that try to break out of messages."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.domain.absence import Away
from bot.domain.availability import NextPrompt
from bot.domain.person import Choices, Person
from bot.domain.standup import Standup
from bot.errors import InvalidForm
from bot.ports.chat import Modal
from bot.ports.holidays import Place
from bot.views import availability as views
from bot.views import away_form, me_form
from tests.standins.slack.blockkit import Rules, check_message, check_view
from tests.unit.availability.test_handlers import filled
from tests.unit.desk import at
from tests.unit.standups.conftest import PLAN

EVIL = "<!channel> <https://evil.example|Jira> *x* `y` &amp; \u202egnp"
NOW = at("2026-10-22T09:00")
TODAY = date(2026, 10, 22)
PERSON = Person(workspace="T1", user_id="U1", name=EVIL, zone="Europe/Berlin")
AWAY = Away(
    id="a" * 32, workspace="T1", user_id="U1", first=TODAY, last=TODAY, set_by="U2", note=EVIL * 9
)
COUNTRIES = [Place(code=f"{n:03}", name=chr(65 + n % 26) + f"land {n}") for n in range(260)]


def _offered(**changes: Any) -> me_form.Offered:
    offered = me_form.Offered(
        countries=COUNTRIES, country="007", regions=(), jira_people=(), mlflow_users=()
    )
    return replace(offered, **changes)


def _checked(modal: Modal) -> Modal:
    assert check_view(_rules("modal"), modal) == []
    return modal


def _rules(surface: str) -> Rules:
    return Rules(surface=surface, native_charts=False, file_ready=lambda _: True)


def _names(modal: Modal) -> list[str]:
    return [block.get("block_id", "") for block in modal["blocks"]]


def _read(modal: Modal, people: list[tuple[str, str]], before: Choices, **typed: Any) -> Choices:
    return me_form.read_me(filled(modal, **typed).state, before, people)


def test_every_country_can_be_chosen() -> None:
    modal = _checked(me_form.me(PERSON, _offered()))
    for place in COUNTRIES:
        assert _read(modal, [], Choices(), country=place.name).country == place.code


def test_more_regions_than_a_list_holds_stand_in_groups() -> None:
    regions = [Place(code=f"R{n}", name=f"Region {n:03}") for n in range(114)]
    modal = _checked(me_form.me(PERSON, _offered(regions=regions)))
    for place in regions:
        assert _read(modal, [], Choices(), region_007=place.name).region == place.code


def test_the_region_of_another_country_is_not_offered_as_chosen() -> None:
    person = replace(PERSON, choices=Choices(country="001", region="BY"))
    modal = _checked(me_form.me(person, _offered(regions=[Place(code="BY", name="By")])))
    assert _read(modal, [], person.choices).region == ""


def test_people_of_jira_are_chosen_by_account() -> None:
    people = [("acc-1", "Lena"), ("acc-2", EVIL), ("acc-3", "Lena")]
    modal = _checked(me_form.me(PERSON, _offered(jira_people=people)))
    chosen = _read(modal, people, Choices(), jira="acc-3")
    assert (chosen.jira_account, chosen.jira_name) == ("acc-3", "Lena")
    again = replace(PERSON, choices=chosen)
    gone = _checked(me_form.me(again, _offered(jira_people=people[:1])))
    assert _read(gone, people[:1], chosen) == replace(chosen, country="007")
    assert _read(gone, people[:1], chosen, jira="-").jira_account == ""


def test_more_people_than_a_list_holds_are_typed() -> None:
    people = [(f"acc-{n}", f"Person {n}") for n in range(150)] + [("acc-x", "Person 7")]
    modal = _checked(me_form.me(PERSON, _offered(jira_people=people)))
    assert _read(modal, people, Choices(), jira="PERSON 149").jira_account == "acc-149"
    assert _read(modal, people, Choices(), jira="acc-12").jira_name == "Person 12"
    for typed, reason in (("Person 7", "Several people"), ("Nobody", "Nobody I have seen")):
        with pytest.raises(InvalidForm, match=reason):
            _read(modal, people, Choices(), jira=typed)
    assert _read(modal, people, Choices(jira_account="acc-1"), jira=None).jira_account == ""


def test_users_of_mlflow_are_chosen_or_typed() -> None:
    modal = _checked(me_form.me(PERSON, _offered(mlflow_users=["ann", "bo"])))
    assert _read(modal, [], Choices(), mlflow="bo").mlflow_user == "bo"
    many = [f"user{n}" for n in range(120)]
    modal = _checked(me_form.me(PERSON, _offered(mlflow_users=many)))
    assert _read(modal, [], Choices(), mlflow=" eve ").mlflow_user == "eve"


def test_what_the_form_does_not_offer_stays() -> None:
    before = Choices(country="007", jira_account="", mlflow_user="")
    modal = _checked(me_form.me(replace(PERSON, choices=before), _offered()))
    assert not {"jira", "mlflow"} & set(_names(modal))
    kept = replace(before, jira_account="acc-1", jira_name="Lena", mlflow_user="lena")
    assert _read(modal, [], kept) == kept


def test_texts_from_outside_stay_texts() -> None:
    standup = Standup(
        id="S1",
        workspace="T1",
        channel="C1",
        plan=replace(PLAN, name=EVIL[:80]),
        created_by="U2",
    )
    prompts = [NextPrompt(standup=standup, occurrence=None)] * 12
    question = views.ZoneQuestion(
        id="zone:T1:U1:1", person=PERSON, before="UTC", zone="Asia/Tokyo", prompts=prompts
    )
    messages = [
        views.away_set(AWAY, TODAY, PERSON),
        views.away_of_other(PERSON, AWAY, TODAY),
        views.back_of_other(PERSON),
        views.not_away([replace(AWAY, id=f"{n:032}") for n in range(30)], TODAY),
        views.zone(PERSON, prompts, NOW),
        views.zone_question(question),
        views.zone_question(replace(question, kept=True)),
        views.zone_question(replace(question, kept=False)),
    ]
    for message in messages:
        assert check_message(_rules("message"), list(message.blocks)) == []
        assert "<!channel>" not in message.text
        spoken = [b for b in message.blocks if b["type"] in ("section", "context")]
        assert "!channel" not in str(spoken)
    for modal in (away_form.saved([(PERSON, AWAY)] * 50, TODAY), me_form.saved(PERSON, prompts)):
        _checked(modal)


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2026-10-22", "2026-10-22", "today"),
        ("2026-10-01", "2026-10-23", "until Fri 23 Oct"),
        ("2026-10-23", "2026-10-23", "on Fri 23 Oct"),
        ("2026-12-24", "2027-01-03", "Thu 24 Dec to Sun 3 Jan 2027"),
    ],
)
def test_dates_are_spoken_as_people_speak(first: str, last: str, words: str) -> None:
    days = date.fromisoformat(first), date.fromisoformat(last)
    assert views.away_words(replace(AWAY, first=days[0], last=days[1]), TODAY) == words
