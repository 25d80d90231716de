"""Line plots as SVG, made of text: axes, a line a series, its name at its end."""

import math
from collections.abc import Mapping, Sequence

_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _RIGHT, _TOP = 720, 300, 60, 40, 190, 30
_COLOURS = ("#2563eb", "#c2410c", "#15803d", "#7e22ce")
Points = Sequence[tuple[float, float]]


def plot(
    title: str, across: str, up: str, lines: Mapping[str, Points], *, log: bool = False
) -> str:
    """An SVG document; with `log` the horizontal axis is logarithmic."""
    xs = [_at(x, log=log) for points in lines.values() for x, _ in points]
    most = max(y for points in lines.values() for _, y in points) * 1.1 or 1
    low, high = min(xs), max(*xs, min(xs) + 1e-9)

    def place(x: float, y: float) -> tuple[float, float]:
        share = (_at(x, log=log) - low) / (high - low)
        height = _HEIGHT - _TOP - _BOTTOM
        return _LEFT + share * (_WIDTH - _LEFT - _RIGHT), _HEIGHT - _BOTTOM - y / most * height

    parts = [
        _text(_LEFT, 18, title, "start", bold=True),
        _text(_LEFT, _HEIGHT - 6, across, "start"),
    ]
    parts += [_text(6, _TOP + 2, up, "start"), *_frame()]
    parts += [
        _text(_LEFT - 6, place(1, most * n / 4)[1] + 4, f"{most * n / 4:.3g}", "end")
        for n in range(4)
    ]
    for x in sorted({x for points in lines.values() for x, _ in points})[
        :: max(len(set(xs)) // 8, 1)
    ]:
        parts.append(_text(place(x, 0)[0], _HEIGHT - _BOTTOM + 16, f"{x:,g}", "middle"))
    ends: list[float] = []
    for (name, points), colour in zip(lines.items(), _COLOURS, strict=False):
        drawn = [place(x, y) for x, y in points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in drawn)
        parts.append(f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="{path}"/>')
        y = drawn[-1][1] + 4
        while any(abs(y - other) < 14 for other in ends):
            y -= 14
        ends.append(y)
        parts.append(_text(drawn[-1][0] + 8, y, name, "start", colour=colour))
    style = "font-family:system-ui,sans-serif;font-size:12px"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" style="{style}">'
    )
    ground = f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>'
    return "\n".join([head, ground, *parts, "</svg>"]) + "\n"


def _at(x: float, *, log: bool) -> float:
    return math.log10(max(x, 1)) if log else x


def _frame() -> list[str]:
    corner = f"{_LEFT},{_TOP} {_LEFT},{_HEIGHT - _BOTTOM} {_WIDTH - _RIGHT},{_HEIGHT - _BOTTOM}"
    return [f'<polyline fill="none" stroke="#888" points="{corner}"/>']


def _text(
    x: float, y: float, words: str, anchor: str, *, colour: str = "#222", bold: bool = False
) -> str:
    weight = ' font-weight="600"' if bold else ""
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}"{weight}'
    return f"<text {place}>{words}</text>"
