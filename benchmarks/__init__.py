"""Measurements, printed as ratios within one process: ``python -m benchmarks``."""
