"""A lane that is full refuses at once, and one in which nothing moves refuses soon."""

from __future__ import annotations

import asyncio
import threading

import pytest

from server.lanes import Lane
from server.refusals import Busy
from tests.house import PATIENCE


def test_who_waited_for_too_long_is_refused_and_the_lane_goes_on() -> None:
    async def scene() -> None:
        lane, free = Lane("x", 1, patience=0.05), threading.Event()
        hanging = asyncio.create_task(lane.run(lambda: free.wait(PATIENCE)))
        waiting = asyncio.create_task(lane.run(lambda: "too late"))
        await asyncio.sleep(0.2)
        free.set()
        # Work that had begun is not cut off.
        assert await hanging is True
        with pytest.raises(Busy):
            await waiting
        assert await lane.run(lambda: "in time") == "in time"
        lane.close()

    asyncio.run(scene())


def test_full_lane_refuses_at_once() -> None:
    async def scene() -> None:
        lane, free = Lane("x", 1, waiting=1), threading.Event()
        running = [asyncio.create_task(lane.run(lambda: free.wait(PATIENCE))) for _ in range(2)]
        await asyncio.sleep(0.02)
        with pytest.raises(Busy):
            await lane.run(lambda: "no room")
        free.set()
        assert await asyncio.gather(*running) == [True, True]
        assert await lane.run(lambda: "room") == "room"
        lane.close()

    asyncio.run(scene())
