"""A small soak test: as `make soak` with 20,000 pages, here with 200, where every fifth answer is faulty."""

from __future__ import annotations

from pathlib import Path

from bench.site import World, serve
from bench.soak import soak
from crawler.model import Ending


async def test_every_address_of_a_faulty_web_ends_once(folder: Path) -> None:
    with serve(World(sizes=(20,) * 10, light=True, faults=0.2, seed=7)) as served:
        soaked = await soak(served.world, folder, at_once=10)
    assert (soaked.lost, soaked.doubled, soaked.unkept) == (frozenset(), frozenset(), 0)
    assert sum(soaked.endings.values()) == soaked.addresses
    assert {Ending.NEW, Ending.GONE, Ending.REFUSED, Ending.FAILED} <= set(soaked.endings)
    assert soaked.endings[Ending.NEW] > 100
