"""Shot 2: out of the door. Running shoes walk through the hall and pass behind the plant."""

import math

import skia

import people
import products_home as home
import products_wear as wear
import rooms
from kit import Sprite, clamp, dark, ground, lerp, light, lin, moved, oval, paint, path, poly, rad, rrect, shade, smooth, sprite
from stage import Camera, Layer, Scene, TagSpec

TROUSERS = "#44596e"


class Hall(Scene):
    def __init__(self, fmt):
        super().__init__(fmt)
        p = fmt.pick
        self.floor = p(520, 930)
        self.ground = p(648, 1120)
        self.size = p(0.84, 1.10)
        self.shoe_size = p(0.66, 0.86)
        self.bag_at = p((250, 330, 0.84), (214, 472, 1.08))
        self.pot_at = p((826, 444, 1.22), (516, 930, 1.30))
        self.door = p((1030, -30, 330, 560), (560, 120, 330, 820))
        self.back = Layer(fmt, 0.75, self._back, margin=260, scale=1.05)
        self.pot = Layer(fmt, 1.0, self._pot, margin=200, scale=1.05)
        self.sunlight = Layer(fmt, 0.75, self._light, margin=260, scale=0.4)
        self.vignette = Layer(fmt, 0, rooms.vignette(fmt, 0.40), margin=0, scale=0.5)
        self.shoe = sprite("shoe", lambda: Sprite(wear.shoe, -200, -140, 200, 110, 1.1))
        self.coat = sprite(f"coat{fmt.name}", lambda: Sprite(people.coat, -260, -1000, 260, 60, fmt.pick(0.86, 1.2)))
        self.arm = sprite(f"coat-arm{fmt.name}", lambda: Sprite(people.coat_arm, -110, -110, 110, 730, fmt.pick(0.86, 1.2)))
        self.bag = sprite("bag", lambda: Sprite(wear.backpack, -180, -250, 180, 220, 1.2))
        self.leaves = [sprite(f"leaf{i}", lambda i=i: Sprite(lambda c: home.leaf(c, i), -90, -110, 90, 90, 1.2)) for i in range(5)]

    def camera(self, t):
        k = smooth((t + 1.2) / 9.6)
        return Camera(*self.fmt.pick((lerp(-80, 92, k), lerp(6, -8, k)), (lerp(-96, 104, k), lerp(10, -10, k))),
                      lerp(1.05, 1.0, k))

    # --- still parts ---

    def _back(self, c):
        w, h, floor = self.w, self.h, self.floor
        rooms.wall(c, -260, -260, w + 520, floor + 260, "#e9dcc6", "#d9c3a4")
        # Sage panelling to the height of the rail.
        top = self.fmt.pick(150, 236)
        rooms.wall(c, -260, top, w + 520, floor - top, "#93a48c", "#7b8f78", 0.3)
        step = self.fmt.pick(118, 126)
        for x in range(-250, w + 260, step):
            c.drawRect(skia.Rect.MakeXYWH(x, top + 22, 3, floor - top - 22), paint("#4d5f4e", 0.35))
            c.drawRect(skia.Rect.MakeXYWH(x + 3, top + 22, 2, floor - top - 22), paint("#c6d2bd", 0.5))
        rooms.wood(c, -260, top - 6, w + 520, 24, "#a87443")
        c.drawRect(skia.Rect.MakeXYWH(-260, top + 18, w + 520, 10), paint("#2a1a1c", 0.20, blur=5))
        c.drawRect(skia.Rect.MakeXYWH(-260, floor - 34, w + 520, 34), paint(shader=lin(0, floor - 34, 0, floor, (0, "#8a9c84"), (1, "#66795f"))))
        c.drawRect(skia.Rect.MakeXYWH(-260, floor - 36, w + 520, 3), paint("#c6d2bd", 0.6))
        # Pegs and what hangs there.
        bx, by, bs = self.bag_at
        pegs = (bx, bx + 250 * bs, bx + 430 * bs)
        for x in pegs:
            shade(c, rrect(x - 9, top - 12, 18, 34, 8), "#d0a35c", soft=5)
        x = pegs[1]
        scarf = path(f"M {x-24} {top+14} C {x-34} {top+90} {x-40} {top+190} {x-30} {top+268} L {x+4} {top+272} "
                     f"C {x-2} {top+170} {x+4} {top+80} {x} {top+30} C {x+10} {top+90} {x+36} {top+140} {x+30} {top+214} "
                     f"L {x+60} {top+208} C {x+62} {top+120} {x+40} {top+60} {x+20} {top+12} Z")
        c.drawPath(moved(scarf, 10, 14), paint("#1d2a1e", 0.30, blur=10))
        shade(c, scarf, "#c8603f", soft=16, tex="knit", tex_strength=0.7)
        if not self.fmt.tall:
            x = pegs[2]
            # A straw hat, hung flat against the wall.
            y = top + 74
            c.drawPath(oval(x + 10, y + 16, 96, 90), paint("#1d2a1e", 0.34, blur=12))
            shade(c, oval(x, y, 96, 90), "#dcb97e", soft=16, tex="linen", tex_strength=0.9)
            for q in (88, 76, 64):
                c.drawPath(oval(x, y, q, q * 0.94), paint("#a67c3f", 0.22, stroke=2))
            c.drawPath(oval(x + 3, y + 5, 54, 50), paint("#5a3c1a", 0.35, blur=6))
            shade(c, oval(x, y, 52, 48), "#e3c48c", soft=12, tex="linen", tex_strength=0.9)
            c.drawPath(oval(x, y, 52, 48), paint("#3c4b3d", 0.92, stroke=9))
        # The open door, full of morning.
        dx, dy, dw, dh = self.door
        shade(c, rrect(dx - 26, dy - 26, dw + 52, dh + 60, 4), "#efe4d2", soft=8)
        c.drawRect(skia.Rect.MakeXYWH(dx, dy, dw, floor - dy + 4), paint(shader=lin(
            0, dy, 0, floor, (0, "#fdf2d8"), (0.6, "#ffe3b0"), (1, "#f6cf97"))))
        rooms.hills(c, dx + 60, floor - 60, dw - 120, ((120, "#c9d2b6", 16), (60, "#a3b892", 10)), 4)
        c.save()
        c.clipRect(skia.Rect.MakeXYWH(dx, dy, dw, floor - dy))
        rooms.sun(c, dx + dw * 0.36, dy + (floor - dy) * 0.34, 40, "#fffbe9", "#fff0c4", dw * 1.1, 1)
        rooms.houses(c, dx, floor - 30, dw, "#d5b593", 3, 40, 130)
        c.restore()
        # Floor boards towards the door.
        rooms.wood(c, -260, floor, w + 520, h - floor + 260, "#a9713f")
        for i in range(-16, 34):
            x0 = w * 0.5 + i * 84
            c.drawLine(w * 0.5 + (x0 - w * 0.5) * 0.72, floor, w * 0.5 + (x0 - w * 0.5) * 1.5, h + 240, paint("#5b3719", 0.30, stroke=2))
        c.drawRect(skia.Rect.MakeXYWH(-260, floor - 4, w + 520, 26), paint("#2a1a1c", 0.28, blur=10))
        # A runner.
        y0, y1 = self.ground - self.fmt.pick(46, 70), self.ground + self.fmt.pick(40, 60)
        rug = poly((-240, y0), (w + 240, y0), (w + 270, y1), (-270, y1))
        c.drawPath(moved(rug, 0, 6), paint("#2a1a1c", 0.35, blur=6))
        shade(c, rug, "#cfc0a4", soft=12, tex="linen", tex_strength=0.9)
        for k, color in ((0.16, "#b4593c"), (0.24, "#3f5f63"), (0.80, "#b4593c"), (0.88, "#3f5f63")):
            y = lerp(y0, y1, k)
            c.drawLine(-260, y, w + 260, y, paint(color, 0.75, stroke=4))

    def _light(self, c):
        dx, dy, dw, dh = self.door
        low = self.h + 200
        rooms.beam(c, ((dx, self.floor - 6), (dx + dw, self.floor - 6), (dx - dw * 0.2, low), (dx - dw * 2.6, low)), "#fff0c4", 0.95, 22, None)
        rooms.beam(c, ((dx, dy), (dx, self.floor), (dx - dw * 1.7, self.floor + 60), (dx - dw * 1.2, dy + 240)), "#fff0c4", 0.34, 60, None)

    def _pot(self, c):
        x, y, s = self.pot_at
        ground(c, x, y + 204 * s, 100 * s, 0.55)
        c.drawPath(path(f"M {x-70*s} {y+200*s} L {x+70*s} {y+200*s} L {x-160*s} {y+290*s} L {x-340*s} {y+290*s} Z"), paint("#3a2010", 0.30, blur=16))
        c.save()
        c.translate(x, y)
        c.scale(s, s)
        home.pot(c)
        c.restore()

    # --- motion ---

    def walker(self, t):
        """(hip x, speed): an even walk from left to right."""
        x0, x1 = self.fmt.pick((-330, 1640), (-560, 1170))
        speed = (x1 - x0) / 7.4
        return x0 + speed * (t - 0.1), speed

    def shoe_place(self, t, phase):
        hx, speed = self.walker(t)
        s = self.shoe_size
        x, y, pitch = people.foot(t, phase, speed, self.ground + (0 if phase == 0 else -10 * s), s)
        # The ankle stands on the heel half, so the shoe's centre is before the leg.
        return hx + x + 60 * s, y, pitch

    def draw(self, c, t):
        with self.at(c, t, 0.75):
            self.back.draw(c)
            bx, by, bs = self.bag_at
            swing = 1.5 * math.sin(t * 1.25) * math.exp(-t * 0.10)
            c.save()
            c.translate(bx, by - 225 * bs)
            c.rotate(swing)
            c.drawPath(oval(26 * bs, 250 * bs, 120 * bs, 190 * bs), paint("#16241a", 0.36, blur=22))
            self.bag.draw(c, 0, 225 * bs, bs)
            c.restore()
            self.sunlight.draw(c, 0.8 + 0.1 * math.sin(t * 0.6), skia.BlendMode.kSoftLight)
        with self.at(c, t, 1.0):
            self._walk(c, t)
            self.pot.draw(c)
            self._plant(c, t)
        with self.at(c, t, 1.3):
            rooms.dust(c, self.w, self.h, t, 15, 26, 0.5)
        self.vignette.draw(c)

    def _walk(self, c, t):
        hx, speed = self.walker(t)
        if not -700 < hx < self.w + 600:
            return
        s, ss = self.size, self.shoe_size
        bob = 7 * s * math.cos(t / people.STRIDE_TIME * 4 * math.pi)
        hip = self.ground - self.fmt.pick(828, 812) * s + bob
        reach = 160 * s
        for phase, cloth in ((0.5, dark(TROUSERS, 0.28)), (0.0, TROUSERS)):
            x, y, pitch = self.shoe_place(t, phase)
            lift = clamp((self.ground - (y + 92 * ss)) / (120 * ss))
            ground(c, x, self.ground - (0 if phase == 0 else 8), 130 * ss, 0.5 * (1 - 0.7 * lift), 9)
            a = math.radians(pitch)
            ax = x + ss * (-92 * math.cos(a) + 74 * math.sin(a))
            ay = y + ss * (-92 * math.sin(a) - 74 * math.cos(a))
            people.leg(c, hx, hip, ax, ay, s, cloth)
            reach = max(reach, people.knee_reach(hx, hip, ax, ay, s))
            dim = skia.ColorFilters.Blend(skia.ColorSetARGB(90, 30, 24, 40), skia.BlendMode.kSrcATop) if phase else None
            self.shoe.draw(c, x, y, ss, pitch, filter=dim)
        # The knee pushes the coat forward.
        wide = (reach + 30 * s + 190 * s) / (374 * s)
        swing = math.sin(t / people.STRIDE_TIME * 2 * math.pi)
        c.save()
        c.translate(hx + 24 * s, self.ground - self.fmt.pick(400, 430) * s + bob)
        c.save()
        c.translate(-190 * s, 0)
        c.scale(max(1.0, wide), 1)
        c.translate(190 * s, 0)
        c.skew(-0.02 * swing, 0)
        self.coat.draw(c, 0, 0, s)
        c.restore()
        self.arm.draw(c, -30 * s, self.fmt.pick(-1000, -900) * s, s, -6 - 15 * swing)
        c.restore()

    def _plant(self, c, t):
        x, y, s = self.pot_at
        hx, _ = self.walker(t)
        # The draught of somebody passing.
        near = math.exp(-((hx - x - 60) / 190) ** 2)
        sway = 0.6 * math.sin(t * 0.9) + 2.4 * near * math.sin(t * 5)
        c.save()
        c.translate(x, y)
        c.scale(s, s)
        for i, row in enumerate(home.LEAVES):
            lx, ly = home.stem(c, row, sway)
            self.leaves[row[4]].draw(c, lx, ly, row[2], row[3] + sway * (2 + i % 3))
        c.restore()

    def tags(self):
        bx, by, bs = self.bag_at
        px, py, ps = self.pot_at

        def shoes(t):
            x, y, _ = self.shoe_place(t, 0.0)
            behind = abs(x - px) < 96 * ps
            return 1.0, x, y, not behind

        def bag(t):
            camera = self.camera(t)
            seen = camera.matrix(self.fmt, 0.75).mapXY(bx, by).x()
            coat = camera.matrix(self.fmt, 1.0).mapXY(self.walker(t)[0] + 24 * self.size, by).x()
            return 0.75, bx, by - 6 * bs, not -290 * self.size < coat - seen < 190 * self.size

        return [
            TagSpec("backpack-hall", "roam-backpack", bag, 0.5, 7.2, "NOR-ROAM-COG"),
            TagSpec("shoes-hall", "loft-runner", shoes, 0.5, 7.2, "ALD-LOFT2-COR-42"),
            TagSpec("plant-hall", "monstera-pot", lambda t: (1.0, px, py + 120 * ps, True), 1.2, 7.2, "HAL-MONS-17"),
        ]
