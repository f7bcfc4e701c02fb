"""Functions, methods and objects compiled with Numba, unchanged.

The tree of a function is walked with what is known of its arguments: objects are
followed while compiling, the arrays in them become arguments of the compiled
function, numbers and text become constants with a guard, loops over objects are
unrolled, methods are compiled as functions.  What is left is a function of arrays
and numbers at the user's own lines, which Numba compiles.
"""
