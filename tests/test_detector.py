"""What the detector is to answer and what is read from it fit together; it learns; any picture is taken."""

import keras
import numpy as np
import pytest
from PIL import Image, ImageFilter

from animelib.detector import FaceDetector, answer, detection_loss, face_network, faces_in, framed_in, targets_of
from animelib.drawing import draw_scene
from animelib.errors import AnimelibError
from animelib.faces import Face, overlaps
from animelib.samples import HANA, MIO, PEOPLE, SORA

SHAPE = (192, 256)
STEPS = 120


@pytest.fixture(scope="module")
def scene() -> tuple[np.ndarray, list[Face]]:
    """Two drawn people, and where their faces are."""
    picture, boxes = draw_scene((HANA, MIO), np.random.default_rng(4), SHAPE[::-1])
    return picture, [Face(*box) for box in boxes]


@pytest.fixture(scope="module")
def learned(scene) -> FaceDetector:
    """A tiny detector that has seen one scene, moved, mirrored and blurred, often enough to know it."""
    keras.utils.set_random_seed(0)
    model, rng = face_network(8), np.random.default_rng(0)
    falling = keras.optimizers.schedules.CosineDecay(1e-2, STEPS)
    model.compile(optimizer=keras.optimizers.Adam(falling), loss=detection_loss)
    losses = [float(model.train_on_batch(*batch_of(*scene, rng))) for _ in range(STEPS)]
    assert losses[-1] < 0.5 * losses[0]
    return FaceDetector(model, 256, "one scene")


def batch_of(picture: np.ndarray, faces: list[Face], rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return four times a picture that is otherwise each time, and what is to be answered."""
    pictures, targets = [], []
    for number in range(4):
        across, down = rng.integers(-15, 16, 2)
        moved = np.roll(picture, (down, across), (0, 1))
        there = [Face(face.x + across, face.y + down, face.w, face.h) for face in faces]
        if number % 2:
            moved, there = moved[:, ::-1], [Face(SHAPE[1] - face.x - face.w, face.y, face.w, face.h) for face in there]
        blurred = Image.fromarray(moved).filter(ImageFilter.GaussianBlur(rng.uniform(0, 1)))
        pictures.append(np.asarray(blurred, np.float32))
        targets.append(targets_of(there, SHAPE))
    return np.stack(pictures), np.stack(targets)


def as_answered(targets: np.ndarray) -> np.ndarray:
    """Return what a perfect network answers where it should say something, and no elsewhere."""
    scores = np.where(targets[..., 5:] > 0, 4.0, -9.0)
    return np.concatenate([scores, targets[..., 1:5]], axis=-1)


def test_boxes_come_back_from_what_should_be_answered():
    faces = [Face(10, 20, 100, 96), Face(140, 30, 33, 30), Face(200, 120, 10, 12), Face(40, 130, 60, 60)]
    found = faces_in(as_answered(targets_of(faces, SHAPE)))
    assert len(found) == len(faces)
    assert overlaps(faces, found).max(axis=1) == pytest.approx(1, abs=1e-5)


def test_of_two_faces_the_nearer_one_has_a_cell():
    left, right = Face(20, 40, 60, 60), Face(50, 40, 60, 60)
    targets = targets_of([left, right], SHAPE)
    assert targets[8, 5, 1:5] == pytest.approx([24, 28, 36, 32])  # the cell around (44, 68), which is left's
    assert targets[8, 10, 1:5] == pytest.approx([34, 28, 26, 32])  # the cell around (84, 68), which is right's


def test_a_large_face_counts_little_more_than_a_small_one():
    small, large = (targets_of([Face(40, 20, side, side)], SHAPE)[..., 5] for side in (12, 150))
    assert small.sum() == 1
    assert 1 < large.sum() <= 9.001


def test_the_loss_sees_scores_and_boxes_and_lets_unsure_faces_be():
    face, hidden = Face(40, 40, 64, 64), Face(150, 40, 64, 64)
    targets = targets_of([face], SHAPE, [hidden])[None]
    perfect = as_answered(targets[0])[None].astype(np.float32)
    best = float(detection_loss(targets, perfect))
    moved, blind, seen_too, invented = (perfect.copy() for _ in range(4))
    moved[..., 1] += 30
    blind[..., 0] = -9
    seen_too[0, 8, 22, 0] = 5  # in the middle of what is hidden
    invented[0, 20, 4, 0] = 5
    assert float(detection_loss(targets, seen_too)) == pytest.approx(best, abs=1e-4)
    assert all(float(detection_loss(targets, wrong)) > best + 0.05 for wrong in (moved, blind, invented))


def test_a_box_that_is_right_though_not_exact_should_be_sure():
    targets = targets_of([Face(40, 40, 64, 64)], SHAPE)[None]
    losses = {}
    for off in (0, 16, 96):  # overlaps (IoU) of 1, 0.8 and 0.4
        for score in (1.0, 4.0):
            answered = as_answered(targets[0])[None].astype(np.float32)
            answered[..., 3] += off
            answered[..., 0] = np.where(targets[..., 5] > 0, score, -9)
            losses[off, score] = float(detection_loss(targets, answered))
    assert losses[0, 4] < losses[0, 1]
    assert losses[16, 4] < losses[16, 1]
    assert losses[96, 4] > losses[96, 1]


def test_nothing_to_find_is_no_division_by_zero():
    targets = targets_of([], SHAPE)[None]
    assert np.isfinite(float(detection_loss(targets, np.zeros((1, 24, 32, 5), np.float32))))


def test_one_scene_is_learned_nearly_perfectly(learned, scene):
    picture, faces = scene
    found = learned(picture)
    assert len(found) == len(faces)
    assert overlaps(faces, found).max(axis=1).min() > 0.8


def test_a_picture_of_another_size_gives_boxes_in_its_own_pixels(learned, scene):
    picture, faces = scene
    large = Image.fromarray(picture).resize((512, 384))
    found = learned(large)
    assert overlaps([Face(2 * f.x, 2 * f.y, 2 * f.w, 2 * f.h) for f in faces], found).max(axis=1).min() > 0.7
    assert learned(large, min_size=380) == []
    assert learned(large, min_score=1.0) == []


def test_a_mirrored_picture_gives_mirrored_faces(learned, scene):
    wide = Image.fromarray(scene[0]).resize((301, 187))
    found = learned(wide, 0.2)
    mirrored = learned(wide.transpose(Image.Transpose.FLIP_LEFT_RIGHT), 0.2)
    back = [Face(wide.width - face.x - face.w, face.y, face.w, face.h, face.score) for face in mirrored]
    assert len(found) == len(back) > 0
    assert overlaps(found, back).max(axis=1).min() > 0.97
    assert sorted(f.score for f in found) == pytest.approx(sorted(f.score for f in back), abs=0.03)


@pytest.mark.parametrize("size", [(1, 1), (700, 20), (31, 400), (129, 97)])
def test_any_size_is_taken(learned, size):
    picture = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    for face in learned(picture, 0.0):
        assert 0 <= face.x < face.x + face.w <= size[0] + 1e-6
        assert 0 <= face.y < face.y + face.h <= size[1] + 1e-6


def test_there_are_few_shapes_and_the_whole_picture_is_in_them():
    shapes = set()
    for width in range(3, 500, 17):
        framed, (x, y, w, h) = framed_in(Image.new("RGB", (width, 200), "white"), 256)
        shapes.add(framed.shape)
        assert framed[y : y + h, x : x + w].min() == 255
        assert (framed == 255).all(axis=2).sum() == w * h
        assert x == (framed.shape[1] - w) // 2 == framed.shape[1] - w - x
    assert len(shapes) <= 5


def test_saved_files_answer_the_same_and_plain_keras_opens_them(learned, scene, tmp_path):
    whole = FaceDetector.load(learned.save(tmp_path / "faces.keras"))
    small = FaceDetector.load(learned.save(tmp_path / "faces.npz"))
    expected = answer(learned.model, scene[0])
    assert answer(whole.model, scene[0]) == pytest.approx(expected, abs=1e-4)
    assert overlaps(whole(scene[0]), small(scene[0])).max(axis=1).min() > 0.95
    assert (whole.side, small.side, small.source) == (256, 256, "one scene")
    plain = keras.models.load_model(tmp_path / "faces.keras", compile=False)
    assert {type(layer).__module__.split(".")[0] for layer in plain.layers} == {"keras"}
    assert all(getattr(keras.layers, type(layer).__name__) is type(layer) for layer in plain.layers)


def test_what_cannot_be_is_said_in_one_sentence(learned, tmp_path):
    (tmp_path / "broken.npz").write_bytes(b"no zip")
    (tmp_path / "broken.keras").write_bytes(b"no zip")
    for wrong in (
        lambda: FaceDetector.load(tmp_path / "nowhere.npz"),
        lambda: FaceDetector.load(tmp_path / "broken.npz"),
        lambda: FaceDetector.load(tmp_path / "broken.keras"),
        lambda: learned.save(tmp_path / "faces.h5"),
        lambda: FaceDetector(keras.Sequential([keras.Input((None, None, 3)), keras.layers.Conv2D(5, 8, 8)])).save("a.npz"),
        lambda: FaceDetector(learned.model, 300),
        lambda: learned(tmp_path / "no_picture.png"),
    ):
        with pytest.raises(AnimelibError, match=r"^[^\n]+[.]$"):
            wrong()


def test_people_are_told_apart_in_a_crowd():
    boxes = draw_scene((SORA, *PEOPLE[3:6]), np.random.default_rng(1), SHAPE[::-1])[1]
    faces = [Face(*box) for box in boxes]
    assert len(faces_in(as_answered(targets_of(faces, SHAPE)))) == 4
