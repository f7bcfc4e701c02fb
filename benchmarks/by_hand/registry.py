"""All programs, by kind and by name."""

from __future__ import annotations

from . import (
    chance,
    graphs,
    images,
    lectures,
    linear,
    nets,
    odes,
    signals,
    solvers,
    spiking,
    stencils,
    weather,
)
from .record import Program

KINDS = (stencils, solvers, linear, nets, chance, images, signals, graphs, spiking, odes, lectures, weather)
PROGRAMS: dict[str, Program] = {program.name: program for kind in KINDS for program in kind.PROGRAMS}
