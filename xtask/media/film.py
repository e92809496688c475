"""Cuts the shots together, renders both formats, encodes them and writes their tag tracks."""

import json
import pathlib
import subprocess
import sys

import skia

from stage import FADE, FPS, LANDSCAPE, PORTRAIT, tag_of

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


# Four files of 36 s share about 4.3 MB.
VP9_RATE, H264_RATE = "225k", "255k"

BT709 = [
    "-vf", "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p",
    "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709",
]


def render(fmt, cut):
    """All frames into one lossless file under target/."""
    WORK.mkdir(parents=True, exist_ok=True)
    master = WORK / f"day.{fmt.name}.mkv"
    pipe = subprocess.Popen(
        ["ffmpeg", "-hide_banner", "-loglevel", "error", "-y", "-f", "rawvideo", "-pix_fmt", "bgra",
         "-s", f"{fmt.w}x{fmt.h}", "-r", str(FPS), "-i", "-", *BT709,
         "-c:v", "libx264", "-preset", "ultrafast", "-qp", "0", str(master)],
        stdin=subprocess.PIPE,
    )
    surface = skia.Surface.MakeRasterN32Premul(fmt.w, fmt.h)
    c = surface.getCanvas()
    frames = round(DURATION * FPS)
    for n in range(frames):
        c.save()
        paint_frame(c, cut, n / FPS)
        c.restore()
        pipe.stdin.write(surface.toarray(colorType=skia.kBGRA_8888_ColorType).tobytes())
        if n % 90 == 0:
            print(f"  {fmt.name} {n}/{frames}", file=sys.stderr, flush=True)
    pipe.stdin.close()
    if pipe.wait():
        raise SystemExit("ffmpeg failed")
    return master


def encode(master, name):
    """WebM and MP4 beside each other in www/media."""
    out = ROOT / "www" / "media"
    quiet = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-y"]
    log = str(WORK / f"{name}-vp9")
    vp9 = ["-c:v", "libvpx-vp9", "-b:v", VP9_RATE, "-row-mt", "1", "-tile-columns", "1", "-g", "150",
           "-auto-alt-ref", "1", "-lag-in-frames", "25", "-passlogfile", log]
    run(*quiet, "-i", str(master), *vp9, "-pass", "1", "-cpu-used", "5", "-an", "-f", "null", "-")
    run(*quiet, "-i", str(master), *vp9, "-pass", "2", "-cpu-used", "4", "-an", str(out / f"{name}.webm"))
    log = str(WORK / f"{name}-h264")
    h264 = ["-c:v", "libx264", "-preset", "medium", "-b:v", H264_RATE, "-maxrate", "900k", "-bufsize", "1800k",
            "-profile:v", "high", "-g", "150", "-pix_fmt", "yuv420p", "-passlogfile", log]
    run(*quiet, "-i", str(master), *h264, "-pass", "1", "-an", "-f", "null", "-")
    run(*quiet, "-i", str(master), *h264, "-pass", "2", "-movflags", "+faststart", "-an", str(out / f"{name}.mp4"))


def main(formats=(LANDSCAPE, PORTRAIT)):
    for fmt in formats:
        cut = shots(fmt)
        dump_track(track(fmt, cut), ROOT / "www" / "demo" / f"day.{fmt.name}.tags.json")
        name = "day" if fmt is LANDSCAPE else "day-portrait"
        encode(render(fmt, cut), name)
