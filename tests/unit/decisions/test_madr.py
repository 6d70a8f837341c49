"""MADR files: they read well, and what they say comes back exactly."""

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.clients.madr import MadrFiles
from bot.clients.madr.escape import (
    block,
    bullets,
    item,
    one_line,
    plain,
    unblock,
    unbullets,
    unitem,
)
from bot.clients.madr.names import slug
from bot.domain.decisions.archive import ArchivedDecision, FileRefused, HandWritten
from bot.domain.decisions.options import Option, Point, Weight
from bot.domain.decisions.record import DecisionBody, DecisionStatus
from tests.standins.madr import problems
from tests.unit.decisions.samples import body, record
from tests.unit.decisions.variety import TEXTS, varied

FILES = MadrFiles()

# Pieces that markdown or our own form reads as something else, and any other text.
PIECES = st.sampled_from(
    [
        "\n",
        "\n\n",
        "# ",
        "## Decision Outcome",
        "---",
        "===",
        "```",
        "~~~",
        "* ",
        "- ",
        "\\",
        "<!--",
        "-->",
        "&#10;",
        "&#",
        ";",
        "\r\n",
        " ",
        "\t",
        "<b>",
        "`",
        "\u2028",
        "\u00a0",
        "Good, because ",
    ]
)
ANY = st.lists(PIECES | st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=5))
TEXT = ANY.map("".join)
WORDS = TEXT.filter(bool)


@settings(deadline=None)
@given(TEXT)
@example("* a\n* b")
@example("``` open\n# not code")
def test_every_text_comes_back_from_a_section_exactly(text: str) -> None:
    assert unblock(block(text).split("\n")) == text
    assert unbullets(bullets(text).split("\n")) == text
    assert plain(one_line(text)) == text
    assert unitem(item(text)) == text
    assert "\n" not in item(text) + one_line(text)


options = st.builds(
    Option,
    title=WORDS,
    points=st.lists(st.builds(Point, weight=st.sampled_from(Weight), text=TEXT), max_size=3).map(
        tuple
    ),
)
bodies = st.builds(
    DecisionBody,
    title=WORDS,
    outcome=WORDS,
    context=TEXT,
    drivers=TEXT,
    consequences=TEXT,
    options=st.lists(options, max_size=3).map(tuple),
    tags=st.lists(WORDS, max_size=2).map(tuple),
)


@settings(deadline=None, max_examples=60)
@given(bodies, TEXT.filter(lambda name: name == " ".join(name.split())))
def test_every_decision_comes_back_from_its_file_exactly(written: DecisionBody, name: str) -> None:
    names = {"UANA": name} if name else {}
    archived = ArchivedDecision(record=record(12, body=written), names=names)
    (content,) = FILES.write([archived]).values()
    assert FILES.read("0012-x.md", content, "T1").content == archived
    assert problems(content.decode()) == []


def test_a_file_survives_windows_line_ends() -> None:
    archived = ArchivedDecision(record=record(body=body(context="a\r\nb\nc")))
    (content,) = FILES.write([archived]).values()
    changed = content.replace(b"\n", b"\r\n")
    assert FILES.read("0001-x.md", changed, "T1").content == archived


def test_the_file_of_a_decision_reads_as_madr_describes_it() -> None:
    written = body(
        context="Training takes a day.",
        drivers="cost\nlatency",
        options=(
            Option(title="LightGBM", points=(Point(weight=Weight.GOOD, text="it is fast"),)),
            Option(title="Nothing"),
        ),
        consequences="one model less",
        makers=("UANA",),
        tags=("churn",),
    )
    archived = ArchivedDecision(record=record(12, body=written), names={"UANA": "Ana Souza"})
    ((name, content),) = FILES.write([archived]).items()
    assert name == "0012-use-lightgbm-for-churn.md"
    assert content.decode() == EXPECTED


EXPECTED = """\
---
status: accepted
date: 2026-11-22
decision-makers:
- Ana Souza (UANA)
meridian:
  number: 12
  channel: C1
  author: Ana Souza (UANA)
  created_at: 2026-11-22T09:00:00Z
  version: 1
  tags:
  - churn
---

# Use LightGBM for churn

## Context and Problem Statement

Training takes a day.

## Decision Drivers

* cost
* latency

## Considered Options

* LightGBM
* Nothing

## Decision Outcome

It wins on every slice.

### Consequences

* one model less

## Pros and Cons of the Options

### LightGBM

* Good, because it is fast
"""


def test_two_hundred_varied_decisions_are_madr_and_come_back() -> None:
    decisions = varied(200, 7)
    files = FILES.write(decisions)
    assert FILES.write(list(reversed(decisions))) == files
    assert FILES.pack(files) == FILES.pack(dict(reversed(files.items())))
    for archived, (name, content) in zip(decisions, files.items(), strict=True):
        assert problems(content.decode()) == [], name
        assert FILES.read(name, content, "T1").content == archived


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Use LightGBM, for churn v2!", "use-lightgbm-for-churn-v2"),
        ("Über Köln", "uber-koln"),
        ("决定", "decision"),
        ("x" * 100, "x" * 60),
        ("one two " * 20, "one-two-one-two-one-two-one-two-one-two-one-two-one-two-one"),
    ],
)
def test_file_names_are_plain(title: str, expected: str) -> None:
    assert slug(title) == expected


def edited(old: str, new: str, **changes: Any) -> bytes:
    archived = ArchivedDecision(record=record(12, body=body(context="Why", **changes)))
    (content,) = FILES.write([archived]).values()
    assert old in content.decode()
    return content.replace(old.encode(), new.encode())


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("status: accepted", "status: [accepted", 3, "This isn't YAML"),
        ("status: accepted", "status: agreed", 2, "I don't know the status agreed"),
        ("status: accepted\n", "", 2, "I don't know the status (none)"),
        ("version: 1", "version: one", 9, "`meridian.version` can't be read"),
        ("  version: 1\n", "", 4, "`meridian.version` is missing"),
        ("version: 1", "version: 1\n  colour: red", 10, "`meridian.colour` can't be read"),
        ("date: 2026-11-22", "date: 2026-13-22", 3, "This value can't be read"),
        ("---\n\n#", "\n\n#", 1, "The front matter isn't closed"),
        ("# Use LightGBM for churn\n", "", 13, "The title is missing"),
        ("# Use", "A line\n# Use", 12, "This stands above the title"),
        ("## Context", "# Second\n## Contents", 15, "no place for a section Contents"),
        ("It wins on every slice.\n", "", 20, "Nothing stands under ## Decision Outcome"),
        ("Why", "Why\n\n```\nx = 1", 18, "The code block that begins here never ends"),
        ("## Considered Options", "## Decision Outcome", 20, "two sections Decision Outcome"),
        ("Why", "\udcff", 16, "isn't UTF-8"),
    ],
)
def test_what_cant_be_understood_is_refused_with_its_line(
    old: str, new: str, line: int, says: str
) -> None:
    content = edited(old, "@@@").replace(b"@@@", new.encode(errors="surrogateescape"))
    with pytest.raises(FileRefused) as refused:
        FILES.read("0012-x.md", content, "T1")
    assert says in str(refused.value)
    assert refused.value.line == line


def test_arguments_about_no_option_are_refused() -> None:
    option = Option(title="A", points=(Point(weight=Weight.BAD, text="slow"),))
    content = edited("### A", "### B", options=(option,))
    with pytest.raises(FileRefused, match="B isn't among the considered options") as refused:
        FILES.read("0012-x.md", content, "T1")
    assert content.decode().split("\n")[refused.value.line - 1] == "### B"


def test_a_status_changed_by_hand_is_refused() -> None:
    accepted = next(each for each in varied(30, 3) if each.record.status is DecisionStatus.ACCEPTED)
    (content,) = FILES.write([accepted]).values()
    changed = content.replace(b"status: accepted\ndate", b"status: deprecated\ndate")
    assert changed != content
    with pytest.raises(FileRefused, match="A file can't make a decision deprecated") as refused:
        FILES.read("x.md", changed, "T1")
    assert refused.value.line == 2


HAND_WRITTEN = """\
---
status: proposed
deciders: Lena Berg, Omar
---
# Use Redis <!-- a comment -->

## Context and Problem Statement

We cache.

<!-- This is an optional element. Feel free to remove. -->
## Decision Drivers

* cost
* speed

## Considered Options

- Redis
- Memcached

## Decision Outcome

Chosen option: "Redis", because it persists.

### Positive Consequences

* fast

### Negative Consequences

* one server more

## Validation

A load test.

## Pros and Cons of the Options

### Redis

Keeps data
on disk.

* Good, because it persists
* bad because it is one more
* so it is

## Links

* https://redis.io
"""


def test_a_hand_written_file_loses_nothing() -> None:
    content = FILES.read("use-redis.md", HAND_WRITTEN.encode(), "T1").content
    assert content == HandWritten(
        status=DecisionStatus.PROPOSED,
        body=DecisionBody(
            title="Use Redis <!-- a comment -->",
            context="We cache.\n\nLinks:\n* https://redis.io",
            drivers="cost\nspeed",
            options=(
                Option(
                    title="Redis",
                    points=(
                        Point(weight=Weight.NEUTRAL, text="Keeps data on disk."),
                        Point(weight=Weight.GOOD, text="it persists"),
                        Point(weight=Weight.BAD, text="it is one more"),
                        Point(weight=Weight.NEUTRAL, text="so it is"),
                    ),
                ),
                Option(title="Memcached"),
            ),
            outcome='Chosen option: "Redis", because it persists.',
            consequences="fast\none server more\n\nValidation:\nA load test.",
            makers=("Lena Berg", "Omar"),
        ),
    )


def test_a_comment_of_ours_and_edits_of_what_we_write_are_left_alone() -> None:
    archived = next(each for each in varied(40, 5) if each.record.supersedes)
    (content,) = FILES.write([archived]).values()
    changed = content.replace(b"* Supersedes", b"* Replaces")
    assert changed != content
    assert FILES.read("x.md", changed, "T1").content == archived


def test_the_lines_of_fields_are_those_of_the_file() -> None:
    archived = varied(40, 5)[3]
    (content,) = FILES.write([archived]).values()
    file = FILES.read("x.md", content, "T1")
    lines = content.decode().split("\n")
    assert lines[file.line_of("outcome") - 1] == "## Decision Outcome"
    assert lines[file.line_of("number") - 1] == "  number: 4"
    assert lines[file.line_of("audit") - 1] == "  audit:"
    assert lines[file.texts["outcome"] - 1] == block(archived.record.body.outcome).split("\n")[0]


def test_the_samples_hold_what_markdown_takes_for_something_else() -> None:
    joined = "\n".join(TEXTS)
    assert all(piece in joined for piece in ("# ", "---", "```", "<script>", "\r\n", "\u202e"))
