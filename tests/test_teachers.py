"""Teachers are believed only when they find faces that are known, whatever package they come from."""

import hashlib
import io
import sys
import urllib.error
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import PIL
import pytest
from PIL import Image

from animelib import AnimelibError, teachers
from animelib.faces import Face, ask
from animelib.teachers import SHA256, XML, animeface, cascade, known_faces


def test_the_known_faces_are_always_the_same_and_one_in_each_picture():
    first, again = known_faces(), known_faces.__wrapped__()
    assert all((one == other).all() for (one, _), (other, _) in zip(first, again, strict=True))
    assert [len(faces) for _, faces in first] == [1] * len(first)
    assert {picture.shape for picture, _ in first} == {(256, 256, 3)}


def places_of(right):
    """Return what knows the faces of the first ``right`` known pictures, and sees nothing in any other."""
    known = {picture.tobytes(): faces for picture, faces in known_faces()[:right]}
    return lambda pixels: known.get(np.asarray(pixels).tobytes(), [])


# ---- animeface


def animeface_package(detect):
    """Return a stand-in for the package: its faces have the form of its own."""

    def as_its_own(image):
        assert isinstance(image, Image.Image)
        assert image.mode == "RGB"
        for face in detect(image):
            pos = SimpleNamespace(x=face.x, y=face.y, width=face.w, height=face.h)
            yield SimpleNamespace(face=SimpleNamespace(pos=pos), likelihood=face.score)

    package = ModuleType("animeface")
    package.detect = lambda image: list(as_its_own(image))
    return package


def test_animeface_is_a_detector_once_it_has_found_known_faces(monkeypatch):
    right = places_of(4)
    seen = [Face(30, 30, 24, 24, 1.5), Face(32, 32, 24, 24, 0.5), Face(0, 60, 24, 24, 0.25)]  # 1.5: no number is trusted
    monkeypatch.setitem(sys.modules, "animeface", animeface_package(lambda image: right(image) or seen))
    detect = animeface()
    found = ask(detect, np.zeros((90, 90, 3), np.uint8))
    assert found == [Face(26, 26, 32, 32, 1.0), Face(0, 56, 28, 32, 0.25)]  # as wide as others' boxes, inside the picture


@pytest.mark.parametrize(("pillow", "told"), [("13.0.0", r'pip install "pillow<12"'), ("11.3.0", "take cascade")])
def test_animeface_that_finds_nothing_is_not_believed(monkeypatch, pillow, told):
    monkeypatch.setitem(sys.modules, "animeface", animeface_package(lambda image: []))
    monkeypatch.setattr(PIL, "__version__", pillow)
    with pytest.raises(AnimelibError, match=told) as error:
        animeface()
    assert f"found 0 of {len(known_faces())} faces that animelib drew" in str(error.value)
    assert ("Pillow 13.0.0" in str(error.value)) == (pillow == "13.0.0")


def test_half_of_the_known_faces_is_enough_and_fewer_are_not(monkeypatch):
    count = len(known_faces())
    monkeypatch.setitem(sys.modules, "animeface", animeface_package(places_of(count // 2)))
    animeface()
    monkeypatch.setitem(sys.modules, "animeface", animeface_package(places_of(count // 2 - 1)))
    with pytest.raises(AnimelibError, match="not to be believed"):
        animeface()


def test_a_package_that_breaks_or_is_not_there_is_one_sentence(monkeypatch):
    def broken(image):
        raise NotImplementedError("C extension is missing!")

    monkeypatch.setitem(sys.modules, "animeface", animeface_package(broken))
    with pytest.raises(AnimelibError, match="does not work here .C extension is missing!.: "):
        animeface()
    monkeypatch.setitem(sys.modules, "animeface", None)
    with pytest.raises(AnimelibError, match="pip install animeface"):
        animeface()


# ---- the cascade


class Cascade:
    """A stand-in for scikit-image's, which tells rows and columns."""

    right = None

    def __init__(self, path):
        if b"cascade" not in Path(path).read_bytes():
            raise ValueError("not well-formed (invalid token): line 1, column 0")

    def detect_multi_scale(self, grey, max_size, **how):
        assert grey.dtype == np.uint8
        assert max_size == (min(grey.shape),) * 2
        faces = Cascade.right.get(grey.tobytes(), [Face(1, 2, 30, 30), Face(5, 6, 26, 26), Face(50, 40, 24, 24)])
        return [{"r": face.y, "c": face.x, "width": face.w, "height": face.h} for face in faces]


@pytest.fixture
def skimage(monkeypatch):
    Cascade.right = {picture.mean(axis=2).astype(np.uint8).tobytes(): faces for picture, faces in known_faces()}
    feature = ModuleType("skimage.feature")
    feature.Cascade = Cascade
    monkeypatch.setitem(sys.modules, "skimage", ModuleType("skimage"))
    monkeypatch.setitem(sys.modules, "skimage.feature", feature)


@pytest.fixture
def xml(tmp_path):
    (tmp_path / "mine.xml").write_bytes(b"a cascade")
    return tmp_path / "mine.xml"


def test_the_cascade_is_a_detector_that_keeps_the_outer_of_nested_boxes(skimage, xml):
    detect = cascade(xml)
    assert ask(detect, np.zeros((80, 90, 3), np.uint8)) == [Face(1, 2, 30, 30), Face(50, 40, 24, 24)]
    assert ask(detect, np.zeros((20, 90, 3), np.uint8)) == []  # smaller than any face


def test_a_cascade_that_finds_no_known_face_is_not_believed(skimage, xml):
    Cascade.right = dict.fromkeys(Cascade.right, [])
    with pytest.raises(AnimelibError, match="The cascade found 0 of .* not to be believed"):
        cascade(xml)


def test_a_wrong_file_and_none_are_one_sentence(skimage, tmp_path):
    with pytest.raises(AnimelibError, match="There is no cascade at"):
        cascade(tmp_path / "none.xml")
    (tmp_path / "page.xml").write_text("<html>")
    with pytest.raises(AnimelibError, match="is no cascade .not well-formed"):
        cascade(tmp_path / "page.xml")


def test_without_scikit_image_there_is_one_sentence(monkeypatch, xml):
    monkeypatch.setitem(sys.modules, "skimage.feature", None)
    with pytest.raises(AnimelibError, match="pip install scikit-image"):
        cascade(xml)


class Home:
    """A stand-in for the cascade's home on the internet."""

    def __init__(self, content):
        self.content, self.asked = content, 0

    def __call__(self, address, timeout):
        self.asked += 1
        assert address.startswith("https://")
        if isinstance(self.content, Exception):
            raise self.content
        return io.BytesIO(self.content)


def test_the_cascade_is_fetched_once_and_compared_with_its_checksum(skimage, monkeypatch, home):
    content = b"the cascade itself"
    monkeypatch.setattr(teachers, "SHA256", hashlib.sha256(content).hexdigest())
    there = Home(content)
    monkeypatch.setattr(teachers.urllib.request, "urlopen", there)
    cascade(), cascade()
    assert there.asked == 1
    kept = home / "cache" / XML
    assert kept.read_bytes() == content
    kept.write_bytes(content[:9])  # a download that was cut off is fetched again
    cascade()
    assert (there.asked, kept.read_bytes()) == (2, content)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (urllib.error.URLError("Name or service not known"), "could not be fetched .*Name or service not known.*connect to"),
        (TimeoutError("timed out"), "could not be fetched .timed out."),
        (b"another cascade", "not the file any more that it was"),
    ],
)
def test_no_network_and_another_file_are_one_sentence_and_nothing_is_kept(skimage, monkeypatch, home, content, told):
    monkeypatch.setattr(teachers.urllib.request, "urlopen", Home(content))
    with pytest.raises(AnimelibError, match=told) as error:
        cascade()
    assert f'cascade("{XML}")' in str(error.value)
    assert not (home / "cache" / XML).exists()


def test_the_real_cascade_finds_known_faces(shared_data):
    pytest.importorskip("skimage", reason="scikit-image is not installed")
    path = shared_data / XML
    if not path.is_file():
        pytest.skip("ANIMELIB_DATA holds no cascade")
    assert hashlib.sha256(path.read_bytes()).hexdigest() == SHA256
    detect = cascade(path)
    assert ask(detect, np.full((64, 64, 3), 200, np.uint8)) == []
