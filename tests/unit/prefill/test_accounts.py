"""Who is who in MLflow: only where the name fits exactly one person."""

from dataclasses import replace

import pytest

from bot.domain.accounts import owners
from bot.domain.person import Choices, Person

YUKI = Person(workspace="T1", user_id="U1", name="Yuki Sato", email="yuki.sato@example.com")
LENA = Person(workspace="T1", user_id="U2", name="Léna Vogel (she/her)", email="lv@example.com")


@pytest.mark.parametrize(
    "user",
    [
        "yuki.sato@example.com",
        "Yuki.Sato",
        "yuki_sato",
        "yuki-sato",
        "YukiSato",
        "Yuki Sato",
        "ysato",
        "y.sato",
        "yuki",
        "CORP\\yuki.sato",
    ],
)
def test_the_usual_forms_of_a_name(user: str) -> None:
    assert owners([YUKI, LENA], [user]) == {user: "U1"}


@pytest.mark.parametrize("user", ["lv", "lena.vogel", "LENA", "lvogel"])
def test_accents_and_brackets_in_a_name_do_not_matter(user: str) -> None:
    assert owners([YUKI, LENA], [user]) == {user: "U2"}


@pytest.mark.parametrize("user", ["", "root", "sato", "yuki.sato@other.com", "her", "yuki.s"])
def test_anything_else_is_nobodys(user: str) -> None:
    assert owners([YUKI, LENA], [user]) == {}


def test_a_name_that_fits_two_is_nobodys_until_one_chooses_it() -> None:
    other = Person(workspace="T1", user_id="U3", name="Yuki Abe", email="abe@example.com")
    assert owners([YUKI, other], ["yuki", "yuki.abe"]) == {"yuki.abe": "U3"}
    chose = replace(other, choices=Choices(mlflow_user="YUKI"))
    assert owners([YUKI, chose], ["yuki", "yuki.abe", "ysato"]) == {"yuki": "U3", "ysato": "U1"}


def test_a_choice_that_two_made_is_nobodys() -> None:
    chosen = Choices(mlflow_user="gpu")
    assert owners([replace(YUKI, choices=chosen), replace(LENA, choices=chosen)], ["gpu"]) == {}


def test_bots_and_those_who_left_are_not_in_the_way() -> None:
    gone = replace(YUKI, user_id="U4", deleted=True)
    bot = replace(YUKI, user_id="U5", is_bot=True)
    assert owners([YUKI, gone, bot], ["yuki"]) == {"yuki": "U1"}
