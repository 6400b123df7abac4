"""The yardstick of ``start``: a handler that does nothing, and whose answer is as long as the real one's."""

import click
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


@click.command()
@click.option("--port", type=int, required=True)
@click.option("--bytes", "size", type=int, required=True)
def main(port: int, size: int) -> None:
    """Serve until SIGTERM."""

    async def answer(_: Request) -> Response:
        return Response(bytes(size))

    app = Starlette(routes=[Route("/{path:path}", answer)])
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
