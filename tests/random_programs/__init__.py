"""Random programs, as people write them: on NumPy, eagerly on ours, and compiled."""
