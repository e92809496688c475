"""Draws the demo's media. Run from anywhere:

    python -m pip install -r xtask/media/requirements.txt
    python xtask/media/make.py [film] [pictures] [markers]

Without arguments everything is made. ffmpeg with libvpx-vp9 and libx264 must be on the path. The
results are tracked; the lossless masters stay under target/media.
"""

import sys
import time


def main():
    import film
    import markers
    import pictures

    jobs = {"film": film.main, "pictures": pictures.main, "markers": markers.main}
    for name in sys.argv[1:] or jobs:
        began = time.monotonic()
        jobs[name]()
        print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    main()
