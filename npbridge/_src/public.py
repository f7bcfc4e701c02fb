"""Everything that is public, with the classes put together: loaded when the first name of ``npbridge`` is asked for."""

from __future__ import annotations

import npbridge

from . import adapters
from .array import presenting
from .array.whole import JaxArray, JaxScalar
from .backends.plain import host, to_host
from .dispatch.backend import backend, get_backend_name, use_backend
from .dispatch.platform import apply_environment, enable_x64, set_platform
from .ground.config import config
from .ground.events import listen
from .io.save import load, save
from .jit.interface import jit
from .namespace import namespaces
from .state.base import Base
from .state.collector import Collector
from .state.display import tree
from .state.variable import TrainVar, Variable
from .transforms.branches import cond, switch, while_loop
from .transforms.gradients import grad, hessian, jacfwd, jacrev, value_and_grad
from .transforms.lanes import vmap
from .transforms.mesh import pmap, shard_map
from .transforms.products import jvp, linearize, vjp
from .transforms.rules import checkpoint, custom_jvp, custom_vjp, stop_gradient
from .transforms.scans import for_loop, scan

_OURS = {
    "Base": Base,
    "Collector": Collector,
    "JaxArray": JaxArray,
    "JaxScalar": JaxScalar,
    "TrainVar": TrainVar,
    "Variable": Variable,
    "backend": backend,
    "checkpoint": checkpoint,
    "cond": cond,
    "config": config,
    "custom_jvp": custom_jvp,
    "custom_vjp": custom_vjp,
    "enable_x64": enable_x64,
    "for_loop": for_loop,
    "get_backend_name": get_backend_name,
    "grad": grad,
    "hessian": hessian,
    "host": host,
    "jacfwd": jacfwd,
    "jacrev": jacrev,
    "jit": jit,
    "jvp": jvp,
    "linearize": linearize,
    "listen": listen,
    "load": load,
    "pmap": pmap,
    "save": save,
    "scan": scan,
    "set_platform": set_platform,
    "shard_map": shard_map,
    "stop_gradient": stop_gradient,
    "switch": switch,
    "to_host": to_host,
    "tree": tree,
    "use_backend": use_backend,
    "value_and_grad": value_and_grad,
    "vjp": vjp,
    "vmap": vmap,
    "while_loop": while_loop,
}


for _class in (Base, Collector, JaxArray, JaxScalar, TrainVar, Variable, load, save, tree):
    _class.__module__ = npbridge.__name__
presenting.present_methods()
_contents = {**namespaces.main(), **_OURS}

from .. import debug, errors, fft, lib, linalg, random  # noqa: E402
from ..lib import scimath  # noqa: E402

_contents |= {"debug": debug, "emath": scimath, "errors": errors, "fft": fft, "lib": lib, "linalg": linalg}
_contents["random"] = random
adapters.watch()
apply_environment()
_contents["__all__"] = sorted(name for name in _contents if not name.startswith("_")) + [
    "__array_api_version__", "__array_namespace_info__", "__version__",
]  # fmt: skip
vars(npbridge).update(_contents)
