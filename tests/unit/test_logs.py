"""What the logs say, and what they never say."""

import json
import logging
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

import pytest
import structlog

from bot import logs


@pytest.fixture(autouse=True)
def other_tests_keep_their_logging() -> Iterator[None]:
    """Both loggers are the process's own; they are put back."""
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = list(root.handlers), root.level
    yield
    structlog.configure(**before)
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("token xoxb-12-ab-Cd_3 refused", "xoxb-12"),
        ("app xapp-1-A0-9", "xapp-1"),
        ("POST https://hooks.slack.com/commands/T1/2/abc done", "T1/2"),
        ("wss://wss.slack.com/link/?ticket=12-ab&app_id=A1", "12-ab"),
        ("Authorization: Bearer eyJhbGciOi.abc", "eyJ"),
        ("Authorization: Basic YUBleGFtcGxlOnQ=", "YUBle"),
        ('{"response_url": "http://localhost/respond/R1"}', "R1"),
        (r"{\"token\":\"verify1\", \"x\": 1}", "verify1"),
        ("{'response_url': 'http://localhost/respond/R1'}", "R1"),
        ("Sending a request - url: http://localhost/respond/R1, body: {}", "R1"),
        ("token=verify1&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1", "verify1"),
        ("x=1&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1&y=2", "commands"),
        ("POST //hooks.slack.com%2fcommands%2fT1", "commands"),
        ("headers=[(b'Authorization', b'Digest abcdefghijk')]", "abcdefghijk"),
        ("{'Authorization': ['Digest abcdefghijk']}", "abcdefghijk"),
        ("{'client_secret': 'c0ffee00', 'code': '1'}", "c0ffee00"),
        ('"x-slack-signature": ["v0=abcdef"]', "abcdef"),
    ],
)
def test_a_secret_is_cut_out_of_a_text(text: str, secret: str) -> None:
    assert secret in text
    shown = logs.redact(text)
    assert secret not in shown
    assert "[secret]" in shown


@pytest.mark.parametrize(
    "secret", ["p\u00e4ss \"w'ord/+&\\n", "https://hc.example.com/ping/0c4f-11ee"]
)
def test_a_known_secret_is_cut_out_however_it_is_spelled(secret: str) -> None:
    spelled = [
        secret,
        quote(secret),
        quote_plus(secret),
        json.dumps({"a": secret}),
        json.dumps({"a": json.dumps({"b": secret})}),
        json.dumps({"a": secret}, ensure_ascii=False),
        repr({"a": secret}),
        repr({"a": secret.encode()}),
    ]
    for text in spelled:
        shown = logs.redact(text, [secret])
        assert "[secret]" in shown
        assert not [part for part in ("ord", "0c4f") if part in shown], shown


def test_an_address_that_is_a_secret_hides_in_parts_too() -> None:
    shown = logs.redact(
        "host='hc.example.com' target=b'/ping/0c4f-11ee'", ["https://hc.example.com/ping/0c4f-11ee"]
    )
    assert shown == "host='hc.example.com' target=b'[secret]'"


def test_plain_text_stays_as_it_is() -> None:
    text = 'the token limit was 4096, basic auth, "tokens": 12, see https://slack.com/help'
    assert logs.redact(text) == text


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_secrets_hide_in_no_value_of_any_logger(
    capsys: pytest.CaptureFixture[str], log_format: str
) -> None:
    logs.configure(log_format, secrets=["hunter2"])
    ours = structlog.get_logger()
    ours.warning("refused", action="try", body={"deep": ["xoxb-1-a"]}, error=ValueError("hunter2"))
    try:
        raise RuntimeError("token=xapp-1-b password=hunter2")
    except RuntimeError:
        ours.exception("job_failed", action="poll")
        logging.getLogger("another.package").exception("failed with %s", "xoxb-2-c")
    shown = capsys.readouterr().err
    assert all(word in shown for word in ("refused", "job_failed", "failed with", "RuntimeError"))
    assert not [s for s in ("xoxb-1", "xoxb-2", "xapp-1", "hunter2") if s in shown]


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_a_traceback_shows_no_value_of_a_local_variable(
    capsys: pytest.CaptureFixture[str], log_format: str
) -> None:
    logs.configure(log_format)
    answer = "what a person wrote".upper()
    try:
        raise RuntimeError
    except RuntimeError:
        structlog.get_logger().exception("job_failed", action="poll")
        logging.getLogger("another.package").exception("failed")
    shown = capsys.readouterr().err
    assert shown.count("Traceback") == 2
    assert answer not in shown


def test_a_json_line_carries_event_action_level_and_utc_time(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure("json")
    structlog.get_logger().info("ready", action="run")
    logging.getLogger("another.package").warning("careful")
    logging.getLogger("another.package").info("chatter")
    first, second = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert (first["event"], first["action"], first["level"]) == ("ready", "run", "info")
    assert first["timestamp"].endswith("Z")
    assert (second["event"], second["level"]) == ("careful", "warning")
