"""What comes of a consent round: every rule, at every moment, and the words for it."""

from datetime import timedelta

import pytest

from bot.domain.decisions.consent import (
    Approver,
    ConsentRule,
    ConsentTerms,
    Round,
    Seat,
    Stance,
    Standing,
)
from bot.domain.decisions.consent_words import accepted, names, obstacles, overruled
from tests.unit.decisions.samples import NOW

STANCES = {"a": Stance.AGREE, "s": Stance.STAND_ASIDE, "o": Stance.OBJECT}
SOON, OVER = NOW + timedelta(hours=1), NOW - timedelta(hours=1)

U, M, A = ConsentRule.UNANIMOUS, ConsentRule.MAJORITY, ConsentRule.AUTHOR
ASKING, ACCEPTED = Standing.ASKING, Standing.ACCEPTED
DECIDES, STUCK = Standing.AUTHOR_DECIDES, Standing.STUCK


def a_round(seats: str, rule: ConsentRule = U, *, silence: bool = False) -> Round:
    """A letter a seat: agree, stand aside, object, waited for, nothing said; upper case: left."""
    return Round(
        terms=ConsentTerms(rule=rule, hours=6, silence_consents=silence),
        author="UANA",
        seats=[_seat(f"U{index}", letter) for index, letter in enumerate(seats)],
    )


def _seat(user_id: str, letter: str) -> Seat:
    stance = STANCES.get(letter.lower())
    approver = Approver(user_id=user_id, asked_at=OVER, stance=stance)
    due_at = SOON if letter == "w" else OVER
    return Seat(approver=approver, due_at=due_at, left=letter.isupper())


@pytest.mark.parametrize("rule", list(ConsentRule))
@pytest.mark.parametrize(
    ("seats", "standing"),
    [("aaa", ACCEPTED), ("as", ACCEPTED), ("a", ACCEPTED), ("aN", ACCEPTED), ("aO", ACCEPTED),
     ("As", ACCEPTED), ("aw", ASKING), ("ow", ASKING), ("aww", ASKING), ("nw", ASKING)],
)  # fmt: skip
def test_consent_of_all_accepts_unless_the_author_decides(
    seats: str, standing: Standing, rule: ConsentRule
) -> None:
    own = DECIDES if rule is A and standing is ACCEPTED else standing
    assert a_round(seats, rule).standing(NOW) is own


@pytest.mark.parametrize(
    ("seats", "majority"),
    [("aaw", ACCEPTED), ("aaaww", ACCEPTED), ("aaww", ASKING), ("aaow", ASKING), ("aasw", ASKING),
     ("aaWW", ACCEPTED)],
)  # fmt: skip
def test_a_majority_without_an_objection_waits_for_nobody(seats: str, majority: Standing) -> None:
    assert a_round(seats, M).standing(NOW) is majority


def test_a_round_that_waited_for_somebody_says_whom() -> None:
    said = accepted(a_round("aaw", M), NOW, {"U2": "Marcus"}.__getitem__)
    assert said == "by 2 of 3; Marcus hadn't answered yet"


@pytest.mark.parametrize(
    ("seats", "unanimous", "majority", "author"),
    [
        ("aao", STUCK, ACCEPTED, DECIDES),
        ("ao", STUCK, STUCK, DECIDES),
        ("aoos", STUCK, STUCK, DECIDES),
        ("aaos", STUCK, ACCEPTED, DECIDES),
        ("aan", STUCK, ACCEPTED, DECIDES),
        ("an", STUCK, STUCK, DECIDES),
        ("ss", STUCK, STUCK, DECIDES),
        ("nn", STUCK, STUCK, DECIDES),
        ("NN", STUCK, STUCK, DECIDES),
    ],
)
def test_each_rule_overrules_what_it_says(
    seats: str, unanimous: Standing, majority: Standing, author: Standing
) -> None:
    found = [a_round(seats, rule).standing(NOW) for rule in (U, M, A)]
    assert found == [unanimous, majority, author]


@pytest.mark.parametrize(
    ("seats", "unanimous", "majority", "author"),
    [
        ("an", ACCEPTED, ACCEPTED, DECIDES),
        ("nn", ACCEPTED, ACCEPTED, DECIDES),
        ("ano", STUCK, ACCEPTED, DECIDES),
        ("no", STUCK, STUCK, DECIDES),
        ("aw", ASKING, ASKING, ASKING),
    ],
)
def test_silence_is_consent_where_the_terms_say_so(
    seats: str, unanimous: Standing, majority: Standing, author: Standing
) -> None:
    found = [a_round(seats, rule, silence=True).standing(NOW) for rule in (U, M, A)]
    assert found == [unanimous, majority, author]


def test_time_is_over_at_its_last_instant() -> None:
    waits = a_round("w")
    assert waits.standing(SOON - timedelta(microseconds=1)) is ASKING
    assert waits.standing(SOON) is STUCK


def _name(user_id: str) -> str:
    return {"U0": "Yuki", "U1": "Lena", "U2": "Marcus"}.get(user_id, user_id)


@pytest.mark.parametrize(
    ("seats", "silence", "said"),
    [
        ("aas", False, "by consent of all"),
        (
            "aan",
            True,
            "by consent of all; Marcus said nothing in their 6 hours, which counts as consent",
        ),
        ("aao", False, "by a majority of 2 to 1, over the objection of Marcus"),
        ("aan", False, "by a majority of 2 to 1, though Marcus said nothing in their 6 hours"),
        (
            "ano",
            True,
            "by a majority of 2 to 1, over the objection of Marcus; "
            "Lena said nothing in their 6 hours, which counts as consent",
        ),
    ],
)
def test_the_trail_says_how_it_was_accepted(seats: str, silence: bool, said: str) -> None:
    assert accepted(a_round(seats, M, silence=silence), NOW, _name) == said


def test_the_trail_says_what_the_author_overruled() -> None:
    despite = "over the objection of Lena and though Marcus said nothing in their 6 hours"
    assert overruled(a_round("aon", A), NOW, _name) == f"after the consent round, {despite}"
    assert "in which nobody agreed" in overruled(a_round("ss", A), NOW, _name)


def test_what_stands_in_the_way_is_named() -> None:
    assert obstacles(a_round("aon"), NOW, _name) == (
        "Lena objects and Marcus said nothing in their 6 hours"
    )
    assert obstacles(a_round("ooO"), NOW, _name) == "Yuki and Lena object"
    assert obstacles(a_round("ss"), NOW, _name) == "nobody agrees"


def test_a_hundred_names_are_not_listed() -> None:
    assert names(a_round("o" * 5).seats, _name) == "Yuki, Lena, Marcus, U3 and U4"
    assert names(a_round("o" * 100).seats, _name) == "Yuki, Lena, Marcus, U3 and 96 more"
