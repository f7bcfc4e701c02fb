"""Integrators of ordinary and stochastic differential equations."""

import numpy as np

from .table import program

G = np.random.default_rng(41)


@program(np.array([1.0, 1.0, 1.0]), 0.01, 15)
def lorenz_runge_kutta(y, h, n):
    def f(t, s, sigma=10.0, rho=28.0, beta=8 / 3):
        x, y, z = s
        return np.array([sigma * (y - x), x * (rho - z) - y, x * y - beta * z])

    out = np.empty((n + 1, 3))
    out[0] = y
    t = 0.0
    for i in range(n):
        k1 = f(t, y)
        k2 = f(t + h / 2, y + h / 2 * k1)
        k3 = f(t + h / 2, y + h / 2 * k2)
        k4 = f(t + h, y + h * k3)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        out[i + 1] = y
        t += h
    return out, t


@program(np.array([2.0, 0.0]), 4.0, 1e-5, rtol=1e-7)
def van_der_pol_adaptive(y, t_end, tol):
    def f(t, y):
        return np.array([y[1], 1.5 * (1 - y[0] ** 2) * y[1] - y[0]])

    t, h = 0.0, 0.1
    accepted = rejected = 0
    ts = np.zeros(200)
    while t < t_end:
        if t + h > t_end:
            h = t_end - t
        k1 = f(t, y)
        k2 = f(t + h / 4, y + h * k1 / 4)
        k3 = f(t + 3 * h / 8, y + h * (3 * k1 + 9 * k2) / 32)
        k4 = f(t + 12 * h / 13, y + h * (1932 * k1 - 7200 * k2 + 7296 * k3) / 2197)
        k5 = f(t + h, y + h * (439 / 216 * k1 - 8 * k2 + 3680 / 513 * k3 - 845 / 4104 * k4))
        k6 = f(t + h / 2, y + h * (-8 / 27 * k1 + 2 * k2 - 3544 / 2565 * k3 + 1859 / 4104 * k4 - 11 / 40 * k5))
        y4 = y + h * (25 / 216 * k1 + 1408 / 2565 * k3 + 2197 / 4104 * k4 - k5 / 5)
        y5 = y + h * (16 / 135 * k1 + 6656 / 12825 * k3 + 28561 / 56430 * k4 - 9 / 50 * k5 + 2 / 55 * k6)
        error = np.max(np.abs(y5 - y4))
        if error <= tol:
            t += h
            y = y5
            ts[accepted] = t
            accepted += 1
        else:
            rejected += 1
        h = 0.9 * h * min(max((tol / (error + 1e-15)) ** 0.2, 0.3), 2.0)
    return y, ts[:10], accepted, rejected


@program(1.0, 0.0, 0.1, 25, narrow=True)
def oscillator_leapfrog(x, v, dt, steps):
    xs = [x]
    es = []
    a = -x
    for i in range(8):
        v_half = v + 0.5 * dt * a
        x = x + dt * v_half
        a = -x
        v = v_half + 0.5 * dt * a
        xs.append(x)
        es.append(0.5 * v**2 + 0.5 * x**2)
    for i in range(steps):
        v = v + dt * -x
        x = x + dt * v
    return np.array(xs), np.array(es), x, v


@program(G.standard_normal((4, 30)), 0.01, narrow=True)
def ornstein_uhlenbeck_and_milstein(dW, dt):
    paths, n = dW.shape
    X = np.zeros((paths, n + 1))
    S = np.ones((paths, n + 1))
    theta, mu, sigma = 0.7, 1.5, 0.3
    for i in range(n):
        X[:, i + 1] = X[:, i] + theta * (mu - X[:, i]) * dt + sigma * np.sqrt(dt) * dW[:, i]
    for p in range(paths):
        for i in range(n):
            w = np.sqrt(dt) * dW[p, i]
            S[p, i + 1] = S[p, i] * (1 + 0.05 * dt + 0.2 * w + 0.5 * 0.2**2 * (w**2 - dt))
    return X, S.mean(axis=0)


@program(np.array([10.0, 5.0]), 0.05, 20)
def lotka_volterra_adams_bashforth(z, dt, steps):
    a, b, c, d = 1.1, 0.4, 0.4, 0.1

    def f(z):
        return np.array([a * z[0] - b * z[0] * z[1], d * z[0] * z[1] - c * z[1]])

    traj = np.zeros((steps, 2))
    f_prev = None
    for n in range(steps):
        fz = f(z)
        if f_prev is None:
            z = z + dt * fz
        else:
            z = z + dt * (1.5 * fz - 0.5 * f_prev)
        f_prev = fz
        traj[n] = z
    return traj


@program(np.array([0.99, 0.01, 0.0]), 0.3, 0.1, 20)
def epidemic_sir(y, beta, gamma, days):
    result = np.zeros((days, 3))
    peak, peak_day = 0.0, 0
    for day in range(days):
        s, i, r = y
        for sub in range(4):
            new_infections = beta * s * i * 0.25
            recoveries = gamma * i * 0.25
            s -= new_infections
            i += new_infections - recoveries
            r += recoveries
        y = np.array([s, i, r])
        result[day] = y
        if i > peak:
            peak, peak_day = i, day
    return result, peak, peak_day


@program(1.0, 0.3, 12)
def stiff_backward_euler(y0, h, n):
    lam = -50.0
    y = np.zeros(n + 1)
    y[0] = y0
    for k in range(n):
        t = (k + 1) * h
        guess = y[k]
        for newton in range(20):
            g = guess - y[k] - h * (lam * (guess - np.cos(t)) - guess**3)
            dg = 1 - h * (lam - 3 * guess**2)
            change = g / dg
            guess -= change
            if abs(change) < 1e-12:
                break
        y[k + 1] = guess
    return y


class DoublePendulum:
    """The state is stepped in place."""

    g = 9.81

    def __init__(self, angles, dt=0.01):
        self.state = np.array([angles[0], 0.0, angles[1], 0.0])
        self.dt = dt
        self.time = np.zeros(1)

    def derivative(self, s):
        th1, w1, th2, w2 = s
        d = th2 - th1
        den = 2 - np.cos(d) ** 2
        a1 = (w1**2 * np.sin(d) * np.cos(d) + self.g * np.sin(th2) * np.cos(d) + w2**2 * np.sin(d)
              - 2 * self.g * np.sin(th1)) / den  # fmt: skip
        a2 = (-(w2**2) * np.sin(d) * np.cos(d) + 2 * (self.g * np.sin(th1) * np.cos(d) - w1**2 * np.sin(d)
              - self.g * np.sin(th2))) / den  # fmt: skip
        return np.array([w1, a1, w2, a2])

    @property
    def energy(self):
        th1, w1, th2, w2 = self.state
        return w1**2 + 0.5 * w2**2 + w1 * w2 * np.cos(th1 - th2) - self.g * (2 * np.cos(th1) + np.cos(th2))

    def step(self):
        k1 = self.derivative(self.state)
        k2 = self.derivative(self.state + 0.5 * self.dt * k1)
        self.state += self.dt * k2
        self.time += self.dt

    def run(self, n):
        energies = np.zeros(n)
        for i in range(n):
            self.step()
            energies[i] = self.energy
        return energies


program(15, build=((1.2, 0.8),), method="run")(DoublePendulum)
