"""Edits of a proposal whose makers are asked: nobody's say is edited away."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.decisions.consent import ConsentRule, ConsentTerms, Stance
from bot.domain.decisions.record import DecisionBody, DecisionEdit, DecisionRecord, DecisionStatus
from bot.errors import InvalidForm
from bot.services.decisions import life
from tests.unit.decisions.rounds import BEATRIZ, LENA, MARCUS, MONDAY, YUKI, Office, office

__all__ = ["office"]

MINUTE = timedelta(minutes=1)
SILENT = ConsentTerms(rule=ConsentRule.UNANIMOUS, hours=6, silence_consents=True)


def edit(office: Office, by: str, **parts: object) -> DecisionRecord:
    """Change parts of the body of D-1."""
    known = office.record()
    body = DecisionBody(**{**vars(known.body), **parts})
    change = DecisionEdit(workspace="T1", number=1, version=known.version, body=body, by=by)
    return office.do(life.edit, change, MONDAY + 2 * MINUTE)


def refused(office: Office, by: str, **parts: object) -> dict[str, str]:
    """What an edit that is refused says, by field; nothing of it is stored."""
    before = office.record()
    with pytest.raises(InvalidForm) as told:
        edit(office, by, **parts)
    assert office.record() == before
    return dict(told.value.fields)


def objected(office: Office) -> None:
    """Lena proposed to herself, Marcus and Beatriz; Beatriz objects."""
    office.propose((LENA, MARCUS, BEATRIZ))
    office.tick(MONDAY)
    office.say(BEATRIZ, Stance.OBJECT, MONDAY + MINUTE, "unsafe")


@pytest.mark.parametrize("consent", [None, SILENT])
def test_only_its_author_changes_how_makers_are_asked(
    office: Office, consent: ConsentTerms | None
) -> None:
    office.propose((LENA, MARCUS))
    said = refused(office, MARCUS, consent=consent)
    assert said == {
        "consent_rule": "Only Lena, who proposed it, may change how its makers are asked."
    }
    assert edit(office, LENA, consent=consent).body.consent == consent


def test_only_its_author_takes_others_out(office: Office) -> None:
    office.propose((LENA, MARCUS, BEATRIZ))
    said = refused(office, MARCUS, makers=(MARCUS,))
    assert said == {
        "makers": "Only Lena, who proposed it, may take makers out while they are asked."
    }
    assert edit(office, LENA, makers=(LENA, MARCUS)).body.makers == (LENA, MARCUS)


def test_who_is_asked_may_add_makers_and_take_themselves_out(office: Office) -> None:
    office.propose((LENA, MARCUS, BEATRIZ))
    assert edit(office, MARCUS, makers=(LENA, BEATRIZ, YUKI)).body.makers == (LENA, BEATRIZ, YUKI)


@pytest.mark.parametrize("by", [LENA, MARCUS, BEATRIZ])
def test_nobody_takes_out_who_objects(office: Office, by: str) -> None:
    objected(office)
    assert refused(office, by, makers=(LENA, MARCUS)) == {
        "makers": "Beatriz objects, so nobody can take them out. "
        "Change the text until they can agree; its author can also reject it."
    }


@pytest.mark.parametrize("by", [LENA, MARCUS])
def test_nobody_ends_a_round_in_which_somebody_objects(office: Office, by: str) -> None:
    objected(office)
    said = refused(office, by, consent=None)["consent_rule"]
    assert said.startswith("Beatriz objects, so its makers go on being asked. ")


def test_an_edit_of_the_text_does_not_end_an_objection_that_was_not_answered(
    office: Office,
) -> None:
    objected(office)
    edit(office, MARCUS, title="Another")
    assert "Beatriz objects" in refused(office, LENA, makers=(LENA, MARCUS))["makers"]
    assert "Beatriz objects" in refused(office, LENA, consent=None)["consent_rule"]
    office.say(BEATRIZ, Stance.AGREE, MONDAY + 3 * MINUTE)
    assert edit(office, LENA, makers=(LENA, MARCUS)).status is DecisionStatus.PROPOSED


def test_who_objected_and_wrote_what_it_says_now_objects_no_more(office: Office) -> None:
    objected(office)
    edit(office, BEATRIZ, title="A safe one")
    assert edit(office, LENA, makers=(LENA, MARCUS)).body.makers == (LENA, MARCUS)


def test_the_objection_of_who_has_left_holds_nothing_up(office: Office) -> None:
    objected(office)
    office.leave(BEATRIZ)
    assert edit(office, LENA, makers=(LENA, MARCUS)).body.makers == (LENA, MARCUS)


def test_makers_stand_in_for_an_author_who_has_left(office: Office) -> None:
    office.propose((LENA, MARCUS))
    office.leave(LENA)
    assert edit(office, MARCUS, consent=replace(SILENT, hours=2), makers=(MARCUS,)).version == 2
