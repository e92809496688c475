"""What rooms are made of: walls, wood, windows and what is seen through them, curtains, light."""

import math

import skia

from kit import (
    blob, clamp, dark, lerp, light, lin, mix, moved, oval, paint, path, poly, rad, rng, rrect,
    shade, smooth, texture, weave,
)


def wall(c, x, y, w, h, top, bottom, tex=0.35):
    r = skia.Path()
    r.addRect(skia.Rect.MakeXYWH(x, y, w, h))
    c.drawPath(r, paint(shader=lin(x, y, x + w * 0.3, y + h, (0, top), (1, bottom))))
    weave(c, r, "paper", tex)


def wood(c, x, y, w, h, base, vertical=False, strength=0.55, shine=True):
    """A board; the grain runs along its length."""
    r = skia.Path()
    r.addRect(skia.Rect.MakeXYWH(x, y, w, h))
    c.drawPath(r, paint(shader=lin(x, y, x, y + h, (0, light(base, 0.14)), (1, dark(base, 0.16)))))
    c.save()
    c.clipPath(r)
    if vertical:
        c.rotate(90)
    c.scale(2.4, 1)
    c.drawPaint(paint(shader=texture("wood"), alpha=strength, blend=skia.BlendMode.kOverlay))
    c.restore()
    if shine:
        c.drawPath(r, paint(shader=lin(x, 0, x + w, 0, (0, "#fff0d0", 0.0), (0.42, "#fff0d0", 0.20), (0.8, "#fff0d0", 0.0))))


def table(c, w, top, bottom, base):
    """A table top seen from slightly above, with its front edge when it is in the picture."""
    wood(c, -300, top, w + 600, bottom - top, base)
    c.drawRect(skia.Rect.MakeXYWH(-300, top, w + 600, 5), paint(light(base, 0.5), 0.6))
    c.drawRect(skia.Rect.MakeXYWH(-300, top - 16, w + 600, 18), paint("#2a1a1c", 0.16, blur=9))


def hole(c, p):
    c.drawPath(p, paint("#000000", blend=skia.BlendMode.kClear))


def window_frame(c, x, y, w, h, color, columns=2, rows=2, width=16):
    """A sash window: clears the glass and draws frame, bars and sill."""
    c.drawPath(rrect(x - width - 10, y - width - 6, w + 2 * width + 26, h + 2 * width + 22, 6),
               paint("#3a2420", 0.22, blur=14))
    shade(c, rrect(x - width, y - width, w + 2 * width, h + 2 * width, 4), color, soft=8)
    r = skia.Path()
    r.addRect(skia.Rect.MakeXYWH(x, y, w, h))
    hole(c, r)
    for i in range(1, columns):
        bx = x + w * i / columns
        shade(c, rrect(bx - 5, y, 10, h, 0), color, soft=3)
    for i in range(1, rows):
        by = y + h * i / rows
        shade(c, rrect(x, by - 5, w, 10, 0), color, soft=3)
    c.drawPath(rrect(x, y, w, 14, 0), paint("#2a1a1c", 0.20, blur=7))
    shade(c, rrect(x - width - 18, y + h + width - 4, w + 2 * width + 36, 18, 4), light(color, 0.2), soft=6)
    c.drawPath(rrect(x - width - 10, y + h + width + 14, w + 2 * width + 20, 10, 4), paint("#2a1a1c", 0.25, blur=6))


def hills(c, x, y, w, rows, seed=2):
    """Rolling hills: rows are (height above y, colour, roughness), far to near."""
    r = rng(seed)
    for top, color, rough in rows:
        p = skia.Path()
        p.moveTo(x - 60, y + 400)
        p.lineTo(x - 60, y - top)
        phase = r.uniform(0, 6)
        n = 60
        for i in range(n + 1):
            u = i / n
            k = math.sin(u * 5 + phase) * 0.6 + math.sin(u * 11 + phase * 2.1) * 0.3
            p.lineTo(x - 60 + (w + 120) * u, y - top - rough * k)
        p.lineTo(x + w + 60, y + 400)
        p.close()
        c.drawPath(p, paint(shader=lin(0, y - top - rough, 0, y + 120, (0, light(color, 0.18)), (1, color))))


def houses(c, x, y, w, color, seed, low=30, high=120, lit=0.0, glow="#ffd58a"):
    """A row of roofs with windows; `lit` is the share of windows with light."""
    r = rng(seed)
    at = x - 40
    while at < x + w + 40:
        bw, bh = r.uniform(46, 96), r.uniform(low, high)
        roof = r.choice((0, 0.32, 0.32, 0.2)) * bw
        p = poly((at, y + 300), (at, y - bh), (at + bw / 2, y - bh - roof), (at + bw, y - bh), (at + bw, y + 300))
        k = mix(color, "#ffffff", r.uniform(0, 0.06))
        c.drawPath(p, paint(shader=lin(0, y - bh - roof, 0, y + 60, (0, light(k, 0.10)), (1, k))))
        for wx in range(int(at + 10), int(at + bw - 12), 17):
            for wy in range(int(y - bh + 12), int(y + 60), 24):
                on = r.random() < lit
                c.drawRect(skia.Rect.MakeXYWH(wx, wy, 8, 12), paint(glow if on else dark(k, 0.35), 0.95 if on else 0.35))
        at += bw + r.choice((0, 0, 3, 12))


def sun(c, x, y, r, core, glow, reach, strength=1.0):
    c.drawPath(oval(x, y, reach, reach), paint(shader=rad(x, y, reach, (0, glow, 0.85 * strength), (0.35, glow, 0.35 * strength), (1, glow, 0))))
    c.drawPath(oval(x, y, r, r), paint(core, 1, blur=1.5))


def curtain(c, x, y, w, h, t, color, side, alpha=0.8):
    """A sheer curtain that breathes; `side` -1 hangs at the left of x, 1 at the right."""
    folds = 7
    breath = 10 * math.sin(t * 0.9) + 5 * math.sin(t * 1.7 + 1)
    for i in range(folds):
        u0, u1 = i / folds, (i + 1) / folds
        sway0 = breath * u0 * 1.3 + 3 * math.sin(t * 1.3 + i)
        sway1 = breath * u1 * 1.3 + 3 * math.sin(t * 1.3 + i + 1)
        a, b = x - side * w * u0, x - side * w * u1
        p = skia.Path()
        p.moveTo(a, y)
        p.cubicTo(a, y + h * 0.4, a - side * sway0 * 0.3, y + h * 0.7, a - side * sway0, y + h)
        p.lineTo(b - side * sway1, y + h + 4 * math.sin(i * 2.0))
        p.cubicTo(b - side * sway1 * 0.3, y + h * 0.7, b, y + h * 0.4, b, y)
        p.close()
        x0, x1 = min(a, b), max(a, b)
        c.drawPath(p, paint(alpha=alpha, shader=lin(
            x0, 0, x1, 0, (0, dark(color, 0.10)), (0.4, light(color, 0.5)), (1, dark(color, 0.16)))))


def steam(c, x, y, t, scale=1.0, alpha=0.5):
    """Three wisps that rise from (x, y)."""
    for i in range(3):
        u = (t * 0.22 + i / 3) % 1.0
        fade = math.sin(math.pi * u) * alpha
        rise = (40 + 120 * u) * scale
        dx = (i - 1) * 16 * scale
        w = 13 * math.sin(t * 1.4 + i * 2.1) * scale
        p = path(f"M {x+dx} {y-rise*0.4} C {x+dx+w} {y-rise*0.7} {x+dx-w*1.6} {y-rise*1.1} {x+dx+w*0.8} {y-rise*1.5}")
        c.drawPath(p, paint("#ffffff", fade, stroke=(7 + 9 * u) * scale, blur=(5 + 6 * u) * scale))


def dust(c, w, h, t, seed, count=34, alpha=0.55, color="#fff2cf"):
    """Motes that drift through the light."""
    r = rng(seed)
    for _ in range(count):
        x, y, v, ph, s = r.random(), r.random(), r.uniform(0.008, 0.03), r.uniform(0, 6.28), r.uniform(0.8, 2.3)
        px = (x + v * t + 0.01 * math.sin(t * 0.7 + ph)) % 1.0
        py = (y - v * 0.7 * t + 0.012 * math.sin(t * 0.9 + ph * 2)) % 1.0
        a = alpha * (0.35 + 0.65 * (0.5 + 0.5 * math.sin(t * 1.1 + ph)))
        c.drawCircle(px * w, py * h, s, paint(color, a))


def poster(c, x, y, w, h, kind, frame="#3b2a22"):
    """A framed print: `kind` picks the artwork."""
    c.drawPath(rrect(x + 4, y + 10, w, h, 3), paint("#2a1a1c", 0.32, blur=10))
    shade(c, rrect(x, y, w, h, 3), frame, soft=4)
    c.drawPath(rrect(x + 9, y + 9, w - 18, h - 18, 1), paint("#f7efe0"))
    inner = rrect(x + 26, y + 28, w - 52, h - 56, 1)
    c.save()
    c.clipPath(inner, skia.ClipOp.kIntersect, True)
    cx, cy = x + w / 2, y + h / 2
    if kind == 0:
        c.drawPaint(paint("#e9d4b4"))
        c.drawPath(oval(cx, cy - h * 0.08, w * 0.20, w * 0.20), paint("#d5683f"))
        c.drawPath(path(f"M {x} {cy+h*0.16} Q {cx-w*0.1} {cy-h*0.02} {cx+w*0.1} {cy+h*0.14} T".replace(" T", "") + f" L {x+w} {cy+h*0.05} L {x+w} {y+h} L {x} {y+h} Z"), paint("#3f6c5c"))
        c.drawPath(path(f"M {x} {cy+h*0.26} Q {cx} {cy+h*0.12} {x+w} {cy+h*0.28} L {x+w} {y+h} L {x} {y+h} Z"), paint("#24463f"))
    else:
        c.drawPaint(paint("#d8dfd8"))
        for i, k in enumerate(("#27435e", "#b4593c", "#e0ac55")):
            c.drawPath(path(f"M {cx-w*0.22+i*w*0.13} {y+h} C {cx-w*0.3+i*w*0.16} {cy} {cx-w*0.1+i*w*0.1} {cy-h*0.05} {cx-w*0.2+i*w*0.2} {y+h*0.2+i*18} L {cx-w*0.12+i*w*0.2} {y+h*0.2+i*18} C {cx+i*w*0.1} {cy} {cx-w*0.2+i*w*0.2} {cy+h*0.1} {cx-w*0.08+i*w*0.13} {y+h} Z"), paint(k))
    c.restore()


def beam(c, points, color, alpha, blur=22, blend=skia.BlendMode.kSoftLight):
    """A shaft of light as a soft polygon."""
    c.drawPath(poly(*points), paint(color, alpha, blur=blur, blend=blend))


def vignette(fmt, strength=0.34, color="#1d1018"):
    """A darkening towards the corners, as an image-sized layer drawing."""
    def draw(c):
        r = math.hypot(fmt.w, fmt.h) / 2
        c.drawPaint(paint(shader=rad(fmt.w / 2, fmt.h * 0.46, r * 1.06, (0, color, 0), (0.55, color, 0), (1, color, strength))))
    return draw
