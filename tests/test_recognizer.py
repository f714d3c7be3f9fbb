"""A recognizer answers with names best first, knows a stranger, and is one file that answers the same."""

import time
import zipfile

import keras
import numpy as np
import pytest
from conftest import face, fill

from animelib import words
from animelib.data import load_images
from animelib.errors import AnimelibError
from animelib.models import pair_cnn
from animelib.recognizer import Answer, Guess, Recognizer
from animelib.visual_words import learn_from_few


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pictures")
    for name in ("rem", "mizuki"):
        fill(folder / name, name, 24)
    return folder


@pytest.fixture(scope="module")
def recognizer(pictures, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ANIMELIB_HOME", str(tmp_path_factory.mktemp("home")))
        data = load_images(pictures, size=32)
        return Recognizer.learn(learn_from_few(data), data)


def test_answers_are_names_best_first(recognizer):
    answer = recognizer(face("rem", 700))
    assert [type(guess) for guess in answer] == [Guess, Guess]
    assert answer[0].probability >= answer[1].probability
    assert sum(guess.probability for guess in answer) == pytest.approx(1, abs=1e-5)
    right = [recognizer(face(name, i))[0].name == name for name in ("rem", "mizuki") for i in range(700, 720)]
    assert np.mean(right) > 0.8


def test_a_stranger_is_nobody_i_know(recognizer):
    refused = np.mean([not recognizer(face("stranger", i)).known for i in range(700, 730)])
    kept = np.mean([recognizer(face(name, i)).known for name in ("rem", "mizuki") for i in range(700, 715)])
    assert refused > 0.5
    assert kept > 0.6
    stranger = next(a for a in (recognizer(face("stranger", i)) for i in range(700, 730)) if not a.known)
    assert stranger.name is None
    assert "Nobody I know" in str(stranger)


def test_what_is_said(recognizer):
    known = Answer([Guess("rem", 0.876), Guess("mizuki", 0.124)], known=True)
    assert str(known) == "This is rem! (88%)"
    try:
        words.use_language("ja")
        assert "remです" in str(known)
    finally:
        words.use_language("en")


@pytest.mark.parametrize("name", ["network.keras", "レムとみずき.keras"])
def test_the_file_answers_bit_for_bit_the_same(recognizer, tmp_path, name):
    saved = recognizer.save(tmp_path / name)
    again = Recognizer.load(saved)
    assert (again.classes, again.size, again.threshold, again.source) == (
        recognizer.classes, recognizer.size, recognizer.threshold, recognizer.source,
    )  # fmt: skip
    for who, number in (("rem", 801), ("mizuki", 802), ("stranger", 803)):
        first, second = recognizer(face(who, number)), again(face(who, number))
        assert first.known == second.known
        assert list(first) == list(second)


def test_plain_keras_opens_it(recognizer, tmp_path):
    model = keras.models.load_model(recognizer.save(tmp_path / "network.keras"))
    pictures = np.stack([np.asarray(face("rem", 900, 32))]).astype("float32")
    assert np.allclose(model(pictures), recognizer.model(pictures), atol=1e-6)


def test_the_file_of_a_trained_network_holds_no_optimizer(tmp_path):
    model = pair_cnn()
    model.fit(np.zeros((2, 64, 64, 3)), np.eye(2), verbose=0)
    saved = Recognizer(model, ("a", "b"), 64).save(tmp_path / "network.keras")
    assert saved.stat().st_size < 4.2 * model.count_params()
    assert Recognizer.load(saved)(face("rem", 1)).known  # without a sense for strangers everybody is known


def test_one_picture_is_answered_in_thirty_milliseconds(recognizer):
    picture = np.asarray(face("rem", 1))
    recognizer(picture)
    times = []
    for _ in range(15):
        started = time.perf_counter()
        recognizer(picture)
        times.append(time.perf_counter() - started)
    assert min(times) < 0.03


def test_a_folder_at_once(recognizer, tmp_path):
    fill(tmp_path / "new" / "deep", "rem", 2)
    (tmp_path / "new" / "broken.png").write_bytes(b"no")
    found = dict(recognizer.answer_folder(tmp_path / "new"))
    assert len(found) == 3
    assert isinstance(found[tmp_path / "new" / "broken.png"], AnimelibError)
    (tmp_path / "empty").mkdir()
    with pytest.raises(AnimelibError, match="no pictures in"):
        list(recognizer.answer_folder(tmp_path / "empty"))


def test_what_is_no_recognizer_is_told(recognizer, tmp_path):
    saved = recognizer.save(tmp_path / "whole.keras")
    content = saved.read_bytes()
    (tmp_path / "cut.keras").write_bytes(content[:5000])
    with zipfile.ZipFile(saved) as archive:
        inside = archive.getinfo("model.weights.h5").header_offset + 1000
    (tmp_path / "spoilt.keras").write_bytes(content[:inside] + b"spoilt" + content[inside + 6 :])
    keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]).save(tmp_path / "plain.keras")
    for name, told in (
        ("cut.keras", "not a whole"),
        ("spoilt.keras", "cannot be opened"),
        ("plain.keras", "without names"),
        ("gone.keras", "no recognizer at"),
    ):
        with pytest.raises(AnimelibError, match=told):
            Recognizer.load(tmp_path / name)
    with pytest.raises(AnimelibError, match="ends in .keras"):
        recognizer.save(tmp_path / "x.h5")


def test_a_failed_save_leaves_the_old_file(recognizer, tmp_path, monkeypatch):
    saved = recognizer.save(tmp_path / "network.keras")
    before = saved.read_bytes()
    monkeypatch.setattr(zipfile.ZipFile, "writestr", lambda *a, **k: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        recognizer.save(saved)
    assert saved.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["network.keras"]
