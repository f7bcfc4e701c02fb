"""What a method compiler that works by text replacement gets wrong."""

import linecache
import traceback

import numpy as np
import pytest

import npbridge

from .compare import LoweringError, compile_function, same_method


class Cell:
    def __init__(self):
        self.a = np.arange(1.0, 4.0)
        self.ab = np.ones(3)
        self.a_long_name = np.full(3, 7.0)
        self.k = 3
        self.weights = [0.5, 2.0, 4.0]
        self.pair = (2, 5)

    def returns(self, x):
        self.a += x
        return self.a * 2

    def sums(self):
        return self.a.sum() + self.ab.sum() + self.a_long_name.sum()

    def nothing(self):
        return self.k

    def positional(self, x, /, y):
        return self.a * x + y

    def keyword(self, x, *, scale=2.0):
        return self.a * x * scale

    def variadic(self, *xs):
        total = self.a * 0
        for x in xs:
            total = total + x * self.a
        return total

    def annotated(self, x: float, y: "np.ndarray" = None) -> np.ndarray:
        z: float = x + 1
        return self.a * z

    def half(self, x):
        return x / 2

    def nested_calls(self, x):
        return np.exp(self.half(self.half(x)) + self.a).sum()

    def factorial(self, n):
        return 1 if n < 2 else n * self.factorial(n - 1)

    def documented(self, x):
        """Adds self.a and self.k; self.missing is only a word."""
        return self.a + x

    def constants(self):
        total = 0.0
        for w in self.weights:
            total += w
        return total * self.pair[0] + self.pair[1]

    def nan(self, x):
        return np.isnan(x)

    def fails(self, x):
        if x > 1:
            raise ValueError("too large")
        return x


class Heavy(Cell):
    def returns(self, x):
        return super().returns(x) + 1

    def sums(self):
        return super().sums() * 2


class Family:
    def __init__(self):
        self.kids = [Cell(), Heavy(), Cell()]
        self.kids[2].a[:] = 5.0
        self.named = {"first": Cell(), "second": Heavy()}

    def weighted(self):
        total = 0.0
        for i, kid in enumerate(self.kids):
            total += (i + 1) * kid.sums()
        return total

    def first(self):
        return self.kids[0].a.sum() + self.kids[-1].a[1]

    def indexed(self):
        total = 0.0
        for i in range(len(self.kids)):
            total += self.kids[i].a[i]
        return total

    def by_name(self, x):
        for name, kid in self.named.items():
            if name == "second":
                kid.a[...] = x
        return self.named["second"].a + self.named["first"].a


def test_return_value_is_kept():
    same_method(Cell, "returns", 2.0)


def test_reductions_of_attributes_with_similar_names():
    same_method(Cell, "sums")


def test_zero_arguments():
    same_method(Cell, "nothing")


def test_positional_only():
    same_method(Cell, "positional", 2.0, 3.0)


def test_keyword_only():
    made = Cell()
    compiled = compile_function(made.keyword)
    assert compiled(2.0, scale=3.0).tolist() == Cell().keyword(2.0, scale=3.0).tolist()
    assert compiled(2.0).tolist() == Cell().keyword(2.0).tolist()
    with pytest.raises(TypeError):
        compiled(2.0, 3.0)


def test_variadic():
    same_method(Cell, "variadic", 1.0, 2.0, 3.0)


def test_annotated():
    same_method(Cell, "annotated", 2.0)


def test_calls_nested_in_calls():
    same_method(Cell, "nested_calls", 2.0)


def test_recursion():
    same_method(Cell, "factorial", 6)


def test_super():
    same_method(Heavy, "returns", 2.0)
    same_method(Heavy, "sums")


def test_enumerate_over_objects():
    same_method(Family, "weighted")


def test_item_of_a_list_of_objects():
    same_method(Family, "first")
    same_method(Family, "indexed")
    same_method(Family, "by_name", 3.0)


def test_lists_of_numbers_and_constant_tuples():
    same_method(Cell, "constants")


def test_docstring_is_left_alone():
    compiled = same_method(Cell, "documented", 2.0)
    assert "missing is only a word" in compiled.source
    assert compiled.__doc__ == Cell.documented.__doc__


def test_constants_are_not_stale():
    cell = Cell()
    compiled = compile_function(cell.nothing)
    assert compiled() == 3
    cell.k = 4
    assert compiled() == 4
    cell.k = 2.5
    assert compiled() == 2.5
    cell.weights.append(1.0)
    constants = compile_function(cell.constants)
    assert constants() == cell.constants()
    cell.weights[0] = 100.0
    cell.pair = (1, 1)
    assert constants() == cell.constants()
    cell.a = np.ones(5)
    returns = compile_function(cell.returns)
    assert returns(1.0).tolist() == [4.0] * 5


def test_nan_is_nan():
    same_method(Cell, "nan", np.array([1.0, np.nan]))


def test_an_exception_names_the_users_line():
    cell = Cell()
    compiled = compile_function(cell.fails)
    assert compiled(1.0) == 1.0
    with pytest.raises(ValueError, match="too large") as caught:
        compiled(2.0)
    frames = traceback.extract_tb(caught.value.__traceback__)
    assert any(f.filename == __file__ and "raise ValueError" in linecache.getline(f.filename, f.lineno) for f in frames)


def test_a_refusal_names_the_users_line():
    def bad(x):
        y = x + 1
        return np.apply_along_axis(sorted, 0, y)

    with pytest.raises(LoweringError, match="no compiled form") as caught:
        compile_function(bad)(np.ones(3))
    assert __file__ in str(caught.value)
    assert "return np.apply_along_axis" in str(caught.value)


def test_recursion_without_an_end_is_pythons_error():
    def endless(x):
        return x if x > 1e9 else endless(x - 1.0) + 1

    def even(n):
        return n == 0 or odd(n - 1)

    def odd(n):
        return n != 0 and even(n - 1)

    def written_first(a, k):
        a[0] += 1.0
        return a.sum() if k == 0 else written_first(a, k - 1)

    with npbridge.backend("numpy"):
        with pytest.raises(RecursionError):
            npbridge.jit(endless)(1.5)
        assert npbridge.jit(even)(11) == even(11)
        a = npbridge.zeros(3)
        deep = npbridge.jit(written_first)
        assert float(deep(a, 4)) == 5.0
        with pytest.raises(RecursionError):
            deep(a, 10_000)
        assert a.tolist() == [5.0, 0.0, 0.0]
