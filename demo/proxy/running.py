"""Run the proxy inside a test or the demo's own process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from demo.proxy.server import create_app


@asynccontextmanager
async def proxy(*, config: Path, local_slack: str, port: int) -> AsyncIterator[str]:
    """Serve the proxy on 127.0.0.1 while the block runs; yields its base URL."""
    address = f"http://127.0.0.1:{port}"
    app = create_app(config=config, local_slack=local_slack, address=address)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield address
    finally:
        await runner.cleanup()
