"""The endless pictures that the face detector learns from: composed of real pictures with boxes, face patches, drawn scenes.

A scene is an RGB square with the faces in it, and what is neither clearly a face nor clearly none ("unsure"). The same random
numbers give the same scene. Five kinds: a whole picture moved, turned, nearer or farther; faces pasted into any background;
comic panels; drawn people; and pictures without a face, for the detector to be wrong about. Afterwards things are laid over parts
of faces, books and signs beside them, and the whole may turn grey, a sketch, a screentone, blurred, noisy, a poor JPEG.

--data is a folder with any of these: ``face_boxes`` and ``face_scenes`` (images/ and boxes.csv), ``face_patches.zip`` (face/ and
other/, 64x64), ``killme_baby``, ``myth5`` and ``twins`` (folders of one character each), ``cifar10_jpeg.zip``.
"""

import hashlib
import io
import math
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from animelib.box_files import find_pictures
from animelib.boxes import read_boxes
from animelib.detector import GREY
from animelib.detector_training import Room, transformed, within
from animelib.drawing import draw_scene
from animelib.faces import Detector, Face, overlaps
from animelib.folders import check_folder, open_image, pictures_in
from animelib.pen import Pen
from animelib.samples import scene_people
from animelib.scenery import draw_background, draw_thing

from .chance import colour, log_uniform
from .prints import draw_print, script, write
from .profiles import draw_profiles

SIZE = 320  # pixels of a scene's side
BOXED = ("face_boxes", "face_scenes")  # whole pictures with boxes
CROPS = ("myth5", "killme_baby", "twins")  # pictures of one face each, whose boxes a detector must find first
KEPT = 640  # pixels of the longer side of whole pictures in memory
PATCH = 64
PATCH_FACE = 0.95  # the share of a patch's side that is the face's box
# Among the mixed things of killme_baby/other are people; this is how the names of those pictures end.
PEOPLE_AMONG_OTHERS = (
    "[110]11_034", "[224]09_050", "[307]07_037", "[345]07_035", "[346]10_135", "[375]08_016", "[574]12_042", "[593]06_040",
    "[603]06_030", "[612]06_025", "[745]03_064", "[757]11_069", "[84]11_03", "[927]10_137", "[92]08_003",
)  # fmt: skip
NOTHING = frozenset().__contains__  # is a group left out?
KINDS = {"whole": 0.34, "pasted": 0.26, "panels": 0.12, "drawn": 0.13, "empty": 0.15}


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture in memory with the boxes of all its faces, and the group it belongs to: a character, or itself."""

    image: Image.Image
    faces: tuple[Face, ...]
    group: str


@dataclass(frozen=True, eq=False)
class Material:
    """What scenes are composed of. ``patches`` of faces and ``others``: uint8 (N, 64, 64, 3); ``plain``: pictures without a face;
    ``seen``: the start of the SHA-1 of every file that is in it, by its name."""

    pictures: list[Picture]
    patches: np.ndarray
    others: np.ndarray
    plain: list[Image.Image]
    seen: dict[str, str] = field(default_factory=dict)

    @property
    def boxed(self) -> int:
        """How many of the pictures, the first ones, are whole and had their boxes from the beginning."""
        return sum(picture.group.split("/")[0] in BOXED for picture in self.pictures) or len(self.pictures)


# ---- material


def load_material(data: Path, leave_out: Callable[[str], bool] = NOTHING, teacher: Detector | None = None) -> Material:
    """Read all that is at ``data``, but pictures whose group is left out; a ``teacher`` tells where the faces in crops are."""
    check_folder(data)
    made = Material([], *_patches(data / "face_patches.zip"), [])
    for folder in (data / name for name in BOXED if (data / name).is_dir()):
        boxes = read_boxes(folder / "boxes.csv")
        for file, path in find_pictures(boxes, folder).items():
            _add(made, data, path, boxes[file], group_of(folder.name, file), leave_out)
    for name in CROPS if teacher else ():
        for path in pictures_in(data / name) if (data / name).is_dir() else ():
            group = f"{name}/{path.parent.name}"
            faces = [] if "other" in path.parts or leave_out(group) else taught(teacher, path)
            if faces:
                _add(made, data, path, faces, group, leave_out)
    others = pictures_in(data / "killme_baby" / "other") if (data / "killme_baby" / "other").is_dir() else []
    for path in (path for path in others if not path.stem.endswith(PEOPLE_AMONG_OTHERS)):
        made.plain.append(open_image(path))
        made.seen[path.relative_to(data).as_posix()] = digest(path.read_bytes())
    made.plain.extend(_photographs(data / "cifar10_jpeg.zip"))
    for archive in ("face_patches.zip", "cifar10_jpeg.zip"):
        if (data / archive).is_file():
            made.seen[archive] = digest((data / archive).read_bytes())
    return made


def _add(made: Material, data: Path, path: Path, faces: Sequence[Face], group: str, leave_out: Callable[[str], bool]) -> None:
    if leave_out(group):
        return
    image = open_image(path)
    scale = min(1.0, KEPT / max(image.size))
    small = image.resize([round(length * scale) for length in image.size], Image.Resampling.LANCZOS) if scale < 1 else image
    made.pictures.append(Picture(small, tuple(Face(*(scale * v for v in (f.x, f.y, f.w, f.h))) for f in faces), group))
    made.seen[path.relative_to(data).as_posix()] = digest(path.read_bytes())


def group_of(folder: str, file: str) -> str:
    """Return what is left out together: a character's pictures, where the name tells the character, else the picture."""
    stem = Path(file).stem
    return f"{folder}/{re.sub(r'^u_|[_ -]?[0-9]+$', '', stem) if folder == 'face_boxes' else stem}"


def left_out(said: str) -> Callable[[str], bool]:
    """Read "0/5" (the first of five shares of all groups) or names of groups with commas between; nothing for ""."""
    if re.fullmatch(r"\d+/\d+", said):
        share, shares = map(int, said.split("/"))
        return lambda group: zlib.crc32(group.encode()) % shares == share
    names = {name.strip() for name in said.split(",") if name.strip()}
    return lambda group: group in names


def taught(teacher: Detector, path: Path) -> list[Face]:
    """Return the one face of a crop where the teacher sees one, is sure and sees no other; else nothing."""
    faces = teacher(path, 0.2)
    sure = [face for face in faces if face.score > 0.6]
    return sure if len(sure) == len(faces) == 1 else []


def digest(content: bytes) -> str:
    """Return the start of the SHA-1 of a file: enough to know it again."""
    return hashlib.sha1(content).hexdigest()[:16]


def _patches(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return the patches of faces and of anything else."""
    found: dict[str, list[np.ndarray]] = {"face": [], "other": []}
    if path.is_file():
        with zipfile.ZipFile(path) as archive:
            for name in sorted(name for name in archive.namelist() if name.endswith(".jpg")):
                found[name.split("/")[-2]].append(np.asarray(Image.open(io.BytesIO(archive.read(name))).convert("RGB")))
    return tuple(np.array(rows, np.uint8).reshape(-1, PATCH, PATCH, 3) for rows in found.values())


def _photographs(path: Path, count: int = 2000) -> Iterable[Image.Image]:
    """Yield small photographs, evenly spread over all there are."""
    if path.is_file():
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if name.endswith(".jpg")]
            for name in names[:: max(1, len(names) // count)]:
                yield Image.open(io.BytesIO(archive.read(name))).convert("RGB")


# ---- scenes


@dataclass(eq=False)
class Scene:
    """A picture in the making, its faces, and the boxes in which any answer is right."""

    image: Image.Image
    faces: list[Face] = field(default_factory=list)
    unsure: list[Face] = field(default_factory=list)

    def add(self, faces: Iterable[Face], room: Room | None = None) -> None:
        """Add faces as far as they lie in ``room`` (left, upper, right, lower), by default the whole picture."""
        sure, unsure = within(faces, room or (0, 0, *self.image.size))
        self.faces += sure
        self.unsure += unsure


def compose(material: Material, rng: Generator, size: int = SIZE) -> Scene:
    """Make one scene of one of the kinds."""
    kinds = {"whole": whole, "pasted": pasted, "panels": panels, "drawn": drawn, "empty": empty}
    kind = str(rng.choice(tuple(KINDS), p=tuple(KINDS.values())))
    if not material.pictures and kind in ("whole", "panels"):
        kind = "pasted" if len(material.patches) else "drawn"
    scene = kinds[kind](material, rng, size)
    if rng.random() < 0.25:
        cover(scene, material, rng)
    if rng.random() < 0.15:
        write_something(scene, rng)
    if rng.random() < 0.4:
        put_prints(scene, material, rng)
    scene.image = printed(scene.image, rng)
    return scene


def whole(material: Material, rng: Generator, size: int) -> Scene:
    """A whole picture, or a part of it, moved and turned."""
    return view(any_picture(material, rng), material, rng, (size, size))


def any_picture(material: Material, rng: Generator) -> Picture:
    """Return any picture; whole ones are few and crops many, so that they take turns."""
    return material.pictures[rng.integers(material.boxed if rng.random() < 0.6 else len(material.pictures))]


def drawn(material: Material, rng: Generator, size: int) -> Scene:
    """People whom animelib draws, from the front or from the side."""
    shape = ((400, 300), (300, 400), (340, 340), (480, 320))[rng.integers(4)]
    from_the_side = rng.random() < 0.3
    picture, boxes = draw_profiles(rng, shape) if from_the_side else draw_scene(scene_people(rng, 4), rng, shape)
    return view(Picture(Image.fromarray(picture), tuple(Face(*box) for box in boxes), "drawn"), material, rng, (size, size))


def pasted(material: Material, rng: Generator, size: int) -> Scene:
    """Faces with soft edges, or as framed icons, on a background."""
    scene = Scene(background(material, rng, (size, size)))
    clutter(scene.image, material, rng)
    for _ in range(rng.integers(1, 8)):
        side = log_uniform(rng, 11, 0.7 * size) if not scene.faces else log_uniform(rng, 11, 0.35 * size)
        place = rng.uniform(-0.1, 1.1, 2) * (size - side)
        face = Face(*place, side, side)
        if not overlaps([face], scene.faces + scene.unsure).max(initial=0) > 0.02:
            paste_face(scene, material, face, rng)
    return scene


def panels(material: Material, rng: Generator, size: int) -> Scene:
    """A comic page: a few panels, each with another picture, a face or nothing."""
    paper = 255 if rng.random() < 0.8 else 0
    scene = Scene(Image.new("RGB", (size, size), (paper,) * 3))
    for left, upper, right, lower in cut((0, 0, size, size), rng, int(rng.integers(1, 5))):
        gap = int(rng.integers(0, 5))
        room = (left + gap, upper + gap, right - gap, lower - gap)
        shape = (room[2] - room[0], room[3] - room[1])
        if min(shape) < 24:
            continue
        panel = Scene(background(material, rng, shape))
        if rng.random() < 0.8:
            panel = view(any_picture(material, rng), material, rng, shape)
        scene.image.paste(panel.image, room[:2])
        moved = [[Face(f.x + room[0], f.y + room[1], f.w, f.h) for f in faces] for faces in (panel.faces, panel.unsure)]
        scene.faces, scene.unsure = scene.faces + moved[0], scene.unsure + moved[1]
        if rng.random() < 0.6:
            ImageDraw.Draw(scene.image).rectangle((*room[:2], room[2] - 1, room[3] - 1), outline=(255 - paper,) * 3, width=2)
    for _ in range(rng.integers(0, 3)):
        write_something(scene, rng, bubble=True)
    if rng.random() < 0.5:
        scene.image = grey(scene.image, rng) if rng.random() < 0.5 else screentone(scene.image, rng)
    return scene


def cut(room: tuple[int, int, int, int], rng: Generator, times: int) -> list[tuple[int, int, int, int]]:
    """Cut a page (left, upper, right, lower) so often, each time across the longer side of one of the largest pieces."""
    pieces = [room]
    for _ in range(times):
        pieces.sort(key=lambda piece: (piece[2] - piece[0]) * (piece[3] - piece[1]) * rng.uniform(0.6, 1))
        left, upper, right, lower = pieces.pop()
        share = rng.uniform(0.3, 0.7)
        if right - left > lower - upper:
            middle = round(left + share * (right - left))
            pieces += [(left, upper, middle, lower), (middle, upper, right, lower)]
        else:
            middle = round(upper + share * (lower - upper))
            pieces += [(left, upper, right, middle), (left, middle, right, lower)]
    return pieces


def empty(material: Material, rng: Generator, size: int) -> Scene:
    """No face: a background full of things and animals, a photograph, or people whose faces lie under something."""
    if material.pictures and rng.random() < 0.3:
        scene = view(any_picture(material, rng), material, rng, (size, size))
        for face in scene.faces + scene.unsure:
            lay_over(scene.image, material, (face.x, face.y, face.x + face.w, face.y + face.h), rng, whole=True)
        return Scene(scene.image)
    if rng.random() < 0.4:
        scene = Scene(Image.fromarray(draw_scene((), rng, (size, size))[0]))
    else:
        scene = Scene(background(material, rng, (size, size)))
        for _ in range(rng.integers(1, 4)):
            clutter(scene.image, material, rng)
    if rng.random() < 0.6:
        creatures(scene.image, rng)
    return scene


# ---- a picture seen otherwise


def view(picture: Picture, material: Material, rng: Generator, shape: tuple[int, int]) -> Scene:
    """Show a picture in ``shape`` (width, height) pixels: a face of it of any size anywhere, all of it turned and mirrored."""
    image, faces = picture.image, picture.faces
    scale, anchor, place = framing(picture, rng, shape)
    angle = math.radians(np.clip(rng.normal(0, 14), -35, 35)) * (rng.random() < 0.6)
    if rng.random() < 0.04:
        angle += rng.integers(1, 4) * math.pi / 2
    stretch, mirror = math.exp(rng.normal(0, 0.05)), rng.choice((-1, 1))
    turn = np.array(((math.cos(angle), -math.sin(angle)), (math.sin(angle), math.cos(angle))))
    forth = scale * turn @ np.diag((mirror * stretch, 1 / stretch))
    seen, mask = transformed(image, forth, place - forth @ anchor, shape)
    scene = Scene(surroundings(material, rng, shape))
    scene.image.paste(seen, (0, 0), mask)
    middles = [forth @ (np.array((f.x + f.w / 2, f.y + f.h / 2)) - anchor) + place for f in faces]
    sizes = [scale * np.array((f.w * stretch, f.h / stretch)) for f in faces]
    scene.add(Face(*(middle - size / 2), *size) for middle, size in zip(middles, sizes, strict=True))
    return scene


def framing(picture: Picture, rng: Generator, shape: tuple[int, int]) -> tuple[float, np.ndarray, np.ndarray]:
    """Return a scale, a point of the picture, and where that comes to lie: all of it, a part, or one face of a chosen size."""
    room, size, kind = np.array(shape, float), np.array(picture.image.size), rng.random()
    if not picture.faces or kind < 0.4:
        return min(room / size) * rng.uniform(0.8, 1.35), size / 2, room / 2 + rng.normal(0, 0.08, 2) * room
    face = picture.faces[rng.integers(len(picture.faces))]
    middle = np.array((face.x + face.w / 2, face.y + face.h / 2))
    if kind < 0.6:  # filled to its edges
        scale = max(room / size) * rng.uniform(1, 1.6)
        place = middle * scale + rng.uniform(0, 1, 2) * (room - size * scale)
    else:
        side = log_uniform(rng, 12, 0.95 * min(shape))
        scale = float(np.clip(side / max(face.w, face.h), 0.6 * min(room / size), 2.5))
        place = rng.uniform(0.05, 0.95, 2) * room
    return scale, middle, place


def surroundings(material: Material, rng: Generator, shape: tuple[int, int]) -> Image.Image:
    """Return what is around a picture: mostly the grey that the detector itself uses, else black, white, or anything."""
    kind = rng.random()
    if kind < 0.5:
        return Image.new("RGB", shape, (GREY,) * 3)
    if kind < 0.7:
        return Image.new("RGB", shape, (0, 0, 0) if kind < 0.6 else (255, 255, 255))
    return background(material, rng, shape)


# ---- backgrounds and things


def background(material: Material, rng: Generator, shape: tuple[int, int]) -> Image.Image:
    """Return something without a face, of ``shape`` (width, height)."""
    kind = rng.random()
    if kind < 0.3 and material.plain:
        return filled(plain_picture(material, rng), shape, rng)
    if kind < 0.5 and material.pictures:
        found = faceless(material, rng)
        if found:
            return filled(found, shape, rng)
    if kind < 0.65 and len(material.others):
        return mosaic(material, rng, shape)
    if kind < 0.9:
        canvas = Image.new("RGB", shape)
        draw_background(canvas, rng)
        return canvas
    return Image.new("RGB", shape, colour(rng))


def filled(image: Image.Image, shape: tuple[int, int], rng: Generator) -> Image.Image:
    """Return a random part of an image that fills ``shape``."""
    where = {"bleed": rng.uniform(0, 0.2), "centering": rng.uniform(0, 1, 2).tolist()}
    cropped = ImageOps.fit(image, shape, Image.Resampling.BICUBIC, **where)
    return ImageOps.mirror(cropped) if rng.random() < 0.5 else cropped


def faceless(material: Material, rng: Generator) -> Image.Image | None:
    """Return a part of a picture well away from its faces, if a few tries find one."""
    picture = any_picture(material, rng)
    width, height = picture.image.size
    near = [Face(f.x - 0.25 * f.w, f.y - 0.4 * f.h, 1.5 * f.w, 1.6 * f.h) for f in picture.faces]
    for _ in range(6):
        side = rng.uniform(0.2, 0.6) * min(width, height)
        part = Face(rng.uniform(0, width - side), rng.uniform(0, height - side), side, side)
        if not overlaps([part], near).max(initial=0) > 0:
            return picture.image.crop(tuple(map(int, (part.x, part.y, part.x + side, part.y + side))))
    return None


def mosaic(material: Material, rng: Generator, shape: tuple[int, int]) -> Image.Image:
    """Return patches of anything but faces side by side."""
    side = int(log_uniform(rng, 40, 200))
    canvas = Image.new("RGB", shape)
    for x in range(0, shape[0], side):
        for y in range(0, shape[1], side):
            canvas.paste(other_patch(material, rng).resize((side, side), Image.Resampling.BILINEAR), (x, y))
    return canvas


def other_patch(material: Material, rng: Generator) -> Image.Image:
    """Return a patch that is no face, or a plain colour where there are none."""
    if not len(material.others):
        return Image.new("RGB", (PATCH, PATCH), colour(rng))
    return Image.fromarray(material.others[rng.integers(len(material.others))])


def clutter(image: Image.Image, material: Material, rng: Generator) -> None:
    """Put a few things into a picture that are no faces: patches, animals, objects, shapes, small pictures."""
    for _ in range(rng.integers(0, 6)):
        side = log_uniform(rng, 10, 0.4 * min(image.size))
        x, y = rng.uniform(0, 1, 2) * image.size
        kind = rng.random()
        if kind < 0.3:
            draw_thing(Pen(image, side / 2, (x, y), rng.normal(0, 0.3), line=0.05), rng)
        elif kind < 0.6:
            box = (x - side / 2, y - side / 2, x + side * rng.uniform(0.2, 1), y + side * rng.uniform(0.2, 1))
            lay_over(image, material, box, rng)
        else:
            turned = other_patch(material, rng) if kind < 0.85 or not material.plain else plain_picture(material, rng)
            turned = turned.resize((int(side) + 1,) * 2).convert("RGBA").rotate(rng.normal(0, 15), expand=True)
            image.paste(turned, (int(x - side / 2), int(y - side / 2)), turned)


def creatures(image: Image.Image, rng: Generator) -> None:
    """Draw a few animals and things, large ones too: some have eyes and a mouth, and are nobody."""
    for _ in range(rng.integers(1, 4)):
        side, place = log_uniform(rng, 24, min(image.size)), rng.uniform(0.1, 0.9, 2) * image.size
        draw_thing(Pen(image, side / 2, place, rng.normal(0, 0.2), line=0.05), rng)


def plain_picture(material: Material, rng: Generator) -> Image.Image:
    """Return a picture without a face; the first of them are few and drawn, so these come more often."""
    return material.plain[int(len(material.plain) * rng.random() ** 3)]


def lay_over(image: Image.Image, material: Material, box: Room, rng: Generator, whole: bool = False) -> None:
    """Lay something over a box (left, upper, right, lower), over the ``whole`` of it or nearly: a shape, or a patch."""
    pen, kind = ImageDraw.Draw(image), rng.random()
    if kind < 0.3:
        pen.rectangle(box, fill=colour(rng), outline=colour(rng), width=2)
    elif kind < 0.7 and not whole:
        pen.ellipse(box, fill=colour(rng), outline=colour(rng), width=2)
    else:
        left, upper, right, lower = map(int, box)
        shape = max(1, right - left), max(1, lower - upper)
        if min(shape) > 9 and rng.random() < 0.5:
            image.paste(draw_print(shape, rng, partial(emblem, material, rng)), (left, upper))
        else:
            image.paste(other_patch(material, rng).resize(shape), (left, upper))


def cover(scene: Scene, material: Material, rng: Generator) -> None:
    """Lay something over a part of some faces: mostly from below, as books, cups and hands do."""
    for face in scene.faces:
        if rng.random() > 0.5:
            continue
        share, side = rng.uniform(0.12, 0.42), rng.random()
        left, upper, right, lower = face.x, face.y, face.x + face.w, face.y + face.h
        sidewards = rng.uniform(-0.3, 0.3) * face.w
        if side < 0.6:
            box = (left + sidewards, lower - share * face.h, right + sidewards, lower + rng.uniform(0.1, 1) * face.h)
        elif side < 0.75:
            box = (left + sidewards, upper - rng.uniform(0.1, 0.6) * face.h, right + sidewards, upper + 0.7 * share * face.h)
        elif side < 0.88:
            box = (left - rng.uniform(0.1, 0.6) * face.w, upper, left + share * face.w, lower)
        else:
            box = (right - share * face.w, upper, right + rng.uniform(0.1, 0.6) * face.w, lower)
        lay_over(scene.image, material, box, rng)


def write_something(scene: Scene, rng: Generator, bubble: bool = False) -> None:
    """Write a few letters where no face is, in a speech bubble or without."""
    width, height = scene.image.size
    size = int(log_uniform(rng, 7, 40))
    lines = script(rng, int(rng.integers(1, 4)), 9)
    x, y = rng.uniform(0, 0.8, 2) * (width, height)
    box = (x, y, x + 0.6 * size * max(map(len, lines)), y + 1.2 * size * len(lines))
    if overlaps([Face(box[0], box[1], box[2] - box[0], box[3] - box[1])], scene.faces + scene.unsure).max(initial=0) > 0:
        return
    pen = ImageDraw.Draw(scene.image)
    if bubble:
        pen.ellipse((box[0] - size, box[1] - size, box[2] + size, box[3] + size), fill=(255,) * 3, outline=(0,) * 3, width=2)
    write(pen, (x, y), lines, size, (0, 0, 0) if bubble else colour(rng), rng)


def put_prints(scene: Scene, material: Material, rng: Generator) -> None:
    """Put books, signs and pages where no face is."""
    for _ in range(rng.integers(1, 4)):
        height = log_uniform(rng, 20, 0.7 * min(scene.image.size))
        made = draw_print((int(height * rng.uniform(0.5, 1.6)), int(height)), rng, partial(emblem, material, rng))
        turned = made.convert("RGBA").rotate(float(rng.normal(0, 20)), Image.Resampling.BILINEAR, expand=True)
        x, y = (int(v) for v in rng.uniform(-0.1, 0.9, 2) * scene.image.size)
        if not overlaps([Face(x, y, *turned.size)], scene.faces + scene.unsure).max(initial=0) > 0:
            scene.image.paste(turned, (x, y), turned)


def emblem(material: Material, rng: Generator, side: int) -> Image.Image:
    """Return a square picture of nobody: a part of a picture beside its faces, a thing, an animal, a patch."""
    if rng.random() < 0.4 and material.pictures:
        found = faceless(material, rng)
        if found:
            return found.resize((side, side), Image.Resampling.BILINEAR)
    if rng.random() < 0.5:
        canvas = Image.new("RGB", (side, side), colour(rng))
        draw_thing(Pen(canvas, side / 2.2, (side / 2, side / 2), 0, line=0.05), rng)
        return canvas
    return other_patch(material, rng).resize((side, side), Image.Resampling.BILINEAR)


# ---- pasted faces


def paste_face(scene: Scene, material: Material, face: Face, rng: Generator) -> None:
    """Put a face where ``face`` says, from a patch, or from a picture with what is around it there."""
    if not material.pictures and not len(material.patches):
        return
    if len(material.patches) and (rng.random() < 0.65 or not material.pictures):
        cutting, reach = patch_cutting(material, rng)
    else:
        cutting, reach = picture_cutting(material, rng)
    if rng.random() < 0.5:
        cutting = ImageOps.mirror(cutting)
    side = max(4, round(face.w * reach))
    cutting = cutting.resize((side, side), Image.Resampling.BILINEAR if side < 200 else Image.Resampling.BICUBIC)
    middle = (face.x + face.w / 2, face.y + face.h / 2)
    below = Face(face.x - face.w, face.y - face.h / 2, 3 * face.w, 5 * face.h)
    if rng.random() < 0.5 and not overlaps([below], scene.faces + scene.unsure).max(initial=0) > 0:
        draw_shoulders(scene.image, cutting, face, rng)
    mask = edge_mask(side, rng) if rng.random() < 0.85 else Image.new("L", (side, side), 255)
    angle = float(np.clip(rng.normal(0, 12), -35, 35))
    cutting, mask = (layer.rotate(angle, Image.Resampling.BILINEAR) for layer in (cutting, mask))
    if angle and mask.getpixel((0, 0)):
        mask = Image.new("L", (side, side), 255).rotate(angle)
    scene.image.paste(cutting, (round(middle[0] - side / 2), round(middle[1] - side / 2)), mask)
    scene.add([face])


def patch_cutting(material: Material, rng: Generator) -> tuple[Image.Image, float]:
    """Return a patch that is carried on beyond its edges, and how much larger it is than the face in it."""
    patch = material.patches[rng.integers(len(material.patches))]
    around = int(rng.integers(0, 20))
    carried_on = np.pad(patch, ((around, around), (around, around), (0, 0)), mode="reflect" if rng.random() < 0.5 else "edge")
    return Image.fromarray(carried_on), (PATCH + 2 * around) / (PATCH_FACE * PATCH)


def picture_cutting(material: Material, rng: Generator) -> tuple[Image.Image, float]:
    """Return a face with what is around it in a picture, and how much larger that is than the face."""
    picture = any_picture(material, rng)
    if not picture.faces:
        return patch_cutting(material, rng) if len(material.patches) else (other_patch(material, rng), 1.0)
    face, reach = picture.faces[rng.integers(len(picture.faces))], rng.uniform(1.15, 2)
    x, y, side = face.x + face.w / 2, face.y + face.h / 2, reach * max(face.w, face.h)
    return picture.image.crop(tuple(round(v) for v in (x - side / 2, y - side / 2, x + side / 2, y + side / 2))), reach


def edge_mask(side: int, rng: Generator) -> Image.Image:
    """Return a mask that is soft at its edges: a square or an oval."""
    mask = Image.new("L", (side, side))
    soft = max(1.0, side * rng.uniform(0.02, 0.08))
    shape = ImageDraw.Draw(mask).ellipse if rng.random() < 0.4 else ImageDraw.Draw(mask).rectangle
    inset = soft if shape.__name__ == "rectangle" else 0
    shape((inset, inset, side - 1 - inset, side - 1 - inset), fill=255)
    return mask.filter(ImageFilter.BoxBlur(soft / 2))


def draw_shoulders(image: Image.Image, cutting: Image.Image, face: Face, rng: Generator) -> None:
    """Draw hair around a face to come, a neck and shoulders under it, in colours of its own."""
    pen, (w, h) = ImageDraw.Draw(image), (face.w, face.h)
    hair, skin = cutting.getpixel((cutting.width // 2, 1)), cutting.getpixel((cutting.width // 2, int(cutting.height * 0.75)))
    x, y, wide = face.x + w / 2, face.y + h, rng.uniform(0.7, 1.3) * w
    if rng.random() < 0.6:
        length = rng.uniform(0, 1.5) * h
        pen.rounded_rectangle((face.x - 0.15 * w, face.y - 0.2 * h, face.x + 1.15 * w, y + length), 0.5 * w, fill=hair)
    pen.rectangle((x - 0.14 * w, y - 0.2 * h, x + 0.14 * w, y + 0.3 * h), fill=skin)
    pen.rounded_rectangle((x - wide, y + 0.15 * h, x + wide, y + 3 * h), 0.4 * w, fill=colour(rng))


# ---- how it is printed


def printed(image: Image.Image, rng: Generator) -> Image.Image:
    """Change colours and quality of a whole scene."""
    if rng.random() < 0.7:
        image = recoloured(image, rng)
    kind = rng.random()
    if kind < 0.2:
        image = (grey, grey, sketch, screentone, tinted, posterized)[rng.integers(6)](image, rng)
    if rng.random() < 0.12:
        image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 1.6)))
    if rng.random() < 0.08:
        small = [max(8, int(length * rng.uniform(0.4, 0.9))) for length in image.size]
        image = image.resize(small, Image.Resampling.BILINEAR).resize(image.size, Image.Resampling.BICUBIC)
    if rng.random() < 0.1:
        noise = rng.normal(0, rng.uniform(2, 14), (image.height, image.width, 1)).astype(np.float32)
        image = Image.fromarray((np.asarray(image, np.float32) + noise).clip(0, 255).astype(np.uint8))
    if rng.random() < 0.3:
        file = io.BytesIO()
        image.save(file, "JPEG", quality=int(rng.integers(18, 90)))
        image = Image.open(file).convert("RGB")
    return image


def recoloured(image: Image.Image, rng: Generator) -> Image.Image:
    """Change saturation, light and tint, and now and then all hues."""
    if rng.random() < 0.15:
        h, s, v = image.convert("HSV").split()
        turn = int(rng.integers(0, 256))
        image = Image.merge("HSV", (h.point([(level + turn) % 256 for level in range(256)]), s, v)).convert("RGB")
    image = ImageEnhance.Color(image).enhance(rng.uniform(0.4, 1.5))
    level = np.arange(256) / 255
    tables = []
    gamma, gain, base = math.exp(rng.normal(0, 0.25)), rng.uniform(0.7, 1.2), rng.uniform(-0.06, 0.1)
    for _ in range(3):
        tables.extend((255 * (level**gamma * gain * rng.uniform(0.9, 1.1) + base)).clip(0, 255).astype(int).tolist())
    return image.point(tables)


def grey(image: Image.Image, rng: Generator) -> Image.Image:
    """Take all colour out."""
    return image.convert("L").convert("RGB")


def tinted(image: Image.Image, rng: Generator) -> Image.Image:
    """Print in two colours, a dark one and a light one."""
    dark, light = (tuple(int(base + v * 0.35) for v in colour(rng)) for base in (0, 165))
    return ImageOps.colorize(image.convert("L"), dark, light)


def sketch(image: Image.Image, rng: Generator) -> Image.Image:
    """Leave only lines, dark on light: where the picture is darker than what is around."""
    tone = np.asarray(image.convert("L"), np.float32)
    around = np.asarray(image.convert("L").filter(ImageFilter.GaussianBlur(rng.uniform(1, 3))), np.float32)
    lines = np.clip(255 - rng.uniform(3, 8) * np.maximum(around - tone, 0), 0, 255)
    return Image.fromarray(lines.astype(np.uint8)).convert("RGB")


def screentone(image: Image.Image, rng: Generator) -> Image.Image:
    """Print in black dots on white, as comics do, and leave dark lines black and light areas white."""
    tone = np.asarray(image.convert("L"), np.float32) / 255
    step, angle = rng.uniform(2.5, 6), rng.uniform(0, math.pi / 2)
    y, x = np.mgrid[: image.height, : image.width].astype(np.float32) * (2 * math.pi / step)
    dots = np.cos(x * math.cos(angle) + y * math.sin(angle)) * np.cos(y * math.cos(angle) - x * math.sin(angle))
    low, high = sorted(rng.uniform(0.2, 0.85, 2))
    black = (tone < low) | ((tone < high) & (dots > rng.uniform(-0.3, 0.5)))
    mixed = np.where(black, 0, 255) if rng.random() < 0.6 else np.where(black, 0.5 * 255 * tone, 255 * tone)
    return Image.fromarray(mixed.astype(np.uint8)).convert("RGB")


def posterized(image: Image.Image, rng: Generator) -> Image.Image:
    """Leave few levels of each colour."""
    return ImageOps.posterize(image, int(rng.integers(2, 5)))
