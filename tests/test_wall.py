"""What a taste comes to: a wall on which every picture is whole, a folder of copies that overwrites nothing, how guesses fall."""

import numpy as np
import pytest
from conftest import fill
from figures import check_every_letter, heads, texts
from PIL import Image
from test_taste import PLAIN

from animelib import AnimelibError, words
from animelib.sheets import WIDTH
from animelib.taste import Scores, Taste
from animelib.wall import plot_predictions, save_best, show_wall

SIZES = [(120, 80), (80, 120), (100, 100), (300, 60), (30, 150), (90, 60), (64, 64)]


@pytest.fixture
def scores(tmp_path):
    """Seven pictures of all shapes, the later the better."""
    paths = []
    for number, size in enumerate(SIZES):
        paths.append(tmp_path / "pictures" / str(number % 2) / f"a{number // 2}.png")
        paths[-1].parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", size, (30 * number, 99, 150)).save(paths[-1])
    mean = np.linspace(2, 5, len(SIZES))
    return Scores(tuple(paths), mean, mean - 0.7, np.minimum(mean + 0.7, 5))


def hung(sheet):
    """Return of each picture on a wall its left, top, width, height in inches and its pixels."""
    found = []
    for image in sheet.axes[0].images:
        left, right, bottom, top = image.get_extent()
        found.append((left, top, right - left, bottom - top, np.asarray(image.get_array())))
    return found


def test_the_wall_shows_the_best_first_whole_and_side_by_side(scores):
    wall = hung(show_wall(scores))
    assert len(wall) == len(SIZES)
    for (_, _, wide, high, pixels), size, number in zip(wall, SIZES[::-1], range(6, -1, -1), strict=True):
        assert pixels.shape[1::-1] == size
        assert pixels[0, 0, 0] == 30 * number
        assert wide / high == pytest.approx(size[0] / size[1])
        assert high > 0.4
    for place, (left, top, wide, _, _) in enumerate(wall):
        assert left >= 0
        assert left + wide <= WIDTH
        for other_left, other_top, other_wide, other_high, _ in wall[:place]:
            beside = left >= other_left + other_wide or other_left >= left + wide
            assert beside or top >= other_top + other_high


def test_each_picture_has_its_score_and_range(scores):
    sheet = show_wall(scores, 3)
    *labels, head = texts(sheet.axes[0])
    assert head.startswith("3 pictures that you will probably like")
    assert labels == ["5.0", "1", "4.3–5.0", "4.5", "2", "3.8–5.0", "4.0", "3", "3.3–4.7"]
    ratings = dict(zip(scores.paths, [1, 5, 3, 3, 3, 3, 4], strict=True))
    sheet = show_wall(ratings, 2, source="drawn")
    assert texts(sheet.axes[0]) == ["5.0", "1", "4.0", "2", "2 pictures, the best first."]


def test_paths_alone_hang_in_their_order_and_without_scores(scores):
    sheet = show_wall([str(path) for path in scores.paths], 2)
    assert texts(sheet.axes[0]) == ["1", "2", "2 pictures."]
    assert [pixels[0, 0, 0] for *_, pixels in hung(sheet)] == [0, 30]


def test_who_has_rated_everything_is_told_so(tmp_path):
    paths = fill(tmp_path, "rem", 12)
    taste = Taste(tmp_path, **PLAIN).fit({path: 1 + number % 5 for number, path in enumerate(paths)})
    with pytest.raises(AnimelibError, match="All pictures were rated"):
        show_wall(taste)


def test_what_cannot_be_shown_is_told(scores, capsys):
    scores.paths[-1].write_bytes(b"this is no picture")
    assert len(hung(show_wall(scores))) == len(SIZES) - 1
    assert "Left out: " in capsys.readouterr().out
    with pytest.raises(AnimelibError, match="no picture for the wall"):
        show_wall({})
    with pytest.raises(AnimelibError, match="no picture to save"):
        save_best({}, "best")


@pytest.mark.parametrize("links", [False, True])
def test_the_best_are_saved_by_rank_and_nothing_is_touched(scores, tmp_path, capsys, links):
    before = {path: path.read_bytes() for path in scores.paths}
    folder = save_best(scores, tmp_path / "new" / "best", 4, links=links)
    assert folder == tmp_path / "new" / "best"
    assert sorted(path.name for path in folder.iterdir()) == ["1_a3.png", "2_a2.png", "3_a2.png", "4_a1.png"]
    for number, path in enumerate(sorted(folder.iterdir())):
        assert path.read_bytes() == before[scores.paths[-1 - number]]
        assert path.is_symlink() == links
    assert "numbered from the best on: 4" in capsys.readouterr().out
    (folder / "1_a3.png").rename(folder / "mine.png")
    again = save_best(scores, tmp_path / "new" / "best", 12, links=links)
    assert again == tmp_path / "new" / "best-2"
    assert len(list(again.iterdir())) == 7
    assert (folder / "mine.png").exists()
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["best", "best-2"]
    assert {path: path.read_bytes() for path in scores.paths} == before


def test_long_names_are_shortened_and_nothing_is_left_of_what_fails(tmp_path):
    (tmp_path / "p").mkdir()
    path = tmp_path / "p" / f"{'とても長い名前' * 11}.png"
    Image.new("RGB", (9, 9)).save(path)
    (copy,) = save_best({path: 4}, tmp_path / "best").iterdir()
    assert copy.suffix == ".png"
    with pytest.raises(AnimelibError, match="no picture at .*gone.png"):
        save_best({path: 4, tmp_path / "gone.png": 3}, tmp_path / "worse")
    (tmp_path / "file").write_text("mine")
    with pytest.raises(AnimelibError, match="cannot be reached or written"):
        save_best({path: 4}, tmp_path / "file" / "best")
    assert sorted(its.name for its in tmp_path.iterdir() if its.name != "home") == ["best", "file", "p"]


def test_guesses_stand_over_what_was_given(scores):
    given = np.repeat([1, 2, 3, 4, 4.6], [8, 8, 3, 8, 8])
    guessed = 3 + 0.4 * (given - 3) + np.linspace(-0.2, 0.2, len(given))
    axes = plot_predictions(given, guessed).axes[0]
    dots = [np.asarray(dots.get_offsets()) for dots in axes.collections]
    assert [len(its) for its in dots] == [8, 8, 3, 8, 8]
    for score, its in enumerate(dots, 1):
        assert (np.abs(its[:, 0] - score) < 0.4).all()
    np.testing.assert_allclose(np.concatenate(dots)[:, 1], guessed)
    assert [label.get_text() for label in axes.get_xticklabels()] == ["1\nn = 8", "2\nn = 8", "3\nn = 3", "4\nn = 8", "5\nn = 8"]
    medians = [line for line in axes.lines if line.get_linewidth() == 2.6]
    assert [line.get_ydata()[0] for line in medians] == [np.median(dots[place][:, 1]) for place in (0, 1, 3, 4)]


def test_guesses_that_do_not_vary_have_no_correlation_and_unequal_ones_are_refused():
    assert "rank correlation –" in heads(plot_predictions([3, 4, 5], [3, 3, 3]))[0]
    for given, guessed in (([], []), ([1, 2], [1])):
        with pytest.raises(AnimelibError, match="one guess for each score"):
            plot_predictions(given, guessed)


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_every_letter_fits_in_both_languages(scores, language, caplog):
    words.use_language(language)
    walls = [show_wall(scores, count, source="とても長い名前 a very long name " * 4) for count in (1, 4, 7)]
    check_every_letter([*walls, plot_predictions([1, 2, 3, 4, 5, 5, 5, 5, 5], [1, 2, 3, 4, 5, 4, 3, 4, 5])], caplog)
