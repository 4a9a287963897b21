"""The functions that build each kind of thing."""

from collections.abc import Callable

from . import home, packs, tableware, toys
from .items import Item

SHAPES: dict[str, Callable[[Item], None]] = {
    "mug": tableware.mug,
    "bowl": tableware.bowl,
    "vase": tableware.vase,
    "teapot": tableware.teapot,
    "watering_can": tableware.watering_can,
    "can": packs.can,
    "bottle": packs.bottle,
    "jar": packs.jar,
    "carton": packs.carton,
    "book": packs.book,
    "clock": home.clock,
    "lamp": home.lamp,
    "ball": toys.ball,
    "car": toys.car,
    "headphones": home.headphones,
    "puzzle_cube": home.puzzle_cube,
    "duck": home.duck,
    "plant": home.plant,
}
