"""Modules that read ``K`` through what stands between a call and the user's code."""

from __future__ import annotations

MODULES = {
    "wraps": """
def deco(f):
    @functools.wraps(f)
    def w(*a,**k): return f(*a,**k)
    return w
@deco
def g(x): return x*K
def f(x): return g(x)
""",
    "wrapself": """
def deco(f):
    @functools.wraps(f)
    def w(*a,**k): return f(*a,**k)
    return w
@deco
def f(x): return x*K
""",
    "wrapmethod": """
def deco(f):
    @functools.wraps(f)
    def w(*a,**k): return f(*a,**k)
    return w
class Vec:
    def __init__(self,a): self.a=a
    @deco
    def m(self): return self.a*K
def f(x):
    return Vec(x).m()
""",
    "calldeco": """
class D:
    def __init__(self,f): self.f=f; functools.update_wrapper(self,f)
    def __call__(self,*a): return self.f(*a)*1.0
@D
def g(x): return x*K
def f(x): return g(x)
""",
    "lru2": """
@functools.lru_cache(maxsize=0)
def g(n): return n*K
def f(x): return x*g(len(x))
""",
    "lru3": """
@functools.cache
def h(n): return n*1.0
@functools.lru_cache(maxsize=0)
def g(n): return n*K*h(1)
def f(x): return x*g(len(x))
""",
    "sd": """
@functools.singledispatch
def g(x): return x*K
def f(x): return g(x)
""",
    "sd2": """
@functools.singledispatch
def g(x): return x
@g.register
def _(x: float): return x+K
def f(x): return x*g(1.0)
""",
    "vec": """
vz=np.vectorize(lambda x: x*K)
def f(x): return vz(x)
""",
    "vec2": """
@np.vectorize
def vz(x): return x*K
def f(x): return vz(x)
""",
    "dc": """
@dataclasses.dataclass
class DC:
    a: float
    b: float = 1.0
    def __post_init__(self): self.b=self.b*K
def f(x): return DC(2.0).b*x
""",
    "dcfield": """
@dataclasses.dataclass
class DC:
    a: float
    b: float = dataclasses.field(default_factory=lambda: K)
def f(x): return DC(2.0).b*x
""",
    "desc": """
class Desc:
    def __get__(self,o,c): return K
class HasD:
    d=Desc()
def f(x): return x*HasD().d
""",
    "descset": """
class Desc:
    def __set__(self,o,v): o.v=v*K
class HasD:
    d=Desc()
def f(x):
    h=HasD(); h.d=2.0
    return x*h.v
""",
    "meta": """
class Meta(type):
    def __call__(cls,*a):
        o=super().__call__(*a); o.z=K; return o
class WM(metaclass=Meta):
    def __init__(self,x): self.x=x
def f(x): return WM(x).z*x
""",
    "metaprop": """
class Meta(type):
    @property
    def mp(cls): return K
class WM(metaclass=Meta): pass
def f(x): return WM.mp*x
""",
    "metameth": """
class Meta(type):
    def mm(cls): return K
class WM(metaclass=Meta): pass
def f(x): return WM.mm()*x
""",
    "metagetitem": """
class Meta(type):
    def __getitem__(cls,i): return K
class WM(metaclass=Meta): pass
def f(x): return WM[0]*x
""",
    "classgetitem": """
class W:
    def __class_getitem__(cls,i): return K
def f(x): return W[0]*x
""",
    "super": """
class B:
    def m(self,x): return x*K
class S(B):
    def m(self,x): return super().m(x)+1
def f(x): return S().m(x)
""",
    "slots": """
class W:
    __slots__=('q',)
    def __init__(self,q): self.q=q
    def __mul__(self,x): return self.q*x*K
def f(x): return W(2.0)*x
""",
    "nestedcls": """
def f(x):
    class Q:
        def __add__(self,y): return y*K
    return Q()+x
""",
    "dflt": """
def f(x,h=lambda x:x*K): return h(x)
""",
    "globinst": """
class Vec:
    def __init__(self,a): self.a=a
    def __getitem__(self,i): return self.a*K
def f(x):
    return x*v[0]
v=Vec(3.0)
""",
    "globinst2": """
class Vec:
    def __init__(self,a): self.a=a
    def __getattr__(self,n): return K
def f(x):
    return x*v.zz
v=Vec(3.0)
""",
    "globpropset": """
class Vec:
    def __init__(self,a): self.a=a
    @property
    def p(self): return self.a
    @p.setter
    def p(self,y): self.a=y*K
def f(x):
    v.p=x
    return v.a*1
v=Vec(3.0)
""",
    "apply": """
def f(x): return np.apply_along_axis(lambda r: r*K,0,x)
""",
    "enumf": """
class E(enum.Enum):
    A=1
    @property
    def k(self): return K
def f(x): return x*E.A.k
""",
    "named": """
class P(collections.namedtuple("P","a b")):
    def __add__(self,o): return self.a*K
def f(x): return P(x,1)+1
""",
    "dictsub": """
class D(dict):
    def __missing__(self,k): return K
def f(x): return x*D()["a"]
""",
    "dictsubg": """
class D(dict):
    def __missing__(self,k): return K
d=D()
def f(x): return x*d["a"]
""",
    "listsub": """
class D(list):
    def __getitem__(self,k): return K
d=D([1])
def f(x): return x*d[0]
""",
    "defaultdict": """
d=collections.defaultdict(lambda: K)
def f(x):
    d.clear()
    return x*d["a"]
""",
    "intsub": """
class I(int):
    def __add__(self,o): return K
i=I(3)
def f(x): return x*(i+1)
""",
    "floatsub": """
class I(float):
    @property
    def q(self): return K
i=I(3)
def f(x): return x*i.q
""",
    "abc": """
class B(abc.ABC):
    @abc.abstractmethod
    def m(self): ...
    @property
    def q(self): return K
class S(B):
    def m(self): return self.q
def f(x): return x*S().m()
""",
    "setname": """
class D:
    def __set_name__(self,o,n): self.n=n
    def __get__(self,o,c): return getattr(o,"_"+self.n)*K
class W:
    d=D()
    def __init__(self): self._d=1.0
def f(x): return x*W().d
""",
    "deepdeco": """
def deco(k):
    def outer(g):
        @functools.wraps(g)
        def w(x): return g(x)*k()
        return w
    return outer
@deco(lambda: K)
def g(x): return x*1.0
def f(x): return g(x)
""",
    "initsub": """
class B:
    def __init_subclass__(cls): cls.q=K
def f(x):
    class S(B): pass
    return x*S.q
""",
    "fnattr": """
def g(x): return x*g.k
g.k=1.0
def f(x):
    return g(x)
def also(k): g.k=k
""",
    "lruarray": """
@functools.lru_cache
def g(n,k): return np.arange(float(n))*k
def f(x): return x+g(len(x),K)
""",
    "setattrfn": """
class Vec:
    def __init__(self,a): self.a=a
    def m(self): return 1.0
def f(x):
    return x*Vec(1).m()
def also(k): Vec.m=lambda self:k
""",
    "clsdunderset": """
class Vec:
    def __init__(self,a): self.a=a
    def __neg__(self): return 1.0
def f(x):
    return x*-Vec(1)
def also(k): Vec.__neg__=lambda self:k
""",
    "weird": """
class Field:
    def __init__(self,fn): self.fn=fn
    def __get__(self,o,c): return self.fn(o)
class W:
    @Field
    def d(self): return K
def f(x): return x*W().d
""",
}
