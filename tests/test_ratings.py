"""Ratings: a click is never lost, whatever program saved the table, and a picture that moved keeps its score."""

import math
import shutil

import pytest
from conftest import fill

from animelib.errors import AnimelibError
from animelib.ratings import rate, ratings_of, read_ratings, repeat_agreement, skip_picture, undo_rating


@pytest.fixture
def pictures(tmp_path):
    fill(tmp_path / "p" / "レム", "rem", 4)
    fill(tmp_path / "p", "mizuki", 2)
    return tmp_path / "p"


def scores(ratings):
    return {click.path.name: click.score for click in ratings.latest.values()}


def test_clicks_are_appended_and_read_again(pictures, tmp_path):
    table = tmp_path / "ratings.csv"
    first = rate(table, pictures / "レム" / "rem_0.png", 5, pictures)
    assert first.picture == "レム/rem_0.png"
    rate(table, "mizuki_0.png", 2.5, pictures)
    skip_picture(table, pictures / "mizuki_1.png", pictures)
    ratings = read_ratings(table, pictures)
    assert scores(ratings) == {"rem_0.png": 5, "mizuki_0.png": 2.5}
    assert len(ratings) == 2
    assert [click.path.name for click in ratings.clicks if click.key in ratings.skipped] == ["mizuki_1.png"]
    assert table.read_text(encoding="utf-8").splitlines()[0] == "picture,score,time,digest"
    assert ratings_of(table, pictures).latest == ratings.latest


def test_the_latest_counts_and_the_earlier_tell_of_agreement(pictures, tmp_path):
    table = tmp_path / "ratings.csv"
    for number, (before, after) in enumerate([(5, 4), (2, 2), (1, 3)]):
        for score in (before, after):
            rate(table, pictures / "レム" / f"rem_{number}.png", score, pictures)
    ratings = read_ratings(table, pictures)
    assert scores(ratings) == {"rem_0.png": 4, "rem_1.png": 2, "rem_2.png": 3}
    agreement = repeat_agreement(ratings)
    assert agreement.pictures == 3
    assert agreement.mae == pytest.approx(1.0)
    assert agreement.noise == pytest.approx(math.sqrt(5 / 3 / 2))
    assert agreement.best_mae < agreement.mae
    assert agreement.best_correlation > agreement.correlation > 0
    assert math.isnan(repeat_agreement(ratings_of({})).mae)


def test_undo_takes_back_click_after_click_and_loses_no_line(pictures, tmp_path):
    table = tmp_path / "ratings.csv"
    rate(table, "mizuki_0.png", 1, pictures)
    rate(table, "mizuki_0.png", 4, pictures)
    skip_picture(table, "mizuki_1.png", pictures)
    assert math.isnan(undo_rating(table, pictures).score)
    assert read_ratings(table, pictures).skipped == frozenset()
    assert undo_rating(table, pictures).score == 4
    assert scores(read_ratings(table, pictures)) == {"mizuki_0.png": 1}
    assert undo_rating(table, pictures).score == 1
    assert undo_rating(table, pictures) is None
    assert len(table.read_text().splitlines()) == 1 + 3 + 3


def test_a_moved_or_renamed_picture_keeps_its_ratings(pictures, tmp_path):
    table = tmp_path / "ratings.csv"
    rate(table, "mizuki_0.png", 3, pictures)
    (pictures / "new").mkdir()
    shutil.move(pictures / "mizuki_0.png", pictures / "new" / "favourite.png")
    (click,) = read_ratings(table, pictures).given
    assert click.path == pictures / "new" / "favourite.png"
    rate(table, "new/favourite.png", 5, pictures)
    assert scores(read_ratings(table, pictures)) == {"favourite.png": 5}


def test_a_line_that_was_cut_off_spoils_nothing(pictures, tmp_path):
    table = tmp_path / "ratings.csv"
    rate(table, "mizuki_0.png", 3, pictures)
    whole = table.read_bytes()
    rate(table, "レム/rem_0.png", 5, pictures)
    added = table.read_bytes()[len(whole) :]
    for cut in range(1, len(added)):
        table.write_bytes(whole + added[:cut])
        assert scores(read_ratings(table, pictures))["mizuki_0.png"] == 3
        rate(table, "mizuki_1.png", 2, pictures)
        after = scores(read_ratings(table, pictures))
        assert after.pop("rem_0.png", 5) == 5
        assert after == {"mizuki_0.png": 3, "mizuki_1.png": 2}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
@pytest.mark.parametrize("between", [",", ";", "\t"])
def test_tables_of_other_programs_are_read_and_added_to(pictures, tmp_path, encoding, between):
    table = tmp_path / "mine.csv"
    half = "4.5" if between == "," else "4,5"
    lines = [["score", "note", "file"], [half, "かわいい", "レム/rem_0.png"], ["２", "", "mizuki_0.png"]]
    table.write_bytes("\r\n".join(between.join(line) for line in lines).encode(encoding))
    expected = {"rem_0.png": 4.5, "mizuki_0.png": 2}
    assert scores(read_ratings(table, pictures)) == expected
    rate(table, "mizuki_1.png", 1, pictures)
    assert scores(read_ratings(table, pictures)) == expected | {"mizuki_1.png": 1}
    assert "かわいい" in table.read_text(encoding="utf-8")


def test_a_table_needs_no_heads(pictures, tmp_path):
    (tmp_path / "plain.csv").write_text("mizuki_0.png,4\nmizuki_1.png,1")
    assert scores(read_ratings(tmp_path / "plain.csv", pictures)) == {"mizuki_0.png": 4, "mizuki_1.png": 1}


@pytest.mark.parametrize("word", ["7", "0", "-3", "good", "nan", "4 5"])
def test_a_wrong_line_is_told_with_its_number(pictures, tmp_path, word):
    table = tmp_path / "ratings.csv"
    table.write_text(f"picture,score\nmizuki_0.png,4\n\nmizuki_1.png,{word}\n")
    with pytest.raises(AnimelibError, match="line 4, gives mizuki_1.png the score"):
        read_ratings(table, pictures)


def test_what_cannot_be_rated_is_told(pictures, tmp_path):
    table = tmp_path / "ratings.csv"
    with pytest.raises(AnimelibError, match="go from 1 to 5"):
        rate(table, "mizuki_0.png", 6, pictures)
    with pytest.raises(AnimelibError, match="no picture at"):
        rate(table, "gone.png", 3, pictures)
    with pytest.raises(AnimelibError, match="go from 1 to 5"):
        ratings_of({"mizuki_0.png": 0}, pictures)
    with pytest.raises(AnimelibError, match="no ratings at"):
        ratings_of(table, pictures)
    table.write_text("name,points\na,b\n")
    assert not table.with_suffix(".bak").exists()
    with pytest.raises(AnimelibError, match="line 1, gives"):
        read_ratings(table, pictures)
    assert read_ratings(tmp_path / "none.csv", pictures).clicks == ()


def test_nasty_names_come_back(tmp_path):
    for name in ('a,b "c".png', "a\nb.png", "#1.png", " x .png"):
        (picture,) = fill(tmp_path / "p", "rem", 1)
        picture = picture.rename(tmp_path / "p" / name)
        rate(tmp_path / "ratings.csv", picture, 4, tmp_path / "p")
    ratings = read_ratings(tmp_path / "ratings.csv", tmp_path / "p")
    assert [click.path.exists() for click in ratings.given] == [True] * 4
