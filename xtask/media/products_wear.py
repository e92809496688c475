"""The products one wears or carries: backpack, running shoes, headphones, watch."""

import math

import skia

from kit import (
    blob, col, dark, light, lin, mirror, mix, moved, oval, paint, path, rad, rng, rrect, shade,
    texture, weave,
)

BACKPACK_COLOURS = {"cognac": "#a8612f", "ink": "#3a465c", "olive": "#74744a"}
BRASS = "#d0a35c"


def _stitch(c, p, base, inset=1.6):
    c.drawPath(p, paint(light(base, 0.55), 0.75, stroke=inset, dash=(6, 4.5)))


def backpack(c, colour="cognac"):
    """Backpack, x -150..150, y -225..205."""
    k = BACKPACK_COLOURS[colour]
    # Shoulder straps behind, handle on top.
    for side in (-1, 1):
        strap = path(f"M {side*88} -168 C {side*150} -130 {side*166} 20 {side*126} 168 L {side*108} 168 "
                     f"C {side*138} 20 {side*126} -110 {side*74} -150 Z")
        shade(c, strap, dark(k, 0.30), soft=7, tex="leather")
    c.drawPath(path("M -36 -196 C -36 -236 36 -236 36 -196"), paint(dark(k, 0.45), 1, stroke=13))
    c.drawPath(path("M -36 -198 C -36 -238 36 -238 36 -198"), paint(light(k, 0.12), 1, stroke=8))
    # Side pockets.
    for side in (-1, 1):
        pocket = path(f"M {side*118} 30 C {side*152} 34 {side*154} 60 {side*152} 130 C {side*152} 168 {side*140} 180 {side*112} 180 Z")
        shade(c, pocket, dark(k, 0.12), soft=12, tex="leather")
    # Body.
    body = path("M -122 -110 C -126 -176 -84 -204 0 -204 C 84 -204 126 -176 122 -110 L 134 140 "
                "C 138 188 112 204 78 204 L -78 204 C -112 204 -138 188 -134 140 Z")
    shade(c, body, k, soft=30, tex="leather", tex_strength=0.34)
    # Front pocket.
    front = path("M -104 62 L 104 62 L 108 150 C 108 180 96 190 70 190 L -70 190 C -96 190 -108 180 -108 150 Z")
    c.drawPath(moved(front, 2, 5), paint(dark(k, 0.85), 0.35, blur=7))
    shade(c, front, k, soft=20, tex="leather", tex_strength=0.34)
    _stitch(c, moved(front, 0, 6, 0.93), k)
    # Flap.
    flap = path("M -123 -108 C -126 -180 -84 -207 0 -207 C 84 -207 126 -180 123 -108 L 126 16 "
                "C 126 52 104 70 70 72 L -70 72 C -104 70 -126 52 -126 16 Z")
    c.drawPath(moved(flap, 2, 9), paint(dark(k, 0.9), 0.42, blur=9))
    shade(c, flap, light(k, 0.05), soft=28, tex="leather", tex_strength=0.34)
    _stitch(c, moved(flap, 0, -3, 0.945), k)
    # Two straps with buckles.
    for x in (-58, 58):
        strap = rrect(x - 13, -70, 26, 196, 9)
        c.drawPath(moved(strap, 2, 5), paint(dark(k, 0.9), 0.42, blur=5))
        shade(c, strap, dark(k, 0.14), soft=7, tex="leather")
        _stitch(c, rrect(x - 9, -64, 18, 184, 6), k, 1.2)
        for y in (98, 110):
            c.drawCircle(x, y, 2.2, paint(dark(k, 0.8)))
        ring = skia.Path()
        ring.addRRect(skia.RRect.MakeRectXY(skia.Rect.MakeXYWH(x - 22, 44, 44, 34), 7, 7))
        ring.addRRect(skia.RRect.MakeRectXY(skia.Rect.MakeXYWH(x - 14, 52, 28, 18), 3, 3))
        ring.setFillType(skia.PathFillType.kEvenOdd)
        c.drawPath(moved(ring, 1, 3), paint("#1c0f08", 0.5, blur=2.5))
        c.drawPath(ring, paint(shader=lin(x - 20, 44, x + 20, 78, (0, "#f7e2b0"), (0.45, BRASS), (1, "#8a6429"))))
        c.drawLine(x, 50, x, 73, paint("#f3d899", 1, stroke=4))
    # A small stamped label.
    tag = rrect(-24, -146, 48, 26, 5)
    c.drawPath(tag, paint(dark(k, 0.35), 0.55))
    c.drawPath(rrect(-24, -147, 48, 26, 5), paint(light(k, 0.12), 0.8))
    c.drawLine(-13, -134, 13, -134, paint(dark(k, 0.55), 0.8, stroke=2.4))


SHOE_COLOURS = {
    "coral": ("#ee6f57", "#fff4e4", "#2f3a4a"),
    "sky": ("#7fb2d6", "#fbfaf4", "#27435e"),
    "bone": ("#e6dfd2", "#fffaf0", "#b9825a"),
}


def shoe(c, colour="coral"):
    """Right shoe from its outer side, toe to the right, x -180..182, y -118..92 (the ground)."""
    main, foam, accent = SHOE_COLOURS[colour]
    # Collar's inner side and tongue.
    c.drawPath(path("M -150 -84 C -134 -104 -88 -92 -60 -94 C -46 -96 -34 -104 -26 -108 L -14 -64 L -130 -50 Z"),
               paint(dark(main, 0.62)))
    tongue = path("M -58 -84 C -50 -108 -42 -124 -26 -128 C -10 -130 -4 -118 0 -104 L 14 -66 L -40 -58 Z")
    shade(c, tongue, light(main, 0.25), soft=9, tex="knit")
    upper = path("M -160 50 C -170 12 -174 -36 -162 -80 C -158 -96 -142 -100 -130 -90 C -112 -76 -86 -68 -62 -78 "
                 "C -48 -84 -38 -92 -24 -98 C -14 -102 -6 -96 0 -86 C 22 -50 62 -30 104 -16 C 150 0 176 18 174 52 Z")
    shade(c, upper, main, soft=24, tex="knit", tex_strength=0.5)
    c.save()
    c.clipPath(upper, skia.ClipOp.kIntersect, True)
    # Toe cap, heel counter, eyestay.
    shade(c, path("M 96 60 C 92 20 112 -6 150 -14 L 200 0 L 200 70 Z"), mix(main, foam, 0.18), soft=12)
    shade(c, path("M -190 60 L -190 -40 C -150 -38 -118 -8 -110 60 Z"), accent, soft=14)
    shade(c, path("M -44 -86 C -36 -94 -18 -104 -4 -96 C 14 -58 50 -36 92 -22 L 78 4 C 36 -8 -14 -34 -44 -86 Z"),
          mix(main, foam, 0.32), soft=8)
    # Two sweeping bands.
    for dx, w, a in ((0, 13, 0.96), (36, 9, 0.85)):
        c.drawPath(path(f"M {-84+dx} 64 C {-62+dx} 26 {-38+dx} 2 {-14+dx*0.9} {-34+dx*0.42}"),
                   paint(foam, a, stroke=w))
    c.drawPath(path("M -160 40 C -80 58 80 60 176 40 L 176 70 L -160 70 Z"), paint(dark(main, 0.8), 0.35, blur=7))
    c.restore()
    c.drawPath(path("M -161 -80 C -156 -94 -142 -98 -130 -88 C -112 -74 -86 -66 -62 -76"),
               paint(light(main, 0.55), 0.9, stroke=5))
    # Laces.
    for i in range(5):
        t = i / 4
        x, y = -24 + 84 * t, -86 + 56 * t
        c.drawPath(path(f"M {x-17} {y+17} Q {x} {y-4} {x+17} {y-5}"), paint(dark(main, 0.7), 0.4, stroke=8, blur=2))
        c.drawPath(path(f"M {x-17} {y+14} Q {x} {y-7} {x+17} {y-8}"), paint(foam, 1, stroke=6.5))
    # Heel loop.
    c.drawPath(path("M -158 -84 C -178 -92 -180 -56 -166 -50"), paint(accent, 1, stroke=6))
    # Midsole foam and outsole.
    sole = path("M -168 36 C -182 50 -184 76 -160 84 C -110 92 60 92 116 90 C 156 88 186 66 180 40 "
                "C 176 30 164 30 150 36 C 104 52 40 50 0 48 C -60 46 -120 26 -168 36 Z")
    c.drawPath(sole, paint(shader=lin(0, 34, 0, 92, (0, foam), (0.6, mix(foam, "#d8c9b4", 0.5)), (1, "#a8977f"))))
    c.save()
    c.clipPath(sole, skia.ClipOp.kIntersect, True)
    c.drawPath(path("M -180 62 C -100 44 -30 76 60 66 C 110 60 150 56 190 48"), paint(main, 0.9, stroke=5))
    c.drawPath(path("M -176 70 C -100 54 -30 84 60 74 C 110 68 150 64 190 56"), paint("#8b7a66", 0.30, stroke=2))
    c.drawPath(path("M -182 80 C -110 92 60 88 126 86 C 150 84 172 74 184 60 L 196 110 L -190 110 Z"), paint(accent))
    c.restore()
    c.drawPath(path("M -166 38 C -118 28 -60 48 0 50 C 40 52 104 54 150 38"), paint(dark(main, 0.7), 0.35, stroke=2.5))


def shoe_above(c, colour="coral", left=False):
    """One shoe from above, toe up, y -180..180."""
    main, foam, accent = SHOE_COLOURS[colour]
    c.save()
    if left:
        c.scale(-1, 1)
    sole = path("M -8 -182 C 48 -184 74 -130 70 -70 C 66 -20 50 30 52 90 C 54 150 36 180 2 180 "
                "C -34 180 -52 150 -50 90 C -48 30 -70 -20 -68 -80 C -66 -140 -48 -180 -8 -182 Z")
    shade(c, sole, foam, soft=10)
    upper = moved(sole, 0, -2, 0.92)
    shade(c, upper, main, soft=26, tex="knit", tex_strength=0.5)
    c.save()
    c.clipPath(upper, skia.ClipOp.kIntersect, True)
    shade(c, path("M -80 190 L -80 120 Q 0 96 80 120 L 80 190 Z"), accent, soft=10)
    c.drawPath(path("M -70 -60 Q -44 -10 -50 60"), paint(foam, 0.9, stroke=10))
    c.restore()
    mouth = path("M 0 34 C 28 34 36 60 36 92 C 36 132 24 154 0 154 C -24 154 -36 132 -36 92 C -36 60 -28 34 0 34 Z")
    c.drawPath(mouth, paint(shader=lin(-30, 40, 30, 150, (0, dark(main, 0.75)), (1, dark(main, 0.45)))))
    c.drawPath(mouth, paint(light(main, 0.5), 0.9, stroke=5))
    tongue = path("M -26 -66 L 26 -66 L 22 62 Q 0 74 -22 62 Z")
    shade(c, tongue, mix(main, foam, 0.3), soft=8)
    for i in range(6):
        y = -62 + i * 19
        c.drawPath(path(f"M -30 {y} Q 0 {y+9} 30 {y}"), paint(dark(main, 0.7), 0.35, stroke=8, blur=2))
        c.drawPath(path(f"M -30 {y-3} Q 0 {y+6} 30 {y-3}"), paint(foam, 1, stroke=6.5))
    c.restore()


OAT, STEEL = "#d8c8ae", "#b88f55"


def headphones(c):
    """Headphones from the front, x -165..165, y -180..185."""
    # Band: brass behind, wool in front.
    c.drawPath(path("M -128 70 C -150 -80 -96 -166 0 -166 C 96 -166 150 -80 128 70"), paint(dark(STEEL, 0.35), 1, stroke=15))
    c.drawPath(path("M -129 70 C -151 -82 -97 -168 0 -168 C 97 -168 151 -82 129 70"), paint(light(STEEL, 0.25), 1, stroke=9))
    pad = path("M -106 -84 C -92 -142 -52 -164 0 -164 C 52 -164 92 -142 106 -84 C 84 -118 50 -134 0 -134 C -50 -134 -84 -118 -106 -84 Z")
    shade(c, pad, mix(OAT, "#8c7a62", 0.25), soft=12, tex="knit", tex_strength=0.6)
    for side in (-1, 1):
        # Yoke.
        c.drawPath(path(f"M {side*132} 10 C {side*156} 20 {side*160} 40 {side*158} 80"), paint(dark(STEEL, 0.2), 1, stroke=10))
        c.drawPath(path(f"M {side*131} 9 C {side*154} 19 {side*158} 40 {side*156} 80"), paint(light(STEEL, 0.45), 1, stroke=5))
        # Cushion, towards the middle, then cup.
        cushion = path(f"M {side*102} 10 C {side*66} 10 {side*60} 60 {side*60} 92 C {side*60} 130 {side*68} 176 {side*102} 178 Z")
        shade(c, cushion, "#5a4a40", soft=12, tex="leather")
        cup = path(f"M {side*96} 6 C {side*140} 2 {side*164} 44 {side*164} 94 C {side*164} 146 {side*140} 184 {side*96} 182 "
                   f"C {side*88} 150 {side*88} 40 {side*96} 6 Z")
        shade(c, cup, OAT, soft=18, tex="linen", tex_strength=0.55)
        rim = path(f"M {side*97} 8 C {side*90} 40 {side*90} 150 {side*97} 180")
        c.drawPath(rim, paint(STEEL, 1, stroke=5))
        c.drawPath(moved(rim, -1, 0), paint("#f4deb0", 0.8, stroke=2))
        c.drawPath(oval(side * 156, 92, 6, 13), paint(shader=lin(side * 150, 80, side * 162, 104, (0, "#f7e2b0"), (1, "#8a6429"))))


def headphones_side(c):
    """One cup from the side with the band going up, y -210..160."""
    c.drawPath(path("M -4 -205 C -10 -140 -8 -90 0 -60"), paint(dark(OAT, 0.3), 1, stroke=44))
    weave_band = path("M -26 -210 L 20 -210 L 22 -80 L -20 -80 Z")
    shade(c, weave_band, mix(OAT, "#8c7a62", 0.25), soft=14, tex="knit", tex_strength=0.6)
    c.drawPath(path("M -70 40 C -80 -60 -40 -104 0 -104 C 40 -104 80 -60 70 40"), paint(dark(STEEL, 0.2), 1, stroke=12))
    c.drawPath(path("M -71 38 C -81 -62 -41 -106 0 -106 C 39 -106 79 -62 70 38"), paint(light(STEEL, 0.4), 1, stroke=6))
    shade(c, oval(6, 42, 112, 122), "#5a4a40", soft=14, tex="leather")
    shade(c, oval(-4, 36, 104, 116), OAT, soft=26, tex="linen", tex_strength=0.55)
    c.drawPath(oval(-4, 36, 84, 95), paint(dark(OAT, 0.5), 0.20, stroke=3))
    shade(c, oval(-4, 36, 30, 33), STEEL, soft=8)
    c.drawPath(oval(-8, 30, 18, 20), paint("#ffeec6", 0.35, blur=6))
    for x, y in ((-74, 40), (70, 40)):
        c.drawCircle(x, y, 10, paint(shader=rad(x - 3, y - 3, 12, (0, "#f7e2b0"), (1, "#8a6429"))))


def watch(c, hours=10.15, seconds=12.0):
    """Wrist watch from above, strap along y, -200..200; the dial is at (0, 0)."""
    tan = "#b07a48"
    for side in (-1, 1):
        strap = path(f"M -44 {side*70} L 44 {side*70} C 40 {side*120} 36 {side*170} 34 {side*192} "
                     f"C 32 {side*204} -32 {side*204} -34 {side*192} C -36 {side*170} -40 {side*120} -44 {side*70} Z")
        shade(c, strap, tan, soft=10, tex="leather", tex_strength=0.6)
        c.drawPath(moved(strap, 0, side * 16, 0.88), paint(light(tan, 0.55), 0.8, stroke=1.5, dash=(5, 4)))
    for y in (128, 146, 164):
        c.drawPath(oval(0, y, 3.4, 3.4), paint("#3a2413"))
    buckle = rrect(-42, -206, 84, 34, 9)
    c.drawPath(buckle, paint(shader=lin(-40, -206, 40, -172, (0, "#f4f4f2"), (0.5, "#a9adb2"), (1, "#6b7077")), stroke=None))
    c.drawPath(rrect(-32, -198, 64, 18, 4), paint(tan))
    c.drawLine(0, -206, 0, -168, paint("#d7dadd", 1, stroke=5))
    for sx in (-1, 1):
        for sy in (-1, 1):
            lug = path(f"M {sx*30} {sy*74} L {sx*50} {sy*66} L {sx*58} {sy*98} L {sx*46} {sy*104} Z")
            shade(c, lug, "#b9bec4", soft=6)
    c.drawPath(rrect(90, -11, 20, 22, 5), paint(shader=lin(90, -11, 90, 11, (0, "#f4f4f2"), (0.5, "#9ba0a6"), (1, "#5d6268"))))
    c.drawPath(oval(3, 7, 95, 95), paint("#20140e", 0.35, blur=9))
    steel = skia.GradientShader.MakeSweep(
        0, 0, [col(x) for x in ("#ffffff", "#9ba0a6", "#e9ebec", "#70757b", "#c9cdd1", "#ffffff")])
    c.drawPath(oval(0, 0, 95, 95), paint(shader=steel))
    c.drawPath(oval(0, 0, 84, 84), paint(shader=lin(-60, -60, 60, 60, (0, "#5d6268"), (1, "#eceeef"))))
    c.drawPath(oval(0, 0, 80, 80), paint(shader=rad(-20, -24, 120, (0, "#fffaf0"), (0.7, "#f3e7cf"), (1, "#d9c7a6"))))
    for i in range(60):
        a = math.radians(i * 6)
        big = i % 5 == 0
        r0, r1 = (60 if big else 70), 74
        c.drawLine(r0 * math.sin(a), -r0 * math.cos(a), r1 * math.sin(a), -r1 * math.cos(a),
                   paint("#4a3b2c" if big else "#8b7a63", 0.95 if big else 0.6, stroke=3.4 if big else 1.1))
    blue = "#274a78"
    for angle, length, width in ((hours * 30, 40, 6.5), ((hours % 1) * 360, 62, 4.6)):
        c.save()
        c.translate(1.5, 4)
        c.rotate(angle)
        c.drawLine(0, 12, 0, -length, paint("#20140e", 0.30, stroke=width, blur=2))
        c.restore()
        c.save()
        c.rotate(angle)
        c.drawLine(0, 12, 0, -length, paint(blue, 1, stroke=width))
        c.drawLine(-width * 0.2, 8, -width * 0.2, -length + 3, paint("#7fa4d4", 0.6, stroke=1.2))
        c.restore()
    if seconds is not None:
        watch_seconds(c, seconds)
    glass = path("M -64 -34 C -50 -66 -14 -80 22 -72 C -14 -58 -44 -30 -56 8 C -66 -4 -68 -20 -64 -34 Z")
    c.drawPath(glass, paint("#ffffff", 0.22))


def watch_seconds(c, seconds):
    """The seconds hand and the hub, over a watch drawn without them."""
    c.save()
    c.translate(1, 3)
    c.rotate(seconds * 6)
    c.drawLine(0, 22, 0, -68, paint("#20140e", 0.25, stroke=2, blur=1.5))
    c.restore()
    c.save()
    c.rotate(seconds * 6)
    c.drawLine(0, 22, 0, -68, paint("#c2502f", 1, stroke=2))
    c.drawCircle(0, 16, 4.2, paint("#c2502f"))
    c.restore()
    c.drawCircle(0, 0, 6, paint(shader=rad(-2, -2, 7, (0, "#ffffff"), (1, "#70757b"))))
