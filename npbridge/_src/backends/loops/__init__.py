"""Programs as plain loops over numbers: emitted as LLVM's text, compiled by what Numba stands on."""
