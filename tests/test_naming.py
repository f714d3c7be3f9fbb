"""Names are proposed with the most doubtful first, and what a person decided is never asked or written over again."""

import shutil
import unicodedata

import pytest
from conftest import face
from PIL import Image

from animelib import AnimelibError, naming
from animelib.crops import crop_folder, read_crops
from animelib.faces import Face
from animelib.naming import NOBODY, SKIP, NameProposal, accept_sure, checked_name, decide, propose_names, read_names, write_names

NFD = unicodedata.normalize("NFD", "ガ")
SHOTS = ("a&b.png", f"{NFD}/顔 1.png", "c, d.png", "e.png")


class Says(list):
    """An answer: guesses, best first, and whether it is somebody known."""

    def __init__(self, known, **shares):
        super().__init__(sorted(map(Guess, shares, shares.values()), key=lambda guess: -guess.probability))
        self.known = known


class Guess:
    def __init__(self, name, probability):
        self.name, self.probability = name, probability


ANSWERS = {
    "a&b_face1.png": Says(True, rem=0.97, mizuki=0.03),
    "顔 1_face1.png": Says(True, rem=0.4, mizuki=0.6),
    "c, d_face1.png": Says(False, rem=0.7, mizuki=0.3),
    "e_face1.png": Says(True, rem=0.96, mizuki=0.04),
    "dark_whole.png": Says(True, rem=0.5, mizuki=0.5),
}


class Recognizer:
    """Knows the answers by heart, and remembers what it was asked."""

    classes = ("rem", "mizuki")

    def __init__(self, **changed):
        self.answers, self.asked = ANSWERS | changed, []

    def __call__(self, path):
        self.asked.append(path.name)
        with Image.open(path) as picture:
            picture.load()
        answer = self.answers[path.name]
        if isinstance(answer, Exception):
            raise answer
        return answer


def a_face_in_light_ones(pixels):
    return [Face(8, 8, 30, 30)] if pixels.mean() > 20 else []


@pytest.fixture
def crops(tmp_path):
    """Four faces, cut out of four pictures, and one picture without a face."""
    for number, name in enumerate(SHOTS):
        path = tmp_path / "shots" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        face("rem", number).save(path)
    Image.new("RGB", (40, 40)).save(tmp_path / "shots" / "dark.png")
    return crop_folder(tmp_path / "shots", tmp_path / "faces", a_face_in_light_ones)


def files_of(rows):
    return [row.file.rpartition("/")[2] for row in rows]


DOUBTFUL_FIRST = ["顔 1_face1.png", "c, d_face1.png", "e_face1.png", "a&b_face1.png"]


def test_the_most_doubtful_come_first_and_the_plan_says_the_same(crops, tmp_path, capsys):
    plan = tmp_path / "names.csv"
    rows = propose_names(crops, Recognizer(), plan)
    assert files_of(rows) == DOUBTFUL_FIRST  # 0.2, 0.4, 0.92 and 0.94 before the next best
    assert [(row.name, row.sure) for row in rows] == [("mizuki", 0.6), (NOBODY, None), ("rem", 0.96), ("rem", 0.97)]
    assert [guess.name for guess in rows[0].guesses] == ["mizuki", "rem"]
    assert [row.margin for row in rows] == pytest.approx([0.2, 0.4, 0.92, 0.94])
    told = capsys.readouterr().out
    assert "4 faces. Decided: 0, open: 4, 1 of them look like nobody I know." in told
    kept = read_names(plan)
    assert [(row.file, row.name, row.sure, row.decided) for row in kept] == [(r.file, r.name, r.sure, "") for r in rows]
    assert all((tmp_path / row.file).is_file() for row in kept)
    text = plan.read_bytes().decode("utf-8-sig")
    assert plan.read_bytes().startswith(b"\xef\xbb\xbf")
    assert text.splitlines()[0] == "file,name,sure,decided"
    assert "faces/a&b_face1.png,rem,0.97,\n" in text


def test_the_folder_of_crops_will_do_and_plan_and_crops_move_together(crops, tmp_path):
    (tmp_path / "deep").mkdir()
    rows = propose_names(crops.output, Recognizer(), tmp_path / "deep" / "names.csv")
    assert rows[0].file.startswith("../faces/")
    (tmp_path / "elsewhere").mkdir()
    shutil.move(tmp_path / "faces", tmp_path / "elsewhere" / "faces")
    shutil.move(tmp_path / "deep", tmp_path / "elsewhere" / "deep")
    again = propose_names(tmp_path / "elsewhere" / "faces", Recognizer(), tmp_path / "elsewhere" / "deep" / "names.csv")
    assert [row.file for row in again] == [row.file for row in rows]


def test_what_is_decided_stays_and_is_not_asked_again(crops, tmp_path):
    plan, recognizer = tmp_path / "names.csv", Recognizer()
    rows = propose_names(crops, recognizer, plan)
    decide(plan, {rows[0].file: "rem", rows[2].file: SKIP})
    better = Recognizer(**{"a&b_face1.png": Says(True, rem=0.45, mizuki=0.55)})
    again = propose_names(crops, better, plan)
    assert sorted(better.asked) == ["a&b_face1.png", "c, d_face1.png"]
    assert files_of(again) == ["a&b_face1.png", "c, d_face1.png", "顔 1_face1.png", "e_face1.png"]
    assert [row.decided for row in again] == ["", "", "rem", SKIP]
    assert again[0].name == "mizuki"


def test_whole_pictures_are_asked_about_on_demand_and_what_was_taken_out_is_not(crops, tmp_path):
    (crops.output / "e_face1.png").unlink()
    rows = propose_names(crops, Recognizer(), tmp_path / "names.csv", whole=True)
    assert files_of(rows)[0] == "dark_whole.png"
    assert "e_face1.png" not in files_of(rows)


def test_two_folders_of_crops_may_share_a_plan(crops, tmp_path):
    plan = tmp_path / "names.csv"
    first = propose_names(crops, Recognizer(), plan)
    decide(plan, {first[0].file: "rem"})
    more = crop_folder(tmp_path / "shots", tmp_path / "more", a_face_in_light_ones)
    assert len(propose_names(more, Recognizer(), plan)) == 4
    shutil.rmtree(crops.output)
    propose_names(more, Recognizer(), plan)
    files = [row.file for row in read_names(plan)]
    assert len(files) == 5  # of those that are gone only what a person decided is kept
    assert first[0].file in files


def test_a_face_that_cannot_be_read_is_left_out_with_a_sentence(crops, tmp_path, capsys):
    broken = Recognizer(**{"e_face1.png": AnimelibError("e_face1.png is not a readable picture.")})
    assert len(propose_names(crops, broken, tmp_path / "names.csv")) == 3
    assert "Left out: e_face1.png is not a readable picture." in capsys.readouterr().out


def test_all_that_are_sure_are_accepted_in_one_line_and_nothing_else(crops, tmp_path):
    plan = tmp_path / "names.csv"
    rows = propose_names(crops, Recognizer(), plan)
    decide(plan, {rows[3].file: "mizuki"})  # a person knows better than 97%
    done = accept_sure(plan, at_least=0.95)
    assert done.files == (rows[2].file,)
    assert str(done) == "Accepted as proposed, for the recogniser was at least 95% sure: 1. Still open: 2."
    assert [row.decided for row in read_names(plan)] == ["", "", "rem", "mizuki"]
    assert accept_sure(plan, at_least=0).files == (rows[0].file,)  # never nobody
    with pytest.raises(AnimelibError, match="at_least is 95"):
        accept_sure(plan, at_least=95)


def test_a_stopped_write_leaves_the_plan_as_it_was(crops, tmp_path, monkeypatch):
    plan = tmp_path / "names.csv"
    rows = propose_names(crops, Recognizer(), plan)
    before = plan.read_bytes()

    def refuse(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(naming, "write_text", refuse)
    with pytest.raises(AnimelibError, match="no space left"):
        decide(plan, {rows[0].file: "rem"})
    assert plan.read_bytes() == before


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_a_plan_may_be_saved_by_any_program(tmp_path, encoding):
    plan = tmp_path / "names.csv"
    text = "File;name;sure;decided\r\nfaces/レム.png;レム;0,93; レム \r\n;;;\r\nx.png;(Nobody);;(SKIP)\r\n"
    plan.write_bytes(text.encode(encoding))
    assert read_names(plan) == [NameProposal("faces/レム.png", "レム", 0.93, "レム"), NameProposal("x.png", NOBODY, None, SKIP)]


def test_any_name_survives_the_plan(tmp_path):
    names = ("a,b", 'q"q', "new\nline", "\udcff", " x ", "#1", NFD)
    rows = [NameProposal(f"yasuna&sonya/{name}.png", 'a "b", c', 0.5, "みずき") for name in names]
    assert read_names(write_names(tmp_path / "names.csv", rows)) == rows


def test_what_is_wrong_with_a_plan_is_one_sentence(tmp_path):
    plan = tmp_path / "names.csv"
    head = "file,name,sure,decided\n"
    broken = {
        "file,from,to\n": "first line must be file,name,sure,decided",
        head + ",rem,0.5,\n": "line 2, names no file",
        head + "a.png,rem,95,\n": "line 2, is 95 sure",
        head + "a.png,rem,nan,\n": "line 2, is nan sure",
        head + "a.png,rem,0.5,\nb.png,rem,0.5,\na.png,rem,0.5,\n": "line 4, is about the same file as line 2",
    }
    for text, told in broken.items():
        plan.write_text(text)
        with pytest.raises(AnimelibError, match=told) as error:
            read_names(plan)
        assert "\n" not in str(error.value)
    plan.write_text(head + "a.png,rem,0.5,\n")
    with pytest.raises(AnimelibError, match="no row for b.png"):
        decide(plan, {"b.png": "rem"})
    with pytest.raises(AnimelibError, match="There is no plan"):
        accept_sure(tmp_path / "none.csv")


def test_a_new_name_must_be_able_to_be_a_folder_anywhere():
    known = ("rem", "yasuna&sonya")
    assert checked_name(" rem ", known) == "rem"
    assert checked_name(NFD, known) == "ガ"
    assert checked_name("sonya & yasuna!", known) == "sonya & yasuna!"
    for name in ("", ".", "..", "a/b", "a\\b", "what?", "Test", "validation", NOBODY, "a\nb", ".hidden", "end.", "__MACOSX"):
        with pytest.raises(AnimelibError, match="cannot be the name"):
            checked_name(name, known)
    with pytest.raises(AnimelibError, match="write 'rem'"):
        checked_name("Rem", known)


def test_there_must_be_crops(tmp_path):
    with pytest.raises(AnimelibError, match="There are no crops"):
        propose_names(tmp_path, Recognizer(), tmp_path / "names.csv")
    assert not (tmp_path / "names.csv").exists()


def test_the_crops_are_only_read(crops, tmp_path):
    before = {path: path.read_bytes() for path in crops.output.rglob("*") if path.is_file()}
    propose_names(crops, Recognizer(), tmp_path / "names.csv")
    assert {path: path.read_bytes() for path in crops.output.rglob("*") if path.is_file()} == before
    assert read_crops(crops.output).crops == crops.crops
