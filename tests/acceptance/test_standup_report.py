"""The prompt, the report in the day's thread, *Edit*, *Skip today*, and plain `/standup`."""

import asyncio

from tests.acceptance.harness import (
    ANANYA,
    BEATRIZ,
    CHURN,
    LENA,
    MARCUS,
    YUKI,
    World,
    latest,
    start_standup,
)
from tests.standins.slack import Json, Person, links_of, mentions_of, text_of
from tests.standins.slack.people import payloads
from tests.standins.slack.people.targets import top_view

MONDAY_IN_TOKYO = "2026-10-19T00:00Z"
EVIL = "<!channel> <https://evil.example|Jira> *x* @here <@U0LENA>"


async def asked(world: World) -> Json:
    """A stand-up of all five; it is Monday 09:00 in Tokyo and Yuki has been asked."""
    await start_standup(world.lena, post_mode="at_once")
    await world.live_until(MONDAY_IN_TOKYO)
    return latest(world.slack.messages(YUKI))


async def report(world: World, person: Person, prompt: Json, *answers: str, blocker: str) -> None:
    await person.click(prompt, "standup.answer")
    values = {f"answer_{n}": text for n, text in enumerate(answers)}
    assert await person.submit(person.modal, **values, blocker=blocker) is None
    await world.deliver()


def day(world: World) -> Json:
    """The head of the latest day's thread."""
    return latest(world.slack.messages(CHURN))


def entries(world: World) -> list[Json]:
    return world.slack.thread(CHURN, day(world)["ts"])


async def test_answer_opens_the_questions_and_the_report_stands_in_the_days_thread(
    world: World,
) -> None:
    prompt = await asked(world)
    assert "Churn daily · Mon 19 Oct" in text_of(prompt)
    await world.yuki.click(prompt, "standup.answer")
    labels = [b["label"]["text"] for b in world.yuki.modal["blocks"] if b["type"] == "input"]
    assert labels[:3] == ["What moved since last time?", "What is next?", "What blocks you?"]
    assert labels[3:] == ["Who can help?", "What does it wait for?"]
    assert await world.yuki.submit(world.yuki.modal, answer_0="Tuned lr", answer_1="Sweep") is None
    assert world.yuki.modals == []
    await world.deliver()
    assert "(1 of 1)" in text_of(day(world))
    [entry] = entries(world)
    shown = text_of(entry)
    for part in ("Yuki Tanaka", "What moved since last time?", "Tuned lr", "Sweep"):
        assert part in shown
    assert "What blocks you?" not in shown


async def test_the_prompt_turns_into_a_receipt_in_place(world: World) -> None:
    prompt = await asked(world)
    await report(world, world.yuki, prompt, "Tuned lr", blocker="")
    [receipt] = world.slack.messages(YUKI)
    assert receipt["ts"] == prompt["ts"]
    assert "reported" in text_of(receipt)
    assert "Skip today" not in text_of(receipt)


async def test_one_thread_a_local_date_holds_everybodys_report(world: World) -> None:
    await asked(world)
    await world.live_until("2026-10-19T14:00Z")
    for person in (world.yuki, world.ananya, world.marcus):
        prompt = latest(world.slack.messages(person.id))
        await report(world, person, prompt, f"{person.user.name} moved", blocker="")
    heads = [m for m in world.slack.messages(CHURN) if "Mon 19 Oct" in text_of(m)]
    assert len(heads) == 1
    assert "(3 of 5)" in text_of(heads[0])
    assert "Not heard from yet: Lena Fischer, Beatriz Souza" in text_of(heads[0]).replace("\n", "")
    assert len(entries(world)) == 3


async def test_a_blocker_stands_first_in_the_channel_and_pings_nobody(world: World) -> None:
    prompt = await asked(world)
    await report(world, world.yuki, prompt, "Tuned lr", blocker="GPU quota")
    assert "Yuki Tanaka is blocked: GPU quota" in text_of(day(world)).replace("\n", "")
    assert mentions_of(day(world)) == set()
    assert mentions_of(entries(world)[0]) == set()


async def test_edit_changes_head_reply_and_receipt_in_place(world: World) -> None:
    prompt = await asked(world)
    await report(world, world.yuki, prompt, "Tuned lr", "Sweep", blocker="GPU quota")
    head, [entry] = day(world), entries(world)
    world.clock.advance(minutes=20)
    await world.yuki.click(entry, "standup.answer")
    typed = world.yuki.modal["state"]["values"]
    assert typed["answer_0"]["answer_0"]["value"] == "Tuned lr"
    assert typed["blocker"]["blocker"]["value"] == "GPU quota"
    posts = len(world.slack.called("chat.postMessage"))
    assert await world.yuki.submit(world.yuki.modal, answer_0="Tuned it all", blocker="") is None
    await world.deliver()
    assert len(world.slack.called("chat.postMessage")) == posts
    [changed] = entries(world)
    assert changed["ts"] == entry["ts"]
    assert "Tuned it all" in text_of(changed)
    assert "Sweep" in text_of(changed)
    assert "edited" in text_of(changed)
    assert "GPU quota" not in text_of(changed)
    assert day(world)["ts"] == head["ts"]
    assert "is blocked" not in text_of(day(world))


async def test_skip_today_is_stored_and_shown_without_a_reason(world: World) -> None:
    prompt = await asked(world)
    await world.yuki.click(prompt, "standup.skip")
    await world.deliver()
    [receipt] = world.slack.messages(YUKI)
    assert "Mon 19 Oct · not today" in text_of(receipt)
    await world.live_until("2026-10-19T04:00Z")
    await report(world, world.ananya, latest(world.slack.messages(ANANYA)), "Data", blocker="")
    assert "Not there: Yuki Tanaka (not today)" in text_of(day(world)).replace("\n", "")


async def test_report_after_all_takes_the_skip_back(world: World) -> None:
    prompt = await asked(world)
    await world.yuki.click(prompt, "standup.skip")
    await world.deliver()
    [receipt] = world.slack.messages(YUKI)
    assert "Report after all" in text_of(receipt)
    await report(world, world.yuki, receipt, "Did it anyway", blocker="")
    assert "Did it anyway" in text_of(entries(world)[0])
    assert "not today" not in text_of(day(world))
    assert "reported" in text_of(latest(world.slack.messages(YUKI)))


async def test_skipping_after_a_report_says_what_to_do_instead(world: World) -> None:
    prompt = await asked(world)
    await world.yuki.click(prompt, "standup.answer")
    assert await world.yuki.submit(world.yuki.modal, answer_0="Tuned lr") is None
    await world.yuki.click(prompt, "standup.skip")
    [answer] = world.slack.ephemerals(YUKI)
    assert "You have reported already" in answer["text"]
    await world.deliver()
    assert "(1 of 1)" in text_of(day(world))


async def test_skip_as_a_word_before_the_prompt_keeps_it_from_coming(world: World) -> None:
    await start_standup(world.lena, post_mode="at_once")
    world.clock.move_to("2026-10-18T23:00Z")  # Monday 08:00 in Tokyo
    ack = await world.yuki.command("/standup", "skip", channel=CHURN)
    assert "Skipped for today" in ack.text
    await world.live_until("2026-10-19T03:00Z")
    assert world.slack.messages(YUKI) == []


async def test_plain_standup_without_any_says_how_to_start_one(world: World) -> None:
    ack = await world.yuki.command("/standup", channel=CHURN)
    assert "`/standup new` starts one" in ack.text
    assert world.yuki.modals == []


async def test_plain_standup_reports_to_the_only_one_from_anywhere(world: World) -> None:
    await start_standup(world.lena, post_mode="at_once")
    await world.yuki.command("/standup", channel=YUKI)
    assert "Churn daily · Sun 18 Oct" in text_of(world.yuki.modal)
    assert await world.yuki.submit(world.yuki.modal, answer_0="Early bird") is None
    await world.deliver()
    assert "Early bird" in text_of(entries(world)[0])


async def test_who_reported_before_the_prompt_is_not_asked(world: World) -> None:
    await start_standup(world.lena, post_mode="at_once")
    world.clock.move_to("2026-10-18T23:00Z")
    await world.yuki.command("/standup", channel=CHURN)
    assert await world.yuki.submit(world.yuki.modal, answer_0="Early bird") is None
    await world.live_until("2026-10-19T03:00Z")
    assert world.slack.messages(YUKI) == []


async def test_of_several_the_one_of_this_channel_is_meant(world: World) -> None:
    world.slack.add_channel("C0OPS", "ops", members=[LENA, YUKI])
    await start_standup(world.lena, post_mode="at_once", participants=[LENA, YUKI])
    await start_standup(world.lena, channel="C0OPS", name="Ops weekly", questions="Calm?")
    await world.yuki.command("/standup", channel="C0OPS")
    assert "Ops weekly" in text_of(world.yuki.modal)
    assert "Calm?" in text_of(world.yuki.modal)


async def test_of_several_elsewhere_one_is_asked_which(world: World) -> None:
    world.slack.add_channel("C0OPS", "ops", members=[LENA, YUKI])
    await start_standup(world.lena, post_mode="at_once", participants=[LENA, YUKI])
    await start_standup(world.lena, post_mode="at_once", channel="C0OPS", name="Ops weekly")
    ack = await world.yuki.command("/standup", channel=YUKI)
    assert ack.ephemeral is not None
    assert "Which stand-up?" in text_of(ack.ephemeral)
    await world.yuki.click(ack.ephemeral, "standup.answer:1")
    assert "Ops weekly" in text_of(world.yuki.modal)


async def test_status_shows_today_to_the_asker_only(world: World) -> None:
    prompt = await asked(world)
    await report(world, world.yuki, prompt, "Tuned lr", blocker="")
    before = len(world.slack.messages(CHURN))
    ack = await world.yuki.command("/standup", "status", channel=CHURN)
    assert ack.ephemeral is not None
    assert "1 of 1 have reported" in text_of(ack.ephemeral)
    assert len(world.slack.messages(CHURN)) == before


async def test_an_empty_report_is_refused_on_a_field_and_kept_open(world: World) -> None:
    prompt = await asked(world)
    await world.yuki.click(prompt, "standup.answer")
    errors = await world.yuki.submit(world.yuki.modal, answer_0="  ")
    assert errors is not None
    assert "Write at least one line" in errors["answer_0"]
    assert len(world.yuki.modals) == 1


async def test_a_blocker_alone_is_a_report(world: World) -> None:
    prompt = await asked(world)
    await report(world, world.yuki, prompt, blocker="No GPU")
    assert "No GPU" in text_of(entries(world)[0])


async def test_the_next_prompt_recalls_what_was_planned(world: World) -> None:
    prompt = await asked(world)
    await report(world, world.yuki, prompt, "Tuned lr", "Write the sweep", blocker="")
    await world.live_until("2026-10-20T00:00Z")
    assert "Last time you planned: Write the sweep" in text_of(latest(world.slack.messages(YUKI)))


async def test_a_form_submitted_twice_gives_one_report(world: World) -> None:
    prompt = await asked(world)
    await world.yuki.click(prompt, "standup.answer")
    assert await world.yuki.submit(world.yuki.modal, answer_0="Tuned lr") is None
    assert (await world.yuki.resend()).body == ""
    await world.deliver()
    [entry] = entries(world)
    assert "edited" not in text_of(entry)
    assert world.slack.called("chat.update")[-1].args["channel"] != CHURN


async def test_two_submissions_at_the_same_instant_give_one_report(world: World) -> None:
    prompt = await asked(world)
    await world.yuki.click(prompt, "standup.answer")
    world.yuki.fill(world.yuki.modal, answer_0="Tuned lr")
    view = top_view(world.slack.ws, YUKI, world.yuki.modal)
    payload = payloads.view_submission(world.slack.ws, world.yuki.user, view)
    replies = await asyncio.gather(*(world.slack.send("interactive", payload) for _ in range(5)))
    assert {(reply.status, reply.body) for reply in replies} == {(200, "")}
    await world.deliver()
    [entry] = entries(world)
    assert "edited" not in text_of(entry)


async def test_two_windows_for_one_report_give_one_report(world: World) -> None:
    prompt = await asked(world)
    await world.yuki.click(prompt, "standup.answer")
    assert await world.yuki.submit(world.yuki.modal, answer_0="First") is None
    await world.yuki.command("/standup", channel=CHURN)
    assert await world.yuki.submit(world.yuki.modal, answer_0="Second") is None
    await world.deliver()
    [entry] = entries(world)
    assert "Second" in text_of(entry)


async def test_a_double_click_on_skip_is_one_skip(world: World) -> None:
    prompt = await asked(world)
    await world.yuki.click(prompt, "standup.skip")
    await world.yuki.resend()
    await world.yuki.click(prompt, "standup.skip")
    await world.deliver()
    [receipt] = world.slack.messages(YUKI)
    assert "not today" in text_of(receipt)


async def test_what_people_type_is_shown_as_typed_and_pings_nobody(world: World) -> None:
    await start_standup(world.lena, post_mode="at_once", name=EVIL, questions=EVIL)
    await world.live_until(MONDAY_IN_TOKYO)
    prompt = latest(world.slack.messages(YUKI))
    await report(world, world.yuki, prompt, EVIL, blocker=EVIL)
    for message in (*world.slack.messages(CHURN), *entries(world), *world.slack.messages(YUKI)):
        assert mentions_of(message) == set()
        assert links_of(message) == []
    assert EVIL in text_of(entries(world)[0])
    assert EVIL in text_of(day(world))


async def test_a_very_long_report_still_fits(world: World) -> None:
    prompt = await asked(world)
    await report(world, world.yuki, prompt, "a" * 3000, "b" * 3000, blocker="c" * 3000)
    assert "aaa" in text_of(entries(world)[0])


async def test_the_longest_report_shows_something_of_every_answer(world: World) -> None:
    questions = [f"{n}" + "?" * 299 for n in range(9)]
    await start_standup(world.lena, post_mode="at_once", questions="\n".join(questions))
    await world.yuki.command("/standup", channel=CHURN)
    answers = {f"answer_{n}": f"Answer{n} " + "z" * 2990 for n in range(9)}
    assert await world.yuki.submit(world.yuki.modal, **answers, blocker="Quota" * 600) is None
    await world.deliver()
    [entry] = entries(world)
    shown = text_of(entry)
    assert [n for n in range(9) if f"Answer{n} " not in shown] == []
    assert "Quota" in shown
    await world.yuki.click(entry, "standup.answer")
    assert world.yuki.modal["title"]["text"] == "Edit report"


async def test_an_edit_asks_what_was_asked_so_no_answer_is_lost(world: World) -> None:
    prompt = await asked(world)
    await report(world, world.yuki, prompt, "Tuned lr", "Sweep", blocker="")
    await world.lena.command("/standup", "edit", channel=CHURN)
    assert await world.lena.submit(world.lena.modal, questions="Anything new?") is None
    [entry] = entries(world)
    await world.yuki.click(entry, "standup.answer")
    assert await world.yuki.submit(world.yuki.modal, answer_1="Sweep again") is None
    await world.deliver()
    shown = text_of(entries(world)[0])
    assert "Tuned lr" in shown
    assert "Sweep again" in shown


async def test_questions_that_read_the_same_keep_their_own_answers(world: World) -> None:
    await start_standup(world.lena, post_mode="at_once", questions="And you?\nAnd you?\nSo?")
    await world.yuki.command("/standup", channel=CHURN)
    labels = [b["label"]["text"] for b in world.yuki.modal["blocks"] if b["type"] == "input"]
    assert labels[:3] == ["And you?", "So?", "What blocks you?"]


async def test_a_person_who_was_taken_out_is_told_so(world: World) -> None:
    prompt = await asked(world)
    await world.yuki.click(prompt, "standup.answer")
    await world.lena.command("/standup", "edit", channel=CHURN)
    rest = [ANANYA, LENA, MARCUS, BEATRIZ]
    await world.lena.choose(world.lena.modal, "audience", "picked")
    assert await world.lena.submit(world.lena.modal, participants=rest) is None
    errors = await world.yuki.submit(world.yuki.modal, answer_0="Too late")
    assert errors is not None
    assert "You don't take part" in errors["answer_0"]
