"""What type checkers say of npbridge and of code that uses it."""
