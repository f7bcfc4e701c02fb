"""What setup.cfg promises is what is tried."""

import configparser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def read():
    def read(name):
        parser = configparser.ConfigParser(interpolation=None)
        parser.read(ROOT / name)
        return parser

    return read


def test_the_lowest_versions_are_tried(read):
    promised = read("setup.cfg")["options"]["install_requires"].split()
    tried = read("tox.ini")["testenv:lowest"]["deps"].split()
    assert [line.replace(">=", "==") for line in promised] == tried
