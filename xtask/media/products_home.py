"""The products of the home: lamp, mug, houseplant, notebook.

Each is drawn around its own centre; the numbers are drawing units, about 400 for the tallest.
"""

import math

import skia

from kit import (
    blob, col, dark, lerp, light, lin, mix, moved, oval, paint, path, poly, rad, rng, rrect, shade,
    texture, weave,
)

LAMP_COLOURS = {"sand": "#d9c3a0", "clay": "#b4593c"}
BRASS = "#c79a54"


def lamp(c, colour="sand", lit=0.0):
    """Table lamp, y -200..200, shade centre at (0, -85). `lit` 0..1 switches it on."""
    base = LAMP_COLOURS[colour]
    stone = "#8d8478"
    # Foot, turned stoneware.
    foot = path(
        "M -26 46 C -34 60 -82 84 -84 130 C -86 168 -60 196 -46 198 L 46 198 "
        "C 60 196 86 168 84 130 C 82 84 34 60 26 46 Z"
    )
    shade(c, foot, stone, soft=26, across=True, tex="paper", tex_strength=0.5)
    r = rng(3)
    c.save()
    c.clipPath(foot, skia.ClipOp.kIntersect, True)
    for _ in range(150):
        c.drawCircle(
            r.uniform(-86, 86), r.uniform(46, 198), r.uniform(0.5, 1.6),
            paint(dark(stone, r.uniform(0.3, 0.6)), 0.55),
        )
    for y in (104, 128, 152):
        c.drawPath(
            path(f"M -90 {y} Q 0 {y + 16} 90 {y}"),
            paint(dark(stone, 0.5), 0.16, stroke=2.0),
        )
    if lit:
        c.drawPaint(paint(
            shader=rad(0, 30, 150, (0, "#ffcf86", 0.75 * lit), (1, "#ffb860", 0)),
            blend=skia.BlendMode.kSoftLight,
        ))
        c.drawPaint(paint(shader=rad(0, 40, 120, (0, "#ffcf86", 0.45 * lit), (1, "#ffb860", 0))))
    c.restore()
    neck = rrect(-9, 6, 18, 46, 4)
    shade(c, neck, BRASS, soft=6, across=True)
    # Shade: a pleated drum.
    drum = path(
        "M -82 -190 Q 0 -204 82 -190 L 150 4 Q 0 34 -150 4 Z"
    )
    c.drawPath(drum, paint(shader=lin(
        -150, 0, 150, 0,
        (0, dark(base, 0.22)), (0.16, light(base, 0.10)), (0.34, light(base, 0.42)),
        (0.62, base), (1, dark(base, 0.42)),
    )))
    c.save()
    c.clipPath(drum, skia.ClipOp.kIntersect, True)
    n = 44
    for i in range(n + 1):
        # Even angles on the drum, seen from the front.
        u = -math.cos(math.pi * i / n)
        x0, x1 = 84 * u, 152 * u
        y0 = -190 - 12 * (1 - u * u)
        y1 = 4 + 26 * (1 - u * u)
        c.drawLine(x0, y0, x1, y1, paint(dark(base, 0.55), 0.20, stroke=1.6))
        c.drawLine(x0 + 2.2, y0, x1 + 2.6, y1, paint(light(base, 0.85), 0.22, stroke=1.4))
    weave(c, drum, "linen", 0.35)
    c.drawPaint(paint(shader=lin(0, -200, 0, 30, (0, "#ffffff", 0.10), (1, dark(base, 0.7), 0.22))))
    if lit:
        c.drawPaint(paint(
            shader=rad(0, -70, 190, (0, "#fff0c8", 0.98 * lit), (0.4, "#ffd48a", 0.85 * lit),
                       (1, "#f2a24c", 0.35 * lit), squash=0.9),
            blend=skia.BlendMode.kHardLight,
        ))
        for i in range(n + 1):
            u = -math.cos(math.pi * i / n)
            c.drawLine(
                84 * u, -204, 152 * u, 34, paint("#b86f24", 0.16 * lit, stroke=2.0)
            )
    c.restore()
    for y, w, k, a in ((-190, 82, -14, 0.5), (4, 150, 30, 0.6)):
        c.drawPath(
            path(f"M {-w} {y} Q 0 {y + k} {w} {y}"),
            paint(light(base, 0.25 + 0.4 * lit), a, stroke=4.5),
        )


MUG_CREAM, MUG_DIP = "#efe3cf", "#a9583a"


def mug(c, coffee=True):
    """Mug, y -80..80, handle on the right to x = 122."""
    ring = path("M 62 -38 C 128 -52 138 52 54 44 L 50 24 C 104 30 100 -26 60 -18 Z")
    shade(c, ring, MUG_CREAM, soft=9, strength=1.1)
    body = path("M -74 -70 L -66 48 C -64 74 -44 80 0 80 C 44 80 64 74 66 48 L 74 -70 Q 0 -46 -74 -70 Z")
    shade(c, body, MUG_CREAM, soft=22, across=True)
    c.save()
    c.clipPath(body, skia.ClipOp.kIntersect, True)
    dip = path("M -90 18 C -60 6 -30 26 0 16 C 30 6 60 22 90 10 L 90 100 L -90 100 Z")
    c.drawPath(dip, paint(shader=lin(
        -74, 0, 74, 0, (0, dark(MUG_DIP, 0.15)), (0.3, light(MUG_DIP, 0.22)), (0.6, MUG_DIP),
        (1, dark(MUG_DIP, 0.42)))))
    c.drawPath(path("M -90 18 C -60 6 -30 26 0 16 C 30 6 60 22 90 10"),
               paint(light(MUG_DIP, 0.35), 0.5, stroke=2.5))
    r = rng(11)
    for _ in range(130):
        x, y = r.uniform(-76, 76), r.uniform(-70, 80)
        c.drawCircle(x, y, r.uniform(0.6, 2.0), paint("#6b4a34", r.uniform(0.15, 0.5)))
    c.drawPath(oval(-38, 0, 9, 58), paint("#ffffff", 0.30, blur=9))
    c.drawPath(rrect(-90, 60, 180, 30, 10), paint("#2a1510", 0.30, blur=10))
    c.restore()
    rim = oval(0, -70, 74, 17)
    c.drawPath(rim, paint(shader=lin(-74, 0, 74, 0, (0, light(MUG_CREAM, 0.5)), (1, dark(MUG_CREAM, 0.2)))))
    inner = oval(0, -69, 67, 13.5)
    c.drawPath(inner, paint(shader=lin(-60, -80, 60, -55, (0, dark(MUG_CREAM, 0.42)), (1, MUG_CREAM))))
    if coffee:
        c.save()
        c.clipPath(inner, skia.ClipOp.kIntersect, True)
        c.drawPath(oval(0, -63, 62, 12), paint(shader=lin(
            -60, 0, 60, 0, (0, "#3b2016"), (0.5, "#6b3d24"), (1, "#3b2016"))))
        c.drawPath(oval(-16, -65, 24, 4), paint("#e0b184", 0.35, blur=3))
        c.restore()


def mug_above(c):
    """The same mug from above, radius 78, handle to the upper right."""
    c.save()
    c.rotate(-38)
    handle = path("M 60 -22 C 118 -26 138 -18 138 0 C 138 18 118 26 60 22 L 60 8 C 104 10 112 8 112 0 C 112 -8 104 -10 60 -8 Z")
    shade(c, handle, MUG_CREAM, soft=8, strength=1.1)
    c.restore()
    outer = oval(0, 0, 80, 80)
    shade(c, outer, MUG_CREAM, soft=12)
    c.drawPath(oval(0, 0, 70, 70), paint(shader=lin(
        -60, -60, 60, 60, (0, dark(MUG_CREAM, 0.55)), (1, light(MUG_CREAM, 0.1)))))
    c.drawPath(oval(2, 2, 65, 65), paint(shader=rad(
        10, 12, 78, (0, "#8a5433"), (0.55, "#6a3c22"), (1, "#35190f"))))
    for i, (rr, a) in enumerate(((44, 0.35), (30, 0.45), (16, 0.5))):
        p = path(f"M 0 {-rr} C {rr*1.25} {-rr*0.9} {rr*1.1} {rr*0.5} 0 {rr} "
                 f"C {-rr*1.1} {rr*0.5} {-rr*1.25} {-rr*0.9} 0 {-rr} Z")
        c.drawPath(p, paint("#e9c79c", a * 0.9, blur=1.5) if i != 1 else paint("#6a3c22", 0.8, blur=1.5))
    r = rng(5)
    for _ in range(60):
        a = r.uniform(0, 6.283)
        c.drawCircle(75 * math.cos(a), 75 * math.sin(a), r.uniform(0.5, 1.4), paint("#6b4a34", 0.4))
    c.drawPath(path("M -52 -34 Q -30 -62 6 -64"), paint("#ffffff", 0.35, stroke=7, blur=4))


POT = "#71889a"
LEAF_GREENS = ("#2f6b4a", "#3b7d54", "#4b8f5c", "#2a5d46", "#5a9c62")
# Stem foot is (0, 60); tip x, tip y, size, rotation, colour index; painted in order.
LEAVES = (
    (-96, -120, 0.72, -62, 3), (92, -132, 0.74, 52, 3), (-40, -178, 0.78, -22, 0),
    (120, -52, 0.70, 88, 0), (-128, -38, 0.68, -98, 1), (44, -190, 0.80, 20, 1),
    (-62, -78, 0.86, -46, 2), (70, -72, 0.84, 44, 4), (2, -112, 0.98, -4, 2),
)


def _leaf_shape():
    body = path("M 0 62 C -26 66 -66 44 -66 -2 C -66 -46 -26 -70 0 -92 C 26 -70 66 -46 66 -2 C 66 44 26 66 0 62 Z")
    for side in (-1, 1):
        for y, length, lift in ((-44, 44, -14), (-16, 52, -6), (12, 50, 4), (36, 40, 14)):
            slit = path(
                f"M {side*14} {y} Q {side*(14+length*0.5)} {y-9+lift*0.3} {side*84} {y-6+lift} "
                f"L {side*84} {y+10+lift} Q {side*(14+length*0.5)} {y+7+lift*0.5} {side*14} {y} Z"
            )
            body = skia.Op(body, slit, skia.PathOp.kDifference_PathOp)
    body = skia.Op(body, path("M 0 40 Q 10 58 16 84 L -16 84 Q -10 58 0 40 Z"), skia.PathOp.kDifference_PathOp)
    return body


def leaf(c, index):
    """One monstera leaf, stem end at (0, 40), tip up."""
    base = LEAF_GREENS[index]
    shape = _leaf_shape()
    c.drawPath(shape, paint(shader=lin(-60, -60, 60, 60, (0, light(base, 0.30)), (0.5, base), (1, dark(base, 0.38)))))
    c.save()
    c.clipPath(shape, skia.ClipOp.kIntersect, True)
    c.drawPath(path("M 0 70 L 0 -100 L 90 -100 L 90 80 Z"), paint(dark(base, 0.6), 0.22))
    for side in (-1, 1):
        for y in (-58, -30, -2, 26):
            c.drawPath(path(f"M 0 {y+18} Q {side*30} {y+4} {side*62} {y-4}"), paint(light(base, 0.5), 0.35, stroke=1.6))
    c.drawPath(path("M 0 44 Q 2 -20 0 -88"), paint(light(base, 0.6), 0.6, stroke=2.6))
    c.restore()


def stem(c, leaf_row, sway=0.0):
    """The stem of a leaf; returns where the leaf's own (0, 40) is."""
    x, y, size, rotate, index = leaf_row
    x += sway * (60 - y) * 0.06
    a = math.radians(rotate)
    foot_x, foot_y = x - 40 * size * math.sin(a), y + 40 * size * math.cos(a)
    c.drawPath(
        path(f"M {x*0.06} 64 Q {foot_x*0.35} {lerp(64, foot_y, 0.55)} {foot_x} {foot_y}"),
        paint(dark(LEAF_GREENS[index], 0.15), 1, stroke=5.5),
    )
    return x, y


def pot(c):
    """Pot with saucer, y 50..205."""
    saucer = path("M -98 188 L 98 188 C 96 204 84 208 60 208 L -60 208 C -84 208 -96 204 -98 188 Z")
    shade(c, saucer, dark(POT, 0.08), soft=8, across=True)
    body = path("M -92 62 L -70 186 C -68 194 -60 196 -50 196 L 50 196 C 60 196 68 194 70 186 L 92 62 Z")
    shade(c, body, POT, soft=24, across=True, tex="paper", tex_strength=0.5)
    c.save()
    c.clipPath(body, skia.ClipOp.kIntersect, True)
    r = rng(9)
    for _ in range(120):
        c.drawCircle(r.uniform(-92, 92), r.uniform(60, 196), r.uniform(0.6, 1.7), paint("#2c3a46", 0.35))
    c.drawPath(path("M -100 140 C -60 128 -20 150 20 138 C 50 130 80 144 100 134 L 100 220 L -100 220 Z"),
               paint(dark(POT, 0.35), 0.45))
    c.restore()
    c.drawPath(oval(0, 62, 92, 17), paint(shader=lin(-92, 0, 92, 0, (0, light(POT, 0.4)), (1, dark(POT, 0.2)))))
    c.drawPath(oval(0, 63, 84, 13.5), paint("#33251f"))


def plant(c, sway=0.0):
    """The whole plant, y -270..208."""
    pot(c)
    for i, row in enumerate(LEAVES):
        x, y = stem(c, row, sway)
        c.save()
        c.translate(x, y)
        c.rotate(row[3] + sway * (2 + i % 3))
        c.scale(row[2], row[2])
        leaf(c, row[4])
        c.restore()


BOOK = "#2f5a4c"


def notebook(c):
    """Closed A5 notebook, 236 x 330, seen from above."""
    for i in range(4):
        c.drawPath(rrect(-112 + i, -158 + i * 1.5, 230, 322, 8), paint(mix("#f4ead6", "#cdbd9f", i / 4)))
    cover = rrect(-118, -165, 232, 328, 11)
    shade(c, cover, BOOK, soft=12, tex="linen", tex_strength=0.55)
    c.drawPath(poly((-92, -164), (-92, 162), close=False), paint(dark(BOOK, 0.6), 0.35, stroke=5, blur=2))
    c.drawPath(poly((-87, -164), (-87, 162), close=False), paint(light(BOOK, 0.6), 0.20, stroke=2))
    # A blind-stamped sun over a line.
    for dx, k, a in ((1.2, light(BOOK, 0.6), 0.35), (0, dark(BOOK, 0.6), 0.55)):
        c.drawPath(path(f"M -32 {8+dx} A" .replace(" A", "")), paint(k, a, stroke=3))
        arc = skia.Path()
        arc.addArc(skia.Rect.MakeXYWH(-26 + 12, -26 + dx, 52, 52), 180, 180)
        c.drawPath(arc, paint(k, a, stroke=3))
        c.drawLine(-40 + 12, 6 + dx, 40 + 12, 6 + dx, paint(k, a, stroke=3))
    band = rrect(76, -167, 13, 332, 3)
    c.drawPath(moved(band, 3, 2), paint("#0d1c18", 0.4, blur=3))
    shade(c, band, "#d98e4a", soft=4, across=True)
    c.drawPath(path("M -40 163 L -40 196 L -33 188 L -26 196 L -26 163 Z"), paint("#d98e4a"))


SKETCH = (
    # The lamp: shade, foot, a few pleats.
    "M 26 -44 C 44 -50 64 -50 84 -44 L 106 26 C 74 40 34 40 4 26 Z",
    "M 50 36 L 50 48 C 28 60 20 88 32 106 L 80 106 C 92 88 84 60 62 48 L 62 36",
    "M 38 -46 L 24 32 M 55 -48 L 55 36 M 72 -46 L 86 32",
    # The table it stands on, and the mug.
    "M -8 107 C 40 104 100 110 172 105",
    "M 116 62 L 120 100 C 122 106 146 106 148 100 L 152 62 C 140 68 128 68 116 62 C 128 56 140 56 152 62 M 151 72 C 168 70 168 94 149 92",
)


def notebook_open(c, progress=1.0):
    """Open notebook, 460 x 320; the sketch on the right page is drawn to `progress`."""
    shade(c, rrect(-236, -164, 472, 330, 10), BOOK, soft=8, tex="linen")
    for side in (-1, 1):
        for k in range(3, -1, -1):
            page = rrect(0 if side > 0 else -228 - k, -157 + 0, 228 + k, 314 + k, 5)
            c.drawPath(page, paint(mix("#fbf4e4", "#d9cbb0", k / 3)))
        page = rrect(0 if side > 0 else -228, -157, 228, 314, 5)
        c.drawPath(page, paint(shader=lin(
            0, 0, side * 228, 0, (0, "#cdbd9f"), (0.10, "#efe4cd"), (0.3, "#fdf7ea"), (1, "#f6eddb"))))
    c.drawPath(path("M 0 -157 L 0 157"), paint("#7d6a50", 0.5, stroke=3, blur=2))
    for gx in range(-212, 220, 16):
        if abs(gx) < 14:
            continue
        for gy in range(-140, 150, 16):
            c.drawCircle(gx, gy, 0.9, paint("#a08f78", 0.55))
    # Left page: swatches and notes.
    for i, k in enumerate(("#d9c3a0", "#b4593c", "#2f5a4c", "#71889a")):
        c.drawPath(rrect(-196 + i * 46, -130, 36, 36, 6), paint(k, 0.92))
    r = rng(4)
    for i in range(9):
        w = r.uniform(90, 178) if i % 4 else 70
        y = -70 + i * 22
        c.drawPath(path(f"M -196 {y} Q {-196 + w*0.5} {y + r.uniform(-3, 3)} {-196 + w} {y}"),
                   paint("#3a3740", 0.62, stroke=2.2))
    sketch(c, progress)


_sketch_paths = []


def _measured():
    """[(path, length)] of the sketch on the right page; made once."""
    if not _sketch_paths:
        for text in SKETCH:
            p = moved(path(text), 8, -30, 1.2)
            m, total = skia.PathMeasure(p, False), 0.0
            while True:
                total += m.getLength()
                if not m.nextContour():
                    break
            _sketch_paths.append((p, total))
    return _sketch_paths


def sketch(c, progress):
    """Draws the sketch stroke after stroke; returns the pencil's point."""
    strokes = _measured()
    left = progress * sum(total for _, total in strokes)
    tip = (44.0, -78.0)
    pen = paint("#38343c", 0.86, stroke=3.0)
    for p, total in strokes:
        if left <= 0:
            break
        m = skia.PathMeasure(p, False)
        part = min(left, total)
        while part > 0:
            n = min(part, m.getLength())
            d = skia.Path()
            m.getSegment(0, n, d, True)
            c.drawPath(d, pen)
            got = m.getPosTan(n)
            if got is not None:
                tip = (got[0].x(), got[0].y())
            part -= m.getLength()
            if not m.nextContour():
                break
        left -= total
    return tip
