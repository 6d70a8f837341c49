"""Which news share a message: at most one new one per watcher, topic and cooldown."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.experiments.notices import COOLDOWN, News, Notice, fold
from bot.domain.experiments.watches import Target, Wanted, Watch, WatchKind, wanted, watchers
from tests.unit.experiments.builders import T0, a_run

MINUTE = timedelta(minutes=1)
OPEN = Notice(
    workspace="T1",
    id="n1",
    watcher="C1",
    topic="experiment:1",
    opened_at=T0,
    message="n1",
    news=News(runs=("a",), sweeps=("s",)),
)


def ids(news: News) -> tuple[str, ...]:
    return (*news.runs, *news.sweeps)


@pytest.mark.parametrize(
    ("after", "news", "joined", "fresh"),
    [
        (9 * MINUTE, News(runs=("b",)), ("a", "b", "s"), ()),
        (COOLDOWN, News(runs=("b",)), (), ("b",)),
        (5 * COOLDOWN, News(sweeps=("s",)), ("a", "s"), ()),
        (5 * COOLDOWN, News(runs=("b",), sweeps=("s",)), ("a", "s"), ("b",)),
        (9 * MINUTE, News(sweeps=("t",)), ("a", "s", "t"), ()),
        (COOLDOWN, News(sweeps=("t",)), (), ("t",)),
        (MINUTE, News(runs=("a",)), ("a", "s"), ()),
    ],
    ids=[
        "a run within the cooldown joins",
        "one after it gets a new message",
        "a sweep stays in its message however long it goes on",
        "and single runs beside it don't",
        "another sweep within the cooldown joins",
        "after it it is new",
        "nothing stands twice in a message",
    ],
)
def test_folding(
    after: timedelta, news: News, joined: tuple[str, ...], fresh: tuple[str, ...]
) -> None:
    folded = fold([OPEN], news, T0 + after)
    assert [ids(notice.news) for notice in folded.changed] == ([joined] if joined else [])
    assert ids(folded.fresh) == fresh


def test_what_waits_for_the_morning_takes_everything_of_the_night() -> None:
    held = replace(OPEN, message="")
    folded = fold([held], News(runs=("b",)), T0 + timedelta(hours=9))
    assert [ids(notice.news) for notice in folded.changed] == [("a", "b", "s")]
    assert not folded.fresh


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("churn", Wanted(name="churn")),
        ("churn me", Wanted(name="churn", mine=True)),
        ("Churn  for me ", Wanted(name="Churn", mine=True)),
        ("me", Wanted(mine=True)),
        ("", Wanted()),
        ("home", Wanted(name="home")),
        ("<@U0LENA|lena>", Wanted(user_id="U0LENA")),
        ("<@U0LENA> me", Wanted(user_id="U0LENA", mine=True)),
        ("@lena", Wanted(name="lena")),
    ],
)
def test_what_people_type(typed: str, expected: Wanted) -> None:
    assert wanted(typed) == expected


def a_watch(watcher: str, kind: WatchKind, key: str) -> Watch:
    target = Target(kind=kind, key=key, name=key)
    return Watch(workspace="T1", watcher=watcher, target=target, by="U1", since=T0)


def test_each_watcher_is_told_of_a_run_once_whatever_they_watch() -> None:
    watches = [
        a_watch("C1", WatchKind.EXPERIMENT, "1"),
        a_watch("U1", WatchKind.EXPERIMENT, "1"),
        a_watch("U1", WatchKind.PERSON, "U2"),
        a_watch("U3", WatchKind.USER, "gpu-box"),
        a_watch("U4", WatchKind.PERSON, "U2"),
        a_watch("U5", WatchKind.MODEL, "1"),
        a_watch("U6", WatchKind.EXPERIMENT, "2"),
    ]
    run = a_run("a", user="lena")
    assert watchers(watches, run, {"lena": "U2"}) == ("C1", "U1", "U4")
    assert watchers(watches, replace(run, user="gpu-box"), {}) == ("C1", "U1", "U3")
