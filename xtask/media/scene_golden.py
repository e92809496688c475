"""Shot 4: the golden hour. Mira works at the window, headphones on, nodding to the music."""

import math

import skia

import people
import products_home as home
import rooms
from kit import Sprite, blob, clamp, dark, ground, lerp, light, lin, mix, moved, oval, paint, path, poly, rad, rng, rrect, shade, smooth, sprite
from stage import Camera, Layer, Scene, TagSpec

BEAT = 60 / 84


class Golden(Scene):
    def __init__(self, fmt):
        super().__init__(fmt)
        p = fmt.pick
        self.glass = p((96, -90, 1088, 560), (60, 110, 600, 760))
        self.table = p(540, 916)
        self.mira = p((620, 318, 0.98), (350, 742, 1.02))
        self.lamp_at = p((236, 566, 1.02), (112, 950, 0.78))
        self.plant_at = p((1124, 574, 0.94), (620, 958, 0.84))
        self.frame = Layer(fmt, 0.6, self._frame, margin=140, scale=1.08)
        self.far = Layer(fmt, 0.12, self._far, margin=140, scale=0.9)
        self.mid = Layer(fmt, 0.28, self._mid, margin=140, scale=1.0)
        self.desk = Layer(fmt, 1.0, self._desk, margin=140, scale=1.08)
        self.body = sprite("mira-body", lambda: Sprite(people.back_body, -330, 40, 330, 660, 1.25))
        self.head = sprite("mira-head", lambda: Sprite(_head, -170, -270, 170, 130, 1.25))
        self.rim = Layer(fmt, 0, self._rim, margin=0, scale=0.25)
        self.shade = Layer(fmt, 0, self._shade, margin=0, scale=0.25)
        self.vignette = Layer(fmt, 0, rooms.vignette(fmt, 0.46), margin=0, scale=0.5)
        self.leaves = [sprite(f"leaf{i}", lambda i=i: Sprite(lambda c: home.leaf(c, i), -90, -110, 90, 90, 1.2)) for i in range(5)]
        self._sky = {}

    def camera(self, t):
        k = smooth((t + 1) / 10)
        return Camera(lerp(36, -22, k), lerp(-6, 8, k), lerp(1.0, 1.12, k))

    # --- still parts ---

    def _far(self, c):
        x, y, w, h = self.glass
        base = y + h
        rooms.hills(c, x - 120, base - 40, w + 240, (
            (170, "#c98a7d", 34), (122, "#b0737a", 30), (78, "#8d5e74", 26)), 6)

    def _mid(self, c):
        x, y, w, h = self.glass
        base = y + h
        rooms.houses(c, x - 120, base - 10, w + 240, "#6b4a66", 12, 40, 150, 0.10, "#ffdf9a")
        rooms.houses(c, x - 120, base + 20, w + 240, "#4f3a58", 23, 24, 96, 0.14, "#ffdf9a")

    def _frame(self, c):
        w, h = self.w, self.h
        rooms.wall(c, -140, -140, w + 280, h + 280, "#7d5648", "#54382f", 0.4)
        x, y, ww, wh = self.glass
        rooms.window_frame(c, x, y, ww, wh, "#5d4034", self.fmt.pick(3, 2), 2, 18)

    def _desk(self, c):
        w, h = self.w, self.h
        rooms.table(c, w, self.table, h + 160, "#7d4f30")
        # The screen she works at, seen past her shoulder, and its light on the desk.
        mx, my, s = self.mira
        sx, sy, sw, sh = self.fmt.pick((mx + 150, self.table - 196, 250, 172), (mx + 92, self.table - 206, 240, 176))
        shade(c, path(f"M {sx+sw*0.4} {sy+sh} L {sx+sw*0.6} {sy+sh} L {sx+sw*0.66} {sy+sh+36} L {sx+sw*0.34} {sy+sh+36} Z"), "#8d8b8c", soft=5)
        shade(c, rrect(sx, sy, sw, sh, 10), "#2b2730", soft=6)
        inner = rrect(sx + 9, sy + 9, sw - 18, sh - 18, 4)
        c.drawPath(inner, paint(shader=lin(sx, sy, sx + sw, sy + sh, (0, "#f7e6cd"), (1, "#e7b98f"))))
        c.save()
        c.clipPath(inner, skia.ClipOp.kIntersect, True)
        m = moved(path(home.SKETCH[0]), sx + sw * 0.36, sy + sh * 0.42, 0.9)
        for k in home.SKETCH[:3]:
            c.drawPath(moved(path(k), sx + sw * 0.34, sy + sh * 0.42, 0.82), paint("#7b4a34", 0.9, stroke=3))
        for i in range(5):
            c.drawPath(rrect(sx + sw - 66, sy + 28 + i * 22, 42 - (i % 3) * 8, 9, 4), paint("#b4593c" if i == 0 else "#9c7b62", 0.8))
        c.restore()
        for (x, y, sc), r in ((self.lamp_at, 84), (self.plant_at, 96)):
            ground(c, x, y, r * sc, 0.55)
            c.drawPath(path(f"M {x-r*sc*0.7} {y+2} L {x+r*sc*0.7} {y+2} L {x+r*sc*1.0+(x-w*0.5)*0.22} {h+170} L {x-r*sc*1.0+(x-w*0.5)*0.22} {h+170} Z"),
                       paint("#1d0d12", 0.30, blur=12))
        x, y, sc = self.lamp_at
        c.save()
        c.translate(x, y - 198 * sc)
        c.scale(sc, sc)
        home.lamp(c)
        c.restore()
        x, y, sc = self.plant_at
        c.save()
        c.translate(x, y - 200 * sc)
        c.scale(sc, sc)
        home.pot(c)
        c.restore()

    def _rim(self, c):
        x, y, ww, wh = self.glass
        c.drawPaint(paint(shader=rad(x + ww * self.fmt.pick(0.34, 0.30), y + wh * 0.52, max(self.w, self.h) * 0.62,
                                     (0, "#ffb45c", 0.75), (0.4, "#ff8f4a", 0.32), (1, "#ff7a3a", 0))))

    def _shade(self, c):
        """Everything inside stands against the light."""
        c.drawPaint(paint(shader=lin(0, self.table - 120, 0, self.h, (0, "#6b3a3a", 0.0), (1, "#2a1420", 0.62))))

    # --- motion ---

    def nod(self, t):
        """Head rotation in degrees and bob in drawing units, on the beat."""
        p = t / BEAT * math.pi
        return 2.6 * math.sin(p), 7 * abs(math.sin(p)) - 3.5

    def head_matrix(self, t):
        x, y, s = self.mira
        turn, bob = self.nod(t)
        breath = 2.4 * math.sin(t * 1.5)
        m = skia.Matrix()
        m.setTranslate(x, y + breath)
        m.preScale(s, s)
        m.preTranslate(0, 96 + bob)
        m.preRotate(turn)
        m.preTranslate(0, -96)
        return m

    def sky(self, t):
        k = clamp(t / 7.8)
        return ((0, mix("#6f7fae", "#4a4d86", k)), (0.34, mix("#e0a48c", "#b06f86", k)),
                (0.62, mix("#ffbe72", "#f58a55", k)), (1, mix("#ffdb96", "#ffb060", k)))

    def draw(self, c, t):
        w, h = self.w, self.h
        x, y, ww, wh = self.glass
        k = clamp(t / 7.8)
        with self.at(c, t, 0.06):
            c.drawRect(skia.Rect.MakeXYWH(x - 120, y - 60, ww + 240, wh + 160), paint(shader=lin(0, y, 0, y + wh, *self.sky(t))))
            sx, sy = x + ww * self.fmt.pick(0.26, 0.20), y + wh * lerp(0.50, 0.72, k)
            rooms.sun(c, sx, sy, 52, "#fff1c9", "#ffce7a", ww * 0.46, 0.95)
            for i in range(5):
                cx = x + ((i * 0.27 + 0.08 + t * 0.004 * (1 + i % 2)) % 1.2 - 0.1) * ww
                cy = y + wh * (0.24 + 0.09 * (i % 3))
                c.drawPath(oval(cx, cy, 120 + 30 * (i % 3), 9 + 3 * (i % 2)), paint("#ffd9b4", 0.42, blur=9))
        with self.at(c, t, 0.12):
            self.far.draw(c)
        with self.at(c, t, 0.28):
            self.mid.draw(c)
        self._birds(c, t)
        with self.at(c, t, 0.6):
            self.frame.draw(c)
        with self.at(c, t, 1.0):
            self.desk.draw(c)
            self._plant(c, t)
            mx, my, s = self.mira
            c.save()
            c.translate(mx, my + 2.4 * math.sin(t * 1.5))
            c.scale(s, s)
            self.body.draw(c)
            c.restore()
            c.save()
            c.concat(self.head_matrix(t))
            self.head.draw(c)
            c.restore()
        self.shade.draw(c, 1.0, skia.BlendMode.kMultiply)
        self.rim.draw(c, 0.75 + 0.2 * k, skia.BlendMode.kSoftLight)
        self.rim.draw(c, 0.26 + 0.08 * math.sin(t * 0.5), skia.BlendMode.kScreen)
        with self.at(c, t, 1.3):
            rooms.dust(c, w, h, t, 31, 30, 0.6, "#ffd9a0")
        self.vignette.draw(c)

    def _birds(self, c, t):
        x, y, ww, wh = self.glass
        with self.at(c, t, 0.2):
            for i in range(5):
                bx = x + ww * (0.40 + 0.055 * t + 0.035 * i)
                by = y + wh * (0.30 + 0.025 * ((i * 7) % 4)) - 4 * t
                f = 6 + 4 * math.sin(t * 7 + i * 1.3)
                c.drawPath(path(f"M {bx-11} {by-f} Q {bx-4} {by-f*0.4} {bx} {by} Q {bx+4} {by-f*0.4} {bx+11} {by-f}"), paint("#5b3f55", 0.75, stroke=2.2))

    def _plant(self, c, t):
        x, y, s = self.plant_at
        c.save()
        c.translate(x, y - 200 * s)
        c.scale(s, s)
        sway = 0.5 * math.sin(t * 0.8)
        for i, row in enumerate(home.LEAVES):
            lx, ly = home.stem(c, row, sway)
            self.leaves[row[4]].draw(c, lx, ly, row[2], row[3] + sway * (2 + i % 3))
        c.restore()

    def tags(self):
        lx, ly, ls = self.lamp_at
        px, py, ps = self.plant_at

        def phones(t):
            q = self.head_matrix(t).mapXY(118, 6)
            return 1.0, q.x(), q.y(), True

        return [
            TagSpec("headphones-golden", "hush-headphones", phones, 0.4, 7.2, "HOL-HUSH-OAT"),
            TagSpec("lamp-golden", "fold-lamp", lambda t: (1.0, lx, ly - 283 * ls, True), 0.9, 7.2, "HAL-FOLD-SAND"),
            TagSpec("plant-golden", "monstera-pot", lambda t: (1.0, px, py - 300 * ps, True), 1.4, 7.2, "HAL-MONS-17"),
        ]


def _head(c):
    people.back_head(c)
    people.worn_headphones(c)
