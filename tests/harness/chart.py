"""Two curves over frequency, drawn with characters: the intended one as a line, the measured one as rings on it."""

import os
import shutil
import sys

import numpy as np

DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))  # of a braille character: [row][column]
LABELS = (20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000)
LINE, RING, OFF = "\x1b[36m", "\x1b[1;33m", "\x1b[0m"


def draw(title, hz, intended_db, measured_db, out=None, width=None, height=11):
    """Print one channel's curves. Colours only on a terminal, plain characters where there is no Unicode."""
    out = out or sys.stdout
    fancy = "utf" in (getattr(out, "encoding", None) or "").lower()
    colour = out.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
    width = min(width or shutil.get_terminal_size((80, 24)).columns, 120)
    columns = max(width - 12, 30)  # 8 for the scale, 4 for the end of the last label

    low, high, step = _scale(np.concatenate([intended_db, measured_db]), height)
    cells = _line(hz, intended_db, columns, height, low, high, fancy)
    _rings(cells, hz, measured_db, low, high, "○" if fancy else "o")

    frame, tick, corner, rule = ("│", "┤", "└", "─") if fancy else ("|", "+", "+", "-")
    print(f"  {title}", file=out)
    for row in range(height):
        mark = _mark(row, height, low, high, step)
        label = "" if mark is None else f"{mark:+.0f} dB" if mark else "0 dB"
        text = "".join(_paint(cell, colour, fancy) for cell in cells[row]).rstrip()
        print(f"{label:>7}{tick if mark is not None else frame}{text}", file=out)
    print(" " * 7 + corner + _axis(columns, rule, "┬" if fancy else "+"), file=out)
    print(" " * 8 + _axis_labels(columns), file=out)


def legend(out=None):
    out = out or sys.stdout
    fancy = "utf" in (getattr(out, "encoding", None) or "").lower()
    print(f"        {'⠒⠒' if fancy else '**'} intended   {'○' if fancy else 'o'} measured", file=out)


def _scale(values, height):
    """Range in dB whose ends are multiples of a round step."""
    low, high = float(np.min(values)), float(np.max(values))
    step = next((s for s in (1, 2, 3, 5, 6, 10, 20) if (high - low + s) / s <= height / 2), 30)
    low, high = step * np.floor((low - 0.2) / step), step * np.ceil((high + 0.2) / step)
    return low, high, step


def _row(db, height, low, high):
    """Row of a level, from 0 at the top, as a fraction; the scale's ends are the centres of the outer rows."""
    return (high - np.asarray(db)) / (high - low) * (height - 1)


def _mark(row, height, low, high, step):
    """The multiple of step that belongs beside this row, or None."""
    db = high - row * (high - low) / (height - 1)
    nearest = step * np.round(db / step)
    return float(nearest) + 0.0 if round(float(_row(nearest, height, low, high))) == row else None


def _positions(hz, columns):
    return np.log(np.asarray(hz) / LABELS[0]) / np.log(LABELS[-1] / LABELS[0]) * (columns - 1)


def _line(hz, db, columns, height, low, high, fancy):
    """The curve in a grid of characters: braille gives each 2 × 4 dots."""
    across, down = (2, 4) if fancy else (1, 1)
    grid = [[0] * columns for _ in range(height)]
    x = np.arange(columns * across)
    level = np.interp((x + 0.5) / across - 0.5, _positions(hz, columns), db)
    y = np.clip(np.round((_row(level, height, low, high) + 0.5) * down - 0.5), 0, height * down - 1).astype(int)
    for at, dot in enumerate(y):
        previous = y[at - 1] if at else dot
        # fill the step up or down to half-way, so that steep parts stay connected
        for filled in range(min(dot, (previous + dot + 1) // 2), max(dot, (previous + dot) // 2) + 1):
            grid[filled // down][at // across] |= DOTS[filled % down][at % across] if fancy else 1
    return grid


def _rings(cells, hz, db, low, high, ring):
    """A ring every fourth column: enough to see whether they sit on the line, few enough to see the line."""
    height, columns = len(cells), len(cells[0])
    at = np.arange(2, columns, 4)
    rows = np.clip(np.round(_row(np.interp(at, _positions(hz, columns), db), height, low, high)), 0, height - 1)
    for column, row in zip(at, rows.astype(int)):
        cells[row][column] = ring


def _paint(cell, colour, fancy):
    if isinstance(cell, str):
        return f"{RING}{cell}{OFF}" if colour else cell
    if not cell:
        return " "
    character = chr(0x2800 + cell) if fancy else "*"
    return f"{LINE}{character}{OFF}" if colour else character


def _axis(columns, rule, tick):
    axis = [rule] * columns
    for at in np.round(_positions(LABELS, columns)).astype(int):
        axis[at] = tick
    return "".join(axis)


def _axis_labels(columns):
    text = [" "] * (columns + 1)
    for hz, at in zip(LABELS, np.round(_positions(LABELS, columns)).astype(int)):
        label = f"{hz // 1000}k" if hz >= 1000 else str(hz)
        start = min(max(0, at - len(label) // 2), columns + 1 - len(label))
        if start and text[start - 1] != " ":
            continue  # too narrow for this one
        text[start:start + len(label)] = label
    return "".join(text).rstrip() + " Hz"
