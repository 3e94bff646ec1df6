"""The bells that a comment rings: after the comment itself, and for nobody else."""

from __future__ import annotations

from tests.house import House
from tests.live.deeds import Deeds
from tests.live.harness import following
from tests.world import World

BELL = 'hx-target="#bell"'


def test_room_sees_a_comment_before_a_bell_rings(house: House, world: World) -> None:
    path = f"/initiatives/{world.tide.initiative}"
    with following(house, world.people["Amara"], path) as told, following(house, world.people["Esi"], path) as other:
        Deeds(house, world).say("Chiara", "Heard before it is counted")
        told.settle()
        other.settle()
        sent = [frame["content"] for frame in told.frames if frame.get("content")]
        said = [number for number, content in enumerate(sent) if "Heard before" in content]
        rung = [number for number, content in enumerate(sent) if BELL in content]
        assert said
        assert rung
        assert said[0] < rung[0]
        assert [frame for frame in other.frames if BELL in frame.get("content", "")] == []
