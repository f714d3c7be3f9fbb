"""A detector learns from a few labelled pictures: boxes stay on what is in them, and what it began with stays as it was."""

import shutil
from dataclasses import replace

import keras
import numpy as np
import pytest
from PIL import Image, ImageDraw

from animelib import AnimelibError, detector_training
from animelib.boxes import write_boxes
from animelib.detection import judge_faces
from animelib.detector import FaceDetector, face_network
from animelib.detector_training import Labelled, Views, labelled_pictures, train_detector, view, within
from animelib.drawing import draw_background
from animelib.faces import Face
from animelib.lab import open_lab

RED, BLUE = (250, 0, 0), (0, 0, 250)
ROOM = 192  # of a side of 256


def disc_on(image: Image.Image, face: Face) -> Image.Image:
    ImageDraw.Draw(image).ellipse((face.x, face.y, face.x + face.w - 1, face.y + face.h - 1), fill=RED)
    return image


def discs(count: int, first: int = 0, size: tuple[int, int] = (128, 96)) -> tuple[list[Image.Image], list[list[Face]]]:
    """Draw red discs on backgrounds, none on every fifth."""
    images, faces = [], []
    for number in range(first, first + count):
        rng = np.random.default_rng(number)
        image, face = Image.new("RGB", size), Face(*rng.integers(5, 50, 2), *[int(rng.integers(24, 44))] * 2)
        draw_background(image, rng)
        faces.append([face] if number % 5 else [])
        images.append(disc_on(image, face) if number % 5 else image)
    return images, faces


@pytest.fixture(scope="module")
def labelled(tmp_path_factory):
    """A folder with twelve pictures and boxes for ten of them."""
    folder = tmp_path_factory.mktemp("pictures") / "discs"
    (folder / "images").mkdir(parents=True)
    images, faces = discs(12)
    for number, image in enumerate(images):
        image.save(folder / "images" / f"{number}.png")
    write_boxes(folder / "boxes.csv", {f"{number}.png": faces[number] for number in range(10)})
    return folder


@pytest.fixture(scope="module")
def learned(labelled):
    """A small detector of discs that began from nothing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(detector_training, "WIDTH", 8)
        return train_detector(labelled, start=None, epochs=14, batch_size=8, side=128)


@pytest.fixture(scope="module")
def untrained():
    return FaceDetector(face_network(8), 128)


@pytest.fixture
def quick(home):
    return open_lab("discs", budget="quick")


@pytest.fixture
def asked(monkeypatch):
    """Stop every training before its first batch, and return how many epochs were asked for."""
    epochs = []

    class Stopped(detector_training.Progress):
        def __init__(self, count):
            epochs.append(count)
            super().__init__(count)

        def on_train_batch_begin(self, batch, logs=None):
            raise KeyboardInterrupt

    monkeypatch.setattr(detector_training, "Progress", Stopped)
    return epochs


# ---- what is shown


@pytest.fixture
def _plain(monkeypatch):
    """Show views as they are, and the faces in them instead of targets."""
    monkeypatch.setattr(detector_training, "_lit", lambda image, rng: image)
    monkeypatch.setattr(detector_training, "targets_of", lambda faces, shape, unsure: (faces, unsure))


def redness(pixels: np.ndarray) -> np.ndarray:
    return (pixels[..., 0] > 150) & (pixels[..., 2] < 100)


def is_whole(face: Face) -> bool:
    return min(face.x, face.y) > 0.5 and max(face.x + face.w, face.y + face.h) < ROOM - 0.5


@pytest.mark.usefixtures("_plain")
@pytest.mark.parametrize(("wide", "high"), [(60, 60), (90, 36), (30, 80)])
def test_boxes_fit_what_is_in_them_however_it_is_shown(wide, high):
    face, seen = Face(40, 60, wide, high), 0
    picture = Labelled(np.asarray(disc_on(Image.new("RGB", (240, 200), BLUE), face)), (face,))
    for seed in range(60):
        pixels, (faces, unsure) = view(picture, 256, np.random.default_rng(seed))
        assert pixels.shape == (ROOM, ROOM, 3)
        assert len(faces) + len(unsure) <= 1
        rows, columns = np.nonzero(redness(pixels))
        for there in filter(is_whole, faces):
            assert (there.x, there.y) == pytest.approx((columns.min(), rows.min()), abs=3)
            assert (there.x + there.w, there.y + there.h) == pytest.approx((columns.max() + 1, rows.max() + 1), abs=3)
            seen += 1
        assert faces or unsure or rows.size < 0.3 * wide * high * 9
    assert seen > 25


@pytest.mark.usefixtures("_plain")
def test_faces_of_many_sizes_are_seen_on_both_sides_and_not_always_whole():
    face = Face(20, 60, 60, 60)
    picture = Labelled(np.asarray(disc_on(Image.new("RGB", (240, 200), BLUE), face)), (face,))
    shown = [view(picture, 256, np.random.default_rng(seed))[1][0] for seed in range(200)]
    sizes = [faces[0].w for faces in shown if faces]
    assert min(sizes) < 25
    assert max(sizes) > 110
    assert 0.3 < np.mean([faces[0].x + faces[0].w / 2 < ROOM / 2 for faces in shown if faces]) < 0.7
    assert any(not is_whole(faces[0]) for faces in shown if faces)


@pytest.mark.usefixtures("_plain")
def test_a_box_that_is_only_proposed_is_neither_a_face_nor_none():
    picture = Labelled(np.zeros((200, 240, 3), np.uint8), (Face(20, 60, 60, 60),), (Face(150, 60, 60, 60),))
    shown = [view(picture, 256, np.random.default_rng(seed))[1] for seed in range(40)]
    assert all(len(faces) <= 1 for faces, _ in shown)
    both = [(faces[0], unsure[0]) for faces, unsure in shown if faces and unsure and is_whole(faces[0]) and is_whole(unsure[0])]
    assert len(both) > 5
    assert all(face.w == pytest.approx(other.w) and abs(face.x - other.x) > face.w for face, other in both)


def test_what_is_cut_off_or_tiny_is_neither_a_face_nor_none():
    room = (0, 0, 100, 100)
    assert within([Face(10, 10, 40, 40)], room) == ([Face(10, 10, 40, 40)], [])
    assert within([Face(-10, 10, 40, 40)], room) == ([Face(0, 10, 30, 40)], [])
    assert within([Face(80, 10, 40, 40)], room) == ([], [Face(80, 10, 20, 40)])
    assert within([Face(95, 10, 40, 40)], room) == ([], [])
    assert within([Face(10, 10, 6, 6)], room) == ([], [Face(10, 10, 6, 6)])


def test_light_changes_and_black_stays_dark():
    image = Image.fromarray(np.tile(np.arange(0, 256, 4, dtype=np.uint8)[:, None, None], (1, 8, 3)))
    means = []
    for seed in range(40):
        lit = np.asarray(detector_training._lit(image, np.random.default_rng(seed)), int)
        assert lit[-1].mean() > lit[0].mean() + 100
        means.append(lit.mean())
    assert np.std(means) > 5


def test_an_epoch_is_as_long_however_few_pictures_and_never_the_same_twice():
    images, faces = discs(3)
    pictures = [Labelled(np.asarray(image), tuple(its)) for image, its in zip(images, faces, strict=True)]
    views, same = (Views(pictures, 128, batch_size=4, seed=1) for _ in range(2))
    first = views[0]
    assert len(views) == detector_training.STEPS
    assert first[0].shape == (4, 96, 96, 3)
    assert first[1].shape == (4, 12, 12, 6)
    assert np.array_equal(first[0], same[0][0])
    assert not np.array_equal(first[0], views[1][0])
    views.on_epoch_end()
    assert not np.array_equal(first[0], views[0][0])


def test_pictures_without_a_face_are_shown_but_do_not_crowd_out_the_others():
    face = Labelled(np.zeros((9, 9, 3), np.uint8), (Face(1, 1, 5, 5),))
    none = Labelled(np.zeros((9, 9, 3), np.uint8), ())
    rng = np.random.default_rng(0)
    chosen = [Views([face, *[none] * 40], 128, batch_size=1, seed=0)._chosen(rng) is face for _ in range(400)]
    assert 0.65 < np.mean(chosen) < 0.85
    assert Views([face], 128, batch_size=1, seed=0)._chosen(rng) is face


# ---- the pictures


def test_pictures_lie_on_disk_smaller_and_their_boxes_with_them(tmp_path):
    Image.new("RGB", (900, 600), BLUE).save(tmp_path / "large.jpg")
    Image.new("RGB", (50, 30), RED).save(tmp_path / "small.png")
    boxes = {"large.jpg": [Face(300, 150, 90, 60), Face(30, 30, 60, 60, 0.9)], "small.png": []}
    large, small = labelled_pictures(tmp_path, boxes, most=300)
    assert large.pixels.shape == (200, 300, 3)
    assert large.faces == (Face(100, 50, 30, 20),)
    assert large.unsure == (Face(10, 10, 20, 20, 0.9),)
    assert np.abs(large.pixels.astype(int) - BLUE).max() < 10
    assert small.pixels.tolist() == np.full((30, 50, 3), RED).tolist()
    assert isinstance(small.pixels, np.memmap)
    assert not small.pixels.flags.writeable


def test_only_pictures_with_a_row_are_learned_from(labelled):
    pictures = labelled_pictures(labelled, None, most=256)
    assert len(pictures) == 10
    assert [len(picture.faces) for picture in pictures] == [int(number % 5 > 0) for number in range(10)]
    assert len(labelled_pictures(labelled, labelled / "boxes.csv", most=256)) == 10


# ---- training


def test_from_nothing_it_finds_what_it_was_shown(learned):
    report = judge_faces(learned, *discs(20, first=100))
    assert report.recall > 0.8
    assert report.precision > 0.8
    assert learned.source == "10 pictures with 8 boxes in discs"
    assert (learned.side, learned.model.count_params()) == (128, face_network(8).count_params())


def test_what_it_began_with_stays_as_it_was_and_its_means_are_kept(labelled, learned, quick, capsys):
    weights = [weight.copy() for weight in learned.model.get_weights()]
    after = train_detector(labelled, None, quick, start=learned, batch_size=2)
    assert all(map(np.array_equal, weights, learned.model.get_weights()))
    for variable, was, now in zip(learned.model.variables, weights, after.model.get_weights(), strict=True):
        assert np.array_equal(was, now) == (variable.name in ("gamma", "beta", "moving_mean", "moving_variance")), variable.path
    assert all(layer.trainable for layer in after.model.layers)
    assert (after.side, after.source) == (128, f"{learned.source} → 10 pictures with 8 boxes in discs")
    told = f"Learning from 10 pictures with 8 boxes (2 of them without a box), beginning from: {learned.source}."
    assert told in capsys.readouterr().out


def test_the_shipped_detector_is_where_it_begins_by_default(labelled, untrained, asked, monkeypatch):
    monkeypatch.setattr(detector_training, "shipped_detector", lambda: replace(untrained, side=256, source="shipped"))
    detector = train_detector(labelled)
    assert detector.source.startswith("shipped → ")
    assert detector.side == 256


def test_a_lab_says_how_much_work_to_do_and_an_interrupt_ends_it(labelled, untrained, quick, asked):
    for lab in (quick, None):
        stopped = train_detector(labelled, lab=lab, start=untrained, epochs=7, batch_size=1)
        assert all(map(np.array_equal, untrained.model.get_weights(), stopped.model.get_weights()))
    assert asked == [quick.budget.max_epochs, 7]


def test_what_was_learned_can_be_saved_and_asked(labelled, learned, tmp_path):
    picture = labelled / "images" / "3.png"
    for name in ("discs.keras", "discs.npz"):
        again = FaceDetector.load(learned.save(tmp_path / name))
        assert len(again(picture)) == len(learned(picture)) == 1
    assert keras.models.load_model(tmp_path / "discs.keras", compile=False).count_params() == learned.model.count_params()


# ---- what a user can get wrong


@pytest.mark.parametrize(
    ("boxes", "how", "told"),
    [
        ({}, {}, "There are no boxes yet"),
        ({"1.png": [], "2.png": []}, {}, "None of the 2 labelled pictures has a box"),
        ({"1.png": [Face(1, 1, 9, 9, 0.9)]}, {}, "None of the 1 labelled pictures has a box that is certain"),
        ({"1.png": [Face(1, 1, 9, 9)], "gone.png": []}, {}, "no picture gone.png"),
        ({"1.png": [Face(500, 1, 9, 9)]}, {}, "A box of 1.png lies outside the picture of 128x96"),
        ({"1.png": [Face(1, 1, 0, 9)]}, {}, "A box of 1.png is no box"),
        ({"broken.png": [Face(1, 1, 9, 9)]}, {}, "broken.png is not"),
        (None, {"start": "hat"}, "start is 'hat'"),
        (None, {"side": 100}, "100 is none of these"),
        ("/no/such.csv", {}, "no boxes at /no/such.csv"),
    ],
)
def test_what_is_wrong_is_said_before_training_in_one_sentence(labelled, untrained, boxes, how, told, monkeypatch, tmp_path):
    monkeypatch.setattr(keras.Model, "fit", None)
    pictures = shutil.copytree(labelled, tmp_path / "pictures")
    (pictures / "images" / "broken.png").write_bytes(b"no picture")
    with pytest.raises(AnimelibError, match=f"^[^\n]*{told}[^\n]*[.]$"):
        train_detector(pictures, boxes, **({"start": untrained} | how))


def test_a_folder_without_boxes_is_told(untrained, tmp_path):
    Image.new("RGB", (50, 30), RED).save(tmp_path / "small.png")
    with pytest.raises(AnimelibError, match="no boxes in"):
        train_detector(tmp_path, start=untrained)
