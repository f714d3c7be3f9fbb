"""What the detector learns from: boxes stay on the faces whatever is done to a picture, and training goes on where it stopped."""

import json
import operator

import numpy as np
import pytest
from PIL import Image, ImageDraw

from animelib.drawing import random_character
from animelib.errors import AnimelibError
from animelib.faces import Face
from animelib.pen import Pen, rgb
from animelib.samples import draw_scenes
from benchmarks import face_scenes, train_faces
from benchmarks.face_scenes import Material, Picture, Scene, compose, left_out, load_material, paste_face, view
from benchmarks.prints import draw_print
from benchmarks.profiles import draw_profile, draw_profiles

NOTHING = np.zeros((0, 64, 64, 3), np.uint8)
RED, BLUE = (250, 0, 0), (0, 0, 250)


def red_faces(count: int = 3) -> Material:
    """Pictures of red discs on blue, whose boxes lie tightly around them."""
    pictures = []
    for number in range(count):
        image, faces = Image.new("RGB", (200 + 90 * number, 240), BLUE), []
        for x, y, side in ((20, 30, 60), (110, 120, 44)):
            ImageDraw.Draw(image).ellipse((x, y, x + side - 1, y + side - 1), fill=RED)
            faces.append(Face(x, y, side, side))
        pictures.append(Picture(image, tuple(faces), f"face_boxes/{number}"))
    return Material(pictures, NOTHING, NOTHING, [])


def redness(scene: Scene) -> np.ndarray:
    picture = np.asarray(scene.image, int)
    return (picture[..., 0] > 150) & (picture[..., 2] < 100)


def test_boxes_stay_on_faces_that_are_moved_turned_and_mirrored(monkeypatch):
    monkeypatch.setattr(face_scenes, "surroundings", lambda material, rng, shape: Image.new("RGB", shape))
    material, seen = red_faces(), 0
    for seed in range(60):
        scene = view(material.pictures[seed % 3], material, np.random.default_rng(seed), (192, 160))
        red = redness(scene)
        for face in scene.faces:
            cut = red[int(face.y) : int(face.y + face.h), int(face.x) : int(face.x + face.w)]
            whole = face.x > 0 and face.x + face.w < 192 and face.y > 0 and face.y + face.h < 160
            assert 0.6 < cut.mean() < 0.95 or not whole  # a disc covers 0.79 of its square
            red[max(0, int(face.y) - 2) : int(face.y + face.h) + 3, max(0, int(face.x) - 2) : int(face.x + face.w) + 3] = False
            seen += whole
        for face in scene.unsure:
            red[max(0, int(face.y) - 2) : int(face.y + face.h) + 3, max(0, int(face.x) - 2) : int(face.x + face.w) + 3] = False
        assert red.sum() < 0.2 * 60 * 60  # only slivers of faces at the edge have no box
    assert seen > 30


def test_a_pasted_face_fills_its_box():
    material = Material([], np.full((1, 64, 64, 3), RED, np.uint8), NOTHING, [])
    for seed in range(20):
        scene = Scene(Image.new("RGB", (128, 128), (255, 255, 255)))
        paste_face(scene, material, Face(40, 50, 40, 40), np.random.default_rng(seed))
        assert redness(scene)[60:80, 50:70].all()
        assert len(scene.faces) == 1


def test_the_same_numbers_give_the_same_scene_and_every_kind_works():
    material = red_faces()
    for seed in range(40):
        first, second = (compose(material, np.random.default_rng(seed), 128) for _ in range(2))
        assert np.array_equal(np.asarray(first.image), np.asarray(second.image))
        assert first.faces == second.faces
        assert first.image.size == (128, 128)
        for face in first.faces:
            assert 0 <= face.x < face.x + face.w <= 128.001
            assert 0 <= face.y < face.y + face.h <= 128.001


def test_an_empty_scene_shows_no_face():
    material = red_faces()
    for seed in range(20):
        scene = face_scenes.empty(material, np.random.default_rng(seed), 96)
        assert scene.faces == scene.unsure == []


def test_prints_lie_beside_faces_and_are_full_of_something():
    material = red_faces()
    for seed in range(20):
        scene = Scene(Image.new("RGB", (160, 120), (255, 0, 0)), [Face(50, 40, 40, 40)])
        face_scenes.put_prints(scene, material, np.random.default_rng(seed))
        assert redness(scene)[40:80, 50:90].all()
    made = [draw_print((48, 64), np.random.default_rng(seed), lambda side: Image.new("RGB", (side, side))) for seed in range(20)]
    assert all(image.size == (48, 64) for image in made)
    assert sum(len(image.getcolors(4000)) > 2 for image in made) > 10  # the others are plain


def test_people_from_the_side_have_their_faces_in_the_boxes():
    for seed in range(20):
        canvas, skin = Image.new("RGB", (300, 400), BLUE), rgb(random_character(np.random.default_rng(seed)).skin)
        left, upper, right, lower = draw_profile(Pen(canvas, 60, (160, 120)), np.random.default_rng(seed))
        rows, columns = np.nonzero((np.asarray(canvas) == skin).all(axis=2))
        inside = (left <= columns) & (columns < right) & (upper <= rows) & (rows < lower)
        assert inside.mean() > 0.97  # the nose may reach out
        assert inside.sum() > 0.15 * (right - left) * (lower - upper)
        picture, boxes = draw_profiles(np.random.default_rng(seed), (200, 160))
        again, same = draw_profiles(np.random.default_rng(seed), (200, 160))
        assert np.array_equal(picture, again)
        assert boxes == same
        assert all(0 <= x < x + w <= 200 and 0 <= y < y + h <= 160 for x, y, w, h in boxes)


def test_groups_are_left_out_by_name_and_by_share():
    groups = [f"face_scenes/scene_{number:03d}" for number in range(200)]
    shares = [[group for group in groups if left_out(f"{share}/5")(group)] for share in range(5)]
    assert sorted(sum(shares, [])) == groups
    assert all(25 < len(share) < 55 for share in shares)
    assert [group for group in groups if left_out("face_scenes/scene_007, other")(group)] == ["face_scenes/scene_007"]
    assert not any(map(left_out(""), groups))
    for name in ("some_one_12.jpg", "u_some_one_3.jpg"):
        assert face_scenes.group_of("face_boxes", name) == "face_boxes/some_one"


@pytest.fixture
def drawn(tmp_path):
    """A folder of pictures to learn from, all drawn."""
    draw_scenes(tmp_path / "data" / "face_boxes", 4, size=(160, 120))
    return tmp_path / "data"


def test_material_leaves_out_and_remembers_what_it_saw(drawn):
    everything = load_material(drawn)
    assert len(everything.pictures) == len(everything.seen) == 4
    assert set(everything.seen) == {f"face_boxes/images/scene_{number:03d}.jpg" for number in range(4)}
    assert load_material(drawn, left_out("face_boxes/scene")).pictures == []
    with pytest.raises(AnimelibError, match="no folder"):
        load_material(drawn / "nowhere")


def test_a_part_of_a_scene_has_its_targets_mirrored_too(drawn):
    pool = train_faces.Pool(red_faces(), 2, 0)
    scene = Scene(Image.new("RGB", (face_scenes.SIZE,) * 2, BLUE), [Face(100, 140, 60, 60)])
    ImageDraw.Draw(scene.image).ellipse((100, 140, 159, 199), fill=RED)
    pool.images[0], pool.scenes[0] = np.asarray(scene.image), scene
    for seed in range(8):
        image, target = pool.part(0, np.random.default_rng(seed), 256)
        row, column = np.unravel_index(target[..., 0].argmax(), target.shape[:2])
        assert image[8 * row + 4, 8 * column + 4].tolist() == list(RED)
        left, upper, right, lower = target[row, column, 1:5]
        assert (left + right, upper + lower) == pytest.approx((60, 60))
        assert image[8 * row + 4, int(8 * column + 4 - left + 3)].tolist() == list(RED)
        assert image[8 * row + 4, int(8 * column + 4 - left - 3)].tolist() == list(BLUE)


def test_training_goes_on_where_it_stopped_and_says_what_it_saw(drawn, tmp_path, monkeypatch):
    folder = tmp_path / "out"
    words = ["--data", str(drawn), "--output", str(folder), "--scenes", "8", "--batch", "2", "--crop", "64", "--width", "8"]
    asked = train_faces.asked_for([*words, "--minutes", "0.01"])
    material = load_material(drawn)
    first = train_faces.train(train_faces.Training(8, folder, 0), material, asked)
    again = train_faces.Training(8, folder, 0)
    assert again.steps == first.steps > 0
    for part in ("model", "model.optimizer"):
        mine, theirs = (operator.attrgetter(part)(training).variables for training in (again, first))
        assert all(np.array_equal(np.asarray(one), np.asarray(other)) for one, other in zip(mine, theirs, strict=True))
    assert all(map(np.array_equal, again.averages, first.averages))
    made = json.loads(json.dumps(train_faces.manifest(again, material, asked)))
    assert made["seen"] == material.seen
    assert str(drawn) not in json.dumps(made)
    with pytest.raises(AnimelibError, match="width 8"):
        train_faces.Training(16, folder, 0)
