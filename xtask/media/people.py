"""The few parts of Mira that the film shows: a hand, an arm, walking legs, her back."""

import math

import skia

from kit import (
    blob, clamp, dark, lerp, light, lin, mix, moved, oval, paint, path, poly, rad, rng, rrect,
    shade, smooth, texture,
)

SKIN = "#8a5a3c"
SLEEVE = "#d39b3d"


def limb(x0, y0, r0, x1, y1, r1):
    """A tapered capsule from one circle to another."""
    a = math.atan2(y1 - y0, x1 - x0)
    d = max(1e-6, math.hypot(x1 - x0, y1 - y0))
    b = math.acos(max(-1, min(1, (r0 - r1) / d)))
    p = skia.Path()
    p.addArc(skia.Rect.MakeXYWH(x0 - r0, y0 - r0, 2 * r0, 2 * r0), math.degrees(a + b), 360 - 2 * math.degrees(b))
    q = skia.Path()
    q.moveTo(x0 + r0 * math.cos(a + b), y0 + r0 * math.sin(a + b))
    q.arcTo(skia.Rect.MakeXYWH(x0 - r0, y0 - r0, 2 * r0, 2 * r0), math.degrees(a + b), 360 - 2 * math.degrees(b), False)
    q.lineTo(x1 + r1 * math.cos(a - b), y1 + r1 * math.sin(a - b))
    q.arcTo(skia.Rect.MakeXYWH(x1 - r1, y1 - r1, 2 * r1, 2 * r1), math.degrees(a - b), 2 * math.degrees(b), False)
    q.close()
    return q


def forearm(c, hx, hy, ex, ey, scale=1.0, sleeve=SLEEVE):
    """Wrist at (hx, hy), elbow at (ex, ey): skin, then a knitted sleeve with a cuff."""
    k = lambda t: (lerp(hx, ex, t), lerp(hy, ey, t))
    d = math.hypot(ex - hx, ey - hy)
    cuff = clamp(66 * scale / d, 0, 0.8)
    shade(c, limb(hx, hy, 25 * scale, *k(min(1, cuff * 1.6)), 32 * scale), SKIN, soft=12 * scale)
    arm = limb(*k(cuff), 40 * scale, ex, ey, 74 * scale)
    shade(c, arm, sleeve, soft=22 * scale, tex="knit", tex_strength=0.55)
    ux, uy = (ex - hx) / d, (ey - hy) / d
    x, y = k(cuff)
    # Cut the round end of the sleeve off with a ribbed cuff.
    cuff_end = path(
        f"M {x-uy*43*scale-ux*16*scale} {y+ux*43*scale-uy*16*scale} "
        f"Q {x-ux*46*scale} {y-uy*46*scale} {x+uy*43*scale-ux*16*scale} {y-ux*43*scale-uy*16*scale} "
        f"L {x+uy*48*scale+ux*26*scale} {y-ux*48*scale+uy*26*scale} "
        f"Q {x+ux*8*scale} {y+uy*8*scale} {x-uy*48*scale+ux*26*scale} {y+ux*48*scale+uy*26*scale} Z"
    )
    shade(c, cuff_end, light(sleeve, 0.12), soft=9 * scale, tex="knit", tex_strength=0.7)


def grip_behind(c):
    """Hand at a mug's handle, the part behind the handle; mug coordinates."""
    palm = path("M 112 -44 C 150 -52 182 -26 184 8 C 186 44 160 62 128 56 C 108 50 100 -34 112 -44 Z")
    shade(c, palm, SKIN, soft=12)


def grip_front(c):
    """The fingers through the handle and the thumb on top."""
    for i in range(4):
        y = -27 + i * 20
        f = limb(134 + (i == 0) * 2, y + 3, 12.5, 86 + abs(i - 1.2) * 3, y, 10.5)
        c.drawPath(moved(f, 1, 4), paint("#2a120a", 0.35, blur=3.5))
        shade(c, f, mix(SKIN, "#6f4229", i * 0.09), soft=6, strength=0.9)
    thumb = path("M 160 -30 C 150 -62 112 -68 92 -58 C 82 -52 86 -38 98 -38 C 116 -40 130 -36 136 -24 Z")
    c.drawPath(moved(thumb, 1, 4), paint("#2a120a", 0.3, blur=4))
    shade(c, thumb, SKIN, soft=8)
    c.drawPath(path("M 91 -55 C 86 -51 88 -44 94 -43 C 98 -47 98 -54 91 -55 Z"), paint("#d9a58a", 0.75))


def pencil_hand(c):
    """A right hand from above with a pencil; the point is at (0, 0), the wrist at (132, 150)."""
    pen = path("M 0 0 L 14 -22 L 150 -150 L 164 -136 L 36 -6 Z")
    c.save()
    c.translate(7, 12)
    c.drawPath(path("M 0 0 L 14 -10 L 150 -138 L 164 -124 L 30 4 Z"), paint("#1c0f0a", 0.28, blur=6))
    c.restore()
    body = poly((12, -20), (126, -134), (143, -118), (29, -3))
    c.drawPath(body, paint(shader=lin(70, -80, 88, -62, (0, "#f0c269"), (0.5, "#d99a3a"), (1, "#9c6420"))))
    c.drawPath(poly((126, -134), (136, -144), (153, -128), (143, -118)), paint("#c9cdd1"))
    c.drawPath(poly((136, -144), (146, -153), (162, -137), (153, -128)), paint("#d98677"))
    c.drawPath(poly((0, 0), (12, -20), (29, -3)), paint("#efd5ad"))
    c.drawPath(poly((0, 0), (4, -7), (9, -2)), paint("#38343c"))
    shadow = path("M 40 10 C 60 -30 130 -40 170 10 C 220 70 190 190 140 190 C 90 180 30 60 40 10 Z")
    c.drawPath(moved(shadow, 8, 16), paint("#1c0f0a", 0.30, blur=16))
    # Curled fingers below, then the back of the hand, then index finger and thumb.
    for i, (x, y, l) in enumerate(((52, 74, 0), (44, 52, 0), (38, 30, 0))):
        shade(c, limb(x, y, 14.5, x + 66, y + 18, 20), mix(SKIN, "#5f3821", 0.25 - i * 0.06), soft=8)
    index = path("M 26 -24 C 20 -16 22 -6 32 -6 C 54 -8 74 4 92 20 L 122 -6 C 96 -34 54 -46 26 -24 Z")
    c.drawPath(moved(index, 1, 5), paint("#2a120a", 0.3, blur=5))
    shade(c, index, SKIN, soft=10)
    c.drawPath(path("M 27 -21 C 22 -16 23 -10 29 -9 C 35 -12 35 -20 27 -21 Z"), paint("#d9a58a", 0.75))
    thumb = path("M 40 -2 C 30 2 30 14 40 18 C 62 22 84 34 100 52 L 124 20 C 100 0 66 -10 40 -2 Z")
    shade(c, thumb, mix(SKIN, "#5f3821", 0.10), soft=9)
    back = path("M 66 -2 C 92 -30 142 -26 164 10 C 186 52 182 116 168 160 L 112 172 C 92 130 52 84 50 50 C 48 26 54 10 66 -2 Z")
    shade(c, back, SKIN, soft=22)
    for x, y in ((84, 8), (74, 30), (72, 52)):
        blob(c, x, y, 7, 5, light(SKIN, 0.5), 0.30, 4)


# --- walking ---------------------------------------------------------------------------------

STRIDE_TIME = 1.24
STANCE = 0.60


def _clearance(pitch):
    """How far the shoe's centre must rise so that a pitched shoe stands on the ground."""
    a = math.radians(pitch)
    return max(172 * math.sin(a) + 84 * math.cos(a), 92 * math.cos(a), -164 * math.sin(a) + 84 * math.cos(a))


def foot(t, phase, speed, ground, scale):
    """The centre of a shoe: (x from the hip, y, pitch in degrees; positive is toe down)."""
    p = (t / STRIDE_TIME + phase) % 1.0
    reach = speed * STRIDE_TIME * STANCE / 2
    if p < STANCE:
        k = p / STANCE
        x, up = lerp(reach, -reach, k), 0.0
        pitch = -15 * (1 - smooth(k / 0.18)) + 30 * smooth((k - 0.70) / 0.30)
    else:
        k = (p - STANCE) / (1 - STANCE)
        x = lerp(-reach, reach, 0.25 * k + 0.75 * smooth(k))
        up = 34 * math.sin(math.pi * k) ** 1.3
        pitch = lerp(30, 46, smooth(k / 0.25)) if k < 0.25 else lerp(46, -15, smooth((k - 0.25) / 0.75))
    return x, ground - scale * (_clearance(pitch) + up), pitch


def knee(hx, hy, ax, ay, thigh, shin):
    """The knee between hip and ankle, bent forward (to the right)."""
    d = min(math.hypot(ax - hx, ay - hy), thigh + shin - 1)
    base = math.atan2(ay - hy, ax - hx)
    bend = math.acos(clamp((thigh * thigh + d * d - shin * shin) / (2 * thigh * d), -1, 1))
    return hx + thigh * math.cos(base - bend), hy + thigh * math.sin(base - bend)


def knee_reach(hx, hy, ax, ay, scale):
    """How far the front of the knee is before the hip."""
    return knee(hx, hy, ax, ay, 350 * scale, 345 * scale)[0] + 74 * scale - hx


def leg(c, hx, hy, ax, ay, scale, cloth):
    """Wide trousers with a turned-up hem over a sock; the ankle is at (ax, ay)."""
    kx, ky = knee(hx, hy, ax, ay, 350 * scale, 345 * scale)
    d = math.hypot(kx - ax, ky - ay)
    ux, uy = (kx - ax) / d, (ky - ay) / d
    nx, ny = -uy, ux
    at = lambda along, side: (ax + ux * along * scale + nx * side * scale, ay + uy * along * scale + ny * side * scale)
    sock = limb(*at(-12, 0), 23 * scale, *at(90, 0), 30 * scale)
    c.drawPath(sock, paint(shader=lin(*at(0, 26), *at(0, -26), (0, "#fbf3e2"), (1, "#c9b99f"))))
    # Shin and thigh as one silhouette, cut straight at the hem.
    below = poly(at(36, 300), at(36, -300), at(-300, -300), at(-300, 300))
    shin = skia.Op(limb(kx, ky, 72 * scale, *at(30, 0), 57 * scale), below, skia.PathOp.kDifference_PathOp)
    thigh = limb(hx, hy, 104 * scale, kx, ky, 72 * scale)
    whole = skia.Op(shin, thigh, skia.PathOp.kUnion_PathOp)
    c.drawPath(whole, paint(shader=lin(
        *at(200, 76), *at(200, -76), (0, light(cloth, 0.22)), (0.4, cloth), (1, dark(cloth, 0.36)))))
    c.save()
    c.clipPath(whole, skia.ClipOp.kIntersect, True)
    c.drawPath(whole, paint(dark(cloth, 0.75), 0.30, stroke=20 * scale, blur=12 * scale))
    crease = path("M %f %f Q %f %f %f %f" % (*at(60, 8), *at(220, 2), kx + 10 * scale, ky))
    c.drawPath(crease, paint(light(cloth, 0.5), 0.28, stroke=5 * scale, blur=3 * scale))
    for k in (14, 34):
        q = (*at(300 + k, -60), *at(318 + k, -20), *at(300 + k * 1.6, 24))
        c.drawPath(path("M %f %f Q %f %f %f %f" % q), paint(dark(cloth, 0.7), 0.30, stroke=5 * scale, blur=3 * scale))
    c.restore()
    cuff = poly(at(32, 62), at(32, -62), at(70, -64), at(70, 64))
    c.drawPath(cuff, paint(shader=lin(
        *at(50, 64), *at(50, -64), (0, light(cloth, 0.42)), (0.4, light(cloth, 0.20)), (1, dark(cloth, 0.22)))))
    c.drawLine(*at(71, 62), *at(71, -62), paint(dark(cloth, 0.7), 0.4, stroke=3 * scale, blur=1.5))


CAMEL = "#c08a58"


def coat(c):
    """A long coat from far above down to its hem at y = 0, x around 0; toe direction is right."""
    body = path("M -128 -1400 L 112 -1400 C 150 -700 176 -300 184 0 Q 0 30 -190 0 "
                "C -168 -330 -152 -700 -128 -1400 Z")
    shade(c, body, CAMEL, soft=46, tex="linen", tex_strength=0.38)
    c.drawPath(path("M 34 -1400 C 60 -700 84 -240 96 14"), paint(dark(CAMEL, 0.7), 0.35, stroke=3))
    c.drawPath(path("M 38 -1400 C 64 -700 88 -240 100 14"), paint(light(CAMEL, 0.6), 0.35, stroke=2))
    for x0, x1 in ((-96, -120), (-30, -36)):
        c.drawPath(path(f"M {x0} -620 C {x0} -400 {x1} -200 {x1} 6"), paint(dark(CAMEL, 0.7), 0.22, stroke=16, blur=10))
    pocket = path("M -40 -470 L 4 -462 L -8 -300 L -54 -306 Z")
    c.drawPath(pocket, paint(dark(CAMEL, 0.5), 0.22))
    c.drawPath(path("M -40 -470 L 4 -462"), paint(light(CAMEL, 0.5), 0.5, stroke=3))


def coat_arm(c):
    """The near arm, hanging from the shoulder at (0, 0) to the finger tips at (30, 720)."""
    for i, (x0, x1, y1) in enumerate(((-12, -4, 700), (2, 12, 716), (16, 27, 716), (28, 40, 704))):
        shade(c, limb(x0, 640, 11, x1, y1, 8), mix(SKIN, "#5f3821", 0.16 - i * 0.05), soft=6)
    shade(c, path("M -26 580 L 40 580 C 50 620 46 650 36 668 L -18 662 C -30 640 -30 610 -26 580 Z"), SKIN, soft=16)
    thumb = limb(34, 616, 13, 52, 672, 9)
    shade(c, thumb, SKIN, soft=6)
    sleeve = path("M -90 -20 C -96 120 -92 260 -84 330 C -74 430 -58 520 -50 600 Q 6 622 62 596 "
                  "C 66 500 62 420 46 330 C 74 220 92 100 90 -20 C 60 -100 -60 -100 -90 -20 Z")
    shade(c, sleeve, CAMEL, soft=34, tex="linen", tex_strength=0.38)
    c.drawPath(path("M -60 320 Q -20 344 34 326"), paint(dark(CAMEL, 0.7), 0.22, stroke=9, blur=6))
    c.drawPath(path("M -54 556 Q 6 578 64 552"), paint(dark(CAMEL, 0.7), 0.35, stroke=3))


# --- her back --------------------------------------------------------------------------------

HAIR = "#33211d"
KNIT = SLEEVE


def back_body(c):
    """Shoulders in a knitted pullover and the neck; the head's centre is at (0, 0)."""
    neck = path("M -40 60 C -36 130 -50 150 -84 168 L 84 168 C 50 150 36 130 40 60 Z")
    shade(c, neck, SKIN, soft=20)
    body = path("M -84 148 C -150 170 -232 186 -262 262 C -292 340 -300 470 -306 640 L 306 640 "
                "C 300 470 292 340 262 262 C 232 186 150 170 84 148 Q 0 196 -84 148 Z")
    shade(c, body, KNIT, soft=52, tex="knit", tex_strength=0.6)
    c.drawPath(path("M -90 150 Q 0 204 90 150"), paint(light(KNIT, 0.16), 1, stroke=26))
    c.drawPath(path("M -90 162 Q 0 216 90 162"), paint(dark(KNIT, 0.6), 0.30, stroke=4, blur=2))
    for side in (-1, 1):
        c.drawPath(path(f"M {side*186} 250 C {side*170} 330 {side*178} 460 {side*186} 640"),
                   paint(dark(KNIT, 0.7), 0.38, stroke=10, blur=7))


def back_head(c):
    """Head from behind, hair up in a round puff, earrings; centre at (0, 0)."""
    head = path("M -86 -10 C -90 -92 -50 -124 0 -124 C 50 -124 90 -92 86 -10 C 82 50 52 92 0 96 C -52 92 -82 50 -86 -10 Z")
    shade(c, head, HAIR, soft=26)
    r = rng(21)
    c.save()
    c.clipPath(head, skia.ClipOp.kIntersect, True)
    for i in range(60):
        x = r.uniform(-90, 90)
        c.drawPath(path(f"M {x} 100 Q {x*0.7} -10 {x*0.12} -116"), paint(light(HAIR, 0.35), 0.16, stroke=1.6))
    c.restore()
    puff = skia.Path()
    for i in range(26):
        a = i / 26 * math.tau
        puff.addCircle(74 * math.cos(a) * 1.06, -158 + 58 * math.sin(a), r.uniform(22, 30))
    puff.addOval(skia.Rect.MakeXYWH(-84, -222, 168, 128))
    puff = skia.Simplify(puff) if hasattr(skia, "Simplify") else puff
    shade(c, puff, light(HAIR, 0.05), soft=26)
    for _ in range(240):
        a, d = r.uniform(0, math.tau), math.sqrt(r.random())
        x, y = 92 * d * math.cos(a), -158 + 74 * d * math.sin(a)
        q = r.uniform(5, 11)
        c.drawArc(skia.Rect.MakeXYWH(x - q, y - q, 2 * q, 2 * q), r.uniform(0, 360), r.uniform(120, 260), False,
                  paint(light(HAIR, 0.5) if y < -170 and x < 20 else dark(HAIR, 0.4), 0.30, stroke=2.2))
    c.drawPath(path("M -46 -98 Q 0 -76 46 -98"), paint("#e2b04e", 1, stroke=11))
    c.drawPath(path("M -46 -101 Q 0 -79 46 -101"), paint("#f7dda0", 0.6, stroke=3))


def worn_headphones(c, oat="#d8c8ae", brass="#b88f55"):
    """The headphones on that head; cups at x = -98 and 98, y = 6."""
    c.drawPath(path("M -96 -8 C -112 -100 -70 -136 0 -136 C 70 -136 112 -100 96 -8"), paint(dark(brass, 0.3), 1, stroke=20))
    c.drawPath(path("M -97 -10 C -113 -102 -71 -139 0 -139 C 71 -139 113 -102 97 -10"), paint(oat, 1, stroke=13))
    c.drawPath(path("M -90 -60 C -84 -112 -50 -143 0 -143"), paint(light(oat, 0.7), 0.6, stroke=3, blur=1))
    for side in (-1, 1):
        cushion = path(f"M {side*80} -46 C {side*98} -50 {side*104} -40 {side*104} 6 C {side*104} 52 {side*98} 62 {side*80} 58 Z")
        shade(c, cushion, "#5a4a40", soft=8)
        cup = path(f"M {side*98} -54 C {side*130} -56 {side*140} -24 {side*140} 6 C {side*140} 38 {side*130} 68 {side*98} 66 Z")
        shade(c, cup, oat, soft=14, tex="linen", tex_strength=0.55)
        c.drawPath(path(f"M {side*99} -52 L {side*99} 64"), paint(brass, 1, stroke=5))
        c.drawPath(oval(side * 136, 6, 5, 11), paint("#f0d59a"))
