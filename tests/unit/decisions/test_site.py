"""The pages of the site: what is in them, and what must not be."""

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.clients.site import build
from bot.clients.site.pages import Site
from bot.clients.site.text import Renderer, inline, without_ids
from bot.domain.decisions.archive import ArchivedDecision
from bot.errors import ConfigError
from tests.unit.decisions.samples import body, record
from tests.unit.decisions.site_log import decisions

PAGES = Site.of(decisions()).pages()


def test_there_is_a_page_for_each_decision_and_four_ways_to_them() -> None:
    ways = {"index.md", "timeline.md", "tags.md", "models.md"}
    assert set(PAGES) == ways | {f"d-{number}.md" for number in range(1, 13)}
    assert PAGES["index.md"].index("## Accepted") < PAGES["index.md"].index("## Superseded")
    assert PAGES["index.md"].index("[D-12 ") < PAGES["index.md"].index("[D-11 ")
    assert "## churn\n\n* [D-7 " in PAGES["models.md"]
    assert "## November 2026" in PAGES["timeline.md"]
    assert "## churn\n\n* [D-7 " in PAGES["tags.md"]


def test_links_lead_both_ways_and_only_to_what_is_there() -> None:
    seven, three = PAGES["d-7.md"], PAGES["d-3.md"]
    assert '| Supersedes | <a href="d-3.html">D-3</a> |' in seven
    assert '| Superseded by | <a href="d-7.html">D-7</a> |' in three
    assert '| Named by | <a href="d-7.html">D-7</a> |' in three
    assert '<a href="d-3.html">D-3</a> and D-90 (not in this site) said so.' in seven


def test_a_part_of_the_log_leads_to_nothing_that_is_left_out() -> None:
    alone = Site.of([each for each in decisions() if each.record.number == 7]).pages()
    assert set(alone) == {"index.md", "timeline.md", "tags.md", "models.md", "d-7.md"}
    assert "| Supersedes | D-3 (not in this site) |" in alone["d-7.md"]
    assert "d-3.html" not in "".join(alone.values())


def test_no_id_of_slack_leaves_the_house() -> None:
    everything = "\n".join(PAGES.values())
    assert not re.search(r"\b[UCT]0[A-Z0-9]{4,}", everything)
    assert "slack.com" not in everything
    assert "as <strong>Lena Berg</strong> said to @Lena Berg in #x" in PAGES["d-7.md"]
    assert "| Decision makers | Ana Souza, somebody |" in PAGES["d-7.md"]
    assert "pressed Accept" not in everything


def test_evidence_is_shown_as_it_was() -> None:
    assert "<td>churn v14</td>\n<td>val_auc 0.912</td>" in PAGES["d-7.md"]


def test_what_people_wrote_stays_text() -> None:
    assert "# D-7 · Retire the &#60;old&#62; model" in PAGES["d-7.md"]
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in PAGES["d-7.md"]
    assert not re.search(r"<(script|img)|href=\"javascript", "\n".join(PAGES.values()))
    assert inline("a|b\n`*_{: x}") == "a&#124;b&#10;&#96;&#42;&#95;&#123;&#58; x&#125;"


@settings(deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_a_title_of_any_signs_is_a_title_in_yaml_and_ends_no_tag(title: str) -> None:
    shown = Site.of([ArchivedDecision(record=record(body=body(title)))]).pages()["d-1.md"]
    head = yaml.safe_load(shown.split("\n---\n")[0].removeprefix("---\n"))
    assert head["title"].startswith("D-1 ·")
    assert not set('<>"') & set(head["title"])


def test_code_and_links_of_their_own_are_left_alone() -> None:
    html = Renderer({3}).html("`D-3` [see D-3](https://example.com) XD-3 D-30 D-3")
    assert html.count('href="d-3.html"') == 1
    assert "D-30 (not in this site)" in html


def test_words_in_capitals_are_no_ids() -> None:
    names = {"U0LENABERG": "Lena"}
    assert without_ids("CHURN2026 AUC U0LENABERG U0SOMEBODY9", names) == "CHURN2026 AUC Lena …"
    assert without_ids("<https://a.b|a> <!here> <@U1>", {}) == "a (https://a.b) @channel @somebody"


def test_without_the_builder_one_line_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    with pytest.raises(ConfigError, match=r"pip install 'meridian-bot\[site\]'"):
        build.builder()


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A builder that says something and fails."""
    program = tmp_path / "zensical"
    program.write_text("#!/bin/sh\necho no such theme\nexit 3\n")
    program.chmod(0o755)
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))


@pytest.mark.usefixtures("broken")
async def test_a_builder_that_fails_is_quoted_and_nothing_is_replaced(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="builder failed: no such theme"):
        await build.build(PAGES, tmp_path / "to")
    assert not (tmp_path / "to").exists()


def together(folder: Path) -> str:
    return "".join(path.read_text() for path in folder.glob("*.html"))


async def test_a_site_is_built_into_a_folder_whose_own_files_stay(tmp_path: Path) -> None:
    (tmp_path / "CNAME").write_text("decisions.example.com")
    await build.build(PAGES, tmp_path)
    assert "<script>alert" not in together(tmp_path)
    assert "<title>D-8 · ‹/title›‹script›alert(3)" in (tmp_path / "d-8.html").read_text()
    alone = Site.of(decisions()[:1]).pages()
    await build.build(alone, tmp_path)
    assert (tmp_path / "d-1.html").exists()
    assert not (tmp_path / "d-7.html").exists()
    assert (tmp_path / "CNAME").read_text() == "decisions.example.com"
