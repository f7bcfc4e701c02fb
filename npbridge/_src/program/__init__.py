"""The typed array program between the trace of a function and the engines: its nodes, and how they are made."""
