"""The device and the precision of new arrays, set once for the program."""

from __future__ import annotations

import os

import jax

from ..ground.config import chosen
from ..ground.errors import BackendError

PLATFORMS = ("cpu", "gpu", "cuda", "rocm", "tpu")
TRUTH = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}


def _devices(platform: str) -> list:
    try:
        return jax.local_devices(backend=platform)
    except RuntimeError:
        return []


def set_platform(platform: str) -> None:
    """Choose the kind of device on which new arrays lie and calls run.

    Parameters
    ----------
    platform : {"cpu", "gpu", "cuda", "rocm", "tpu"}
        ``"gpu"`` is either of ``"cuda"`` and ``"rocm"``.  Arrays that exist stay
        where they are.

    Raises
    ------
    BackendError
        A ``ValueError``: there is no such platform, or this machine has none.

    Examples
    --------
    >>> import npbridge
    >>> npbridge.set_platform("cpu")
    >>> npbridge.set_platform("abacus")
    Traceback (most recent call last):
    ...
    npbridge.errors.BackendError: there is no platform 'abacus'. Here you can choose 'cpu'.
    """
    known = isinstance(platform, str) and platform in PLATFORMS
    devices = _devices(platform) if known else []
    if not devices:
        here = ", ".join(repr(name) for name in PLATFORMS if _devices(name))
        what = "this machine has no platform" if known else "there is no platform"
        raise BackendError(f"{what} {platform!r}. Here you can choose {here}.")
    jax.config.update("jax_default_device", devices[0])


def default_device():
    """The device on which new arrays of the ``'jax'`` backend lie."""
    chosen = jax.config.jax_default_device
    if chosen is None:
        return jax.local_devices()[0]
    return jax.local_devices(backend=chosen)[0] if isinstance(chosen, str) else chosen


def device_name(device):
    """What arrays answer when they are asked for their device: ``"cpu"`` for the first processor."""
    return "cpu" if getattr(device, "platform", "") == "cpu" and device.id == 0 else device


def enable_x64(flag: bool = True) -> None:
    """Let the ``'jax'`` backend keep 64-bit numbers, or make it narrow them to 32.

    Parameters
    ----------
    flag : bool
        True for 64 bits.  JAX's own default is 32; ``'numpy'`` always keeps 64.

    Examples
    --------
    >>> import npbridge
    >>> npbridge.enable_x64()
    >>> npbridge.ones(2).dtype
    dtype('float64')
    >>> npbridge.enable_x64(False)
    >>> npbridge.ones(2).dtype
    dtype('float32')
    """
    if flag is not True and flag is not False:
        raise BackendError(f"enable_x64 takes True or False, not {flag!r}.")
    begin_with_x64(flag)
    chosen.add("x64")


def begin_with_x64(flag: bool) -> None:
    """As :func:`enable_x64`, where nobody has chosen."""
    jax.config.update("jax_enable_x64", flag)


def apply_environment() -> None:
    """Do what ``NPBRIDGE_PLATFORM`` and ``NPBRIDGE_ENABLE_X64`` say."""
    platform = os.environ.get("NPBRIDGE_PLATFORM")
    if platform:
        try:
            set_platform(platform)
        except BackendError as error:
            raise BackendError(f"NPBRIDGE_PLATFORM: {error}") from None
    if "NPBRIDGE_BACKEND" in os.environ:
        chosen.add("backend")
    if "JAX_ENABLE_X64" in os.environ:
        chosen.add("x64")
    wide = os.environ.get("NPBRIDGE_ENABLE_X64")
    if wide:
        if wide.lower() not in TRUTH:
            raise BackendError(f"NPBRIDGE_ENABLE_X64 cannot be {wide!r}. Choose one of {', '.join(TRUTH)}.")
        enable_x64(TRUTH[wide.lower()])
