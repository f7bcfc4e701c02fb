"""Bits, primes, pseudo-random numbers, permutations."""

import numpy as np

from .table import program

WORDS = np.array([0, 1, 255, 1023, 65535, 12345678], dtype=np.uint32)


@program(WORDS)
def popcount(words):
    counts = np.zeros(words.shape, dtype=np.int64)
    for i in range(len(words)):
        w = words[i]
        while w:
            w &= w - np.uint32(1)
            counts[i] += 1
    return counts


@program(WORDS)
def popcount_parallel(x):
    x = x - ((x >> 1) & 0x55555555)
    x = (x & 0x33333333) + ((x >> 2) & 0x33333333)
    x = (x + (x >> 4)) & 0x0F0F0F0F
    return (x * np.uint32(0x01010101)) >> 24


@program(5)
def gray_code(bits):
    n = 2**bits
    codes = np.zeros((n, bits), dtype=np.uint8)
    back = np.zeros(n, dtype=int)
    for i in range(n):
        g = i ^ (i >> 1)
        for b in range(bits):
            codes[i, bits - 1 - b] = (g >> b) & 1
        value = 0
        while g > 0:
            value ^= g
            g >>= 1
        back[i] = value
    return codes, back


@program(60)
def sieve(n):
    is_prime = np.ones(n + 1, dtype=bool)
    is_prime[:2] = False
    for i in range(2, int(n**0.5) + 1):
        if is_prime[i]:
            is_prime[i * i :: i] = False
    return np.flatnonzero(is_prime)


@program(60)
def sieve_that_shrinks(n):
    candidates = np.arange(2, n)
    primes = []
    while len(candidates) > 0:
        p = candidates[0]
        primes.append(p)
        candidates = candidates[candidates % p != 0]
    return np.array(primes)


@program(88172645463325252, 12)
def xorshift(seed, n):
    state = np.array([seed], dtype=np.uint64)
    out = np.empty(n, dtype=np.uint64)
    for i in range(n):
        state ^= state << np.uint64(13)
        state ^= state >> np.uint64(7)
        state ^= state << np.uint64(17)
        out[i] = state[0]
    return out, (out >> np.uint64(11)) / 2.0**53


@program(np.frombuffer(b"123456789", dtype=np.uint8))
def crc32(message):
    table = np.zeros(256, dtype=np.uint32)
    for n in range(256):
        c = np.uint32(n)
        for k in range(8):
            if c & np.uint32(1):
                c = np.uint32(0xEDB88320) ^ (c >> np.uint32(1))
            else:
                c = c >> np.uint32(1)
        table[n] = c
    crc = np.uint32(0xFFFFFFFF)
    for byte in message:
        crc = table[(crc ^ byte) & np.uint32(0xFF)] ^ (crc >> np.uint32(8))
    return crc ^ np.uint32(0xFFFFFFFF)


@program(np.array([27, 97, 1, 6]))
def collatz(starts):
    steps = np.zeros_like(starts)
    peaks = starts.copy()
    for i, n in enumerate(starts):
        while n != 1:
            if n % 2 == 0:
                n = n // 2
            else:
                n = 3 * n + 1
            steps[i] += 1
            if n > peaks[i]:
                peaks[i] = n
    return steps, peaks


@program(4)
def permutations_in_order(n):
    perm = np.arange(n)
    total = 1
    for i in range(2, n + 1):
        total *= i
    out = np.zeros((total, n), dtype=int)
    count = 0
    while True:
        out[count] = perm
        count += 1
        i = n - 2
        while i >= 0 and perm[i] > perm[i + 1]:
            i -= 1
        if i < 0:
            break
        j = n - 1
        while perm[j] < perm[i]:
            j -= 1
        perm[i], perm[j] = perm[j], perm[i]
        perm[i + 1 :] = perm[i + 1 :][::-1].copy()
    return out, count


@program(7, 3, 1000007)
def modular_power_and_gcd(base, exponent, modulus):
    result = 1
    b = base % modulus
    e = exponent * 37
    while e > 0:
        if e & 1:
            result = (result * b) % modulus
        b = (b * b) % modulus
        e >>= 1
    x, y = 1071, 462
    while y:
        x, y = y, x % y
    return result, x


@program(6)
def n_queens(n):
    columns = np.full(n, -1)
    solutions = 0
    row = 0
    while row >= 0:
        columns[row] += 1
        while columns[row] < n:
            ok = True
            for r in range(row):
                if columns[r] == columns[row] or abs(columns[r] - columns[row]) == row - r:
                    ok = False
                    break
            if ok:
                break
            columns[row] += 1
        if columns[row] == n:
            columns[row] = -1
            row -= 1
        elif row == n - 1:
            solutions += 1
        else:
            row += 1
    return solutions


@program(np.array([5, 2, 9, 1, 5, 6, -3, 0]))
def sorts_by_hand(a):
    b = a.copy()
    for i in range(1, len(a)):  # insertion
        key = a[i]
        j = i - 1
        while j >= 0 and a[j] > key:
            a[j + 1] = a[j]
            j -= 1
        a[j + 1] = key
    n = len(b)  # heap
    for start in range(n // 2 - 1, -1, -1):
        root = start
        while 2 * root + 1 < n:
            child = 2 * root + 1
            if child + 1 < n and b[child] < b[child + 1]:
                child += 1
            if b[root] < b[child]:
                b[root], b[child] = b[child], b[root]
                root = child
            else:
                break
    return b


@program(np.array([9.0, 4.0, 7.0, 2.0, 8.0]))
def peeling_off_the_largest(values):
    sums = 0.0
    rounds = 0
    while len(values) > 1:
        sums += values.sum()
        values = values[values < values.max()]
        rounds += 1
    return sums, rounds, values
