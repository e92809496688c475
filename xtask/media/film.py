"""Cuts the shots together, renders both formats, encodes them and writes their tag tracks."""

import json
import multiprocessing
import os
import pathlib
import subprocess
import sys

import skia

from stage import FADE, FPS, LANDSCAPE, PORTRAIT, project, tag_of

ROOT = pathlib.Path(__file__).resolve().parents[2]
WORK = ROOT / "target" / "media"
DURATION = 36.0


def shots(fmt):
    """[(start in seconds, scene)] in order."""
    from scene_desk import Desk
    from scene_dusk import Dusk
    from scene_golden import Golden
    from scene_hall import Hall
    from scene_morning import Morning

    out, at = [], 0.0
    for kind in (Morning, Hall, Desk, Golden, Dusk):
        scene = kind(fmt)
        out.append((at, scene))
        at += scene.length
    assert abs(at - DURATION) < 1e-9, at
    return out


def paint_frame(c, cut, time):
    """One frame; a shot is faded in over the one before it."""
    current = max(i for i, (start, _) in enumerate(cut) if start <= time + 1e-9)
    start, scene = cut[current]
    age = time - start
    if current and age < FADE:
        before_start, before = cut[current - 1]
        c.save()
        before.draw(c, time - before_start)
        c.restore()
        k = age / FADE
        c.saveLayerAlpha(None, int(round(255 * k * k * (3 - 2 * k))))
        scene.draw(c, age)
        c.restore()
    else:
        scene.draw(c, age)


def frame_image(fmt, time, cut=None):
    cut = cut or shots(fmt)
    surface = skia.Surface.MakeRasterN32Premul(fmt.w, fmt.h)
    paint_frame(surface.getCanvas(), cut, time)
    return surface.makeImageSnapshot()


def track(fmt, cut):
    """The tag track of one format: the scenes' own positions, projected."""
    tags = []
    for start, scene in cut:
        tags += [tag_of(scene, spec, start) for spec in scene.tags()]
    tags.sort(key=lambda tag: (tag["start"], tag["id"]))
    return {"schema_version": 1, "tags": tags}


def dump_track(document, target):
    """One line a tag and key frame list, so that a diff is readable."""
    lines = []
    for tag in document["tags"]:
        head = {k: v for k, v in tag.items() if k != "key_frames"}
        body = ",\n      ".join(json.dumps(k) for k in tag["key_frames"])
        lines.append("    " + json.dumps(head)[:-1] + ", \"key_frames\": [\n      " + body + "\n    ]}")
    target.write_text('{\n  "schema_version": 1,\n  "tags": [\n' + ",\n".join(lines) + "\n  ]\n}\n")


def run(*args):
    subprocess.run(args, check=True)


# The four files share about 4.7 MB. VP9 in one pass takes a third more than it is told.
VP9_RATE, H264_RATE = "190k", "255k"

BT709 = [
    "-vf", "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p",
    "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709",
]


def _render_part(job):
    """Frames first..last of one format into a lossless file; runs in a process of its own."""
    fmt, first, last, target = job
    cut = shots(fmt)
    pipe = subprocess.Popen(
        ["ffmpeg", "-hide_banner", "-loglevel", "error", "-y", "-f", "rawvideo", "-pix_fmt", "bgra",
         "-s", f"{fmt.w}x{fmt.h}", "-r", str(FPS), "-i", "-", *BT709,
         "-c:v", "libx264", "-preset", "ultrafast", "-qp", "0", str(target)],
        stdin=subprocess.PIPE,
    )
    surface = skia.Surface.MakeRasterN32Premul(fmt.w, fmt.h)
    c = surface.getCanvas()
    for n in range(first, last):
        c.save()
        paint_frame(c, cut, n / FPS)
        c.restore()
        pipe.stdin.write(surface.toarray(colorType=skia.kBGRA_8888_ColorType).tobytes())
        if n % 90 == 0:
            print(f"  {fmt.name} {n}", file=sys.stderr, flush=True)
    pipe.stdin.close()
    if pipe.wait():
        raise SystemExit("ffmpeg failed")


def render(fmt):
    """All frames into one lossless file under target/, a process a core."""
    WORK.mkdir(parents=True, exist_ok=True)
    frames, parts = round(DURATION * FPS), max(1, os.cpu_count() or 1)
    edges = [frames * i // parts for i in range(parts + 1)]
    files = [WORK / f"day.{fmt.name}.{i}.mkv" for i in range(parts)]
    jobs = [(fmt, a, b, f) for a, b, f in zip(edges, edges[1:], files)]
    with multiprocessing.get_context("spawn").Pool(parts) as pool:
        pool.map(_render_part, jobs, 1)
    listing = WORK / f"day.{fmt.name}.txt"
    listing.write_text("".join(f"file '{f.name}'\n" for f in files))
    master = WORK / f"day.{fmt.name}.mkv"
    run("ffmpeg", "-hide_banner", "-loglevel", "error", "-y", "-f", "concat", "-i", str(listing), "-c", "copy", str(master))
    return master


def encode(master, name):
    """WebM and MP4 beside each other in www/media."""
    out = ROOT / "www" / "media"
    quiet = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-y"]
    run(*quiet, "-i", str(master), "-c:v", "libx264", "-preset", "fast", "-b:v", H264_RATE, "-maxrate", "900k",
        "-bufsize", "2700k", "-profile:v", "high", "-g", "150", "-pix_fmt", "yuv420p", "-movflags", "+faststart",
        "-an", str(out / f"{name}.mp4"))
    run(*quiet, "-i", str(master), "-c:v", "libvpx-vp9", "-b:v", VP9_RATE, "-deadline", "realtime", "-cpu-used", "6",
        "-row-mt", "1", "-tile-columns", "1", "-g", "150", "-an", str(out / f"{name}.webm"))


def verify(document, cut):
    """The written track, read back, against the scenes: every frame of every tag."""
    tags = {tag["id"]: tag for tag in document["tags"]}
    for start, scene in cut:
        for spec in scene.tags():
            keys = tags[spec.id]["key_frames"]
            for n in range(round(tags[spec.id]["start"] * FPS), round(tags[spec.id]["end"] * FPS)):
                u, v, visible = project(scene, spec, n / FPS - start)
                a = max((k for k in keys if k["t"] <= n / FPS + 1e-6), key=lambda k: k["t"])
                b = min((k for k in keys if k["t"] > n / FPS + 1e-6), key=lambda k: k["t"], default=a)
                assert visible != a.get("hidden", False), (spec.id, n)
                if visible:
                    k = (n / FPS - a["t"]) / (b["t"] - a["t"]) if b is not a else 0.0
                    x, y = a["x"] + (b["x"] - a["x"]) * k, a["y"] + (b["y"] - a["y"]) * k
                    assert max(abs(x - u), abs(y - v)) < 0.002, (spec.id, n)


def main(formats=(LANDSCAPE, PORTRAIT)):
    for fmt in formats:
        cut = shots(fmt)
        document = track(fmt, cut)
        verify(document, cut)
        dump_track(document, ROOT / "www" / "demo" / f"day.{fmt.name}.tags.json")
        encode(render(fmt), "day" if fmt is LANDSCAPE else "day-portrait")
