"""The models under ``examples/``, at small sizes."""
