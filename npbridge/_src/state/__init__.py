"""Models: variables that keep their shape, objects with names, what they hold."""
