"""Control flow of the user's functions as calls of operators."""
