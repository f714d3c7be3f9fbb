"""A museum of nasty folders and files: each ends in the right result or in one clear sentence, and nothing of the user's changes.

Every case goes through `load_images` and `doctor`, single files through `open_image` too. A limit ends what hangs.
"""

import faulthandler
import hashlib
import io
import os
import random
import re
import signal
import socket
import stat
import struct
import subprocess
import unicodedata
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from conftest import face, fill
from PIL import Image, PngImagePlugin, features

from animelib.checkup import doctor
from animelib.data import load_images
from animelib.drive import stage
from animelib.errors import AnimelibError
from animelib.folders import natural_key, open_image

RED, GREEN, BLUE, YELLOW, WHITE = (220, 30, 40), (30, 200, 60), (30, 60, 220), (230, 220, 40), (255, 255, 255)
QUARTERS = (RED, GREEN, BLUE, YELLOW)  # top left, top right, bottom left, bottom right
STRIPES = (WHITE, (0, 0, 0)) * 2
GREYS = tuple((round(0.299 * r + 0.587 * g + 0.114 * b),) * 3 for r, g, b in QUARTERS)
needs_user = pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may read everything")


@pytest.fixture(autouse=True)
def _limit():
    """End a case that hangs; where even that hangs, in a thread that never ends, end the whole run and show where."""

    def stop(*_):
        raise TimeoutError("the case took longer than 20 seconds")

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(20)
    faulthandler.dump_traceback_later(30, exit=True)
    yield
    faulthandler.cancel_dump_traceback_later()
    signal.alarm(0)


def quarters(size: int = 64, colours=QUARTERS) -> Image.Image:
    picture = Image.new("RGB", (size, size))
    half = size // 2
    for colour, place in zip(colours, [(0, 0), (half, 0), (0, half), (half, half)], strict=True):
        picture.paste(colour, (*place, place[0] + half, place[1] + half))
    return picture


def seen(picture: Image.Image) -> list[tuple[int, int, int]]:
    """Return the colours in the middle of the four quarters."""
    w, h = picture.size
    return [picture.getpixel((w * x // 4, h * y // 4)) for x, y in [(1, 1), (3, 1), (1, 3), (3, 3)]]


def close(found, wanted, by: int) -> bool:
    return bool(np.abs(np.subtract(found, wanted)).max() <= by)


def tree(root: Path) -> dict[str, object]:
    """Return everything below ``root`` with its content, kind and rights; times of reading do not count."""
    found = {}
    for here, folders, names in os.walk(root):
        for name in folders + names:
            path = os.path.join(here, name)
            info = os.lstat(path)
            content = os.readlink(path) if stat.S_ISLNK(info.st_mode) else None
            if stat.S_ISREG(info.st_mode) and os.access(path, os.R_OK):
                content = hashlib.sha1(Path(path).read_bytes()).hexdigest()
            found[path] = (content, info.st_mode, info.st_size if content else 0, info.st_mtime_ns)
    return found


def one_sentence(error: Exception) -> str:
    text = str(error)
    assert len(text.splitlines()) == 1, text
    assert text.endswith((".", "?"))
    assert re.search("[:.] ", text)  # what is wrong, then what to do
    text.encode("utf-8")
    return text


def checked(root: Path):
    """Run the doctor and look at what it says: one line a finding, printable, a page fragment."""
    checkup = doctor(root)
    lines = str(checkup).splitlines()
    assert len(lines) == 1 + len(checkup.findings)
    str(checkup).encode("utf-8")
    assert checkup._repr_html_().encode("utf-8").startswith(b"<div")
    return checkup


def read(root: Path, classes, count: int):
    """Load and check a folder, twice: the same pictures in the same parts, and not a byte of the folder changed."""
    before = tree(root)
    data = load_images(root, size=16)
    parts = [split.files for split in (data.train, data.val, data.test)]
    again = load_images(root, size=16)
    assert [split.files for split in (again.train, again.val, again.test)] == parts
    assert data.classes == tuple(classes)
    assert sum(map(len, parts)) == count
    for split in (data.train, data.val, data.test):
        assert len(split.images) == len(split.labels) == len(split.files)
    checkup = checked(root)
    assert checkup.of("layout") is None
    assert tree(root) == before
    return data, checkup


def refused(root: Path) -> str:
    """Load a folder that is not to be loaded; return the sentence. The doctor says the same, or the same as its finding."""
    before = tree(root) if root.is_dir() else {}
    with pytest.raises(AnimelibError) as error:
        load_images(root, size=16)
    sentence = one_sentence(error.value)
    try:
        assert checked(root).findings
    except AnimelibError as told:
        one_sentence(told)
    assert (tree(root) if root.is_dir() else {}) == before
    return sentence


@pytest.fixture
def pair(tmp_path) -> Path:
    """Two classes of six pictures."""
    for name in ("mizuki", "rem"):
        fill(tmp_path / "p" / name, name, 6)
    return tmp_path / "p"


# ---- pictures of every kind: the colours that a person sees


def saved(picture: Image.Image, kind: str, **options) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png(width: int, height: int, rows: bytes, depth: int = 8, colour: int = 2, interlaced: int = 0) -> bytes:
    """Write a PNG by hand, as Pillow does not: interlaced, 16 bits of colour, or lying about its size."""
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced)
    parts = [chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def lines(array: np.ndarray) -> bytes:
    return b"".join(b"\0" + row.tobytes() for row in array)


def interlaced() -> bytes:
    array = np.asarray(quarters())
    steps = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
    return png(64, 64, b"".join(lines(array[y::dy, x::dx]) for y, x, dy, dx in steps), interlaced=1)


def sixteen_bit_colour() -> bytes:
    return png(64, 64, lines(np.asarray(quarters()).astype(">u2") * 257), depth=16)


def grey16(kind: str) -> bytes:
    return saved(Image.fromarray(np.asarray(quarters().convert("L")).astype(np.uint16) * 257), kind)


def see_through(mode: str) -> Image.Image:
    """The top half is there, the bottom half is wholly see-through with colours hidden in it."""
    alpha = Image.new("L", (64, 64), 0)
    alpha.paste(255, (0, 0, 64, 32))
    picture = quarters().convert(mode[:-1])
    picture.putalpha(alpha)
    return picture


def palette_see_through(kind: str) -> bytes:
    picture = Image.new("P", (64, 64), 0)
    picture.putpalette([c for colour in QUARTERS for c in colour] + [0] * 756)
    for number, box in enumerate([(0, 0, 32, 32), (32, 0, 64, 32), (0, 32, 32, 64), (32, 32, 64, 64)]):
        picture.paste(number, box)
    return saved(picture, kind, transparency=2)


def moving(kind: str) -> bytes:
    return saved(quarters(), kind, save_all=True, append_images=[Image.new("RGB", (64, 64), "black")] * 3, duration=50)


def turned(orientation: int, kind: str = "JPEG") -> bytes:
    """Save a picture as a camera would that was held askew: the file is turned, a note says how to turn it back."""
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # Transpose.FLIP_LEFT_RIGHT is 0 and so on
    picture = quarters().transpose(Image.Transpose(undo[orientation])) if orientation in undo else quarters()
    exif = Image.Exif()
    exif[0x0112] = orientation
    return saved(picture, kind, exif=exif, **({"quality": 95} if kind == "JPEG" else {}))


def bad_exif(kind: str) -> bytes:
    return saved(quarters(), kind, exif=b"Exif\0\0II*\0\x08\0\0\0\xff\xff\x12\x01\x03\0\xff\xff\xff\xff\xff\xff")


def long_text() -> bytes:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("parameters", "1girl, " * 5000, zip=True)
    return saved(quarters(), "PNG", pnginfo=notes)


def first_two(second) -> tuple:
    return (*QUARTERS[:2], second, second)


JPG = {"quality": 95, "subsampling": 0}
PICTURES = {  # case: (name of the file, its content, colours seen in the quarters, how far they may be off)
    "png": ("a.png", lambda: saved(quarters(), "PNG"), QUARTERS, 0),
    "jpg": ("a.jpg", lambda: saved(quarters(), "JPEG", **JPG), QUARTERS, 6),
    "jpg progressive": ("a.jpg", lambda: saved(quarters(), "JPEG", progressive=True, **JPG), QUARTERS, 6),
    "jpg grey": ("a.jpg", lambda: saved(quarters().convert("L"), "JPEG", quality=95), GREYS, 4),
    "jpg cmyk": ("a.jpg", lambda: saved(quarters().convert("CMYK"), "JPEG", quality=95), QUARTERS, 10),
    "jpg large": ("a.jpg", lambda: saved(quarters(2000), "JPEG", **JPG), QUARTERS, 6),
    "jfif": ("a.jfif", lambda: saved(quarters(), "JPEG", **JPG), QUARTERS, 6),
    "webp": ("a.webp", lambda: saved(quarters(), "WEBP", quality=95), QUARTERS, 12),
    "webp lossless": ("a.webp", lambda: saved(quarters(), "WEBP", lossless=True), QUARTERS, 0),
    "webp see-through": ("a.webp", lambda: saved(see_through("RGBA"), "WEBP", lossless=True), first_two(WHITE), 0),
    "gif": ("a.gif", lambda: saved(quarters(), "GIF"), QUARTERS, 4),
    "bmp": ("a.bmp", lambda: saved(quarters(), "BMP"), QUARTERS, 0),
    "tif": ("a.tif", lambda: saved(quarters(), "TIFF"), QUARTERS, 0),
    "tiff packed": ("a.tiff", lambda: saved(quarters(), "TIFF", compression="tiff_lzw"), QUARTERS, 0),
    "tif cmyk": ("a.tif", lambda: saved(quarters().convert("CMYK"), "TIFF"), QUARTERS, 4),
    "tif pages": ("a.tif", lambda: moving("TIFF"), QUARTERS, 0),
    "tif 16 bits": ("a.tif", lambda: grey16("TIFF"), GREYS, 1),
    "tif float": ("a.tif", lambda: saved(quarters().convert("F"), "TIFF"), GREYS, 2),
    "tif 1 bit": ("a.tif", lambda: saved(quarters(colours=STRIPES).convert("1"), "TIFF"), STRIPES, 0),
    "ppm": ("a.ppm", lambda: saved(quarters(), "PPM"), QUARTERS, 0),
    "avif": ("a.avif", lambda: saved(quarters(), "AVIF", quality=95), QUARTERS, 12),
    "png interlaced": ("a.png", interlaced, QUARTERS, 0),
    "png 16 bits grey": ("a.png", lambda: grey16("PNG"), GREYS, 1),
    "png 16 bits colour": ("a.png", sixteen_bit_colour, QUARTERS, 0),
    "png 1 bit": ("a.png", lambda: saved(quarters(colours=STRIPES).convert("1"), "PNG"), STRIPES, 0),
    "png grey": ("a.png", lambda: saved(quarters().convert("L"), "PNG"), GREYS, 0),
    "png palette": ("a.png", lambda: saved(quarters().quantize(8), "PNG"), QUARTERS, 4),
    "png palette see-through": ("a.png", lambda: palette_see_through("PNG"), (RED, GREEN, WHITE, YELLOW), 0),
    "gif see-through": ("a.gif", lambda: palette_see_through("GIF"), (RED, GREEN, WHITE, YELLOW), 0),
    "png RGBA": ("a.png", lambda: saved(see_through("RGBA"), "PNG"), first_two(WHITE), 0),
    "png LA": ("a.png", lambda: saved(see_through("LA"), "PNG"), (*GREYS[:2], WHITE, WHITE), 1),
    "png long text": ("a.png", long_text, QUARTERS, 0),
    "gif moving": ("a.gif", lambda: moving("GIF"), QUARTERS, 4),
    "webp moving": ("a.webp", lambda: moving("WEBP"), QUARTERS, 30),
    "png moving": ("a.png", lambda: moving("PNG"), QUARTERS, 0),
    "junk behind png": ("a.png", lambda: saved(quarters(), "PNG") + b"junk" * 99, QUARTERS, 0),
    "junk behind jpg": ("a.jpg", lambda: saved(quarters(), "JPEG", **JPG) + os.urandom(999), QUARTERS, 6),
    "junk behind gif": ("a.gif", lambda: saved(quarters(), "GIF") + b"<html>", QUARTERS, 4),
    "png named jpg": ("a.jpg", lambda: saved(quarters(), "PNG"), QUARTERS, 0),
    "jpg named png": ("a.png", lambda: saved(quarters(), "JPEG", **JPG), QUARTERS, 6),
    "webp named jpg": ("a.jpg", lambda: saved(quarters(), "WEBP", lossless=True), QUARTERS, 0),
    "gif named png": ("a.png", lambda: saved(quarters(), "GIF"), QUARTERS, 4),
    "bmp named jpeg": ("a.jpeg", lambda: saved(quarters(), "BMP"), QUARTERS, 0),
    "upper case": ("A.PNG", lambda: saved(quarters(), "PNG"), QUARTERS, 0),
    "mixed case": ("a.JpEg", lambda: saved(quarters(), "JPEG", **JPG), QUARTERS, 6),
    "two endings": ("a.png.jpg", lambda: saved(quarters(), "JPEG", **JPG), QUARTERS, 6),
    "one pixel": ("a.png", lambda: saved(Image.new("RGB", (1, 1), RED), "PNG"), (RED,) * 4, 0),
    "a line": ("a.png", lambda: saved(Image.new("RGB", (3000, 1), RED), "PNG"), (RED,) * 4, 0),
    "a column": ("a.jpg", lambda: saved(Image.new("RGB", (1, 3000), RED), "JPEG", **JPG), (RED,) * 4, 4),
    "bad exif in jpg": ("a.jpg", lambda: bad_exif("JPEG"), QUARTERS, 40),
    "bad exif in png": ("a.png", lambda: bad_exif("PNG"), QUARTERS, 0),
    "bad exif in webp": ("a.webp", lambda: bad_exif("WEBP"), QUARTERS, 40),
    **{f"turned {k}": ("a.jpg", lambda k=k: turned(k), QUARTERS, 12) for k in range(10)},
    "turned png": ("a.png", lambda: turned(6, "PNG"), QUARTERS, 0),
}


@pytest.mark.parametrize("case", PICTURES)
def test_a_picture_of_any_kind_is_seen_as_people_see_it(pair, case):
    if case == "avif" and not features.check("avif"):
        pytest.skip("this Pillow reads no avif")
    name, make, wanted, by = PICTURES[case]
    path = pair / "rem" / name
    path.write_bytes(make())
    assert close(seen(open_image(path)), wanted, by)
    data, checkup = read(pair, ("mizuki", "rem"), 13)
    row = [*data.train.files, *data.val.files, *data.test.files].index(f"rem/{name}")
    array = np.concatenate([data.train.images, data.val.images, data.test.images])[row]
    assert close(seen(Image.fromarray(array)), wanted, by + 8)
    assert (checkup.of("turned") is not None) == (case in {f"turned {k}" for k in range(2, 9)} | {"turned png"})
    assert (checkup.of("transparent") is not None) == ("see-through" in case or case in ("png RGBA", "png LA"))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBa", "CMYK", "YCbCr", "HSV", "I", "F", "I;16"])
def test_pictures_in_memory_of_any_mode(mode):
    assert open_image(Image.new(mode, (5, 4))).mode == "RGB"


# ---- files that are no pictures: left out, named, and never touched


def cut(kind: str, share: float) -> bytes:
    content = saved(face("rem", 1, 200), kind)
    return content[: int(len(content) * share)]


def scrambled(kind: str, seed: int) -> bytes:
    content, chance = bytearray(saved(face("rem", 1, 200), kind)), random.Random(seed)
    for place in chance.sample(range(len(content) // 10, len(content)), 40):
        content[place] = chance.randrange(256)
    return bytes(content)


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.png", saved(quarters(), "PNG"))
    return buffer.getvalue()


def huge_gif() -> bytes:
    content = bytearray(saved(quarters(), "GIF"))
    content[6:10] = struct.pack("<HH", 65535, 65535)
    return bytes(content)


def huge_bmp() -> bytes:
    content = bytearray(saved(quarters(), "BMP"))
    content[18:26] = struct.pack("<ii", 60000, 60000)
    return bytes(content)


BAD = {  # case: (name, content, what the doctor calls it)
    "empty png": ("bad.png", b"", "empty"),
    "empty jpg": ("bad.jpg", b"", "empty"),
    "zero bytes": ("bad.png", b"\0" * 5000, "broken"),
    "one byte": ("bad.jpg", b"\xff", "broken"),
    "noise": ("bad.webp", random.Random(0).randbytes(5000), "broken"),
    "text": ("bad.png", b"not a picture", "broken"),
    "page": ("bad.jpg", b"<html><body>404 Not Found</body></html>", "web_page"),
    "page with doctype": ("bad.png", b"\n  <!DOCTYPE html><html>", "web_page"),
    "page with mark": ("bad.gif", b"\xef\xbb\xbf<!doctype HTML>", "web_page"),
    "page in capitals": ("bad.jpeg", b"<HTML><HEAD>", "web_page"),
    "answer of a server": ("bad.jpg", b'{"error": "access denied"}', "broken"),
    "svg": ("bad.png", b'<svg xmlns="http://www.w3.org/2000/svg"/>', "broken"),
    "pdf": ("bad.png", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "broken"),
    "zip": ("bad.png", zipped(), "broken"),
    "film": ("bad.gif", b"\0\0\0 ftypisom\0\0\2\0isomiso2avc1mp41", "broken"),
    "only a head": ("bad.png", b"\x89PNG\r\n\x1a\n", "broken"),
    "png of no size": ("bad.png", png(0, 0, b""), "broken"),
    "ppm of no size": ("bad.ppm", b"P6 0 0 255\n", "broken"),
    "png without data": ("bad.png", png(64, 64, b""), "broken"),
    "png bomb": ("bad.png", png(60_000, 60_000, b"\0" * 1000), "too_large"),
    "png wide bomb": ("bad.png", png(2**31 - 1, 1, b"\0" * 1000), "too_large"),
    "png just too large": ("bad.png", png(10_001, 10_001, b"\0" * 1000), "too_large"),
    "png lies a little": ("bad.png", png(6000, 6000, b"\0" * 1000), "broken"),
    "gif bomb": ("bad.gif", huge_gif(), "too_large"),
    "bmp bomb": ("bad.bmp", huge_bmp(), "too_large"),
    "postscript": ("bad.png", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n", "broken"),
    **{
        f"{kind} cut at {share:.0%}": (f"bad.{kind}", cut(pillow, share), "broken")
        for kind, pillow in (("png", "PNG"), ("jpg", "JPEG"), ("webp", "WEBP"), ("gif", "GIF"), ("bmp", "BMP"), ("tif", "TIFF"))
        for share in (0.02, 0.3, 0.6, 0.9)
    },
}


@pytest.mark.parametrize("case", BAD)
def test_a_file_that_is_no_picture_is_left_out_and_named(pair, case, capsys):
    name, content, kind = BAD[case]
    path = pair / "rem" / name
    path.write_bytes(content)
    with pytest.raises(AnimelibError) as error:
        open_image(path)
    assert name in one_sentence(error.value)
    _, checkup = read(pair, ("mizuki", "rem"), 12)
    told = [line for line in capsys.readouterr().out.splitlines() if line.startswith("Left out:")]
    assert len(told) == 2  # once at each load
    assert all(name in line for line in told)
    assert checkup.of(kind).files == (f"rem/{name}",)
    assert content == path.read_bytes()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
@pytest.mark.parametrize("seed", range(3))
def test_scrambled_bytes_give_a_picture_or_a_sentence(pair, kind, seed):
    path = pair / "rem" / f"bad.{kind.lower()}"
    path.write_bytes(scrambled(kind, seed))
    try:
        count = 12 + (min(open_image(path).size) > 0)
    except AnimelibError as error:
        one_sentence(error)
        count = 12
    read(pair, ("mizuki", "rem"), count)


def pipe(path: Path) -> None:
    os.mkfifo(path)


def door(path: Path) -> None:
    here = os.getcwd()
    os.chdir(path.parent)  # the address of a socket is short
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(path.name)
    os.chdir(here)


SPECIAL = {
    "pipe": pipe,
    "socket": door,
    "link to nothing": lambda path: path.symlink_to("gone.png"),
    "link to itself": lambda path: path.symlink_to(path.name),
    "link to a device": lambda path: path.symlink_to("/dev/zero"),
}


@pytest.mark.parametrize("case", SPECIAL)
def test_what_only_looks_like_a_file_is_left_out(pair, case):
    SPECIAL[case](pair / "rem" / "bad.png")
    with pytest.raises(AnimelibError) as error:
        open_image(pair / "rem" / "bad.png")
    one_sentence(error.value)
    _, checkup = read(pair, ("mizuki", "rem"), 12)
    assert checkup.of("no_access").files == ("rem/bad.png",)


@needs_user
def test_no_permission_for_a_file(pair):
    (pair / "rem" / "rem_0.png").chmod(0)
    _, checkup = read(pair, ("mizuki", "rem"), 11)
    assert checkup.of("no_access").files == ("rem/rem_0.png",)


@needs_user
@pytest.mark.parametrize("where", [".", "rem", "rem/deep"])
def test_no_permission_for_a_folder(pair, where):
    (pair / where).mkdir(exist_ok=True)
    (pair / where).chmod(0)
    try:
        assert "may not be read" in refused(pair)
    finally:
        (pair / where).chmod(0o755)


@pytest.mark.parametrize("path", ["", ".", "gone.png", "a" * 300 + ".png", "a/" * 3000, "nul\0.png", "~no/x.png", b"", b"x"])
def test_odd_paths_are_one_sentence(path):
    with pytest.raises(AnimelibError) as error:
        open_image(path)
    one_sentence(error.value)


# ---- names


NAMES = {  # case: (name of a class folder and of a file in it, name of the class)
    "spaces": "rem of re zero",
    "brackets": "[rem] (1) {x}",
    "star": "re*m?",
    "single quote": "rem's",
    "double quote": '"rem"',
    "backtick": "`rem`",
    "ampersand": "yasuna&sonya",
    "tag": "<b>rem",
    "script": "<img src=x onerror=alert(1)>",
    "percent": "100%rem%s%d",
    "format": "{name} {0}",
    "hash": "#rem",
    "dollar": "$HOME",
    "backslash": "re\\m",
    "semicolon": "rem;ls",
    "comma": "rem,ram",
    "leading dash": "-rf",
    "leading plus": "+rem",
    "equals": "=1+1",
    "trailing dot": "rem.",
    "trailing space": "rem ",
    "leading space": " rem",
    "full-width space": "レム\u3000ラム",
    "trailing full-width space": "レム\u3000",
    "newline": "re\nm",
    "carriage return": "re\rm",
    "tab": "re\tm",
    "line separator": "re\u2028m",
    "next line": "re\x85m",
    "escape": "re\x1b[31mm",
    "bell": "re\x07m",
    "emoji": "😀レム👩‍👩‍👧",
    "japanese": "綾波レイ",
    "halfwidth": "ﾚﾑ",
    "decomposed": unicodedata.normalize("NFD", "ガール"),
    "right to left": "\u202erem",
    "zero width": "re\u200bm",
    "broken utf-8": os.fsdecode(b"re\xffm"),
    "cp932 bytes": os.fsdecode("レム".encode("cp932")),
    "long": "r" * 240,
    "long japanese": "レ" * 80,
    "number": "007",
    "like a picture": "rem.png",
    "like a keyword": "None",
    "mark": "\ufeffrem",
    "thumbs": "Thumbs.db",
}


@pytest.mark.parametrize("case", NAMES)
def test_odd_names_of_folders_and_files(tmp_path, case, capsys):
    name = NAMES[case]
    paths = fill(tmp_path / "p" / name, "rem", 6)
    renamed = paths[0].with_name(f"{name}.png")
    paths[0].rename(renamed)
    fill(tmp_path / "p" / "zz", "mizuki", 6)
    escaped = "".join(ascii(c)[1:-1] if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") else c for c in name)
    shown = unicodedata.normalize("NFC", escaped)
    data, checkup = read(tmp_path / "p", sorted([shown, "zz"], key=natural_key), 12)
    assert f"{name}/{name}.png" in data.train.files + data.val.files + data.test.files  # as the disk knows it
    told = capsys.readouterr().out
    assert "divided anew" not in told  # the lists hold the name
    assert checkup.counts == {(shown, "train"): 6, ("zz", "train"): 6}
    assert "<b>" not in checkup._repr_html_().replace("<b>What to do:</b>", "")
    assert "<img src=x" not in checkup._repr_html_()
    renamed.write_bytes(b"")
    capsys.readouterr()
    load_images(tmp_path / "p", size=16)
    told = capsys.readouterr().out
    told.encode("utf-8")
    assert len([line for line in told.splitlines() if "Left out" in line]) == 1
    assert len(checked(tmp_path / "p").of("empty").files) == 1


def test_an_odd_name_of_the_whole_folder(tmp_path):
    for name in ("a\nb", os.fsdecode(b"\x83\x8c"), "[x] & 'y'", "%s{0}"):
        fill(tmp_path / name / "rem", "rem", 6)
        fill(tmp_path / name / "mizuki", "mizuki", 6)
        read(tmp_path / name, ("mizuki", "rem"), 12)
        (tmp_path / name / "empty").mkdir()
        assert "'empty'" in refused(tmp_path / name)


def test_zip_names_of_old_windows(tmp_path):
    with zipfile.ZipFile(tmp_path / "old.zip", "w") as archive:
        for name in ("レム", "ミズキ"):
            for number, path in enumerate(fill(tmp_path / "src" / name, {"レム": "rem", "ミズキ": "mizuki"}[name], 6)):
                info = zipfile.ZipInfo(f"p/{'NN' if name == 'レム' else 'MMM'}/{number}.png")
                archive.writestr(info, path.read_bytes())
    content = (tmp_path / "old.zip").read_bytes()
    for held, meant in ((b"p/NN/", "p/レ/"), (b"p/MMM/", "p/ミｽ/")):
        content = content.replace(held, meant.encode("cp932"))
    (tmp_path / "old.zip").write_bytes(content)
    read(stage(tmp_path / "old.zip", tmp_path / "p"), ("ミｽ", "レ"), 12)


# ---- folders


def more(root: Path, *wheres: str, count: int = 1, first: int = 30) -> None:
    for where in wheres:
        fill(root / where, "rem", count, first)


def junk(root: Path) -> None:
    for where in ("", "rem/", "rem/deep/"):
        for hidden in (".ipynb_checkpoints", "__MACOSX", "@eaDir", ".git", ".thumbnails", "$RECYCLE.BIN", "__macosx"):
            more(root, where + hidden, where + hidden + "/rem")
        (root / where / "._1.png").write_bytes(b"\0\5\x16\7mac")
        (root / where / ".DS_Store").write_bytes(b"mac")
        (root / where / "~$x.png").write_bytes(b"office")
        (root / where / ".hidden.png").write_bytes(saved(quarters(), "PNG"))


def other_files(root: Path) -> None:
    for name in ("Thumbs.db", "desktop.ini", "a.txt", "boxes.csv", "photo.heic", "page.svg", "film.mp4", "nothing", "a.png.part"):
        (root / "rem" / name).write_bytes(b"x")


def again(root: Path) -> None:
    """A link into a class that leads up again, one beside the classes, and one to the class itself."""
    (root / "rem" / "up").symlink_to("..")
    (root / "loop").symlink_to(".")
    (root / "up").symlink_to("..")
    (root / "dead").symlink_to("gone")
    (root / "self").symlink_to("self")


def deep(root: Path) -> None:
    more(root, "rem/" + "/".join("d" * 60), count=1)


def linked_class(root: Path) -> None:
    more(root.parent / "elsewhere", "ram", count=6)
    (root / "ram").symlink_to(root.parent / "elsewhere" / "ram")


def folder_like_a_picture(root: Path) -> None:
    more(root, "rem/album.png")


def parts(*names: str):
    def make(root: Path) -> None:
        (root / "mizuki").rename(root.parent / "mizuki")
        (root / "rem").rename(root.parent / "rem")
        for i, name in enumerate(names):
            fill(root / name / "rem", "rem", 6, first=i * 10)
            fill(root / name / "mizuki", "mizuki", 6, first=i * 10)

    return make


def both_forms(root: Path) -> None:
    fill(root / unicodedata.normalize("NFC", "ガ"), "rem", 3, first=40)
    fill(root / unicodedata.normalize("NFD", "ガ"), "rem", 3, first=50)


def hidden_in_parts(root: Path) -> None:
    parts("train", "val")(root)
    more(root, "train/.x", "train/rem/.x")


def wide_parts(root: Path) -> None:
    """Divided, with a stray folder, a loose picture and a class that only the test has not."""
    parts("train", "test")(root)
    more(root, "bunrui")
    face("rem", 70).save(root / "train" / "loose.png")
    fill(root / "train" / "ram", "stranger", 6)


GOOD = {  # case: (what is done to the two classes of six, classes, pictures)
    "nothing": (lambda root: None, ("mizuki", "rem"), 12),
    "hidden things at every depth": (junk, ("mizuki", "rem"), 12),
    "files that are not read": (other_files, ("mizuki", "rem"), 12),
    "links in circles": (again, ("mizuki", "rem"), 12),
    "a class that is a link": (linked_class, ("mizuki", "ram", "rem"), 18),
    "a linked picture": (lambda root: (root / "rem" / "b.png").symlink_to(root / "rem" / "rem_0.png"), ("mizuki", "rem"), 13),
    "folders in folders": (deep, ("mizuki", "rem"), 13),
    "a folder named like a picture": (folder_like_a_picture, ("mizuki", "rem"), 13),
    "loose pictures": (lambda root: face("rem", 60).save(root / "loose.png"), ("mizuki", "rem"), 12),
    "a file named train": (lambda root: (root / "train").write_bytes(b"x"), ("mizuki", "rem"), 12),
    "a picture named train": (lambda root: (root / "train.png").write_bytes(b""), ("mizuki", "rem"), 12),
    "a class named test": (lambda root: more(root, "test", count=6), ("mizuki", "rem", "test"), 18),
    "classes that differ by case": (lambda root: more(root, "Rem", count=6), ("mizuki", "Rem", "rem"), 18),
    "one class in two forms": (both_forms, ("mizuki", "rem", "ガ"), 18),
    "files that differ by case": (lambda root: face("rem", 80).save(root / "rem" / "REM_0.PNG"), ("mizuki", "rem"), 13),
    "a class of one": (lambda root: more(root, "ram", count=1), ("mizuki", "ram", "rem"), 13),
    "parts": (parts("train", "validation", "test"), ("mizuki", "rem"), 36),
    "parts in odd case": (parts("Train", "VALID", "Test"), ("mizuki", "rem"), 36),
    "parts by other names": (parts("training", "val", "testing"), ("mizuki", "rem"), 36),
    "train only": (parts("train"), ("mizuki", "rem"), 12),
    "train twice": (parts("train", "Training"), ("mizuki", "rem"), 24),
    "parts with strays": (wide_parts, ("mizuki", "ram", "rem"), 30),
    "parts with hidden things": (hidden_in_parts, ("mizuki", "rem"), 24),
}


@pytest.mark.parametrize("case", GOOD)
def test_folders_that_are_read(pair, case):
    make, classes, count = GOOD[case]
    make(pair)
    _, checkup = read(pair, classes, count)
    for kind, cases in {
        "hidden": ("hidden things at every depth", "parts with hidden things"),
        "other_kinds": ("files that are not read",),
        "loose": ("loose pictures", "a picture named train", "parts with strays"),
        "same_names": ("classes that differ by case", "files that differ by case", "one class in two forms"),
        "copies": ("a linked picture",),
    }.items():
        assert (checkup.of(kind) is not None) == (case in cases), kind


def empty_class(root: Path) -> None:
    (root / "ram").mkdir()


def class_of(root: Path, name: str) -> None:
    empty_class(root)
    (root / "ram" / name).write_text("x")


def only_junk(root: Path) -> None:
    more(root, "ram/.ipynb_checkpoints")
    (root / "ram" / "._a.png").write_bytes(b"x")


def loose_only(root: Path) -> None:
    for path in list(root.rglob("*.png")):
        path.rename(root / path.name)
    for name in ("rem", "mizuki"):
        (root / name).rmdir()


def wrapped(root: Path) -> None:
    (root / "inner").mkdir()
    for name in ("rem", "mizuki"):
        (root / name).rename(root / "inner" / name)


def wrapped_parts(root: Path) -> None:
    parts("train", "test")(root)
    (root / "inner").mkdir()
    for name in ("train", "test"):
        (root / name).rename(root / "inner" / name)


def emptied(root: Path) -> None:
    for path in root.rglob("*.png"):
        path.write_bytes(b"")


def hidden_parts(root: Path) -> None:
    parts("train", "test")(root)
    fill(root / "test" / "stranger", "stranger", 3)


REFUSED = {  # case: (what is done, words in the sentence)
    "an empty class": (empty_class, "'ram' has no pictures"),
    "a class of hidden files": (only_junk, "'ram' has no pictures"),
    "a class of other files": (lambda root: class_of(root, "a.txt"), "'ram' has no pictures"),
    "a class of broken files": (lambda root: class_of(root, "a.png"), "no readable picture"),
    "nothing but broken files": (emptied, "no readable picture"),
    "one class": (lambda root: (root / "rem").rename(root.parent / "rem"), "only one class folder (mizuki)"),
    "no class": (lambda root: [(root / n).rename(root.parent / n) for n in ("rem", "mizuki")], "no class folders"),
    "loose pictures only": (loose_only, "lie loose"),
    "one level too high": (wrapped, "did you mean"),
    "one level too high, in parts": (wrapped_parts, "did you mean"),
    "train without classes": (lambda root: (root / "train").mkdir(), "no class folders"),
    "a class that training has not": (hidden_parts, "'stranger' has no pictures to learn from"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_folders_that_are_refused_in_one_sentence(pair, case):
    make, words = REFUSED[case]
    make(pair)
    assert words in refused(pair)


@pytest.fixture
def shaft(pair):
    """Dig folders in folders, deeper than most programs come, and fill them in again."""
    here = os.getcwd()

    def dig(depth: int, content: bytes) -> None:
        os.chdir(pair / "rem")
        for _ in range(depth):
            os.mkdir("d")
            os.chdir("d")
        Path("a.png").write_bytes(content)
        os.chdir(here)

    yield dig
    os.chdir(here)
    subprocess.run(["rm", "-rf", str(pair)], check=True)  # Python's own way down is not long enough


def test_folders_in_folders_as_deep_as_a_path_can_be(pair, shaft):
    shaft(1500, saved(quarters(), "PNG"))
    data = load_images(pair, size=16)
    assert len(data.train) + len(data.val) + len(data.test) == 13
    assert sum(checked(pair).counts.values()) == 13


def test_folders_deeper_than_any_path(pair, shaft):
    shaft(2500, b"")
    for look in (load_images, doctor):
        with pytest.raises(AnimelibError, match="may not be read") as error:
            look(pair)
        one_sentence(error.value)


@pytest.mark.parametrize("where", ["gone", "p/rem/rem_0.png", "p/loop", "nul\0byte"])
def test_a_folder_that_is_none(pair, where):
    (pair / "loop").symlink_to("loop")
    assert str(pair.parent) in refused(pair.parent / where).replace("\\x00", "\0")


def test_thousands_of_files_in_one_folder(tmp_path):
    content = {name: saved(face(name, 0, 16), "PNG") for name in ("rem", "mizuki")}
    for name in content:
        (tmp_path / "p" / name).mkdir(parents=True)
        for number in range(2000):
            (tmp_path / "p" / name / f"{number}.png").write_bytes(content[name])
    _, checkup = read(tmp_path / "p", ("mizuki", "rem"), 4000)
    assert [len(group) for group in checkup.of("copies").groups] == [2000, 2000]


def test_hundreds_of_classes(tmp_path):
    content = saved(face("rem", 0, 16), "PNG")
    for number in range(300):
        (tmp_path / "p" / f"c{number}").mkdir(parents=True)
        for picture in range(3):
            (tmp_path / "p" / f"c{number}" / f"{picture}.png").write_bytes(content)
    data, checkup = read(tmp_path / "p", [f"c{number}" for number in range(300)], 900)
    assert len(checkup.of("copies_across_classes").groups) == 1
    assert len(data.train) >= 300
