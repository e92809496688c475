"""Test videos with burnt-in markers: flat discs on known curves, and the tag tracks that follow them.

A test finds the discs by colour and compares them with where the tags are. The bar along the bottom
is the frame number in binary, most significant bit left, white for 1, between two grey ends.
"""

import math
import pathlib
import subprocess

import numpy as np
import skia

import film
from kit import col, paint
from stage import FPS

ROOT = pathlib.Path(__file__).resolve().parents[2]
SECONDS = 8
RADIUS = 24
BITS = 10
GROUND = "#202326"
# name, colour, product, variant
DISCS = (
    ("linear", "#ff00ff", "dune-mug", "HAL-DUNE-320"),
    ("circle", "#00ffff", "fold-lamp", "HAL-FOLD-SAND"),
    ("gap", "#a6ff00", "loft-runner", "ALD-LOFT2-COR-42"),
    ("still", "#ff8000", "roam-backpack", "NOR-ROAM-COG"),
)


def places(t, w, h):
    """name -> (x, y) in pixels, or None while hidden. Plain mathematics, so that a test can repeat it."""
    triangle = 1 - abs((t / 4) % 2 - 1)
    gap = (t / 8) % 1
    a = math.tau * t / 5
    r = 0.24 * min(w, h)
    return {
        "linear": (w * (0.12 + 0.76 * triangle), h * (0.10 + 0.06 * triangle)),
        "circle": (w * 0.34 + r * math.cos(a), h * 0.52 + r * math.sin(a)),
        "gap": None if 3.0 <= t < 4.5 else (w * (0.58 + 0.30 * gap), h * (0.82 - 0.40 * gap)),
        "still": (w * 0.88, h * 0.62),
    }


def draw(c, n, w, h):
    c.clear(col(GROUND))
    for x in range(0, w, 40):
        c.drawLine(x, 0, x, h, paint("#282c30", stroke=1))
    for name, place in places(n / FPS, w, h).items():
        if place:
            colour = next(k for i, k, *_ in DISCS if i == name)
            c.drawCircle(*place, RADIUS, paint(colour))
    cell, y = w / (BITS + 2), h - 16
    plain = skia.Paint(AntiAlias=False)
    for i in range(BITS + 2):
        if i in (0, BITS + 1):
            plain.setColor(col("#808080"))
        else:
            plain.setColor(col("#ffffff" if n >> (BITS - i) & 1 else "#000000"))
        c.drawRect(skia.Rect.MakeLTRB(round(i * cell), y, round((i + 1) * cell), h), plain)


def document(w, h):
    tags = []
    frames = SECONDS * FPS
    for name, _, product, variant in DISCS:
        at = lambda n: places(n / FPS, w, h)[name]
        key = lambda n, p, **more: {"t": round(n / FPS, 6), "x": round(p[0] / w, 6), "y": round(p[1] / h, 6), **more}
        if name == "linear":
            keys = [key(n, at(n)) for n in (0, 4 * FPS, 8 * FPS)]
        elif name == "still":
            keys = [key(0, at(0))]
        elif name == "circle":
            keys = [key(n, at(n)) for n in range(0, frames + 1, 3)]
        else:
            gone, back = 3 * FPS, round(4.5 * FPS)
            keys = [key(0, at(0)), key(gone - 1, at(gone - 1)), key(gone, at(gone - 1), hidden=True),
                    key(back, at(back)), key(frames - 1, at(frames - 1))]
        tags.append({"id": f"marker-{name}", "product": product, "variant": variant, "start": 0.0,
                     "end": float(SECONDS), "interpolation": "linear", "key_frames": keys})
    return {"schema_version": 1, "tags": tags}


def main():
    out = ROOT / "www" / "test"
    out.mkdir(parents=True, exist_ok=True)
    for name, w, h in (("markers", 640, 360), ("markers-tall", 360, 640)):
        surface = skia.Surface.MakeRasterN32Premul(w, h)
        c = surface.getCanvas()
        quiet = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-y"]
        mp4 = [*film.BT709, "-c:v", "libx264", "-preset", "medium", "-crf", "21", "-g", "15", "-bf", "0",
               "-movflags", "+faststart", str(out / f"{name}.mp4")]
        pipe = subprocess.Popen(
            [*quiet, "-f", "rawvideo", "-pix_fmt", "bgra", "-s", f"{w}x{h}", "-r", str(FPS), "-i", "-",
             *film.BT709, "-c:v", "libvpx-vp9", "-b:v", "0", "-crf", "30", "-g", "15", "-row-mt", "1", "-cpu-used", "5", str(out / f"{name}.webm"),
             *(mp4 if name == "markers" else [])],
            stdin=subprocess.PIPE)
        for n in range(SECONDS * FPS):
            draw(c, n, w, h)
            pipe.stdin.write(surface.toarray(colorType=skia.kBGRA_8888_ColorType).tobytes())
        pipe.stdin.close()
        if pipe.wait():
            raise SystemExit("ffmpeg failed")
        film.dump_track(document(w, h), out / f"{name}.tags.json")
