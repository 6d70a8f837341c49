"""Links inside what people wrote."""

from dataclasses import replace

import pytest

from bot.domain.activity import Reference, ReferenceKind
from bot.domain.links import Links
from bot.views.references import linked
from bot.views.text import plain

LINKS = Links(
    jira_url="https://jira.example",
    mlflow_url="https://mlflow.example",
    slack_url="https://team.slack.com/",
)


def issue(key: str) -> Reference:
    return Reference(kind=ReferenceKind.ISSUE, key=key, anchor=key)


def run(run_id: str, name: str) -> Reference:
    return Reference(kind=ReferenceKind.RUN, key=f"1/{run_id}", anchor=name)


def links_of(text: str, *references: Reference, links: Links = LINKS) -> list[tuple[str, str]]:
    """The words that carry a link and where each goes; the text itself stays as it is."""
    line = linked(text, references, links)
    assert plain(line) == text
    pieces = [piece for piece in line if not isinstance(piece, str)]
    return [(p.plain, p.element["url"]) for p in pieces if p.element["type"] == "link"]


BROWSE = "https://jira.example/browse/"
RUN_PAGE = "https://mlflow.example/#/experiments/1/runs/"


def test_the_first_occurrence_of_each_anchor_is_a_link() -> None:
    text = "CHURN-41 moved to In review\n12-run sweep lr-search: best 0.912; CHURN-41 again"
    assert links_of(text, issue("CHURN-41"), run("p", "lr-search")) == [
        ("CHURN-41", BROWSE + "CHURN-41"),
        ("lr-search", RUN_PAGE + "p"),
    ]


@pytest.mark.parametrize(
    "text", ["CHURN-41", "XCHURN-4", "A-CHURN-4", "CHURN-4-b", "CHURN-4.1", "churn-4", ""]
)
def test_only_whole_words_count(text: str) -> None:
    assert links_of(text, issue("CHURN-4")) == []


@pytest.mark.parametrize("text", ["CHURN-4.", "(CHURN-4)", "see CHURN-4, please", "CHURN-4\nx"])
def test_punctuation_is_no_part_of_a_word(text: str) -> None:
    assert links_of(text, issue("CHURN-4")) == [("CHURN-4", BROWSE + "CHURN-4")]


def test_links_never_overlap_and_the_longer_anchor_wins() -> None:
    short, long = run("a", "lr search"), run("b", "big lr search")
    assert links_of("big lr search ran", short, long) == [("big lr search", RUN_PAGE + "b")]
    assert links_of("big lr search, lr search", short, long) == [
        ("big lr search", RUN_PAGE + "b"),
        ("lr search", RUN_PAGE + "a"),
    ]


def test_two_things_of_one_name_take_their_turns() -> None:
    references = (run("a", "gentle-owl"), run("b", "gentle-owl"))
    assert [url for _, url in links_of("gentle-owl failed\ngentle-owl: 0.9", *references)] == [
        RUN_PAGE + "a",
        RUN_PAGE + "b",
    ]


def test_signs_in_a_name_are_just_signs() -> None:
    assert links_of("lr=0.1 (a|b) [x]", run("a", "lr=0.1 (a|b) [x]")) == [
        ("lr=0.1 (a|b) [x]", RUN_PAGE + "a")
    ]


def test_what_has_no_page_or_no_words_stays_text() -> None:
    decision = Reference(kind=ReferenceKind.DECISION, key="12", anchor="D-12")
    assert links_of("Decided D-12", decision, run("a", "")) == []
    assert links_of("CHURN-4 done", issue("CHURN-4"), links=Links()) == []
    assert linked("", [issue("CHURN-4")], LINKS) == []


def test_every_kind_has_its_page() -> None:
    experiment = Reference(kind=ReferenceKind.EXPERIMENT, key="7", anchor="churn")
    assert LINKS.reference(experiment) == "https://mlflow.example/#/experiments/7"
    assert LINKS.reference(run("r", "x")) == RUN_PAGE + "r"
    assert LINKS.reference(issue("CHURN-1")) == BROWSE + "CHURN-1"
    assert LINKS.message("C1", "1795.000200") == "https://team.slack.com/archives/C1/p1795000200"
    assert Links().message("C1", "1795.000200") is None


def test_a_decision_links_to_its_message_where_that_is_known() -> None:
    links = Links(slack_url="https://acme.slack.com/")
    posted = Reference(kind=ReferenceKind.DECISION, key="12/C1/1761638400.000100", anchor="D-12")
    assert links.reference(posted) == "https://acme.slack.com/archives/C1/p1761638400000100"
    assert links.reference(replace(posted, key="12")) is None
    assert Links().reference(posted) is None
