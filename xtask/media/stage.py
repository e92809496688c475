"""Camera, layers and tags: what turns drawings into a film whose tags are exact.

A scene is a stack of layers at different depths. The same matrix that paints a layer also projects
the products' positions, so a tag cannot be anywhere else than its product.
"""

import math

import skia

from kit import LINEAR, paint

FPS = 30
FADE = 0.6
# A straight line between two key frames stays this close to the truth, as a share of the picture.
TRACK_ERROR = 0.0012


class Format:
    """The picture: its name and size in pixels."""

    def __init__(self, name, width, height):
        self.name, self.w, self.h = name, width, height
        self.tall = height > width

    def pick(self, landscape, portrait):
        return portrait if self.tall else landscape


LANDSCAPE = Format("landscape", 1280, 720)
PORTRAIT = Format("portrait", 720, 1280)


class Camera:
    """Pan in pixels of the subject plane, zoom 1 = as composed, roll in degrees."""

    def __init__(self, x=0.0, y=0.0, zoom=1.0, roll=0.0):
        self.x, self.y, self.zoom, self.roll = x, y, zoom, roll

    def matrix(self, fmt, depth):
        """Layer coordinates to pixels. Depth 0 does not move, 1 is the subject, above 1 is near."""
        m = skia.Matrix()
        m.setTranslate(fmt.w / 2, fmt.h / 2)
        m.preRotate(self.roll)
        s = 1 + (self.zoom - 1) * depth
        m.preScale(s, s)
        m.preTranslate(-fmt.w / 2 - self.x * depth, -fmt.h / 2 - self.y * depth)
        return m


class Layer:
    """A still drawing larger than the picture, painted once."""

    def __init__(self, fmt, depth, draw, margin=150, scale=1.12):
        self.depth, self.margin, self.scale = depth, margin, scale
        w = int((fmt.w + 2 * margin) * scale)
        h = int((fmt.h + 2 * margin) * scale)
        surface = skia.Surface.MakeRasterN32Premul(w, h)
        c = surface.getCanvas()
        c.clear(0)
        c.scale(scale, scale)
        c.translate(margin, margin)
        draw(c)
        self.image = surface.makeImageSnapshot()
        self.flat = depth == 0 and margin == 0
        if self.flat:
            # It never moves: bring it to the picture's size once.
            full = skia.Surface.MakeRasterN32Premul(fmt.w, fmt.h)
            full.getCanvas().drawImageRect(
                self.image, skia.Rect.MakeWH(fmt.w, fmt.h), skia.SamplingOptions(skia.FilterMode.kLinear),
                skia.Paint(Dither=True))
            self.image = full.makeImageSnapshot()

    def draw(self, c, alpha=1.0, blend=None):
        """Paints into a canvas that already has the layer's matrix."""
        if alpha <= 0:
            return
        if self.flat:
            p = skia.Paint(Alphaf=alpha)
            if blend:
                p.setBlendMode(blend)
            c.drawImage(self.image, 0, 0, skia.SamplingOptions(), p)
            return
        c.save()
        c.translate(-self.margin, -self.margin)
        c.scale(1 / self.scale, 1 / self.scale)
        # Dithering also chooses Skia's wide pipeline, which is twice as fast for these two cases.
        turned = abs(c.getTotalMatrix().getSkewX()) > 1e-6
        p = skia.Paint(Alphaf=alpha, Dither=bool(blend) or turned)
        if blend:
            p.setBlendMode(blend)
        c.drawImage(self.image, 0, 0, skia.SamplingOptions(skia.FilterMode.kLinear), p)
        c.restore()


class TagSpec:
    """One tag of a scene: `where(t)` gives (layer depth, x, y, visible) at scene time t."""

    def __init__(self, id, product, where, start, end, variant=None, anchor=None):
        self.id, self.product, self.variant = id, product, variant
        self.where, self.start, self.end, self.anchor = where, start, end, anchor


class Scene:
    """A shot. Times are seconds since the shot's start; it is faded in over FADE seconds."""

    length = 7.2

    def __init__(self, fmt):
        self.fmt = fmt
        self.w, self.h = fmt.w, fmt.h

    def camera(self, t):
        return Camera()

    def draw(self, c, t):
        raise NotImplementedError

    def tags(self):
        return []

    def at(self, c, t, depth):
        """Context manager: paint in the layer of that depth."""
        return _At(c, self.camera(t).matrix(self.fmt, depth))

    def still(self, where, **changes):
        raise NotImplementedError

    def grade(self, c, color, alpha, blend):
        c.drawPaint(paint(color, alpha, blend=blend))


class _At:
    def __init__(self, c, m):
        self.c, self.m = c, m

    def __enter__(self):
        self.c.save()
        self.c.concat(self.m)
        return self.c

    def __exit__(self, *_):
        self.c.restore()


# --- tag tracks ------------------------------------------------------------------------------


def _thin(samples):
    """Keeps the frames that linear interpolation needs; samples are (frame, x, y)."""
    keep = {0, len(samples) - 1}
    stack = [(0, len(samples) - 1)]
    while stack:
        a, b = stack.pop()
        if b - a < 2:
            continue
        fa, xa, ya = samples[a]
        fb, xb, yb = samples[b]
        worst, at = 0.0, a
        for i in range(a + 1, b):
            f, x, y = samples[i]
            k = (f - fa) / (fb - fa)
            e = max(abs(xa + (xb - xa) * k - x), abs(ya + (yb - ya) * k - y))
            if e > worst:
                worst, at = e, i
        if worst > TRACK_ERROR:
            keep.add(at)
            stack += [(a, at), (at, b)]
    return [samples[i] for i in sorted(keep)]


def project(scene, spec, t):
    """Position of a tag, 0..1 of the picture, and whether the thing can be seen there."""
    depth, x, y, visible = spec.where(t)
    q = scene.camera(t).matrix(scene.fmt, depth).mapXY(x, y)
    u, v = q.x() / scene.w, q.y() / scene.h
    return u, v, visible and 0.01 < u < 0.99 and 0.01 < v < 0.99


def tag_of(scene, spec, scene_start):
    """The tag as the track writes it. Frame n is shown at n / 30 s of media time."""
    first = round((scene_start + spec.start) * FPS)
    last = round((scene_start + spec.end) * FPS)
    runs, hidden_runs = [], []
    for n in range(first, last + 1):
        u, v, visible = project(scene, spec, n / FPS - scene_start)
        target = runs if visible else hidden_runs
        if target and target[-1][-1][0] == n - 1:
            target[-1].append((n, u, v))
        else:
            target.append([(n, u, v)])
    frames = []
    for run in runs:
        frames += [(n, u, v, False) for n, u, v in _thin(run)]
        if run[-1][0] != last:
            # Gone from the next frame on; the place of a hidden thing is its last one.
            frames.append((run[-1][0] + 1, run[-1][1], run[-1][2], True))
    if runs[0][0][0] != first:
        frames.insert(0, (first, runs[0][0][1], runs[0][0][2], True))
    key_frames = []
    for n, u, v, hidden in frames:
        k = {"t": round(n / FPS, 6), "x": round(u, 5), "y": round(v, 5)}
        if hidden:
            k["hidden"] = True
        key_frames.append(k)
    tag = {"id": spec.id, "product": spec.product}
    if spec.variant:
        tag["variant"] = spec.variant
    tag["start"] = round(first / FPS, 6)
    tag["end"] = round(last / FPS, 6)
    if spec.anchor:
        tag["anchor"] = {"x": spec.anchor[0], "y": spec.anchor[1]}
    tag["interpolation"] = "linear"
    tag["key_frames"] = key_frames
    return tag
