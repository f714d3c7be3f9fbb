"""What is seen in a picture is seen once, kept by its content, and the same however it was come by."""

import shutil

import numpy as np
import pytest
from conftest import fill
from PIL import Image

from animelib import impressions
from animelib.appearance import COLOURS, LIGHT, colours_of, light_of
from animelib.contents import digest_of, digests_of
from animelib.faces import Face
from animelib.impressions import Looking, look_at, look_at_one


def two_faces(picture):
    height, width = picture.shape[:2]
    return [Face(0, 0, width / 4, height / 4, 0.9), Face(width / 2, height / 2, width / 2, height / 2, 0.6)]


def faces_in_some(picture):
    return two_faces(picture) if picture[0, 0, 0] > 127 else []


@pytest.fixture
def paths(tmp_path):
    return fill(tmp_path / "p", "rem", 6) + fill(tmp_path / "p", "mizuki", 5)


PLAIN = Looking(None)


def test_each_picture_is_looked_at_once_and_a_moved_one_is_known(paths, tmp_path, monkeypatch):
    monkeypatch.setattr(impressions, "BATCH", 4)
    seen = look_at(paths, PLAIN)
    assert (seen.light.shape, seen.colours.shape, seen.thumbs.shape) == ((11, LIGHT), (11, COLOURS), (11, 32, 32))
    opened = []
    plain = impressions._read
    monkeypatch.setattr(impressions, "_read", lambda path: opened.append(path.name) or plain(path))
    np.testing.assert_array_equal(look_at(paths, PLAIN).light, seen.light)
    moved = paths[0].with_name("moved.png")
    shutil.move(paths[0], moved)
    again = look_at([*paths[1:], moved], PLAIN)
    np.testing.assert_array_equal(again.light, np.roll(seen.light, -1, axis=0))
    assert opened == []
    look_at([*paths[1:], *fill(tmp_path / "p", "stranger", 1)], PLAIN)
    assert opened == ["stranger_0.png"]


def test_a_pass_that_is_stopped_loses_one_batch_at_most(paths, monkeypatch, home):
    monkeypatch.setattr(impressions, "BATCH", 3)
    plain, turns = impressions._views, []

    def stopped(pictures, looking):
        turns.extend([1] if pictures else [])
        if len(turns) == 3:
            raise KeyboardInterrupt
        return plain(pictures, looking)

    monkeypatch.setattr(impressions, "_views", stopped)
    with pytest.raises(KeyboardInterrupt):
        look_at(paths, PLAIN)
    opened, read = [], impressions._read
    monkeypatch.setattr(impressions, "_views", plain)
    monkeypatch.setattr(impressions, "_read", lambda path: opened.append(path) or read(path))
    assert len(look_at(paths, PLAIN)) == 11
    assert len(opened) == 11 - 6
    kept = sorted((home / "cache").rglob("*.npz"))
    kept[0].write_bytes(kept[0].read_bytes()[:50])  # one that is broken is made again
    assert len(look_at(paths, PLAIN)) == 11


def test_copies_share_what_was_seen_and_what_cannot_be_read_is_told(paths, tmp_path):
    copy = shutil.copy(paths[3], tmp_path / "p" / "copy.png")
    broken = tmp_path / "p" / "broken.png"
    broken.write_bytes(b"<html>")
    seen = look_at([broken, *paths, copy, tmp_path / "gone.png"], PLAIN)
    assert [path.name for path in seen.paths] == [*(path.name for path in paths), "copy.png"]
    np.testing.assert_array_equal(seen.colours[3], seen.colours[-1])
    assert len(seen.left_out) == 2
    assert any("broken.png" in told for told in seen.left_out)
    assert any("gone.png" in told for told in seen.left_out)


def test_faces_stand_with_their_pictures(paths):
    seen = look_at(paths, Looking(None, detect=faces_in_some))
    counts = np.bincount(seen.owner, minlength=len(seen))
    assert set(counts) == {0, 2}
    np.testing.assert_allclose(seen.boxes[0], (0.5, 0.5, 0.5, 0.5))  # the larger first, whatever its score
    order = np.arange(len(seen))[::-1]
    turned = seen.some(order)
    np.testing.assert_array_equal(np.bincount(turned.owner, minlength=len(seen)), counts[order])
    for row in np.flatnonzero(counts):
        theirs = seen.face_colours[seen.owner == row]
        np.testing.assert_array_equal(turned.face_colours[turned.owner == list(order).index(row)], theirs)
    both = seen.joined(turned)
    assert len(both) == 2 * len(seen)
    np.testing.assert_array_equal(np.bincount(both.owner, minlength=len(both)), [*counts, *counts[order]])


def test_a_network_sees_the_same_in_a_file_and_in_an_array(paths):
    looking = Looking("mobilenet_v2", None, two_faces)
    seen = look_at(paths[:2], looking)
    assert seen.whole.shape == (2, 1152)
    assert seen.faces.shape == (4, 1152)
    one = look_at_one(np.asarray(Image.open(paths[1])), looking)
    np.testing.assert_allclose(one.whole[0].astype(float), seen.whole[1].astype(float), atol=1e-2)
    assert Looking("mobilenet_v2", None).name != looking.name


def test_light_and_colours_mean_what_they_say():
    dark, light = (Image.new("RGB", (80, 60), colour) for colour in ("#101010", "#f0f0f0"))
    assert light_of(light)[0] > light_of(dark)[0]
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3)).astype(np.uint8))
    assert light_of(noise)[10] > light_of(light)[10]
    assert all(np.isfinite(light_of(light)))
    shares = colours_of(noise) ** 2
    assert shares.sum() == pytest.approx(1)
    red, blue = (colours_of(Image.new("RGB", (9, 9), colour)) for colour in ("red", "blue"))
    assert red.argmax() != blue.argmax()
    assert red.max() == blue.max() == 1


def test_digests_are_read_once(paths, monkeypatch):
    first = digests_of(paths)
    assert first == [digest_of(path) for path in paths]
    assert len({*first}) == len(paths)
    monkeypatch.setattr("animelib.contents.digest_of", lambda path: "new" + "0" * 17)
    assert digests_of(paths) == first
    paths[0].write_bytes(b"changed")
    assert digests_of(paths) == ["new" + "0" * 17, *first[1:]]
    assert digests_of([paths[0].with_name("gone.png")]) == [""]
