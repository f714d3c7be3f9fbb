"""What a detector proposes for pictures without boxes, in which order, and what a person's corrections cost."""

import numpy as np
import pytest
from PIL import Image

from animelib import AnimelibError, words
from animelib.boxes import read_boxes, write_boxes
from animelib.detector import FaceDetector, face_network
from animelib.faces import Face
from animelib.proposals import Proposal, count_strokes, doubt, propose_faces, simulate_labelling, without_boxes
from animelib.samples import draw_scenes


def square(x, score=1.0, side=10):
    return Face(x, 0, side, side, score)


FOUND = {
    1: [square(0, 0.95)],
    2: [square(0, 0.55), square(20, 0.9)],
    3: [],
    4: [square(0, 0.95), square(20, 0.35)],
    5: [square(0, 0.3)],
}


@pytest.fixture
def folder(tmp_path):
    """A folder whose pictures are told apart by their red."""
    for red in FOUND:
        Image.new("RGB", (30, 20), (red, 0, 0)).save(tmp_path / f"{red}.png")
    return tmp_path


def detect(pixels):
    return FOUND[int(pixels[0, 0, 0])]


def test_the_most_doubtful_comes_first(folder):
    known = {"1.png": [square(0)]}
    proposals = propose_faces(detect, folder, known)
    assert [proposal.picture for proposal in proposals] == ["3.png", "5.png", "2.png", "4.png"]
    assert [proposal.doubt for proposal in proposals] == pytest.approx([2 / 3, 2 / 3, 0.55, 0.4])
    assert [len(proposal.faces) for proposal in proposals] == [0, 0, 2, 1]  # what is faint is no proposal


def test_where_faces_are_rare_a_picture_without_one_is_no_surprise(folder):
    known = {f"{red}.png": [] for red in (1, 4)}
    proposals = {proposal.picture: proposal.doubt for proposal in propose_faces(detect, folder, known)}
    assert proposals == pytest.approx({"2.png": 0.55, "5.png": 0.3, "3.png": 0.25})
    assert propose_faces(detect, folder, {})[0].doubt == pytest.approx(0.55)  # one in two, where nothing is known


def test_a_higher_score_may_be_asked_for(folder):
    proposals = {proposal.picture: proposal for proposal in propose_faces(detect, folder, {}, min_score=0.6)}
    assert proposals["2.png"].faces == (square(20, 0.9),)
    assert proposals["2.png"].doubt == pytest.approx(0.1 + 0.55)


def test_doubts_by_hand():
    assert doubt([]) == 0.5
    assert doubt([], usual=0.9) == 0.9
    assert doubt([square(0, 0.9), square(20, 0.3)]) == pytest.approx(0.4)
    assert doubt([square(0, 0.3), square(20, 0.39)], usual=0.2) == pytest.approx(0.69)
    assert doubt([square(0, 1.0)], usual=1.0) == 0


def test_boxes_may_be_read_from_a_file_and_what_is_labelled_is_not_looked_at(folder):
    write_boxes(folder / "boxes.csv", {f"{red}.png": [] for red in (1, 2, 3)})
    seen = []

    def spy(pixels):
        seen.append(int(pixels[0, 0, 0]))
        return []

    assert {proposal.picture for proposal in propose_faces(spy, folder, folder / "boxes.csv")} == {"4.png", "5.png"}
    assert sorted(seen) == [4, 5]


def test_a_face_detector_is_asked_for_its_faint_boxes_too(folder):
    class Asked(FaceDetector):
        def __call__(self, picture, min_score=0.4, min_size=0, *, both_ways=True):
            asked.append(min_score)
            return [square(0, 0.2)]

    asked = []
    proposals = propose_faces(Asked(face_network(8), 128), folder, {}, min_score=0.4)
    assert set(asked) == {0.1}
    assert {proposal.faces for proposal in proposals} == {()}


def test_a_picture_that_cannot_be_read_is_told_and_left_out(folder, capsys):
    (folder / "broken.png").write_bytes(b"no picture")
    assert len(propose_faces(detect, folder, {})) == len(FOUND)
    assert "left out: 1 (" in capsys.readouterr().out


def test_pictures_are_named_as_boxes_name_them(tmp_path):
    for name in ("images/a.png", "images/sub/b.png", "c.png", "images/c.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (8, 8)).save(tmp_path / name)
    names = without_boxes(tmp_path, {"sub/b.png": []})
    assert {name: path.relative_to(tmp_path).as_posix() for name, path in names.items()} == {
        "a.png": "images/a.png",
        "c.png": "c.png",
        "images/c.png": "images/c.png",
    }
    assert set(without_boxes(tmp_path, dict.fromkeys(names, ()))) == {"sub/b.png"}


def test_proposals_of_scenes_have_the_names_of_their_boxes(tmp_path):
    scenes = draw_scenes(tmp_path / "scenes", 3, size=(160, 120))
    truth = read_boxes(scenes)
    proposals = propose_faces(lambda pixels: [], scenes, {})
    assert {proposal.picture for proposal in proposals} == set(truth)
    assert propose_faces(lambda pixels: [], scenes, truth) == []


# ---- strokes


@pytest.mark.parametrize(
    ("proposed", "truth", "strokes"),
    [
        ([], [], 1),  # right: on to the next
        ([square(0)], [square(0)], 1),
        ([], [square(0), square(20)], 3),  # by hand
        ([square(0)], [], 2),  # taken away
        ([square(1)], [square(0)], 1),  # 9 / 11: near enough
        ([square(3)], [square(0)], 2),  # 7 / 13: moved
        ([square(5)], [square(0)], 3),  # 5 / 15: taken away and drawn
        ([square(0), square(1, 0.5)], [square(0)], 2),  # a double
        ([square(0), square(43), square(90)], [square(0), square(40), square(60)], 4),  # moved, taken away, drawn
    ],
)
def test_strokes_by_hand(proposed, truth, strokes):
    assert count_strokes(proposed, truth) == strokes


def test_a_person_leaves_what_fits_and_corrects_the_rest():
    truth = {"a.png": [square(0), square(40)], "b.png": []}
    proposals = [Proposal("a.png", (square(1, 0.8), square(43, 0.7))), Proposal("b.png", (square(0, 0.5),))]
    labelling = simulate_labelling(proposals, truth)
    assert labelling.boxes == {"a.png": [square(1), square(40)], "b.png": []}
    assert (labelling.strokes, labelling.by_hand) == (2 + 2, 3 + 1)
    assert truth["a.png"] == [square(0), square(40)]


def test_right_proposals_cost_one_stroke_each_and_none_cost_as_much_as_by_hand(tmp_path):
    truth = read_boxes(draw_scenes(tmp_path / "scenes", 6, size=(160, 120)))
    right = simulate_labelling([Proposal(name, tuple(faces)) for name, faces in truth.items()], truth)
    assert right.strokes == len(truth)
    assert right.boxes == truth
    first = simulate_labelling(map(Proposal, truth), truth)
    assert first.strokes == first.by_hand == right.by_hand == len(truth) + sum(map(len, truth.values()))
    assert first.boxes == truth


def test_what_is_told_is_told_in_both_languages():
    labelling = simulate_labelling([Proposal("a.png")], {"a.png": [square(0)]})
    assert str(labelling) == repr(labelling) == "1 pictures corrected in 2 strokes; by hand they take 2."
    words.use_language("ja")
    assert "2手" in str(labelling)


def test_a_picture_that_nobody_knows_is_refused():
    with pytest.raises(AnimelibError, match=r"say nothing about b.png.*[.]$"):
        simulate_labelling([Proposal("b.png")], {"a.png": []})


def test_doubt_goes_before_trouble_on_the_whole():
    """Where scores are the chance that a box is right, the doubtful half needs more corrections than the sure half."""
    rng = np.random.default_rng(0)
    strokes, doubts = [], []
    for _ in range(300):
        scores = rng.uniform(0.1, 1, rng.integers(0, 4))
        found = [square(20 * place, score) for place, score in enumerate(scores)]
        truth = [face for face in found if rng.random() < face.score] or [square(90)]
        strokes.append(count_strokes([face for face in found if face.score >= 0.4], truth))
        doubts.append(doubt(found, usual=1.0))
    order = np.argsort(doubts)
    assert np.mean(np.array(strokes)[order[150:]]) > np.mean(np.array(strokes)[order[:150]]) + 0.3
