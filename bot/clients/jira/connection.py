"""One blocking connection to Jira; the only module that imports `jira`, so import it late.

The library is used for its configured session. Its search calls are not: they fetch `/field`
first, stop after one page, loop on a repeated token and answer None on Data Center. Its own retries
stay off: they sleep up to a minute, send POST twice and fail on a `Retry-After` that is a date.
"""

import io
import time
from collections.abc import Callable, Mapping
from typing import Any

from jira import JIRA
from jira.exceptions import JIRAError
from requests import exceptions as http
from urllib3.exceptions import HTTPError as BodyError
from urllib3.exceptions import ReadTimeoutError

from bot.clients import egress
from bot.clients.checked_requests import CheckedAdapter
from bot.clients.jira import field_errors
from bot.clients.jira.access import JiraAccess
from bot.clients.jira.failures import refused, token_refused
from bot.clients.jira.pages import TOO_LARGE
from bot.errors import JiraError

CONNECT_TIMEOUT = 3.05
MAX_BODY_BYTES = 8 * 1024 * 1024
_CHUNK = 64 * 1024
_NO_CONTENT = 204


class JiraConnection:
    """Speaks JSON with Jira's REST API; every call ends in an answer or a `JiraError`."""

    def __init__(self, access: JiraAccess) -> None:
        self._access = access
        self._client = JIRA(
            server=access.url,
            basic_auth=access.basic_auth,
            token_auth=access.personal_access_token,
            get_server_info=False,
            max_retries=0,
            timeout=(CONNECT_TIMEOUT, access.timeout),
            logging=False,
        )
        self._session = self._client._session
        # A redirect would carry the credentials elsewhere or turn a POST into a GET.
        self._session.max_redirects = 0
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, CheckedAdapter())
        self._session.stream = True
        self._session.hooks["response"].append(_read_whole_body(access.deadline))

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """The JSON answer of `GET <path>` below `/rest/api/2/`; a path that starts with a slash
        counts from the site's address."""
        url = f"{self._access.url}{path}" if path.startswith("/") else self._client._get_url(path)
        return self._answer(lambda: self._session.get(url, params=params))

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """The JSON answer of `POST <path>` below `/rest/api/2/`, sent once; None for an empty
        one."""
        return self._answer(lambda: self._session.post(self._client._get_url(path), json=body))

    def put(self, path: str, body: Mapping[str, Any]) -> Any:
        """The JSON answer of `PUT <path>` below `/rest/api/2/`, sent once, or None."""
        return self._answer(lambda: self._session.put(self._client._get_url(path), json=body))

    def close(self) -> None:
        """Gives the pooled sockets back."""
        self._session.close()

    def _answer(self, send: Callable[[], Any]) -> Any:
        failure: JiraError
        try:
            response = send()
            if "AUTHENTICATED_FAILED" in response.headers.get("X-Seraph-LoginReason", ""):
                raise token_refused(self._access.token_setting)
            return None if response.status_code == _NO_CONTENT else response.json()
        except egress.Forbidden as error:
            failure = JiraError(f"Jira: {error}", code=error.code, retryable=True)
        except JIRAError as error:
            failure = self._refusal(error)
        except (http.RequestException, BodyError) as error:
            failure = self._not_reached(error)
        # Raised out here so that the library's error, which holds the request and its credentials,
        # is not kept as this one's context.
        raise failure

    def _refusal(self, error: JIRAError) -> JiraError:
        headers = error.response.headers if error.response is not None else {}
        failure = refused(
            error.status_code or 500, headers, error.text or "", self._access.token_setting
        )
        failure.fields = field_errors.told(error.response)
        return failure

    def _not_reached(self, error: Exception) -> JiraError:
        url = self._access.url
        # The order matters: SSLError and ConnectTimeout are kinds of ConnectionError.
        if isinstance(error, http.TooManyRedirects):
            return JiraError(f"{url} redirects elsewhere; set JIRA_URL to the final address.")
        if isinstance(error, http.SSLError):
            return JiraError(f"The certificate of {url} is not trusted here.", code="certificate")
        if isinstance(error, (http.ReadTimeout, ReadTimeoutError)):
            return _too_slow(self._access.timeout)
        if isinstance(error, http.JSONDecodeError):
            return JiraError(f"{url} does not answer like Jira; check JIRA_URL.", code="answer")
        return JiraError(f"Jira could not be reached at {url}.", code="unreached", retryable=True)


def _read_whole_body(seconds: float) -> Callable[..., None]:
    """A response hook that reads the body, but neither without end nor for ever.

    The socket timeout counts from byte to byte, so a dripping answer would never reach it.
    """

    def read(response: Any, **_: Any) -> None:
        started = time.monotonic()
        body = io.BytesIO()
        for chunk in response.raw.stream(_CHUNK, decode_content=True):
            if body.tell() + len(chunk) > MAX_BODY_BYTES:
                response.close()
                raise JiraError("Jira sent more in one answer than Meridian reads.", code=TOO_LARGE)
            if time.monotonic() - started > seconds:
                response.close()
                raise _too_slow(seconds)
            body.write(chunk)
        body.seek(0)
        response.raw = body

    return read


def _too_slow(seconds: float) -> JiraError:
    return JiraError(f"Jira did not answer within {seconds:g} s.", code="timeout", retryable=True)
