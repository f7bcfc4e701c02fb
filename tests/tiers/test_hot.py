"""What becomes of a function that uses up time, call by call."""

from __future__ import annotations

import sys
import threading
import time
import types

import pytest

from npbridge._src.tiers import hot


def slow(x):
    time.sleep(2 * hot.LEAST)
    return x + 1


def quick(x):
    return x + 1


@pytest.fixture
def tiers():
    made = hot.Tiers(lambda file: True)
    made.running = object()  # no trial begins
    yield made
    made.running = None
    made.stop()


def looked_after(tiers, function):
    copy = types.FunctionType(function.__code__.replace(), function.__globals__, function.__name__)
    tiers.is_hot(copy.__code__, 0)
    (tier,) = tiers.all()
    return copy, tier


def test_what_takes_little_is_left_at_once(tiers):
    function, tier = looked_after(tiers, quick)
    assert [function(1), function(1)] == [2, 2]
    assert not tier.installed and function.__code__ is tier.code and "so little" in tier.word


def test_a_trial_is_waited_for_however_many_calls_come_meanwhile(tiers):
    function, tier = looked_after(tiers, slow)
    tier.tries = 1
    for _ in range(hot.LAST + 20):
        assert function(1) == 2
    assert tier.installed


def test_where_numpy_has_won_calls_of_another_kind_are_waited_for_a_while(tiers):
    function, tier = looked_after(tiers, slow)
    function(1)
    tier.tries = 1
    tier.found.append(("kind", {"winner": "NumPy", "trials": [["NumPy", 1.0, 0.0, ""], ["XLA", 2.0, 1.0, ""]]}))
    tier.best["kind"] = 1.0
    function(1)
    assert tier.installed and "nothing is faster" in tier.word
    for _ in range(hot.LAST + 20):
        function(1)
    assert not tier.installed and "nothing is faster" in tier.word


def test_a_trial_that_says_why_ends_it(tiers):
    function, tier = looked_after(tiers, slow)
    function(1)
    tier.found.append(("kind", {"reason": "it prints"}))
    assert function(1) == 2 and not tier.installed and tier.word == "it prints"


def test_code_that_the_program_has_set_stays(tiers):
    function, tier = looked_after(tiers, slow)
    function.__code__ = (lambda x: x + 100).__code__
    tiers.leave()
    tier.give_up("")
    assert function(1) == 101


def test_what_calls_itself_is_left(tiers):
    def even(n):
        return n == 0 or odd(n - 1)

    def odd(n):
        return n != 0 and even(n - 1)

    tiers.is_hot(even.__code__, 0)
    assert even(600) and not tiers.all()[0].installed


def test_threads_of_the_program_count_and_ours_do_not(tiers):
    tiers.running = None
    others = threading.active_count() - 1
    assert tiers.is_alone() == (others == 0)
    end = threading.Event()
    thread = threading.Thread(target=end.wait)
    thread.start()
    assert not tiers.is_alone()
    end.set(), thread.join()


def test_what_is_run_while_it_is_compiled_is_not_the_programs():
    import npbridge
    from npbridge._src.tiers.sampling import Sampler

    seen = []
    sampler = Sampler(lambda file: file == __file__, lambda code, depth: None)

    def inner():
        seen.append([code.co_name for code in sampler.users_codes(sys._getframe())])
        return 1

    def outer():
        return inner()

    outer()
    npbridge.jit(outer, backend="numpy")()
    assert "inner" in seen[0] and "outer" in seen[0]
    assert "inner" not in seen[1] and "outer" not in seen[1]
