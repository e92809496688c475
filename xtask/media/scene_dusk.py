"""Shot 5: the lamp goes on. Everything is back in its place, and the camera steps back."""

import math

import skia

import products_home as home
import products_wear as wear
import rooms
from kit import Sprite, blob, clamp, dark, ground, keyed, lerp, light, lin, mix, moved, oval, paint, path, poly, rad, ramp, rng, rrect, shade, smooth, sprite
from stage import Camera, Layer, Scene, TagSpec


class Dusk(Scene):
    def __init__(self, fmt):
        super().__init__(fmt)
        p = fmt.pick
        self.glass = p((846, 56, 300, 330), (346, 90, 260, 350))
        self.board = p((112, 410, 700, 150), (36, 760, 640, 190))
        self.floor = p(592, 1040)
        self.lamp_at = p((262, 412, 0.86), (184, 762, 0.98))
        self.book_at = p((478, 412, 0.52), (430, 762, 0.66))
        self.mug_at = p((640, 412, 0.56), (582, 762, 0.72))
        self.bag_at = p((968, 640, 0.76), (520, 1172, 0.94))
        self.shoes_at = p((520, 652, 0.52), (196, 1168, 0.62))
        self.plant_at = p((1166, 652, 0.98), None)
        self.room = Layer(fmt, 0.75, self._room, margin=150, scale=1.12)
        self.things = Layer(fmt, 1.0, self._things, margin=150, scale=1.15)
        self.lit = Layer(fmt, 1.0, self._lit, margin=150, scale=1.15)
        self.glow = Layer(fmt, 1.0, self._glow, margin=150, scale=0.3)
        self.evening = Layer(fmt, 1.0, self._evening, margin=300, scale=0.25)
        self.view = Layer(fmt, 0.3, self._view, margin=150, scale=1.0)
        self.vignette = Layer(fmt, 0, rooms.vignette(fmt, 0.50), margin=0, scale=0.5)

    def camera(self, t):
        k = smooth((t + 1.2) / 9.4)
        return Camera(*self.fmt.pick((lerp(-70, 14, k), lerp(-6, 6, k)), (lerp(-26, 6, k), lerp(-40, 16, k))), lerp(self.fmt.pick(1.24, 1.15), 1.0, k))

    def light(self, t):
        """0..1: the lamp's light; it flickers up as a warm bulb does."""
        return clamp(ramp(t, 1.25, 1.75) * (0.97 + 0.03 * math.sin(t * 9) * math.exp(-(t - 1.5))))

    # --- still parts ---

    def _view(self, c):
        x, y, w, h = self.glass
        rooms.houses(c, x - 100, y + h - 20, w + 200, "#2c3156", 41, 40, 130, 0.34, "#ffcf7d")
        rooms.houses(c, x - 100, y + h + 10, w + 200, "#20243f", 52, 24, 70, 0.30, "#ffcf7d")

    def _room(self, c):
        w, h, floor = self.w, self.h, self.floor
        rooms.wall(c, -150, -150, w + 300, floor + 150, "#d9b08c", "#c2916f", 0.4)
        if self.fmt.tall:
            rooms.poster(c, 70, 150, 190, 250, 0)
        else:
            rooms.poster(c, 434, 64, 158, 204, 0)
            rooms.poster(c, 618, 64, 158, 204, 1)
        rooms.window_frame(c, *self.glass, "#efe0c8", 2, 2, 14)
        c.drawRect(skia.Rect.MakeXYWH(-150, floor - 30, w + 300, 30), paint("#f0dfc6"))
        c.drawRect(skia.Rect.MakeXYWH(-150, floor - 31, w + 300, 3), paint("#fff6e6", 0.7))
        rooms.wood(c, -150, floor, w + 300, h - floor + 150, "#99633a")
        for i in range(-14, 30):
            x0 = i * 92
            c.drawLine(w * 0.5 + (x0 - w * 0.5) * 0.8, floor, w * 0.5 + (x0 - w * 0.5) * 1.4, h + 150, paint("#4a2c14", 0.35, stroke=2))
        c.drawRect(skia.Rect.MakeXYWH(-150, floor - 3, w + 300, 22), paint("#2a1a1c", 0.3, blur=9))
        # A round rug.
        rx, ry = self.fmt.pick((620, 688), (330, 1200))
        rug = oval(rx, ry, self.fmt.pick(430, 360), self.fmt.pick(66, 96))
        shade(c, rug, "#cdb594", soft=12, tex="linen", tex_strength=0.9)
        for k in (0.9, 0.8, 0.55):
            c.drawPath(oval(rx, ry, self.fmt.pick(430, 360) * k, self.fmt.pick(66, 96) * k), paint("#9c5a40", 0.6, stroke=4))
        # Sideboard with three doors on thin legs.
        x, y, ww, hh = self.board
        ground(c, x + ww / 2, floor + 44, ww * 0.52, 0.5, 16)
        for lx in (x + 40, x + ww - 60):
            shade(c, path(f"M {lx} {y+hh} L {lx+20} {y+hh} L {lx+15} {floor+42} L {lx+5} {floor+42} Z"), "#5f3a20", soft=4)
        c.drawPath(rrect(x - 4, y + 14, ww + 14, hh, 8), paint("#2a160c", 0.4, blur=14))
        box = rrect(x, y, ww, hh, 8)
        shade(c, box, "#a66c3c", soft=14, tex="wood", tex_strength=0.75)
        n = 3
        for i in range(n):
            dw = (ww - 24 - 8 * (n - 1)) / n
            dx = x + 12 + i * (dw + 8)
            door = rrect(dx, y + 22, dw, hh - 34, 4)
            shade(c, door, "#b47a48", soft=8, tex="wood", tex_strength=0.85)
            for q in range(int(dw // 11)):
                c.drawLine(dx + 6 + q * 11, y + 26, dx + 6 + q * 11, y + hh - 16, paint("#5f3a20", 0.28, stroke=2))
            c.drawCircle(dx + dw - 14, y + hh * 0.52, 5.5, paint(shader=rad(dx + dw - 16, y + hh * 0.5, 7, (0, "#f7e2b0"), (1, "#8a6429"))))
        c.drawRect(skia.Rect.MakeXYWH(x, y, ww, 9), paint("#dba876", 0.8))

    def _put(self, c, at, base, draw):
        x, y, s = at
        c.save()
        c.translate(x, y - base * s)
        c.scale(s, s)
        draw(c)
        c.restore()

    def _things(self, c):
        for at, r in ((self.lamp_at, 74), (self.mug_at, 66)):
            ground(c, at[0], at[1], r * at[2], 0.5, 6)
        self._put(c, self.lamp_at, 198, home.lamp)
        x, y, s = self.book_at
        c.drawPath(path(f"M {x-60*s} {y-300*s} L {x+150*s} {y-300*s} L {x+170*s} {y} L {x-80*s} {y} Z"), paint("#2a160c", 0.35, blur=10))
        c.save()
        c.translate(x, y - 160 * s)
        c.rotate(-4)
        c.scale(s, s)
        home.notebook(c)
        c.restore()
        self._put(c, self.mug_at, 80, home.mug)
        if self.plant_at:
            x, y, s = self.plant_at
            ground(c, x, y, 100 * s, 0.55)
            self._put(c, self.plant_at, 206, home.plant)
        x, y, s = self.bag_at
        ground(c, x + 10, y, 150 * s, 0.6)
        c.save()
        c.translate(x, y - 202 * s)
        c.rotate(3)
        c.scale(s, s)
        wear.backpack(c)
        c.restore()
        x, y, s = self.shoes_at
        for dx, dy, r in ((70, -16, -3), (0, 0, 2)):
            ground(c, x + dx * s, y + dy * s, 176 * s, 0.6, 8)
            c.save()
            c.translate(x + dx * s, y + (dy - 92) * s)
            c.rotate(r * 0.4)
            c.scale(s, s)
            wear.shoe(c)
            c.restore()

    def _lit(self, c):
        self._put(c, self.lamp_at, 198, lambda k: home.lamp(k, "sand", 1.0))

    def bulb(self):
        x, y, s = self.lamp_at
        return x, y - 290 * s

    def _glow(self, c):
        x, y = self.bulb()
        r = self.fmt.pick(620, 680)
        c.drawPath(oval(x, y, r, r), paint(shader=rad(x, y, r, (0, "#ffdc9a", 0.80), (0.18, "#ffc56f", 0.44), (0.55, "#ff9f4a", 0.14), (1, "#ff8f3a", 0))))

    def _evening(self, c):
        """What the lamp leaves of the dark: a pool of light, blue beyond."""
        x, y = self.bulb()
        c.drawPaint(paint(shader=rad(x, y + 120, self.fmt.pick(1050, 1120), (0, "#ffffff"), (0.28, "#ffeccd"), (0.62, "#a88fa6"), (1, "#535891"))))

    # --- motion ---

    def draw(self, c, t):
        x, y, w, h = self.glass
        lit = self.light(t)
        deep = smooth((t + 0.5) / 8)
        with self.at(c, t, 0.1):
            c.drawRect(skia.Rect.MakeXYWH(x - 120, y - 120, w + 240, h + 240), paint(shader=lin(
                0, y, 0, y + h, (0, mix("#46508c", "#262b5c", deep)), (0.6, mix("#8f7aa6", "#4d4a80", deep)), (1, mix("#e8a58c", "#84628c", deep)))))
            r = rng(6)
            for _ in range(40):
                sx, sy, ph = r.uniform(x - 60, x + w + 60), r.uniform(y - 40, y + h * 0.6), r.uniform(0, 6)
                c.drawCircle(sx, sy, r.uniform(0.7, 1.7), paint("#fff6dc", deep * (0.55 + 0.4 * math.sin(t * 1.6 + ph))))
            mx, my = x + w * 0.76, y + h * lerp(0.33, 0.22, deep)
            rooms.sun(c, mx, my, 21, "#fff8e2", "#c9c6f0", 110, 0.55)
            c.drawPath(oval(mx - 8, my - 5, 18, 18), paint(mix("#5a5c94", "#33366a", deep), 0.86, blur=2))
        with self.at(c, t, 0.3):
            self.view.draw(c)
        with self.at(c, t, 0.75):
            self.room.draw(c)
        with self.at(c, t, 1.0):
            self.things.draw(c)
            mx, my, ms = self.mug_at
            rooms.steam(c, mx, my - 146 * ms, t, ms * 1.3, 0.6)
            if lit < 1:
                c.drawPaint(paint("#565b96", 1 - lit, blend=skia.BlendMode.kMultiply))
            if lit:
                self.evening.draw(c, lit, skia.BlendMode.kMultiply)
                self.lit.draw(c, lit)
                self.glow.draw(c, lit, skia.BlendMode.kScreen)
        with self.at(c, t, 1.3):
            rooms.dust(c, self.w, self.h, t, 44, 24, 0.5 * lit, "#ffdca0")
        self.vignette.draw(c)

    def tags(self):
        def still(at, up, dx=0.0):
            x, y, s = at
            return lambda t: (1.0, x + dx * s, y - up * s, True)

        return [
            TagSpec("lamp-dusk", "fold-lamp", still(self.lamp_at, 283), 0.5, 7.2, "HAL-FOLD-SAND"),
            TagSpec("mug-dusk", "dune-mug", still(self.mug_at, 66), 0.9, 7.2, "HAL-DUNE-320"),
            TagSpec("notebook-dusk", "field-notebook", still(self.book_at, 200), 1.3, 7.2, "NOR-FIELD-A5"),
            TagSpec("backpack-dusk", "roam-backpack", still(self.bag_at, 206), 1.7, 7.2, "NOR-ROAM-COG"),
            TagSpec("shoes-dusk", "loft-runner", still(self.shoes_at, 84), 2.1, 7.2, "ALD-LOFT2-COR-42"),
        ]
