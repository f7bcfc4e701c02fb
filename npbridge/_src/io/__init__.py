"""Models and trees of arrays in files: safetensors and npz, without pickle."""
