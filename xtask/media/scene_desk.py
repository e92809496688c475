"""Shot 3: noon, from straight above. Things slide into place and a sketch grows in the notebook."""

import math

import skia

import people
import products_home as home
import products_wear as wear
import rooms
from kit import Sprite, clamp, dark, keyed, lerp, light, lin, moved, oval, paint, path, poly, rad, ramp, rng, rrect, shade, smooth, sprite, texture
from stage import Camera, Layer, Scene, TagSpec

SLIDE = 1.05


class Desk(Scene):
    def __init__(self, fmt):
        super().__init__(fmt)
        p = fmt.pick
        # x, y, scale, rotation, where it slides in from, when.
        self.book = p((560, 372, 1.08, -3, (0, 0), -2), (352, 650, 1.20, -4, (0, 0), -2))
        self.watch_at = p((196, 250, 0.88, -17, (-380, 60), 0.25), (150, 1046, 0.98, -14, (-380, 80), 0.25))
        self.mug_at = p((1010, 170, 1.15, 0, (260, -420), 0.75), (556, 262, 1.32, 0, (300, -420), 0.75))
        self.phones_at = p((1062, 488, 0.80, 22, (420, 240), 1.2), (196, 262, 0.98, -16, (-420, -160), 1.2))
        self.top = Layer(fmt, 1.0, self._top, margin=230, scale=1.05)
        self.leafshade = Layer(fmt, 1.3, self._leafshade, margin=260, scale=0.3)
        self.glare = Layer(fmt, 0, self._glare, margin=0, scale=0.25)
        self.vignette = Layer(fmt, 0, rooms.vignette(fmt, 0.38), margin=0, scale=0.5)
        self.mug = sprite("mug-above", lambda: Sprite(home.mug_above, -100, -130, 150, 100, 1.5))
        self.phones = sprite("headphones", lambda: Sprite(wear.headphones, -190, -200, 190, 200, 1.1))
        self.phones_shadow = sprite("headphones-shadow", lambda: Sprite(_shadow_of(wear.headphones), -240, -240, 260, 270, 0.4))
        self.hand = sprite("pencil-hand", lambda: Sprite(_pencil_arm, -20, -180, 560, 760, 1.2))
        self.book_still = sprite("book-open-0", lambda: Sprite(lambda c: home.notebook_open(c, 0.0), -250, -180, 250, 180, 1.3))
        self._tips = {}

    def camera(self, t):
        k = smooth((t + 1.4) / 10)
        return Camera(lerp(-20, 22, k), lerp(14, -12, k), lerp(1.12, 1.03, k), lerp(-2.6, 1.6, k))

    # --- still parts ---

    def _top(self, c):
        w, h = self.w, self.h
        for i in range(-3, 10):
            rooms.wood(c, -240, i * 176 - 60, w + 480, 175, ("#c4935d", "#b98852", "#caa06a")[i % 3], strength=0.7)
            c.drawRect(skia.Rect.MakeXYWH(-240, i * 176 + 114, w + 480, 2.5), paint("#5b3a1c", 0.5))
        # A linen mat under the notebook.
        x, y, s, r, *_ = self.book
        c.save()
        c.translate(x, y)
        c.rotate(r - 2)
        mat = rrect(-300 * s, -212 * s, 600 * s, 424 * s, 8)
        c.drawPath(moved(mat, 6, 10), paint("#2a160c", 0.4, blur=9))
        shade(c, mat, "#d8cdb6", soft=10, tex="linen", tex_strength=0.8)
        c.drawPath(rrect(-286 * s, -198 * s, 572 * s, 396 * s, 4), paint("#8e5a45", 0.35, stroke=2, dash=(7, 5)))
        c.restore()
        # Colour chips, an eraser, a ruler.
        r = rng(8)
        fx, fy = self.fmt.pick((206, 560), (590, 1086))
        for i, k in enumerate(("#b4593c", "#d9c3a0", "#2f5a4c", "#71889a", "#e0ac55")):
            c.save()
            c.translate(fx + (i - 2) * 8, fy)
            c.rotate(-34 + i * 15)
            chip = rrect(-30, -128, 60, 140, 5)
            c.drawPath(moved(chip, 4, 6), paint("#2a160c", 0.35, blur=5))
            c.drawPath(chip, paint("#fbf6ea"))
            c.drawPath(rrect(-30, -128, 60, 104, 5), paint(shader=lin(-30, -128, 30, -20, (0, light(k, 0.12)), (1, k))))
            c.restore()
        c.save()
        c.translate(*self.fmt.pick((770, 660), (640, 930)))
        c.rotate(self.fmt.pick(4, 84))
        ruler = rrect(-210, -20, 420, 40, 3)
        c.drawPath(moved(ruler, 4, 6), paint("#2a160c", 0.35, blur=5))
        shade(c, ruler, "#d6b27c", soft=5, tex="wood", tex_strength=0.4)
        for i in range(40):
            c.drawLine(-200 + i * 10, -20, -200 + i * 10, -20 + (14 if i % 5 == 0 else 8), paint("#4a3218", 0.7, stroke=1.2))
        c.restore()

    def _leafshade(self, c):
        """The shadow of a tree before the window."""
        r = rng(17)
        p = skia.Paint()
        p.setImageFilter(skia.ImageFilters.Blur(13, 13))
        c.saveLayer(None, p)
        shape = path("M 0 0 C 30 -34 92 -40 140 0 C 92 40 30 34 0 0 Z")
        for _ in range(46):
            x, y = r.uniform(-200, self.w + 100), r.uniform(-240, self.h + 160)
            if (x / self.w - 0.5) + (y / self.h - 0.5) > 0.10:
                continue
            c.drawPath(moved(shape, x, y, r.uniform(0.7, 1.5), r.uniform(-30, 70)), paint("#35203a", 0.78))
        for _ in range(7):
            x, y = r.uniform(-200, self.w * 0.5), r.uniform(-220, self.h * 0.3)
            c.drawPath(path(f"M {x} {y} Q {x+180} {y+60} {x+360} {y+260}"), paint("#35203a", 0.7, stroke=9))
        c.restore()

    def _glare(self, c):
        c.drawPaint(paint(shader=lin(0, 0, self.w, self.h, (0, "#fff6da", 0.62), (0.5, "#ffe9bd", 0.18), (1, "#6a4a6a", 0.42))))

    # --- motion ---

    def place(self, spec, t):
        """x, y, rotation of a thing that slides in and settles."""
        x, y, s, r, (dx, dy), at = spec
        k = clamp((t - at) / SLIDE)
        left = (1 - k) ** 3
        return x + dx * left, y + dy * left, r + 28 * left

    def progress(self, t):
        return clamp((t - 0.9) / 5.6)

    def draw(self, c, t):
        with self.at(c, t, 1.0):
            self.top.draw(c)
            self._book(c, t)
            x, y, r = self.place(self.mug_at, t)
            s = self.mug_at[2]
            c.drawPath(oval(x + 20 * s, y + 26 * s, 84 * s, 84 * s), paint("#2a160c", 0.42, blur=15))
            self.mug.draw(c, x, y, s, r)
            x, y, r = self.place(self.phones_at, t)
            s = self.phones_at[2]
            self.phones_shadow.draw(c, x + 16, y + 20, s, r, 0.5)
            self.phones.draw(c, x, y, s, r)
            self._watch(c, t)
            self._hand(c, t)
        c.save()
        c.translate(9 * math.sin(t * 0.7), 6 * math.sin(t * 0.9 + 1))
        with self.at(c, t, 1.3):
            self.leafshade.draw(c, 0.52, skia.BlendMode.kMultiply)
        c.restore()
        self.glare.draw(c, 1.0, skia.BlendMode.kSoftLight)
        self.vignette.draw(c)

    def _book(self, c, t):
        x, y, s, r, *_ = self.book
        c.save()
        c.translate(x, y)
        c.rotate(r)
        c.scale(s, s)
        c.drawPath(rrect(-230, -150, 480, 330, 12), paint("#2a160c", 0.45, blur=12))
        self.book_still.draw(c)
        home.sketch(c, self.progress(t))
        c.restore()

    def _watch(self, c, t):
        x, y, r = self.place(self.watch_at, t)
        s = self.watch_at[2]
        c.save()
        c.translate(x, y)
        c.rotate(r)
        c.scale(s, s)
        c.drawPath(rrect(-34, -186, 92, 400, 24), paint("#2a160c", 0.45, blur=12))
        seconds = 11 + t
        # A mechanical seconds hand steps eight times a second.
        still = sprite("watch-still", lambda: Sprite(lambda k: wear.watch(k, 12.155, None), -130, -220, 130, 220, 1.2))
        still.draw(c)
        wear.watch_seconds(c, math.floor(seconds * 8) / 8)
        c.restore()

    def tip(self, t):
        """The pencil's point in scene coordinates."""
        key = round(t * 240)
        if key not in self._tips:
            surface = skia.Surface.MakeRasterN32Premul(4, 4)
            u, v = home.sketch(surface.getCanvas(), self.progress(t))
            x, y, s, r, *_ = self.book
            a = math.radians(r)
            self._tips[key] = (x + s * (u * math.cos(a) - v * math.sin(a)), y + s * (u * math.sin(a) + v * math.cos(a)))
        return self._tips[key]

    def _hand(self, c, t):
        # Follow the line a little lazily, as a wrist does.
        points = [self.tip(t + d) for d in (-0.06, 0, 0.06)]
        x, y = (sum(q[i] for q in points) / 3 for i in (0, 1))
        away = 1 - ramp(t, 0.1, 0.95) + ramp(t, 6.5, 7.5)
        if away >= 1:
            return
        s = self.fmt.pick(0.98, 1.14)
        self.hand.draw(c, x + away * 420, y + away * 520, s, away * 14)

    def tags(self):
        bx, by, bs, br, *_ = self.book

        def on(spec, dx=0.0, dy=0.0):
            def where(t):
                x, y, r = self.place(spec, t)
                a = math.radians(r)
                s = spec[2]
                return 1.0, x + s * (dx * math.cos(a) - dy * math.sin(a)), y + s * (dx * math.sin(a) + dy * math.cos(a)), True
            return where

        return [
            TagSpec("notebook-desk", "field-notebook", on(self.book, -112, 60), 0.5, 7.2, "NOR-FIELD-A5"),
            TagSpec("watch-desk", "meridian-watch", on(self.watch_at), 0.5, 7.2, "NOR-MERI-38"),
            TagSpec("mug-desk", "dune-mug", on(self.mug_at), 0.8, 7.2, "HAL-DUNE-320"),
            TagSpec("headphones-desk", "hush-headphones", on(self.phones_at, 126, 96), 1.2, 7.2, "HOL-HUSH-OAT"),
        ]


def _shadow_of(draw):
    def shadow(c):
        p = skia.Paint()
        p.setImageFilter(skia.ImageFilters.Blur(12, 12))
        p.setColorFilter(skia.ColorFilters.Blend(skia.ColorSetARGB(255, 42, 22, 12), skia.BlendMode.kSrcIn))
        c.saveLayer(None, p)
        draw(c)
        c.restore()
    return shadow


def _pencil_arm(c):
    arm = people.limb(150, 190, 40, 470, 690, 80)
    c.drawPath(moved(arm, 22, 30), paint("#2a160c", 0.34, blur=24))
    people.forearm(c, 140, 165, 470, 690, 1.15)
    people.pencil_hand(c)
