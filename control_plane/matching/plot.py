"""The precision-recall picture: an SVG with one panel for each kind and one curve for each scorer."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

SIDE = 320
"""Pixels of a panel's side."""
LEFT, TOP, RIGHT, BOTTOM = 56, 36, 24, 64
"""Margins around a panel, in pixels."""
TICKS = 5
POINTS_PER_UNIT = 200
"""How finely a curve follows recall."""
COLOURS = ("#d55e00", "#0072b2", "#009e73", "#cc79a7")
"""One for each scorer, told apart also by those who see few colours; the first is drawn thick."""


def picture(panels: Mapping[str, Mapping[str, Sequence[tuple[float, float]]]]) -> str:
    """Draw, for each kind, each scorer's points of (recall, precision), in the order of falling scores."""
    width, height = len(panels) * (LEFT + SIDE + RIGHT), TOP + SIDE + BOTTOM
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="#fff"/>',
    ]
    for at, (kind, curves) in enumerate(panels.items()):
        lines.append(f'<g transform="translate({at * (LEFT + SIDE + RIGHT) + LEFT} {TOP})">')
        lines += _axes(kind)
        for colour, points in zip(COLOURS, curves.values(), strict=True):
            lines.append(_curve(points, colour))
        lines += _legend(curves)
        lines.append("</g>")
    return "\n".join([*lines, "</svg>", ""])


def _axes(kind: str) -> Iterator[str]:
    yield f'<text x="{SIDE / 2}" y="-14" text-anchor="middle" font-weight="bold">{escape(kind)}</text>'
    for tick in range(TICKS + 1):
        at, label = SIDE * tick / TICKS, f"{tick / TICKS:.1f}"
        yield f'<path d="M{at:.0f} 0V{SIDE}M0 {at:.0f}H{SIDE}" stroke="#ddd"/>'
        yield f'<text x="{at:.0f}" y="{SIDE + 16}" text-anchor="middle">{label}</text>'
        yield f'<text x="-8" y="{SIDE - at + 4:.0f}" text-anchor="end">{label}</text>'
    yield f'<path d="M0 0V{SIDE}H{SIDE}" fill="none" stroke="#000"/>'
    yield f'<text x="{SIDE / 2}" y="{SIDE + 32}" text-anchor="middle">recall</text>'
    yield f'<text transform="translate(-40 {SIDE / 2}) rotate(-90)" text-anchor="middle">precision</text>'


def _curve(points: Sequence[tuple[float, float]], colour: str) -> str:
    """Draw the last point of each step of recall."""
    kept = {round(recall * POINTS_PER_UNIT): (recall, precision) for recall, precision in points}
    path = " ".join(
        f"{SIDE * recall:.1f},{SIDE * (1 - precision):.1f}" for recall, precision in kept.values()
    )
    width = 2.5 if colour == COLOURS[0] else 1.5
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}"/>'


def _legend(scorers: Iterable[str]) -> Iterator[str]:
    step = SIDE / len(COLOURS)
    for at, (colour, scorer) in enumerate(zip(COLOURS, scorers, strict=True)):
        yield f'<path d="M{at * step:.0f} {SIDE + 50}h14" stroke="{colour}" stroke-width="3"/>'
        yield f'<text x="{at * step + 18:.0f}" y="{SIDE + 54}">{escape(scorer)}</text>'
