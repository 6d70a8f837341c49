"""Run the proxy: `python -m demo.proxy --port P --local-slack URL --config FILE`."""

import argparse
from pathlib import Path

from aiohttp import web

from demo.proxy.server import create_app


def main() -> None:
    """Serve on 127.0.0.1 until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m demo.proxy")
    parser.add_argument("--port", type=int, required=True, help="port people and the bot use")
    parser.add_argument("--local-slack", required=True, help="base URL of local-slack")
    parser.add_argument("--config", type=Path, required=True, help="local-slack's workspace file")
    options = parser.parse_args()
    address = f"http://127.0.0.1:{options.port}"
    app = create_app(config=options.config, local_slack=options.local_slack, address=address)
    web.run_app(app, host="127.0.0.1", port=options.port, print=None, access_log=None)


if __name__ == "__main__":
    main()
