"""Faces join the class folders as copies, once, and leave them again exactly; nothing of the user's is touched."""

import json
import shutil
import unicodedata

import pytest
from conftest import face, fill
from test_isolation import Stop, contents

from animelib import joining
from animelib.data import load_images
from animelib.errors import AnimelibError
from animelib.folders import index_folder
from animelib.joining import JOINED, join_classes, undo_join
from animelib.naming import NOBODY, SKIP, NameProposal, write_names

NFC, NFD = (unicodedata.normalize(form, "ガール") for form in ("NFC", "NFD"))


@pytest.fixture
def folder(two_folders):
    """Two class folders, in one of which a name that a face has is taken."""
    face("mizuki", 77).save(two_folders / "mizuki" / "b_face1.png")
    return two_folders


@pytest.fixture
def plan(tmp_path):
    """A plan for six faces; two have the same name in two folders."""
    decided = {
        "a_face1.png": "rem",
        "b_face1.png": "mizuki",
        "deep/b_face1.png": "mizuki",
        "c_face1.png": NOBODY,
        "d_face1.png": SKIP,
        "e_face1.png": "",
    }
    for number, name in enumerate(decided):
        path = tmp_path / "faces" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        face("rem", 100 + number).save(path)
    return write_names(tmp_path / "names.csv", rows_of(decided))


def rows_of(decided):
    return [NameProposal(f"faces/{name}", "rem", 0.9, whose) for name, whose in decided.items()]


def visible(folder):
    return {name: told for name, told in contents(folder).items() if name != JOINED}


def pixels(folder):
    return {name: told[0] for name, told in visible(folder).items()}


def test_faces_join_and_leave_exactly(folder, plan, tmp_path, capsys):
    before, faces = contents(folder), contents(tmp_path / "faces")
    done = join_classes(plan, folder)
    assert done.copied == ("rem/a_face1.png", "mizuki/b_face1-2.png", "mizuki/b_face1-3.png")
    assert done.new_classes == ()
    now = pixels(folder)
    assert now["rem/a_face1.png"] == faces["a_face1.png"][0]
    assert now["mizuki/b_face1-2.png"] == faces["b_face1.png"][0]
    assert now["mizuki/b_face1-3.png"] == faces["deep/b_face1.png"][0]
    assert {name: told for name, told in visible(folder).items() if name in before} == before
    assert len(now) == len(before) + 3
    assert "3 (rem 1, mizuki 2)" in str(done)
    assert f"undo_join('{folder}')" in str(done)
    assert index_folder(folder).classes == ("mizuki", "rem")
    data = load_images(folder, size=16)
    assert len(data.train) + len(data.val) + len(data.test) == 44
    assert set(undo_join(folder)) == set(done.copied)
    assert contents(folder) == before
    assert contents(tmp_path / "faces") == faces
    assert "Taken out of" in capsys.readouterr().out


def test_a_cell_may_run_twice(folder, plan):
    join_classes(plan, folder)
    after = pixels(folder)
    done = join_classes(plan, folder)
    assert (done.copied, done.there) == ((), 3)
    assert str(done).startswith("Nothing to copy")
    assert pixels(folder) == after
    (folder / "rem" / "a_face1.png").unlink()  # the person has looked again
    assert join_classes(plan, folder).copied == ()


def test_the_same_face_twice_is_copied_once(folder, plan, tmp_path):
    shutil.copy(tmp_path / "faces" / "a_face1.png", tmp_path / "faces" / "again_face1.png")
    write_names(plan, rows_of({"a_face1.png": "rem", "again_face1.png": "rem"}))
    done = join_classes(plan, folder)
    assert (done.copied, done.there) == (("rem/a_face1.png",), 1)


def test_a_face_with_another_name_leaves_its_old_class(folder, plan, tmp_path):
    join_classes(plan, folder)
    write_names(plan, rows_of({"a_face1.png": "mizuki", "b_face1.png": NOBODY, "deep/b_face1.png": "mizuki"}))
    done = join_classes(plan, folder)
    assert done.copied == ("mizuki/a_face1.png",)
    assert set(done.taken_out) == {"rem/a_face1.png", "mizuki/b_face1-2.png"}
    assert not (folder / "rem" / "a_face1.png").exists()
    assert "Taken out of their old class" in str(done)
    other = write_names(tmp_path / "other.csv", rows_of({"a_face1.png": ""}))  # open in another plan: that says nothing
    assert join_classes(other, folder).taken_out == ()
    undo_join(folder)
    assert len(contents(folder)) == 41


def test_a_new_name_makes_a_folder_which_is_said_and_goes_again(folder, plan):
    before = contents(folder)
    write_names(plan, rows_of({"a_face1.png": "yasuna&sonya", "b_face1.png": NFD, "c_face1.png": "yasuna&sonya"}))
    done = join_classes(plan, folder)
    assert done.new_classes == ("yasuna&sonya", NFC)
    assert f"New class folders were made: yasuna&sonya, {NFC}." in str(done)
    assert (folder / NFC / "b_face1.png").is_file()
    assert index_folder(folder).classes == ("mizuki", "rem", "yasuna&sonya", NFC)
    undo_join(folder)
    assert contents(folder) == before
    assert not (folder / NFC).exists()


def test_a_new_class_that_nobody_is_in_any_more_goes(folder, plan):
    write_names(plan, rows_of({"a_face1.png": "sora", "b_face1.png": ""}))
    join_classes(plan, folder)
    write_names(plan, rows_of({"a_face1.png": "mizuki", "b_face1.png": ""}))
    join_classes(plan, folder)
    assert index_folder(folder).classes == ("mizuki", "rem")
    write_names(plan, rows_of({"a_face1.png": "mizuki", "b_face1.png": "sora"}))
    assert join_classes(plan, folder).new_classes == ("sora",)
    undo_join(folder)
    assert index_folder(folder).classes == ("mizuki", "rem")


def test_a_new_folder_in_which_others_have_put_something_stays(folder, plan):
    write_names(plan, rows_of({"a_face1.png": "sora"}))
    join_classes(plan, folder)
    fill(folder / "sora", "stranger", 1)
    undo_join(folder)
    assert [path.name for path in (folder / "sora").iterdir()] == ["stranger_0.png"]


def test_a_class_folder_is_found_whatever_form_its_name_has(folder, plan):
    fill(folder / NFD, "stranger", 3)
    write_names(plan, rows_of({"a_face1.png": NFC}))
    done = join_classes(plan, folder)
    assert (done.copied, done.new_classes) == ((f"{NFD}/a_face1.png",), ())
    assert "ガール 1" in str(done)


def test_in_a_divided_folder_faces_go_to_training(tmp_path, plan):
    for part in ("Training", "test"):
        for name in ("rem", "mizuki"):
            fill(tmp_path / "p" / part / name, name, 3)
    assert join_classes(plan, tmp_path / "p").copied[0] == "Training/rem/a_face1.png"
    assert index_folder(tmp_path / "p").splits.count("test") == 6


def test_what_was_changed_or_moved_stays_and_is_named(folder, plan, capsys):
    join_classes(plan, folder)
    face("rem", 5).save(folder / "rem" / "a_face1.png")
    shutil.move(folder / "mizuki" / "b_face1-3.png", folder / "rem" / "moved.png")
    now = contents(folder)
    assert undo_join(folder) == ("mizuki/b_face1-2.png",)
    told = capsys.readouterr().out
    assert "rem/a_face1.png, mizuki/b_face1-3.png" in told
    gone = {"mizuki/b_face1-2.png", JOINED}
    assert contents(folder) == {name: told for name, told in now.items() if name not in gone}
    with pytest.raises(AnimelibError, match="Nothing has been joined"):
        undo_join(folder)


@pytest.mark.parametrize("after", range(3))
def test_an_interruption_loses_nothing(folder, plan, monkeypatch, after):
    before, done, plain = contents(folder), [], shutil.copyfile

    def copy(*where):
        if len(done) == after:
            raise Stop
        done.append(plain(*where))

    monkeypatch.setattr(joining.shutil, "copyfile", copy)
    with pytest.raises(Stop):
        join_classes(plan, folder)
    assert len(visible(folder)) == len(before) + after
    monkeypatch.setattr(joining.shutil, "copyfile", plain)
    half = pixels(folder)
    undo_join(folder)
    assert contents(folder) == before
    monkeypatch.setattr(joining.shutil, "copyfile", copy)
    done.clear()
    with pytest.raises(Stop):
        join_classes(plan, folder)
    monkeypatch.setattr(joining.shutil, "copyfile", plain)
    again = join_classes(plan, folder)  # goes on where it stopped
    assert len(again.copied) == 3 - after
    assert {name: told for name, told in pixels(folder).items() if name in half} == half
    assert len(visible(folder)) == len(before) + 3
    undo_join(folder)
    assert contents(folder) == before


def test_what_is_wrong_is_one_sentence_and_nothing_is_copied(folder, plan, tmp_path):
    before = contents(folder)
    (tmp_path / "faces" / "page.png").write_text("<html>404</html>")
    good = {"a_face1.png": "rem"}
    cases = [
        ({"gone.png": "rem"}, "calls 'faces/gone.png' 'rem', and there is no such file"),
        ({"page.png": "rem"}, "page.png is not a picture"),
        ({"b_face1.png": "Mizuki"}, "write 'mizuki'"),
        ({"b_face1.png": "a/b"}, "cannot be the name"),
        ({"b_face1.png": "test"}, "cannot be the name"),
        ({"b_face1.png": "../b"}, "cannot be the name"),
    ]
    for row, told in cases:
        write_names(plan, rows_of(good | row))
        with pytest.raises(AnimelibError, match=told) as error:
            join_classes(plan, folder)
        assert "\n" not in str(error.value)
    write_names(plan, rows_of({**good, "gone.png": NOBODY}))
    assert contents(folder) == before
    plan.unlink()
    with pytest.raises(AnimelibError, match="There is no plan"):
        join_classes(plan, folder)
    assert contents(folder) == before


def test_a_name_of_the_recogniser_never_makes_a_folder(plan, tmp_path):
    fill(tmp_path / "wrong" / "sora", "rem", 2)
    with pytest.raises(AnimelibError, match="names 'rem', and .* has sora: name the right folder"):
        join_classes(plan, tmp_path / "wrong")
    assert [path.name for path in (tmp_path / "wrong").iterdir()] == ["sora"]


@pytest.mark.parametrize("copy", [{"to": "../a.png"}, {"to": "/a.png"}, {}, {"to": 3}])
def test_a_list_that_leads_out_is_refused(folder, copy):
    told = {"made": [], "copies": [{"class": "rem", "digest": "0", "copied": True, **copy}]}
    (folder / JOINED).write_text(json.dumps(told))
    with pytest.raises(AnimelibError, match="is broken"):
        undo_join(folder)
