"""Whatever code a call goes through, what that code reads is looked at again before the next call.

``f`` is compiled, and reads ``K`` through a method that Python calls by itself, a setter, a
decorator, a cache, a dispatcher, a descriptor, a class of a class.
"""

import importlib.util
import textwrap
import warnings

import numpy as np
import pytest

import npbridge

from .reached_modules import MODULES

HEAD = "import abc, collections, contextlib, dataclasses, enum, functools, operator\nimport numpy as np\nK = 2.0\n"
CLASS = "class Vec:\n    def __init__(self, a): self.a = a\n"
VALUES = (2.0, 2.0, 3.0, 3.0, 4.0)  # of K, at one call after another

# what ``Vec`` has, and what ``f`` does with one
METHODS = {
    "add": ("def __add__(self,o): return Vec(self.a+o.a*K)", "return (Vec(x)+Vec(x)).a"),
    "getitem": ("def __getitem__(self,i): return self.a[i]*K", "return Vec(x)[1]"),
    "len": ("def __len__(self): return int(K)", "return x*len(Vec(x))"),
    "enter": (
        "def __enter__(self): self.a=self.a*K; return self\ndef __exit__(self,*e): pass",
        "with Vec(x) as w: y=w.a\nreturn y",
    ),
    "exit": (
        "def __enter__(self): return self\ndef __exit__(self,*e): self.a=self.a*K",
        "with Vec(x) as w: pass\nreturn w.a",
    ),
    "bool": ("def __bool__(self): return K>2.5", "return x*2 if Vec(x) else x"),
    "eq": ("def __eq__(self,o): return K>2.5", "return x*2 if Vec(x)==Vec(x) else x"),
    "lt": ("def __lt__(self,o): return K>2.5", "return x*2 if Vec(x)<Vec(x) else x"),
    "iter": ("def __iter__(self): return iter([self.a*K,self.a])", "return [y*1 for y in Vec(x)]"),
    "iternext": (
        "def __iter__(self): self.n=0; return self\ndef __next__(self):\n"
        "    self.n+=1\n    if self.n>2: raise StopIteration\n    return self.a*K",
        "return [y*1 for y in Vec(x)]",
    ),
    "contains": ("def __contains__(self,x): return K>2.5", "return x*2 if 3 in Vec(x) else x"),
    "neg": ("def __neg__(self): return self.a*K", "return -Vec(x)"),
    "float": ("def __float__(self): return K", "return x*float(Vec(x))"),
    "getattr": (
        "def __getattr__(self,name):\n    if name.startswith('_'): raise AttributeError(name)\n    return K",
        "return x*Vec(x).zz",
    ),
    "getattribute": (
        "def __getattribute__(self,name):\n    r=object.__getattribute__(self,name)\n"
        "    return r*K if name=='a' else r",
        "return Vec(x).a",
    ),
    "setattr": ("def __setattr__(self,name,v): self.__dict__[name]=v*K", "return Vec(x).a"),
    "setitem": ("def __setitem__(self,i,v): self.a[i]=v*K", "w=Vec(x.copy())\nw[0]=5.0\nreturn w.a"),
    "iadd": ("def __iadd__(self,v):\n    self.a=self.a+v*K\n    return self", "w=Vec(x)\nw+=x\nreturn w.a"),
    "radd": ("def __radd__(self,v): return v*K", "return x*(2.0+Vec(x))"),
    "index": ("def __index__(self): return int(K)-2", "return x[Vec(x)]"),
    "prop": ("@property\ndef p(self): return self.a*K", "return Vec(x).p"),
    "propset": (
        "@property\ndef p(self): return self.a\n@p.setter\ndef p(self,v): self.a=v*K",
        "w=Vec(x)\nw.p=x\nreturn w.a",
    ),
    "propdel": (
        "@property\ndef p(self): return self.a\n@p.deleter\ndef p(self): self.a=self.a*0+K",
        "w=Vec(x)\ndel w.p\nreturn w.a",
    ),
    "cprop": ("@functools.cached_property\ndef cp(self): return self.a*K", "return Vec(x).cp"),
    "cm": ("@classmethod\ndef cm(cls,x): return x*K", "return Vec.cm(x)"),
    "sm": ("@staticmethod\ndef sm(x): return x*K", "return Vec.sm(x)"),
    "pm": ("def pm0(self,x,y): return x*K+y\npm=functools.partialmethod(pm0,y=1.0)", "return Vec(x).pm(x)"),
    "new": ("def __new__(cls,a):\n    o=object.__new__(cls)\n    o.b=a*K\n    return o", "return Vec(x).b"),
    "array": ("def __array__(self,dtype=None,copy=None): return np.ones(3)*K", "return x*np.asarray(Vec(x))"),
    "array_fn": (
        "__array_priority__=1000\ndef __array_ufunc__(self,uf,m,*a,**k):\n"
        "    return a[0]*K if a[0] is not self else self.a*K",
        "return np.add(Vec(x),x)",
    ),
    "format": ("def __str__(self): return 'a' if K<2.5 else 'bb'", "return x*len(str(Vec(x)))"),
    "hash": ("def __hash__(self): return int(K)", "return x*hash(Vec(x))"),
    "reversed": ("def __reversed__(self): return iter([K])", "return x*list(reversed(Vec(x)))[0]"),
    "lrumethod": ("@functools.lru_cache(maxsize=0)\ndef m(self): return K", "return x*Vec(x).m()"),
    "sdm": (
        "@functools.singledispatchmethod\ndef m(self,x): return x\n@m.register\ndef _(self,x:float): return x+K",
        "return x*Vec(x).m(1.0)",
    ),
    "attrgetter": ("@property\ndef p(self): return self.a*K", "return x*operator.attrgetter('p')(Vec(1.0))"),
    "methodcaller": ("def m(self): return K", "return x*operator.methodcaller('m')(Vec(1))"),
}
CASES = {
    **{
        name: f"{CLASS}{textwrap.indent(body, '    ')}\ndef f(x):\n{textwrap.indent(use, '    ')}\n"
        for name, (body, use) in METHODS.items()
    },
    **MODULES,
}


@pytest.fixture(autouse=True)
def in_64_bits():
    npbridge.enable_x64(True)
    yield
    npbridge.enable_x64(False)


def module_of(name, text, folder):
    path = folder / f"{name}.py"
    path.write_text(HEAD + text)
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def results(module, function):
    found = []
    for k in VALUES:
        module.K = k
        getattr(module, "also", lambda k: None)(k)
        result = function(np.arange(3.0))
        found.append([np.asarray(x).tolist() for x in (result if isinstance(result, list) else [result])])
    return found


@pytest.mark.parametrize("backend", ["jax", "numpy"])
@pytest.mark.parametrize("name", CASES)
def test_nothing_is_stale(name, backend, tmp_path):
    plain, ours = (module_of(f"{name}_{which}", CASES[name], tmp_path) for which in ("plain", "ours"))
    expected = results(plain, plain.f)
    assert expected[0] == expected[1] != expected[2] == expected[3]
    with npbridge.backend(backend), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert results(ours, npbridge.jit(ours.f)) == expected
