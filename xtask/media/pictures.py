"""Product pictures, the channel's avatar, posters and chapter stills, all by the film's own drawing."""

import math
import pathlib

import skia

import film
import people
import products_home as home
import products_wear as wear
import rooms
from kit import blob, ground, light, lin, oval, paint, path, rad, rng, rrect, shade, texture
from stage import LANDSCAPE, PORTRAIT

ROOT = pathlib.Path(__file__).resolve().parents[2]
SIZE = 800


def save(image, target, quality):
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(bytes(image.encodeToData(skia.EncodedImageFormat.kWEBP, quality)))


def studio(name, draw, scale=1.0, y=430, tint="#e9e1d6", stand=None, overhead=False, evening=False, quality=88):
    """A picture on a seamless backdrop; light from the upper left. `stand` is (y, radius) of the foot."""
    surface = skia.Surface.MakeRasterN32Premul(SIZE, SIZE)
    c = surface.getCanvas()
    base = "#3b3148" if evening else tint
    c.drawPaint(paint(shader=rad(300, 250, 760, (0, light(base, 0.62 if not evening else 0.10)), (0.55, base), (1, "#2a2236" if evening else "#d3c7b8"))))
    if not overhead:
        c.drawRect(skia.Rect.MakeXYWH(0, 560, SIZE, 240), paint(shader=lin(
            0, 560, 0, 800, (0, base, 0), (0.35, "#1f1828" if evening else "#d9cdbe", 0.75), (1, "#2f2639" if evening else "#e6ddd0", 0.9))))
    if stand:
        sy, r = stand
        c.drawPath(path(f"M {400-r} {sy-6} L {400+r} {sy-6} L {400+r*2.1} {sy+52} L {400+r*0.2} {sy+58} Z"), paint("#3a2a2c", 0.20, blur=20))
        ground(c, 400, sy, r, 0.42, max(9, r * 0.07))
    c.save()
    c.translate(400, y)
    c.scale(scale, scale)
    if overhead:
        shadow = skia.Paint()
        shadow.setImageFilter(skia.ImageFilters.Blur(13, 13))
        shadow.setColorFilter(skia.ColorFilters.Blend(skia.ColorSetARGB(255, 58, 42, 44), skia.BlendMode.kSrcIn))
        shadow.setAlphaf(0.36)
        c.saveLayer(None, shadow)
        c.translate(13, 18)
        draw(c)
        c.restore()
    draw(c)
    c.restore()
    if evening:
        c.drawPaint(paint(shader=rad(400, 300, 520, (0, "#ffcf86", 0.42), (0.4, "#ff9f4a", 0.14), (1, "#ff8f3a", 0)), blend=skia.BlendMode.kScreen))
    save(surface.makeImageSnapshot(), ROOT / "www" / "demo" / "products" / f"{name}.webp", quality)


def pair_above(c):
    for x, r, flip in ((-92, -7, True), (96, 5, False)):
        c.save()
        c.translate(x, 12 if flip else -6)
        c.rotate(r)
        wear.shoe_above(c, "coral", flip)
        c.restore()


def products():
    for colour in home.LAMP_COLOURS:
        studio(f"lamp-{colour}", lambda c, k=colour: home.lamp(c, k), 1.42, 395, stand=(676, 84))
    studio("lamp-lit", lambda c: home.lamp(c, "sand", 1.0), 1.42, 395, stand=(676, 84), evening=True)
    studio("mug", home.mug, 2.5, 430, "#e7ddd4", stand=(630, 168))
    studio("mug-above", home.mug_above, 2.6, 420, "#dfd9cf", overhead=True)
    studio("plant", home.plant, 1.2, 440, "#e4e2d6", stand=(686, 110))
    for colour in wear.BACKPACK_COLOURS:
        studio(f"backpack-{colour}", lambda c, k=colour: wear.backpack(c, k), 1.36, 412, stand=(684, 180))
    studio("watch", lambda c: (c.rotate(18), wear.watch(c, 10.155, 37)), 1.62, 400, "#dcdad6", overhead=True)
    studio("notebook", lambda c: (c.rotate(-9), home.notebook(c)), 1.62, 392, "#e6dccb", overhead=True)
    studio("notebook-open", lambda c: (c.rotate(-6), home.notebook_open(c)), 1.46, 400, "#e6dccb", overhead=True)
    studio("headphones", wear.headphones, 1.62, 400, "#dfdbd8", overhead=True)
    studio("headphones-side", wear.headphones_side, 1.62, 430, "#dfdbd8", overhead=True)
    for colour in wear.SHOE_COLOURS:
        tint = {"coral": "#eee0d6", "sky": "#dfe3e6", "bone": "#d9d2ca"}[colour]
        studio(f"shoes-{colour}", lambda c, k=colour: wear.shoe(c, k), 1.86, 420, tint, stand=(590, 300))
    studio("shoes-above", pair_above, 1.62, 400, "#e6dfd8", overhead=True)


def avatar():
    """Mira, from the front, in a few calm shapes."""
    n = 320
    surface = skia.Surface.MakeRasterN32Premul(n, n)
    c = surface.getCanvas()
    c.drawPaint(paint(shader=lin(0, 0, n, n, (0, "#f6c98a"), (1, "#d9764a"))))
    c.drawPath(oval(100, 94, 76, 76), paint("#ffe9c4", 0.8, blur=9))
    c.translate(n / 2, 174)
    c.scale(1.03, 1.03)
    body = path("M -60 96 C -120 110 -160 140 -176 240 L 176 240 C 160 140 120 110 60 96 Z")
    shade(c, body, people.SLEEVE, soft=26, tex="knit", tex_strength=0.5)
    shade(c, path("M -30 60 L -34 106 Q 0 136 34 106 L 30 60 Z"), "#764a30", soft=10)
    puff = oval(0, -104, 74, 58)
    shade(c, puff, people.HAIR, soft=20)
    r = rng(3)
    for _ in range(90):
        a, d = r.uniform(0, math.tau), math.sqrt(r.random())
        x, y, q = 66 * d * math.cos(a), -104 + 50 * d * math.sin(a), r.uniform(5, 9)
        c.drawArc(skia.Rect.MakeXYWH(x - q, y - q, 2 * q, 2 * q), r.uniform(0, 360), 200, False, paint(light(people.HAIR, 0.4), 0.35, stroke=2.4))
    shade(c, path("M -74 -4 C -80 -76 -40 -96 0 -96 C 40 -96 80 -76 74 -4 C 60 -30 40 -50 0 -52 C -40 -50 -60 -30 -74 -4 Z"), people.HAIR, soft=12)
    face = path("M -66 -18 C -66 -60 -34 -76 0 -76 C 34 -76 66 -60 66 -18 C 66 34 36 82 0 84 C -36 82 -66 34 -66 -18 Z")
    shade(c, face, people.SKIN, soft=24)
    shade(c, path("M -68 -14 C -72 -76 -34 -98 0 -98 C 34 -98 72 -76 68 -14 C 58 -46 34 -58 0 -58 C -34 -58 -58 -46 -68 -14 Z"), people.HAIR, soft=12)
    for s in (-1, 1):
        c.drawPath(path(f"M {s*14} 0 Q {s*28} 11 {s*42} 0"), paint("#2a1712", 1, stroke=4.6))
        c.drawPath(path(f"M {s*12} -20 Q {s*28} -30 {s*44} -20"), paint("#2a1712", 0.85, stroke=4.6))
        blob(c, s * 38, 24, 15, 10, "#d9764a", 0.42, 8)
        c.drawPath(oval(s * 68, 30, 8, 8), paint("#e2b04e"))
    c.drawPath(path("M -2 4 Q 8 24 -4 26"), paint("#5f3821", 0.6, stroke=4))
    c.drawPath(path("M -20 46 Q 0 64 20 46"), paint("#5a2418", 1, stroke=6))
    save(surface.makeImageSnapshot(), ROOT / "www" / "media" / "mira.webp", 82)


def resized(image, width, height):
    return image.resize(width, height, skia.SamplingOptions(skia.FilterMode.kLinear, skia.MipmapMode.kLinear))


# Stills for "more from Mira" and the chapters: (name, seconds).
STILLS = (("morning", 6.4), ("hall", 9.9), ("desk", 19.4), ("golden", 25.6), ("dusk", 34.4))


def stills():
    out = ROOT / "www" / "media"
    cut = film.shots(LANDSCAPE)
    for name, at in STILLS:
        save(resized(film.frame_image(LANDSCAPE, at, cut), 480, 270), out / f"still-{name}.webp", 76)
    save(film.frame_image(LANDSCAPE, 2.6, cut), out / "day.webp", 74)
    save(film.frame_image(PORTRAIT, 2.4), out / "day-portrait.webp", 74)


def main():
    products()
    avatar()
    stills()
