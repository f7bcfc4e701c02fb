"""The version of npbridge; everything that states it reads it from here."""

__version__ = "0.1.0"
