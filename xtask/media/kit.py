"""Drawing kit: colours, paths, soft shading, textures, cached sprites and easing.

Everything that is painted goes through these few helpers, so that the light is the same in every
scene and in every product picture: it falls from the upper left.
"""

import math
import random
import re

import numpy as np
import skia

LINEAR = skia.SamplingOptions(skia.FilterMode.kLinear, skia.MipmapMode.kNearest)


# --- numbers ---------------------------------------------------------------------------------


def clamp(x, lo=0.0, hi=1.0):
    return max(lo, min(hi, x))


def lerp(a, b, t):
    return a + (b - a) * t


def smooth(x):
    """Ease in and out over 0..1 (smootherstep: no jerk at the ends)."""
    x = clamp(x)
    return x * x * x * (x * (x * 6 - 15) + 10)


def ramp(t, a, b):
    """0 before a, 1 after b, eased between."""
    return smooth((t - a) / (b - a))


def keyed(t, points):
    """Value at t of [(time, value), ...]; values are numbers or equal-length tuples; eased."""
    if t <= points[0][0]:
        return points[0][1]
    for (t0, v0), (t1, v1) in zip(points, points[1:]):
        if t < t1:
            k = smooth((t - t0) / (t1 - t0))
            if isinstance(v0, tuple):
                return tuple(lerp(a, b, k) for a, b in zip(v0, v1))
            return lerp(v0, v1, k)
    return points[-1][1]


# --- colours ---------------------------------------------------------------------------------


def col(text, alpha=1.0):
    """'#rrggbb' to a Skia colour."""
    if isinstance(text, int):
        return skia.ColorSetA(text, int(round(skia.ColorGetA(text) * alpha)))
    n = int(text[1:], 16)
    return skia.ColorSetARGB(int(round(alpha * 255)), n >> 16, n >> 8 & 255, n & 255)


def rgb(text):
    n = int(text[1:], 16)
    return (n >> 16, n >> 8 & 255, n & 255)


def mix(a, b, t):
    """Between two '#rrggbb'."""
    return "#%02x%02x%02x" % tuple(int(round(lerp(x, y, t))) for x, y in zip(rgb(a), rgb(b)))


def light(c, t):
    return mix(c, "#fff6e6", t)


def dark(c, t):
    return mix(c, "#241a24", t)


# --- paints ----------------------------------------------------------------------------------


def paint(color=None, alpha=1.0, shader=None, stroke=None, blur=0.0, blend=None, dash=None):
    p = skia.Paint(AntiAlias=True, Dither=True)
    if color is not None:
        p.setColor(col(color, alpha))
    if shader is not None:
        p.setShader(shader)
        p.setAlphaf(alpha)
    if stroke:
        p.setStyle(skia.Paint.kStroke_Style)
        p.setStrokeWidth(stroke)
        p.setStrokeCap(skia.Paint.kRound_Cap)
        p.setStrokeJoin(skia.Paint.kRound_Join)
    if blur:
        p.setMaskFilter(skia.MaskFilter.MakeBlur(skia.kNormal_BlurStyle, blur))
    if blend:
        p.setBlendMode(blend)
    if dash:
        p.setPathEffect(skia.DashPathEffect.Make(list(dash), 0))
    return p


def _stops(stops):
    return [col(*s[1:]) for s in stops], [float(s[0]) for s in stops]


def lin(x0, y0, x1, y1, *stops):
    """Linear gradient; stops are (offset, '#rrggbb'[, alpha])."""
    colors, at = _stops(stops)
    return skia.GradientShader.MakeLinear([skia.Point(x0, y0), skia.Point(x1, y1)], colors, at)


def rad(x, y, r, *stops, squash=1.0):
    colors, at = _stops(stops)
    m = skia.Matrix()
    m.setScale(1, squash, x, y)
    return skia.GradientShader.MakeRadial(
        skia.Point(x, y), r, colors, at, skia.TileMode.kClamp, 0, m
    )


# --- paths -----------------------------------------------------------------------------------

_TOKEN = re.compile(r"[MLCQZ]|-?[0-9.]+")


def path(text):
    """A path from absolute M L C Q Z commands."""
    b = skia.Path()
    tokens = _TOKEN.findall(text)
    i, cmd = 0, "M"
    need = {"M": 2, "L": 2, "C": 6, "Q": 4}
    while i < len(tokens):
        if tokens[i] in "MLCQZ":
            cmd = tokens[i]
            i += 1
            if cmd == "Z":
                b.close()
                continue
        n = need[cmd]
        v = [float(x) for x in tokens[i : i + n]]
        i += n
        {"M": b.moveTo, "L": b.lineTo, "C": b.cubicTo, "Q": b.quadTo}[cmd](*v)
        if cmd == "M":
            cmd = "L"
    return b


def rrect(x, y, w, h, r):
    p = skia.Path()
    p.addRRect(skia.RRect.MakeRectXY(skia.Rect.MakeXYWH(x, y, w, h), r, r))
    return p


def oval(cx, cy, rx, ry):
    p = skia.Path()
    p.addOval(skia.Rect.MakeXYWH(cx - rx, cy - ry, 2 * rx, 2 * ry))
    return p


def poly(*points, close=True):
    p = skia.Path()
    p.moveTo(*points[0])
    for q in points[1:]:
        p.lineTo(*q)
    if close:
        p.close()
    return p


def mirror(p):
    m = skia.Matrix()
    m.setScale(-1, 1)
    return p.makeTransform(m) if hasattr(p, "makeTransform") else _transformed(p, m)


def _transformed(p, m):
    q = skia.Path(p)
    q.transform(m)
    return q


def moved(p, x, y, scale=1.0, rotate=0.0, sx=None):
    m = skia.Matrix()
    m.setTranslate(x, y)
    m.preRotate(rotate)
    m.preScale(sx if sx is not None else scale, scale)
    return _transformed(p, m)


# --- textures --------------------------------------------------------------------------------

_textures = {}


def texture(kind):
    """A tileable grey texture around mid grey, as a shader; cached."""
    if kind in _textures:
        return _textures[kind]
    rng = np.random.default_rng(7)
    n = 256
    noise = rng.normal(0, 1, (n, n))

    def soften(a, k):
        for _ in range(k):
            a = (a + np.roll(a, 1, 0) + np.roll(a, -1, 0) + np.roll(a, 1, 1) + np.roll(a, -1, 1)) / 5
        return a / a.std()

    if kind == "linen":
        v = soften(np.repeat(rng.normal(0, 1, (1, n)), n, 0) + 0.6 * noise, 0)
        h = np.repeat(rng.normal(0, 1, (n, 1)), n, 1)
        a = (v + h) * 9 + soften(noise, 1) * 6
    elif kind == "leather":
        a = soften(noise, 3) * 11 + soften(rng.normal(0, 1, (n, n)), 12) * 9
    elif kind == "knit":
        y, x = np.mgrid[0:n, 0:n]
        a = 16 * np.sin((x + 3 * np.sin(y * math.pi / 4)) * math.pi / 4) * np.sin(y * math.pi / 4)
        a = a + soften(noise, 1) * 5
    elif kind == "wood":
        y, x = np.mgrid[0:n, 0:n]
        g = np.repeat(soften(rng.normal(0, 1, (n, 1)), 2), n, 1)
        a = g * 8 + soften(np.repeat(rng.normal(0, 1, (n, n // 32)), 32, 1), 2) * 5
    else:  # paper
        a = soften(noise, 1) * 6 + soften(rng.normal(0, 1, (n, n)), 8) * 4
    g = np.clip(128 + a, 0, 255).astype(np.uint8)
    img = skia.Image.fromarray(np.dstack([g, g, g, np.full_like(g, 255)]).copy())
    sh = img.makeShader(skia.TileMode.kRepeat, skia.TileMode.kRepeat, LINEAR)
    _textures[kind] = sh
    return sh


def weave(c, p, kind, strength=0.5):
    """Lays a texture over a shape."""
    c.save()
    c.clipPath(p, skia.ClipOp.kIntersect, True)
    c.drawPaint(paint(shader=texture(kind), alpha=strength, blend=skia.BlendMode.kOverlay))
    c.restore()


# --- shading ---------------------------------------------------------------------------------


def shade(c, p, base, soft=18.0, strength=1.0, across=False, tex=None, tex_strength=0.4):
    """Fills a shape as a soft solid: lit from the upper left, darker lower right."""
    b = p.getBounds()
    if across:
        sh = lin(
            b.left(), 0, b.right(), 0,
            (0, dark(base, 0.10 * strength)), (0.28, light(base, 0.20 * strength)),
            (0.62, base), (1, dark(base, 0.36 * strength)),
        )
    else:
        sh = lin(
            b.left(), b.top(), b.left() * 0.35 + b.right() * 0.65, b.bottom(),
            (0, light(base, 0.22 * strength)), (0.45, base), (1, dark(base, 0.30 * strength)),
        )
    c.drawPath(p, paint(shader=sh))
    c.save()
    c.clipPath(p, skia.ClipOp.kIntersect, True)
    if tex:
        c.drawPaint(paint(shader=texture(tex), alpha=tex_strength, blend=skia.BlendMode.kOverlay))
    c.save()
    c.translate(soft * 0.35, soft * 0.45)
    c.drawPath(p, paint(light(base, 0.7), 0.55 * strength, stroke=soft * 0.5, blur=soft * 0.5))
    c.restore()
    c.save()
    c.translate(-soft * 0.3, -soft * 0.4)
    c.drawPath(p, paint(dark(base, 0.75), 0.42 * strength, stroke=soft * 0.9, blur=soft * 0.75))
    c.restore()
    c.restore()


def blob(c, x, y, rx, ry, color, alpha, blur):
    """A soft spot: contact shadow, glow."""
    c.drawPath(oval(x, y, rx, ry), paint(color, alpha, blur=blur))


def ground(c, x, y, rx, alpha=0.4, ry=None, color="#2a1a1c"):
    """A contact shadow: one tight, one wide."""
    ry = ry or rx * 0.12
    blob(c, x + rx * 0.10, y, rx * 1.15, ry * 1.4, color, alpha * 0.6, ry * 1.1)
    blob(c, x, y - ry * 0.1, rx * 0.86, ry * 0.6, color, alpha, ry * 0.4)


def rng(seed):
    return random.Random(seed)


# --- sprites ---------------------------------------------------------------------------------


class Sprite:
    """A drawing painted once and then placed many times."""

    def __init__(self, draw, left, top, right, bottom, scale=1.0):
        self.left, self.top, self.scale = left, top, scale
        w = int(math.ceil((right - left) * scale))
        h = int(math.ceil((bottom - top) * scale))
        surface = skia.Surface.MakeRasterN32Premul(w, h)
        c = surface.getCanvas()
        c.clear(0)
        c.scale(scale, scale)
        c.translate(-left, -top)
        draw(c)
        self.image = surface.makeImageSnapshot().withDefaultMipmaps()

    def draw(self, c, x=0.0, y=0.0, scale=1.0, rotate=0.0, alpha=1.0, flip=False, filter=None):
        c.save()
        c.translate(x, y)
        if rotate:
            c.rotate(rotate)
        c.scale(-scale if flip else scale, scale)
        c.translate(self.left, self.top)
        c.scale(1 / self.scale, 1 / self.scale)
        turned = abs(c.getTotalMatrix().getSkewX()) > 1e-6
        p = skia.Paint(AntiAlias=True, Alphaf=alpha, Dither=turned)
        if filter:
            p.setColorFilter(filter)
        c.drawImage(self.image, 0, 0, LINEAR, p)
        c.restore()


_sprites = {}


def sprite(key, make):
    """The sprite of that key, made at first use by make()."""
    if key not in _sprites:
        _sprites[key] = make()
    return _sprites[key]
