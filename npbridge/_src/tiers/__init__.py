"""What is hot in a program that runs as it is: found by sampling, tried beside, swapped in where it pays."""
