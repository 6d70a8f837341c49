"""The web pages around an installation: plain HTML without scripts."""

from html import escape

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Meridian</title>
<meta name="viewport" content="width=device-width"><meta name="referrer" content="no-referrer">
<style>body{{font:1.1em/1.5 system-ui,sans-serif;max-width:34em;margin:4em auto;padding:0 1em}}
a.go{{display:inline-block;background:#1f3a5f;color:#fff;padding:.6em 1.2em;border-radius:.4em;
text-decoration:none}}</style></head><body><h1>{title}</h1>{body}</body></html>
"""


def begin(address: str) -> str:
    """The page that leads to Slack."""
    return _page(
        "Add Meridian to Slack",
        "<p>Stand-ups, decisions, experiments, alerts and digests for remote AI/ML teams.</p>"
        f'<p><a class="go" href="{escape(address, quote=True)}">Add to Slack</a></p>'
        "<p>Slack shows what Meridian may do before you agree.</p>",
    )


def done(name: str) -> str:
    """What the person who installed it sees at the end."""
    return _page(
        "Meridian is installed",
        f"<p>It is in {escape(name or 'your workspace')} now. In a channel, type "
        "<code>/invite @Meridian</code>, then <code>/standup new</code>.</p>",
    )


def failed(sentence: str, again: str) -> str:
    """Why it didn't work, and where to begin again."""
    return _page(
        "Meridian was not installed",
        f'<p>{escape(sentence)}</p><p><a href="{escape(again, quote=True)}">Begin again</a></p>',
    )


def _page(title: str, body: str) -> str:
    return _PAGE.format(title=title, body=body)
