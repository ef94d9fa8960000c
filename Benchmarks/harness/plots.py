# SPDX-License-Identifier: Apache-2.0
"""Plots of what was measured, as SVG, drawn here: two small pictures need no library."""

import math
from statistics import median

from harness.cases import CPU_PER_PACKET

COLORS = {"swiftturn": "#c2410c", "coturn": "#1d4ed8", "limit": "#4b5563"}
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 320, 78, 110, 40, 50
PERCENTILES = (("min", 0), ("p50", 50), ("p90", 90), ("p99", 99))


def svg(title, x_label, y_label, body):
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="13">
<title>{title}</title>
<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>
<text x="{LEFT}" y="22" font-size="15" font-weight="600">{title}</text>
<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 10}" text-anchor="middle">{x_label}</text>
<text transform="translate(16 {(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" text-anchor="middle">{y_label}</text>
{body}
</svg>
"""


def tick(most):
    """The distance of the lines of a scale that has about five: 1, 2 or 5 times a power of ten."""
    power = 10 ** math.floor(math.log10(most / 4))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= most / 4)


def lines(title, x_label, y_label, series, places):
    """`series` by server: values at `places`, which are told by their labels and stand at equal distances."""
    most = max(value for values in series.values() for value in values)
    step = tick(most)
    count = math.ceil(most / step)
    top = count * step

    def x(index):
        return LEFT + 20 + index * (WIDTH - LEFT - RIGHT - 40) / max(1, len(places) - 1)

    def y(value):
        return HEIGHT - BOTTOM - value / top * (HEIGHT - TOP - BOTTOM)

    parts = []
    for value in (index * step for index in range(count + 1)):
        parts.append(f'<path d="M{LEFT} {y(value):.1f}H{WIDTH - RIGHT}" stroke="#e5e7eb"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y(value) + 4:.1f}" text-anchor="end">{value:,g}</text>')
    for index, place in enumerate(places):
        parts.append(f'<text x="{x(index):.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{place}</text>')
    for name, values in series.items():
        points = " ".join(f"{x(index):.1f},{y(value):.1f}" for index, value in enumerate(values))
        parts.append(f'<polyline points="{points}" fill="none" stroke="{COLORS[name]}" stroke-width="2.5"/>')
        for point in points.split():
            cx, cy = point.split(",")
            parts.append(f'<circle cx="{cx}" cy="{cy}" r="4" fill="{COLORS[name]}"/>')
        end = f'x="{x(len(values) - 1) + 12:.1f}" y="{y(values[-1]) + 4:.1f}"'
        parts.append(f'<text {end} fill="{COLORS[name]}" font-weight="600">{name}</text>')
    return svg(title, x_label, y_label, "\n".join(parts))


def ages(results):
    """How old what a slow receiver gets is; nil without that case."""
    case = next((name for name in results.values if name.startswith("slow TLS receiver")), None)
    if case is None:
        return None
    series = {
        title: [median(results.of(case, title, f"latency_us_{name}")) / 1000 for name, _ in PERCENTILES]
        for title in results.values[case]
    }
    places = ["youngest", "median", "90 %", "99 %"]
    return lines("Age of what a slow TLS receiver gets", "part of the packets", "ms", series, places)


def costs(results):
    """CPU per packet against pairs, of calls at maximum; nil without all three."""
    names = [f"TLS call, 1200 B, {pairs} pairs, maximum" for pairs in (2, 20, 200)]
    if not all(name in results.values for name in names):
        return None
    series = {
        title: [median(results.of(name, title, CPU_PER_PACKET[0])) for name in names]
        for title in results.values[names[0]]
    }
    return lines("CPU per packet of a TLS call, 1200 B", "pairs", "µs", series, ["2", "20", "200"])


def write(results, directory):
    directory.mkdir(parents=True, exist_ok=True)
    for name, draw in (("slow-receiver", ages), ("cost-of-pairs", costs)):
        picture = draw(results)
        if picture:
            (directory / f"{name}.svg").write_text(picture)
