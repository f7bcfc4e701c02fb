"""Which engine runs a program: the one that is fastest of those that give what NumPy gives."""
