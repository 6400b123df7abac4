"""The proxy does what it says: otherwise no test behind it means anything."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable

import pytest

from tests.faults.proxy import Proxy, Way

_SOON = 0.2

Talk = Callable[[Proxy, asyncio.StreamReader, asyncio.StreamWriter, list[bytes]], Awaitable[None]]


def talking(talk: Talk) -> list[bytes]:
    """A conversation through a proxy with a server that says everything again; what the server heard."""
    heard: list[bytes] = []
    is_ended = asyncio.Event()

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while said := await reader.read(100):
                heard.append(said)
                writer.write(said)
        except ConnectionError:
            heard.append(b"(cut)")
        else:
            heard.append(b"(end)")
        await hang_up(writer)
        is_ended.set()

    async def run() -> None:
        server = await asyncio.start_server(echo, "127.0.0.1", 0)
        proxy = Proxy(server.sockets[0].getsockname()[1])
        await proxy.start()
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(b"hello")
        assert await reader.read(100) == b"hello"
        await talk(proxy, reader, writer, heard)
        await proxy.close()
        await hang_up(writer)
        await is_ended.wait()
        server.close()

    asyncio.run(run())
    return heard


async def hang_up(writer: asyncio.StreamWriter) -> None:
    """Whether or not the other side is still there."""
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()


async def nothing_comes(reader: asyncio.StreamReader) -> None:
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reader.read(100), _SOON)


async def is_over(reader: asyncio.StreamReader) -> bool:
    """Ended or reset, with nothing more said."""
    try:
        return not await reader.read(100)
    except ConnectionResetError:
        return True


def test_a_cut_ends_what_is_open_and_lets_nobody_in() -> None:
    async def talk(proxy: Proxy, reader: asyncio.StreamReader, *_: object) -> None:
        proxy.become(Way.CUT)
        assert await is_over(reader)
        again, back = await asyncio.open_connection("127.0.0.1", proxy.port)
        assert await is_over(again)
        await hang_up(back)

    assert talking(talk)[0] == b"hello"


def test_half_open_nothing_arrives_until_it_is_open_and_then_everything_in_order() -> None:
    async def talk(proxy: Proxy, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *_: object) -> None:
        proxy.become(Way.HALF_OPEN)
        writer.write(b"one ")
        await nothing_comes(reader)
        writer.write(b"two")
        await nothing_comes(reader)
        proxy.become(Way.OPEN)
        assert await reader.readexactly(7) == b"one two"

    assert b"".join(talking(talk)).startswith(b"helloone two")


def test_half_open_the_server_does_not_learn_that_the_client_is_gone() -> None:
    async def talk(proxy: Proxy, _: asyncio.StreamReader, writer: asyncio.StreamWriter, heard: list[bytes]) -> None:
        proxy.become(Way.HALF_OPEN)
        writer.write(b"farewell")
        writer.close()
        await asyncio.sleep(_SOON)  # it would have arrived by now
        assert heard == [b"hello"]
        proxy.become(Way.OPEN)
        await asyncio.sleep(_SOON)  # now it arrives

    assert talking(talk)[-2:] == [b"farewell", b"(end)"]


def test_deaf_the_server_hears_and_is_not_heard_and_the_torn_connection_ends() -> None:
    async def talk(proxy: Proxy, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *_: object) -> None:
        proxy.become(Way.DEAF)
        writer.write(b"request")
        await nothing_comes(reader)
        proxy.become(Way.OPEN)
        assert await is_over(reader)

    assert b"request" in talking(talk)


def test_forgotten_what_is_open_is_silent_for_good_and_what_is_new_works() -> None:
    async def talk(
        proxy: Proxy, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, heard: list[bytes]
    ) -> None:
        proxy.become(Way.FORGOTTEN)
        writer.write(b"nobody hears")
        await nothing_comes(reader)
        again, back = await asyncio.open_connection("127.0.0.1", proxy.port)
        back.write(b"new")
        assert await again.read(100) == b"new"
        await hang_up(back)
        assert b"nobody hears" not in heard

    assert b"new" in talking(talk)


def test_slow_everything_arrives_later_and_in_order() -> None:
    async def talk(proxy: Proxy, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *_: object) -> None:
        proxy.become(Way.SLOW, 0.1)
        began = time.monotonic()
        for number in b"abc":
            writer.write(bytes([number]))
            await asyncio.sleep(0.01)  # so that they are three
        assert await reader.readexactly(3) == b"abc"
        assert time.monotonic() - began > 0.2

    assert b"".join(talking(talk)).startswith(b"helloabc")
