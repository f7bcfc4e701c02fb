"""The array class: what an ndarray has, on values that are known or traced."""
