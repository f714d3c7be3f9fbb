"""A plan moves what it says, loses nothing, can be applied twice, and comes back exactly."""

import pytest
from conftest import face, fill
from test_isolation import Stop, contents

from animelib import isolation
from animelib.data import load_images
from animelib.errors import AnimelibError
from animelib.relabelling import SET_ASIDE, Relabel, apply_plan, read_plan, undo_plan, write_plan


@pytest.fixture
def plan(tmp_path):
    """A plan that relabels two pictures, one under a name that is taken, and sets one aside."""
    return tmp_path / "relabel.csv"


@pytest.fixture
def folder(two_folders):
    (two_folders / "rem" / "deep").mkdir()
    face("rem", 50).save(two_folders / "rem" / "deep" / "x.png")
    face("mizuki", 51).save(two_folders / "rem" / "mizuki_3.png")
    return two_folders


ROWS = [
    Relabel("rem/mizuki_3.png", "rem", "mizuki"),
    Relabel("rem/deep/x.png", "rem", "mizuki"),
    Relabel("mizuki/mizuki_0.png", "mizuki", SET_ASIDE),
]


def test_a_plan_is_applied_and_undone_exactly(folder, plan, capsys):
    before = contents(folder)
    write_plan(plan, ROWS)
    assert contents(folder) == before  # a plan alone changes nothing
    done = apply_plan(plan, folder)
    assert done.relabelled == ("rem/mizuki_3.png", "rem/deep/x.png")
    assert done.aside == ("mizuki/mizuki_0.png",)
    assert "undo_plan" in str(done)
    now = contents(folder)
    assert now["mizuki/mizuki_3-2.png"] == before["rem/mizuki_3.png"]  # the other of that name is left alone
    assert now["mizuki/mizuki_3.png"] == before["mizuki/mizuki_3.png"]
    assert now["mizuki/deep/x.png"] == before["rem/deep/x.png"]
    assert (folder.with_name("pictures-set-aside") / "mizuki" / "mizuki_0.png").exists()
    assert len(now) == len(before) - 1
    data = load_images(folder, size=16)
    assert len(data.train) + len(data.val) + len(data.test) == 41
    assert set(undo_plan(folder)) == {row.file for row in ROWS}
    assert {**contents(folder)} == before
    assert not folder.with_name("pictures-set-aside").exists()
    assert "Back in" in capsys.readouterr().out


def test_a_cell_may_run_twice(folder, plan):
    write_plan(plan, ROWS)
    apply_plan(plan, folder)
    after = contents(folder)
    assert "Nothing to move" in str(apply_plan(plan, folder))
    assert contents(folder) == after


def test_one_plan_after_another_goes_back_the_way_it_came(folder, plan):
    fill(folder / "sora", "stranger", 3)
    before = contents(folder)
    for rows in (
        [Relabel("rem/rem_1.png", "rem", "mizuki")],
        [Relabel("mizuki/rem_1.png", "mizuki", "sora"), Relabel("rem/rem_2.png", "rem", "mizuki")],
        [Relabel("sora/rem_1.png", "sora", SET_ASIDE)],
    ):
        write_plan(plan, rows)
        apply_plan(plan, folder)
    assert (folder.with_name("pictures-set-aside") / "sora" / "rem_1.png").exists()
    undo_plan(folder)
    assert contents(folder) == before


@pytest.mark.parametrize("after", range(4))
def test_an_interruption_loses_nothing(folder, plan, monkeypatch, after):
    before, done, plain = contents(folder), [], isolation._move

    def move(source, target):
        if len(done) == after:
            raise Stop
        done.append(plain(source, target))

    write_plan(plan, ROWS)
    monkeypatch.setattr(isolation, "_move", move)
    if after < len(ROWS):
        with pytest.raises(Stop):
            apply_plan(plan, folder)
    monkeypatch.setattr(isolation, "_move", plain)
    apply_plan(plan, folder)  # goes on where it stopped
    assert len(contents(folder)) == len(before) - 1
    undo_plan(folder)
    assert contents(folder) == before


def test_a_place_that_is_taken_is_left_alone(folder, plan, capsys):
    write_plan(plan, ROWS[:1])
    apply_plan(plan, folder)
    face("rem", 90).save(folder / "rem" / "mizuki_3.png")
    fresh = contents(folder)
    assert undo_plan(folder) == ()
    assert contents(folder) == fresh
    assert "rem/mizuki_3.png" in capsys.readouterr().out


def test_parts_stay_as_they_are(tmp_path, plan):
    for part in ("train", "validation"):
        for name in ("rem", "mizuki"):
            fill(tmp_path / "p" / part / name, name, 3)
    write_plan(plan, [Relabel("validation/rem/rem_1.png", "rem", "mizuki")])
    apply_plan(plan, tmp_path / "p")
    assert (tmp_path / "p" / "validation" / "mizuki" / "rem_1.png").exists()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_a_plan_may_be_saved_by_any_program(plan, encoding):
    plan.write_bytes("file,from,to\r\nレム/ア,イ.png,レム,みずき\r\n\r\n".replace("ア,イ", "アイ").encode(encoding))
    assert read_plan(plan) == [Relabel("レム/アイ.png", "レム", "みずき")]


def test_any_name_survives_the_plan(plan):
    names = ("a,b", 'q"q', "new\nline", "\udcff", " x ", "#1")
    rows = [Relabel(f"yasuna&sonya/{name}.png", 'a "b", c', "みずき") for name in names]
    assert read_plan(write_plan(plan, rows)) == rows


def test_what_is_wrong_is_one_sentence_and_nothing_moves(folder, plan):
    before = contents(folder)
    cases = [
        (Relabel("rem/gone.png", "rem", "mizuki"), "names 'rem/gone.png': There is no file"),
        (Relabel("../other.png", "rem", "mizuki"), "lies outside"),
        (Relabel("rem/rem_1.png", "mizuki", "rem"), "is in 'mizuki', and it is in 'rem'"),
        (Relabel("rem/rem_1.png", "rem", "sora"), "no such class, only mizuki, rem"),
    ]
    for row, told in cases:
        write_plan(plan, [ROWS[0], row])
        with pytest.raises(AnimelibError, match=told) as error:
            apply_plan(plan, folder)
        assert "\n" not in str(error.value)
    broken = {"rem.png;rem\n": "first line must be file,from,to", "file,from,to\nrem/a.png,,x\n": "row 2, has an empty"}
    for text, told in broken.items():
        plan.write_text(text)
        with pytest.raises(AnimelibError, match=told):
            apply_plan(plan, folder)
    plan.unlink()
    with pytest.raises(AnimelibError, match="There is no plan"):
        apply_plan(plan, folder)
    with pytest.raises(AnimelibError, match="No plan has been applied"):
        undo_plan(folder)
    assert contents(folder) == before
