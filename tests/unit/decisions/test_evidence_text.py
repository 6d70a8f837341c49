"""Evidence as people type it, and the text that means the same again."""

from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.decisions.evidence import Evidence, EvidenceKind, line, typed
from bot.domain.decisions.evidence_text import link_to, pieces

K = EvidenceKind
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
RUN = "3f2a91c0" * 4


def read(text: str) -> list[tuple[EvidenceKind | None, str]]:
    return [(each.kind, each.key) for each in pieces(text)]


@pytest.mark.parametrize(
    ("text", "kind", "key"),
    [
        ("gentle-owl-12", None, "gentle-owl-12"),
        ("  run   gentle  owl ", K.RUN, "gentle owl"),
        ("RUN: 3f2a", K.RUN, "3f2a"),
        (f"run {RUN} # gentle-owl-12", K.RUN, RUN),
        (f"https://mlflow.x/#/experiments/7/runs/{RUN}/model-metrics", K.RUN, RUN),
        (f"run: https://mlflow.x/#/experiments/7/runs/{RUN}", K.RUN, RUN),
        ("churn v14", K.VERSION, "churn/14"),
        ("churn version 14", K.VERSION, "churn/14"),
        ("churn ver. 014", K.VERSION, "churn/14"),
        ("churn/14", K.VERSION, "churn/14"),
        ("model churn v14", K.VERSION, "churn/14"),
        ("churn-model-v14 v2", K.VERSION, "churn-model-v14/2"),
        ("models:/churn/14", K.VERSION, "churn/14"),
        ("models:/churn@champion", K.VERSION, "churn@champion"),
        ("churn@champion", K.VERSION, "churn@champion"),
        ("https://m.x/#/models/a%20b%2Fc/versions/14", K.VERSION, "a b/c/14"),
        ("data churn-v7", K.DATASET, "churn-v7"),
        ("Dataset: churn-v7", K.DATASET, "churn-v7"),
        ("data s3://bucket/churn v7", K.DATASET, "s3://bucket/churn v7"),
        ("commit 3F2A91C", K.COMMIT, "3f2a91c"),
        ("sha: 3f2a91c", K.COMMIT, "3f2a91c"),
        ("commit v1.2", K.COMMIT, "v1.2"),
        ("3f2a91c", None, "3f2a91c"),
        ("CHURN-41", K.ISSUE, "CHURN-41"),
        ("issue churn-41", K.ISSUE, "CHURN-41"),
        ("churn-41", None, "churn-41"),
        ("https://jira.x/browse/churn-41?x=1", K.ISSUE, "CHURN-41"),
        ("https://jira.x/board?selectedIssue=CHURN-41", K.ISSUE, "CHURN-41"),
        ("https://grafana.x/d/1?a=b,c;d#e", K.LINK, "https://grafana.x/d/1?a=b,c;d#e"),
        ("HTTP://Grafana.X/D", K.LINK, "http://grafana.x/D"),
        ("<https://x.org/a|the page>", K.LINK, "https://x.org/a"),
        ("- CHURN-41", K.ISSUE, "CHURN-41"),
        ("D-12", None, "D-12"),
        ("data", None, "data"),
        ("version 14", None, "version 14"),
        ("javascript:alert(1)", None, "javascript:alert(1)"),
        ("ftp://x.org/a", None, "ftp://x.org/a"),
        ("gentle\u202e-owl\x00", None, "gentle-owl"),
    ],
)
def test_one_piece(text: str, kind: EvidenceKind | None, key: str) -> None:
    assert read(text) == [(kind, key)]


def test_several_pieces_keep_their_order() -> None:
    text = (
        "gentle-owl, churn v14; CHURN-41\n\n"
        "see https://a.x/1,2;3, https://b.x/, run x\n"
        "https://c.x/1;https://d.x/2 https://e.x/3."
    )
    assert read(text) == [
        (None, "gentle-owl"),
        (K.VERSION, "churn/14"),
        (K.ISSUE, "CHURN-41"),
        (None, "see"),
        (K.LINK, "https://a.x/1,2;3"),
        (K.LINK, "https://b.x/"),
        (K.RUN, "x"),
        (K.LINK, "https://c.x/1"),
        (K.LINK, "https://d.x/2"),
        (K.LINK, "https://e.x/3"),
    ]
    assert read(" ,;\n , ") == []


@pytest.mark.parametrize(
    "url",
    [
        "https://ana:secret@x.org/",
        "https://github.com@evil.example/",
        "https://",
        "https://[",
        "https://x.org:99999999/",
        "https://x.org:y/",
        'https://x"y.org/',
        "javascript://x.org/%0aalert(1)",
    ],
)
def test_an_address_that_hides_something_is_no_link(url: str) -> None:
    assert link_to(url) == ""
    assert K.LINK not in [kind for kind, _ in read(url)]


def piece(kind: EvidenceKind, key: str, label: str = "") -> Evidence:
    return Evidence(kind=kind, key=key, label=label or key, frozen_at=NOW)


@pytest.mark.parametrize(
    ("kind", "key", "text"),
    [
        (K.VERSION, "churn/14", "churn v14"),
        (K.VERSION, "run/14", "models:/run/14"),
        (K.VERSION, "a, b/14", "models:/a%2C%20b/14"),
        (K.VERSION, "data set/14", "models:/data%20set/14"),
        (K.DATASET, "churn-v7", "data churn-v7"),
        (K.DATASET, ": x", "data: : x"),
        (K.COMMIT, "3f2a91c", "commit 3f2a91c"),
        (K.ISSUE, "CHURN-41", "CHURN-41"),
        (K.LINK, "https://x.org/a,b", "https://x.org/a,b"),
    ],
)
def test_a_piece_is_written_so_that_it_reads_as_itself(
    kind: EvidenceKind, key: str, text: str
) -> None:
    assert line(piece(kind, key)) == text
    assert read(text) == [(kind, key)]


def test_a_run_is_written_with_its_name() -> None:
    assert line(piece(K.RUN, f"7/{RUN}", "gentle-owl")) == f"run {RUN} # gentle-owl"
    assert line(piece(K.RUN, f"7/{RUN}", RUN[:8])) == f"run {RUN}"
    nasty = "a, b; https://evil.x/ <c>\n# d"
    assert line(piece(K.RUN, f"7/{RUN}", nasty)) == f"run {RUN} # a b https evil.x/ c # d"


RUN_IDS = st.text("0123456789abcdef", min_size=32, max_size=32)
VERSIONS = st.tuples(st.text(min_size=1, max_size=60), st.integers(1, 999_999_999)).map(
    lambda both: piece(K.VERSION, f"{both[0].encode('utf-8', 'replace').decode()}/{both[1]}")
)
RUNS = st.tuples(RUN_IDS, st.text(max_size=300)).map(
    lambda both: piece(K.RUN, f"7/{both[0]}", both[1])
)
LINKS = st.text(max_size=80).map(
    lambda path: piece(
        K.LINK, next(pieces(f"https://x.org/{quote(path.encode('utf-8', 'replace'))}")).key
    )
)
KNOWN = st.one_of(VERSIONS, RUNS, LINKS.filter(lambda link: "/browse/" not in link.key))


@settings(deadline=None)
@given(st.lists(KNOWN, max_size=6))
def test_whatever_the_mirrors_call_it_the_text_finds_it_again(evidence: list[Evidence]) -> None:
    assert read(typed(evidence)) == [(each.kind, each.typed_key) for each in evidence]


SNIPPETS = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["run ", "data ", "commit: ", "models:/", "https://x.org/", " v3", "/4", "@champion",
         ", ", ";", "\n", "CHURN-4", "<", "|x>", "# ", "3f2a91c", "\u202e", "- ", ":", "%2C"]
    ),
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(SNIPPETS, max_size=8).map("".join))
def test_what_was_read_is_written_and_read_as_the_same(text: str) -> None:
    """Of every kind that needs no mirror to be understood."""
    evidence = [
        piece(each.kind, each.key)
        for each in pieces(text)
        if each.kind in (K.DATASET, K.COMMIT, K.ISSUE, K.LINK)
        or (each.kind is K.VERSION and "@" not in each.key)
    ]
    assert read(typed(evidence)) == [(each.kind, each.key) for each in evidence]


def test_a_version_that_is_none_has_no_number() -> None:
    assert piece(K.VERSION, "a/b/14").version == ("a/b", 14)
    assert piece(K.VERSION, "churn").version == ("", 0)
    assert piece(K.VERSION, "churn/²").version == ("churn", 0)
