"""What Jira's refusal says of single fields of an issue.

The form: https://developer.atlassian.com/cloud/jira/platform/rest/v2/intro/#status-codes
(`ErrorCollection`: messages, and sentences by field).
"""

from typing import Any

_MOST = 20
_LONGEST = 200


def told(response: Any) -> dict[str, str]:
    """Jira's sentences by field id; empty where its answer has none."""
    try:
        found = response.json()["errors"]
        items = list(found.items())[:_MOST]
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}
    return {str(field): " ".join(str(said).split())[:_LONGEST] for field, said in items}
