"""Code in the place of a function's own: the function is called, looked at and pickled as before."""

from __future__ import annotations

import inspect
import pickle

import pytest

from npbridge._src.tiers.trampolines import functions_of, made, trampoline


def closure(z):
    def inner(a, b=2, *, k=z):
        return a, b, k, z

    return inner


class Point:
    scale = 3

    def method(self, x):
        return self.scale * x

    @classmethod
    def of_class(cls, x):
        return cls.scale, x

    @staticmethod
    def of_nothing(x, /, y=1):
        return x, y

    def with_super(self, x):
        return super().__init__() or x


def plain(a, b=2):
    return a, b


def rest(a, *more, k, **named):
    return a, more, k, named


def nothing():
    return 5


CALLS = [
    (plain, [((1,), {}), ((1, 3), {}), ((), {"b": 1, "a": 2}), ((), {}), ((1, 2, 3), {}), ((1,), {"c": 1})]),
    (rest, [((1,), {"k": 2}), ((1, 2, 3), {"k": 2, "z": 1}), ((1,), {}), ((), {"k": 1})]),
    (nothing, [((), {}), ((1,), {})]),
    (closure(7), [((1,), {}), ((1,), {"k": 0}), ((1, 2, 3), {})]),
    (Point().method, [((2,), {}), ((), {})]),
    (Point.of_class, [((2,), {})]),
    (Point.of_nothing, [((2,), {}), ((), {"x": 1})]),
    (Point().with_super, [((2,), {})]),
]


def outcome(function, args, kwargs):
    try:
        return function(*args, **kwargs)
    except TypeError as error:
        return str(error)


@pytest.mark.parametrize("call", CALLS, ids=lambda c: c[0].__qualname__)
def test_calls_and_signatures_are_the_same(call):
    called, arguments = call
    function = getattr(called, "__func__", called)
    own = function.__code__
    expected = [outcome(called, *a) for a in arguments]
    facts = inspect.signature(called), inspect.getsource(called), function.__defaults__, function.__closure__
    given = []

    def call_plainly(args, kwargs):
        given.append((args, kwargs))
        swapped, function.__code__ = function.__code__, own
        try:
            return function(*args, **kwargs)
        finally:
            function.__code__ = swapped

    function.__code__ = trampoline(own, call_plainly)
    try:
        assert id(function.__code__) in made and functions_of(function.__code__) == [function]
        assert [outcome(called, *a) for a in arguments] == expected
        assert (inspect.signature(called), inspect.getsource(called), *facts[2:]) == facts
        assert len(given) == sum(not isinstance(e, str) for e in expected)
    finally:
        function.__code__ = own
    assert [outcome(called, *a) for a in arguments] == expected


def test_what_runs_in_pieces_is_left_alone():
    def generator():
        yield 1

    async def coroutine():
        return 1

    assert trampoline(generator.__code__, print) is trampoline(coroutine.__code__, print) is None


def test_pickles_are_by_name():
    own = plain.__code__
    plain.__code__ = trampoline(own, lambda args, kwargs: args)
    try:
        assert pickle.loads(pickle.dumps(plain)) is plain
    finally:
        plain.__code__ = own
