"""Sun and rain on real mountains: stencils and elementwise mathematics on a map.

The elevations around Jacksboro, Tennessee, come with Matplotlib (SRTM, 3 arc seconds).
The map is refined, worn down by a thousand centuries of soil creep, and lit by the
sun through a day of early March.

    python examples/terrain.py
"""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib import cbook

METRES_PER_DEGREE = 111_320.0


def refine(z, factor):
    """`z` with `factor` times as many rows and columns, bilinearly interpolated."""
    for axis in (0, 1):
        n = z.shape[axis]
        at = np.linspace(0, n - 1, (n - 1) * factor + 1)
        below = np.minimum(at.astype(int), n - 2)
        weight = at - below
        weight = weight[:, np.newaxis] if axis == 0 else weight
        z = np.take(z, below, axis) * (1 - weight) + np.take(z, below + 1, axis) * weight
    return z


def creep(z, dx, dy, diffusivity, dt, steps):
    """Let soil creep downhill: the diffusion equation, with the border held fixed."""
    a, b = diffusivity * dt / dx**2, diffusivity * dt / dy**2
    z = z.copy()
    inner, west, east = z[1:-1, 1:-1], z[1:-1, :-2], z[1:-1, 2:]
    north, south = z[:-2, 1:-1], z[2:, 1:-1]
    for _ in range(steps):
        inner += a * (west + east - 2 * inner) + b * (north + south - 2 * inner)
    return z


def slope_and_aspect(z, dx, dy):
    """The steepness, and the direction in which the ground faces, in radians."""
    down_south, down_east = np.gradient(-z, dy, dx)
    slope = np.arctan(np.hypot(down_south, down_east))
    aspect = np.arctan2(down_east, -down_south)  # clockwise from north
    return slope, aspect


def sun(hour, latitude, declination=np.radians(-6)):
    """Height and direction of the sun, in radians."""
    angle = np.radians(15 * (hour - 12))
    height = np.arcsin(np.sin(latitude) * np.sin(declination) + np.cos(latitude) * np.cos(declination) * np.cos(angle))
    direction = np.arctan2(np.sin(angle), np.cos(angle) * np.sin(latitude) - np.tan(declination) * np.cos(latitude))
    return height, direction + np.pi


def sunshine(slope, aspect, latitude, hours):
    """The light on each place, summed over the day: hours of vertical sun."""
    light = np.zeros_like(slope)
    for hour in hours:
        height, direction = sun(hour, latitude)
        if height > 0:
            facing = np.sin(height) * np.cos(slope) + np.cos(height) * np.sin(slope) * np.cos(direction - aspect)
            light += np.maximum(facing, 0) * (hours[1] - hours[0])
    return light


def main():
    data = cbook.get_sample_data("jacksboro_fault_dem.npz")
    factor = 3
    latitude = np.radians((data["ymin"] + data["ymax"]) / 2)
    dx = data["dx"] * METRES_PER_DEGREE * np.cos(latitude) / factor
    dy = data["dy"] * METRES_PER_DEGREE / factor

    z = refine(np.array(data["elevation"], dtype=float), factor)
    print(f"map of {z.shape[0]} x {z.shape[1]} cells of {dx:.2f} m x {dy:.2f} m")
    print(f"elevation {z.min():.1f} to {z.max():.1f} m, mean {z.mean():.4f} m")

    # 0.01 square metres a year, in steps that are stable
    worn = creep(z, dx, dy, diffusivity=0.01, dt=2000.0, steps=50)
    print(
        f"soil creep: lost {np.clip(z - worn, 0, None).max():.4f} m at most, {np.abs(z - worn).mean():.6f} m on average"
    )

    slope, aspect = slope_and_aspect(worn, dx, dy)
    print(f"slope: mean {np.degrees(slope).mean():.6f}, steepest {np.degrees(slope).max():.4f} degrees")
    print("quartiles of the slope:", np.array2string(np.percentile(np.degrees(slope), [25, 50, 75]), precision=5))

    light = sunshine(slope, aspect, latitude, np.arange(6, 18.01, 0.5))
    print(f"sunshine: {light.min():.5f} to {light.max():.5f}, mean {light.mean():.6f} hours of vertical sun")
    row, column = np.unravel_index(light.argmax(), light.shape)
    print(f"sunniest place: row {row}, column {column}, at {worn[row, column]:.2f} m")
    facing = np.cos(aspect) < 0
    print(f"on slopes that face south {light[facing].mean():.5f}, on the others {light[~facing].mean():.5f}")
    draw(worn, slope, light)


def draw(z, slope, light):
    figure, axes = plt.subplots(1, 3, figsize=(15, 5), layout="constrained")
    panels = (
        (z, "gist_earth", "elevation (m)"),
        (np.degrees(slope), "viridis", "slope (degrees)"),
        (light, "inferno", "sunshine on a day in March (hours of vertical sun)"),
    )
    for ax, (values, colours, title) in zip(axes, panels):
        image = ax.imshow(values[::2, ::2], cmap=colours)
        figure.colorbar(image, ax=ax, shrink=0.7)
        ax.set(title=title, xticks=[], yticks=[])
    path = Path(__file__).parent / "output" / "terrain.png"
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, dpi=100)


if __name__ == "__main__":
    main()
