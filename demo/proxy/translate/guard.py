"""Private-use characters that keep the page's own markup rules away from literal text.

The page turns text into HTML by regular expressions and knows no escapes, so a character that
must be shown as typed travels as a private-use one and the page's script turns it back last.
"""

LITERALS = {
    "<": "\ue010",
    ">": "\ue011",
    "&": "\ue012",
    "*": "\ue020",
    "_": "\ue021",
    "~": "\ue022",
    "`": "\ue023",
    ":": "\ue024",
}
CODE_OPEN = "\ue030"
CODE_CLOSE = "\ue031"

_HIDE = str.maketrans(LITERALS)
_REVEAL = str.maketrans({guarded: literal for literal, guarded in LITERALS.items()}) | {
    ord(CODE_OPEN): "",
    ord(CODE_CLOSE): "",
}


def hide(text: str) -> str:
    """Return literal text in a form that the page shows as typed, whatever it contains."""
    return text.translate(_HIDE)


def reveal(text: str) -> str:
    """Return what a reader of the page sees for a guarded text (code fences dropped)."""
    return text.translate(_REVEAL)


def unescape(text: str) -> str:
    """Undo Slack's three entities (docs.slack.dev/messaging/formatting-message-text)."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
