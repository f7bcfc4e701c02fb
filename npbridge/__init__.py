"""NumPy code, unchanged, on JAX and on Numba.

The names of NumPy are here, and make and take our arrays; ``numpy``'s own functions
take them too.  The namespace conforms to the Array API standard of 2024.12.
"""

from typing import Any as _Any

from ._src import adapters as _adapters
from ._src.array import attributes as _attributes
from ._src.array import flags as _flags
from ._src.array import flat as _flat
from ._src.array import indexing as _indexing
from ._src.array import interop as _interop
from ._src.array import methods as _methods
from ._src.array import operators as _operators
from ._src.array import pickling as _pickling
from ._src.array import presenting as _presenting
from ._src.array import printing as _printing
from ._src.array import scalars as _scalars
from ._src.array import views as _views
from ._src.array import writing as _writing
from ._src.array.core import JaxArray, JaxScalar
from ._src.backends.plain import host, to_host
from ._src.dispatch.backend import backend, get_backend_name, use_backend
from ._src.dispatch.platform import apply_environment as _apply_environment
from ._src.dispatch.platform import enable_x64, set_platform
from ._src.ground.config import config
from ._src.ground.events import listen
from ._src.ground.version import __version__
from ._src.jit.interface import jit
from ._src.namespace import lazy as _lazy
from ._src.namespace import namespaces as _namespaces
from ._src.state.base import Base
from ._src.state.collector import Collector
from ._src.state.display import tree
from ._src.state.variable import TrainVar, Variable
from ._src.transforms.branches import cond, switch, while_loop
from ._src.transforms.gradients import grad, hessian, jacfwd, jacrev, value_and_grad
from ._src.transforms.lanes import vmap
from ._src.transforms.mesh import pmap, shard_map
from ._src.transforms.products import jvp, linearize, vjp
from ._src.transforms.rules import checkpoint, custom_jvp, custom_vjp, stop_gradient
from ._src.transforms.scans import for_loop, scan

globals().update(_namespaces.main())

from . import debug, errors, fft, lib, linalg, random  # noqa: E402
from ._src.io.save import load, save  # noqa: E402
from .lib import scimath as emath  # noqa: E402

for _class in (Base, Collector, JaxArray, JaxScalar, TrainVar, Variable, load, save, tree):
    _class.__module__ = __name__
_presenting.present_methods()
_adapters.watch()
_apply_environment()

__all__ = sorted(name for name in globals() if not name.startswith("_"))
__all__ += ["__array_api_version__", "__array_namespace_info__", "__version__"]


def __getattr__(name: str) -> _Any:
    return _lazy.find(name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_lazy.MODULES})
