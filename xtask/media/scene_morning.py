"""Shot 1: first light on the work table; a mug is lifted out of the picture and put back."""

import math

import skia

import people
import products_home as home
import rooms
from kit import Sprite, clamp, dark, ground, keyed, lerp, light, lin, moved, oval, paint, path, rad, ramp, rrect, smooth, sprite, blob
from stage import Camera, Layer, Scene, TagSpec


def _arm(c):
    people.forearm(c, 168, 12, 598, 325, 0.98)
    people.grip_behind(c)


class Morning(Scene):
    def __init__(self, fmt):
        super().__init__(fmt)
        p = fmt.pick
        self.window = p((402, 44, 470, 420), (120, 110, 480, 640))
        self.table = p(528, 862)
        self.lamp_at = p((222, 590, 1.16), (168, 952, 1.10))
        self.plant_at = p((1068, 604, 1.16), (566, 958, 1.12))
        self.mug_at = p((664, 568, 0.92), (304, 1056, 1.22))
        self.book_at = p((418, 652, 1.10), (520, 1120, 1.14))
        self.walls = Layer(fmt, 0.6, self._walls)
        self.view = Layer(fmt, 0.2, self._view)
        self.top = Layer(fmt, 1.0, self._top)
        self.near = Layer(fmt, 1.7, self._near)
        self.mug = sprite("mug", lambda: Sprite(home.mug, -90, -100, 140, 100, 1.7))
        self.arm = sprite("arm", lambda: Sprite(_arm, 60, -90, 700, 460, 1.3))
        self.fingers = sprite("fingers", lambda: Sprite(people.grip_front, 60, -90, 200, 90, 1.5))
        self.leaves = [sprite(f"leaf{i}", lambda i=i: Sprite(lambda c: home.leaf(c, i), -90, -110, 90, 90, 1.2)) for i in range(5)]
        self.beams = Layer(fmt, 0.8, self._beams, scale=0.4)
        self.warmth = Layer(fmt, 0, self._warmth, margin=0, scale=0.25)
        self.vignette = Layer(fmt, 0, rooms.vignette(fmt), margin=0, scale=0.5)

    def camera(self, t):
        k = smooth((t + 0.8) / 10)
        return Camera(lerp(-34, 26, k), lerp(12, -6, k), lerp(1.02, 1.13, k))

    # --- still parts ---

    def _view(self, c):
        x, y, w, h = self.window
        rooms.hills(c, x - 80, y + h * 0.86, w + 160, (
            (150, "#c9b7c9", 26), (104, "#a9a5bd", 22), (60, "#7f94a0", 20)))
        rooms.houses(c, x - 80, y + h * 0.98, w + 160, "#8a7f8e", 5, 24, 84)
        rooms.hills(c, x - 80, y + h * 1.06, w + 160, ((40, "#56766c", 12),))

    def _walls(self, c):
        w, h = self.w, self.h
        rooms.wall(c, -150, -150, w + 300, h + 300, "#f3e3cd", "#e2c7a8")
        if self.fmt.tall:
            rooms.poster(c, 626, 250, 150, 210, 1)
        else:
            rooms.poster(c, 986, 60, 150, 200, 0)
            rooms.poster(c, 90, -40, 190, 120, 1)
        rooms.window_frame(c, *self.window, "#f6ecdc", 2, 3 if self.fmt.tall else 2)

    def _top(self, c):
        rooms.table(c, self.w, self.table, self.h + 200, "#b98552")
        # Long morning shadows fall to the right.
        for (x, y, s), r in ((self.lamp_at, 84), (self.plant_at, 96)):
            ground(c, x, y, r * s, 0.42)
            c.drawPath(path(f"M {x-r*s*0.6} {y} L {x+r*s*0.7} {y-4} L {x+r*s*4.2} {y+62} L {x+r*s*2.4} {y+74} Z"),
                       paint("#4a2a20", 0.26, blur=14))
        x, y, s = self.lamp_at
        c.save()
        c.translate(x, y - 198 * s)
        c.scale(s, s)
        home.lamp(c)
        c.restore()
        # The notebook lies flat, seen at a slant.
        x, y, s = self.book_at
        ground(c, x + 8, y + 22, 150 * s, 0.36, 16)
        m = skia.Matrix()
        m.setAll(0.86 * s, -0.52 * s, x, 0.05 * s, 0.22 * s, y, 0, 0, 1)
        for k in range(13, 0, -1):
            c.save()
            c.translate(0, k)
            c.concat(m)
            c.drawPath(rrect(-118, -165, 234, 330, 10), paint("#e9dcc2" if 2 < k < 12 else home.BOOK))
            c.restore()
        c.save()
        c.concat(m)
        home.notebook(c)
        c.restore()
        x, y, s = self.plant_at
        c.save()
        c.translate(x, y - 200 * s)
        c.scale(s, s)
        home.pot(c)
        c.restore()

    def _near(self, c):
        f = skia.ImageFilters.Blur(9, 9)
        p = skia.Paint()
        p.setImageFilter(f)
        c.saveLayer(None, p)
        places = self.fmt.pick(
            ((1250, 640, 3.0, -42, 0), (1330, 470, 2.5, -80, 3)),
            ((20, 1250, 2.8, 36, 0), (-60, 1090, 2.4, 74, 3)))
        for x, y, s, r, k in places:
            c.save()
            c.translate(x, y)
            c.rotate(r)
            c.scale(s, s)
            home.leaf(c, k)
            c.restore()
        c.restore()

    def _beams(self, c):
        x, y, ww, wh = self.window
        low = self.h + 120
        for dx, slant in ((0.16, 0), (0.62, 40)):
            x0 = x + ww * dx
            rooms.beam(c, ((x0, y + 10), (x0 + ww * 0.34, y), (x0 + ww * 0.06 - 150 + slant, low), (x0 - ww * 0.6 - 220, low)),
                       "#fff3cf", 0.72, 22, None)

    def _warmth(self, c):
        c.drawPaint(paint(shader=rad(
            self.w * 0.56, self.h * 0.3, max(self.w, self.h) * 0.8,
            (0, "#ffd9a0", 0.46), (1, "#ffb46a", 0.08))))

    # --- motion ---

    def hand(self, t):
        """(lift 0..1 along the curve, how far the hand is from the handle 0..1)."""
        lift = ramp(t, 2.35, 3.95) - ramp(t, 4.75, 6.15)
        away = 1 - ramp(t, 1.25, 2.2) + ramp(t, 6.3, 7.2)
        return lift, clamp(away)

    def mug_place(self, t):
        x0, y0, s = self.mug_at
        lift, _ = self.hand(t)
        dx, dy = self.fmt.pick((250, -690), (190, -1010))
        cx, cy = self.fmt.pick((-60, -430), (-50, -560))
        u = lift
        x = x0 + 2 * u * (1 - u) * cx + u * u * dx
        y = y0 + 2 * u * (1 - u) * cy + u * u * dy
        return x, y, -10 * math.sin(math.pi * clamp(u * 1.1)) - 6 * u, s

    def draw(self, c, t):
        w, h = self.w, self.h
        day = smooth((t + 1) / 8.5)
        x, y, ww, wh = self.window
        with self.at(c, t, 0.08):
            c.drawRect(skia.Rect.MakeXYWH(x - 90, y - 90, ww + 180, wh + 180), paint(shader=lin(
                0, y, 0, y + wh,
                (0, "#b9cfe0"), (0.45, "#f3dcc4"), (0.8, "#ffd0a0"), (1, "#ffe3bd"))))
            sx, sy = x + ww * 0.66, y + wh * lerp(0.74, 0.38, day)
            rooms.sun(c, sx, sy, 34, "#fff7e2", "#ffd79a", ww * 0.75, 0.95)
        with self.at(c, t, 0.2):
            self.view.draw(c)
        with self.at(c, t, 0.6):
            self.walls.draw(c)
            rooms.curtain(c, x - 26, y - 40, ww * 0.30, wh + 96, t, "#fbeedb", -1, 0.74)
            rooms.curtain(c, x + ww + 26, y - 40, ww * 0.30, wh + 96, t + 2, "#fbeedb", 1, 0.74)
        with self.at(c, t, 1.0):
            self.top.draw(c)
            self._plant(c, t)
            self._mug(c, t)
        with self.at(c, t, 0.8):
            self.beams.draw(c, 0.25 + 0.75 * day, skia.BlendMode.kSoftLight)
        with self.at(c, t, 1.35):
            rooms.dust(c, w, h, t + 3, 8, alpha=0.20 + 0.4 * day)
        with self.at(c, t, 1.7):
            self.near.draw(c)
        # Cool before sunrise, warm after.
        c.drawPaint(paint("#7d86b8", 0.34 * (1 - day), blend=skia.BlendMode.kMultiply))
        self.warmth.draw(c, day, skia.BlendMode.kSoftLight)
        self.vignette.draw(c)

    def _plant(self, c, t):
        x, y, s = self.plant_at
        c.save()
        c.translate(x, y - 200 * s)
        c.scale(s, s)
        sway = 0.8 * math.sin(t * 0.8) + 0.4 * math.sin(t * 1.9)
        for i, row in enumerate(home.LEAVES):
            lx, ly = home.stem(c, row, sway)
            self.leaves[row[4]].draw(c, lx, ly, row[2], row[3] + sway * (2 + i % 3))
        c.restore()

    def _mug(self, c, t):
        x, y, tilt, s = self.mug_place(t)
        lift, away = self.hand(t)
        x0, y0, _ = self.mug_at
        ground(c, x0 + 4, y0 + 78 * s, 70 * s, 0.5 * (1 - ramp(lift, 0, 0.22)))
        c.drawPath(oval(x0 + 130 * s, y0 + 96 * s, 120 * s, 12 * s), paint("#4a2a20", 0.26 * (1 - ramp(lift, 0, 0.3)), blur=10))
        if lift < 0.5:
            rooms.steam(c, x, y - 66 * s, t, s * 1.25, 0.5 * (1 - lift * 2))
        c.save()
        c.translate(x, y)
        c.rotate(tilt)
        c.scale(s, s)
        for sprite_ in (self.arm, self.mug, self.fingers):
            if sprite_ is self.mug:
                self.mug.draw(c)
            elif away < 1:
                sprite_.draw(c, away * 520, away * 330, 1, away * 16)
        c.restore()

    def tags(self):
        lx, ly, ls = self.lamp_at
        px, py, ps = self.plant_at
        bx, by, bs = self.book_at

        def mug(t):
            x, y, tilt, s = self.mug_place(t)
            return 1.0, x, y, True

        return [
            TagSpec("lamp-morning", "fold-lamp", lambda t: (1.0, lx, ly - 283 * ls, True), 0.0, 7.2, "HAL-FOLD-SAND"),
            TagSpec("mug-morning", "dune-mug", mug, 0.6, 7.2, "HAL-DUNE-320",),
            TagSpec("plant-morning", "monstera-pot", lambda t: (1.0, px, py - 300 * ps, True), 1.0, 7.2, "HAL-MONS-17"),
            TagSpec("notebook-morning", "field-notebook", lambda t: (1.0, bx, by + 2, True), 1.6, 7.2, "NOR-FIELD-A5"),
        ]
