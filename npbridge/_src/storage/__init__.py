"""Buffers and views: where values lie, who writes them, and whose last digits they have."""
