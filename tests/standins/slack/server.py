"""The HTTP face: Web API, uploads, file bytes, response_url and the Socket Mode link."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from tests.standins.slack.args import Args, read_args
from tests.standins.slack.errors import Json, SlackError
from tests.standins.slack.faults import Fault, Faults
from tests.standins.slack.methods import METHODS, Method
from tests.standins.slack.records import Call
from tests.standins.slack.respond import respond
from tests.standins.slack.socket import SocketHub
from tests.standins.slack.workspace import Workspace

MAX_BODY = 64 * 1024 * 1024


class Server:
    """Serves one workspace on 127.0.0.1; every request is recorded and may meet a fault."""

    def __init__(
        self,
        ws: Workspace,
        faults: Faults,
        sockets: SocketHub,
        *,
        tokens: dict[str, str],
        record: Callable[[Call], None],
        violate: Callable[[str], None],
    ) -> None:
        self._ws = ws
        self._faults = faults
        self._tokens = tokens
        self._record = record
        self._violate = violate
        app = web.Application(client_max_size=MAX_BODY)
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_post("/upload/{file}", self._upload)
        app.router.add_get("/files/{file}/{name}", self._download)
        app.router.add_post("/respond/{url}", self._respond)
        app.router.add_get("/link", sockets.serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)

    async def start(self) -> str:
        """Listen on a free port; answers the base address without a slash at its end."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        return f"http://127.0.0.1:{port}"

    async def stop(self) -> None:
        """Stop listening and abandon whatever still hangs."""
        await self._runner.cleanup()

    async def _api(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        try:
            args = await read_args(request)
        except SlackError as error:
            return web.json_response(error.body())
        token = _token(request, args)
        call = self._start(name, args)

        async def work() -> web.Response:
            wait = self._faults.wait_seconds(name)
            if wait:
                call.outcome = "http 429"
                return _too_many(wait)
            body = self._run(name, token, Args(args))
            call.outcome = body.get("error", "ok")
            return web.json_response(body, headers=self._scope_headers(name))

        return await self._with_fault(request, call, work)

    def _run(self, name: str, token: str, args: Args) -> Json:
        try:
            method = METHODS.get(name)
            if method is None:
                raise SlackError("unknown_method", req_method=name)
            self._check_token(method, token)
            return {"ok": True} | method.run(self._ws, args)
        except SlackError as error:
            return error.body()

    def _check_token(self, method: Method, token: str) -> None:
        if method.token == "none":
            return
        if not token:
            raise SlackError("not_authed")
        kind = self._tokens.get(token)
        if kind is None:
            raise SlackError("invalid_auth")
        if method.token not in (kind, "any"):
            raise SlackError("not_allowed_token_type")
        if method.scopes and kind == "bot":
            self._ws.need(*method.scopes)

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        file = self._ws.files.get(request.match_info["file"])
        content = await _uploaded(request)
        call = self._start("upload", {"file": request.match_info["file"], "size": len(content)})

        async def work() -> web.Response:
            if file is None or request.query.get("ticket") != file.ticket:
                call.outcome = "http 404"
                return web.Response(status=404, text="not found")
            if len(content) != file.length or file.content is not None:
                call.outcome = "http 400"
                return web.Response(status=400, text="wrong length or already uploaded")
            file.content = content
            call.outcome = "ok"
            return web.Response(text=f"OK - {len(content)}")

        return await self._with_fault(request, call, work)

    async def _download(self, request: web.Request) -> web.StreamResponse:
        file = self._ws.files.get(request.match_info["file"])
        allowed = self._tokens.get(_token(request, {})) == "bot"
        if file is None or file.content is None or not allowed:
            return web.Response(status=403)
        return web.Response(body=file.content)

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        try:
            body = await request.json()
        except ValueError:
            body = None
        call = self._start("response_url", body if isinstance(body, dict) else {})

        async def work() -> web.Response:
            try:
                respond(self._ws, request.match_info["url"], body)
            except SlackError as error:
                call.outcome = error.code
                if error.code not in ("expired_url", "used_url"):
                    self._violate(f"response_url: {error.code} {'; '.join(error.problems)}")
                return web.json_response(error.body(), status=404)
            call.outcome = "ok"
            return web.json_response({"ok": True})

        return await self._with_fault(request, call, work)

    def _start(self, method: str, args: Json) -> Call:
        call = Call(method=method, args=args, at=self._ws.now())
        self._record(call)
        return call

    async def _with_fault(
        self, request: web.Request, call: Call, work: Callable[[], Awaitable[web.Response]]
    ) -> web.StreamResponse:
        fault = self._faults.take(call.method)
        if fault is None:
            return await work()
        await fault.wait()
        answered = await work() if fault.after or not fault.outcome else web.Response()
        if not fault.outcome:
            return answered
        call.outcome = fault.outcome
        return _fail(request, fault)

    def _scope_headers(self, name: str) -> dict[str, str]:
        method = METHODS.get(name)
        accepted = ",".join(method.scopes) if method else ""
        granted = ",".join(sorted(self._ws.scopes))
        return {"X-OAuth-Scopes": granted, "X-Accepted-OAuth-Scopes": accepted}


def _fail(request: web.Request, fault: Fault) -> web.StreamResponse:
    if fault.drop:
        if request.transport is not None:
            request.transport.abort()
        return web.Response()
    if fault.status == 429:
        return _too_many(fault.retry_after)
    if fault.error is not None:
        return web.json_response({"ok": False, "error": fault.error}, status=fault.status or 200)
    return web.Response(status=fault.status or 500, text="upstream failure")


def _too_many(seconds: int) -> web.Response:
    body = {"ok": False, "error": "ratelimited"}
    return web.json_response(body, status=429, headers={"Retry-After": str(seconds)})


def _token(request: web.Request, args: Json) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    sent = str(args.pop("token", ""))
    return token if scheme == "Bearer" else sent


async def _uploaded(request: web.Request) -> bytes:
    if not request.content_type.startswith("multipart/"):
        return await request.read()
    for value in (await request.post()).values():
        if isinstance(value, web.FileField):
            return value.file.read()
    return b""
