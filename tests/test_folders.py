"""Pictures are opened as people see them; classes are what people made; every trap ends well or in one sentence."""

import io
import unicodedata

import numpy as np
import pytest
from conftest import face, fill
from PIL import Image

from animelib.errors import AnimelibError
from animelib.folders import index_folder, natural_key, open_image, some_pictures_in, sweep_checkpoints, to_array


def one_sentence(error) -> str:
    text = str(error.value)
    assert "\n" not in text
    assert text.endswith((".", "?"))
    return text


class TestOpenImage:
    def test_any_form_of_a_picture_gives_the_same_pixels(self, tmp_path):
        picture = face("rem", 0)
        path = tmp_path / "rem.png"
        picture.save(path)
        content = path.read_bytes()
        forms = [path, str(path), content, bytearray(content), io.BytesIO(content), picture, np.asarray(picture)]
        for form in forms:
            assert np.array_equal(np.asarray(open_image(form)), np.asarray(picture))

    def test_exif_rotation_is_applied(self, tmp_path):
        picture = Image.new("RGB", (20, 10), "red")
        exif = Image.Exif()
        exif[0x0112] = 6  # turned by a quarter
        picture.save(tmp_path / "turned.jpg", exif=exif)
        assert open_image(tmp_path / "turned.jpg").size == (10, 20)

    def test_transparency_is_laid_on_white(self, tmp_path):
        Image.new("RGBA", (8, 8), (255, 0, 0, 0)).save(tmp_path / "rgba.png")  # the hidden colour is red
        Image.new("LA", (8, 8), (0, 0)).save(tmp_path / "la.png")
        palette = Image.new("P", (8, 8), 0)
        palette.putpalette([255, 0, 0] * 256)
        palette.save(tmp_path / "p.png", transparency=0)
        for name in ("rgba", "la", "p"):
            assert np.asarray(open_image(tmp_path / f"{name}.png")).min() == 255

    @pytest.mark.parametrize("kind", ["png", "jpg", "webp", "gif", "bmp", "tif", "avif"])
    def test_kinds_of_file(self, tmp_path, kind):
        if kind == "avif" and ".avif" not in Image.registered_extensions():
            pytest.skip("this Pillow reads no avif")
        face("rem", 1).save(tmp_path / f"a.{kind}")
        assert open_image(tmp_path / f"a.{kind}").mode == "RGB"

    def test_sixteen_bit_grey_keeps_its_range(self, tmp_path):
        Image.fromarray(np.array([[0, 32768, 65535]], np.uint16)).save(tmp_path / "deep.png")
        values = np.asarray(open_image(tmp_path / "deep.png"))[0, :, 0]
        assert values.tolist() == [0, 127, 255]

    def test_first_frame_of_an_animation(self, tmp_path):
        first, second = Image.new("RGB", (8, 8), "blue"), Image.new("RGB", (8, 8), "red")
        first.save(tmp_path / "moves.gif", save_all=True, append_images=[second])
        assert np.asarray(open_image(tmp_path / "moves.gif"))[0, 0].tolist() == [0, 0, 255]

    def test_cmyk_and_float_arrays(self):
        assert open_image(Image.new("CMYK", (4, 4))).mode == "RGB"
        assert np.asarray(open_image(np.ones((4, 4, 3), np.float32))).min() == 255

    def test_what_is_no_picture_is_told_in_one_sentence(self, tmp_path):
        (tmp_path / "empty.png").write_bytes(b"")
        (tmp_path / "page.jpg").write_text("<html>not found</html>")
        (tmp_path / "cut.png").write_bytes(b"")
        face("rem", 2).save(tmp_path / "whole.png")
        (tmp_path / "cut.png").write_bytes((tmp_path / "whole.png").read_bytes()[:200])
        for name in ("empty.png", "page.jpg", "cut.png", "gone.png"):
            with pytest.raises(AnimelibError) as error:
                open_image(tmp_path / name)
            assert name in one_sentence(error)
        for wrong in (np.zeros((2, 2, 7)), b"junk", tmp_path):
            with pytest.raises(AnimelibError) as error:
                open_image(wrong)
            one_sentence(error)

    def test_to_array_is_square_and_bytes(self):
        array = to_array(face("rem", 3).resize((30, 70)), 16)
        assert array.shape == (16, 16, 3)
        assert array.dtype == np.uint8


class TestIndexFolder:
    def test_classes_files_and_labels(self, two_folders):
        index = index_folder(two_folders)
        assert index.classes == ("mizuki", "rem")
        assert index.files[:3] == ("mizuki/mizuki_0.png", "mizuki/mizuki_1.png", "mizuki/mizuki_2.png")
        assert index.files[10] == "mizuki/mizuki_10.png"  # natural order
        assert index.labels == (0,) * 20 + (1,) * 20
        assert index.splits is None

    def test_hidden_and_system_things_are_never_classes_nor_pictures(self, two_folders):
        before = index_folder(two_folders)
        for folder in (".ipynb_checkpoints", "rem/.ipynb_checkpoints", "rem/deep/.ipynb_checkpoints", "__MACOSX", "rem/@eaDir"):
            fill(two_folders / folder, "rem", 1)
        (two_folders / "rem" / "._1.png").write_bytes(b"mac")
        (two_folders / "rem" / "Thumbs.db").write_bytes(b"win")
        (two_folders / ".DS_Store").write_bytes(b"mac")
        after = index_folder(two_folders)
        assert (after.classes, after.files) == (before.classes, before.files)

    def test_divided_folder(self, tmp_path):
        for part, count in (("train", 4), ("validation", 2), ("test", 3)):
            for name in ("rem", "mizuki"):
                fill(tmp_path / "p" / part / name, name, count)
        fill(tmp_path / "p" / "train" / ".ipynb_checkpoints", "rem", 1)
        (tmp_path / "p" / "bunrui").mkdir()
        index = index_folder(tmp_path / "p")
        assert index.classes == ("mizuki", "rem")
        assert [index.splits.count(part) for part in ("train", "val", "test")] == [8, 4, 6]
        assert "bunrui" in " ".join(index.notes)

    def test_names_in_two_unicode_forms_are_one_class(self, tmp_path):
        name = "レム_ガ"
        fill(tmp_path / "p" / "train" / unicodedata.normalize("NFC", name), "rem", 2)
        fill(tmp_path / "p" / "validation" / unicodedata.normalize("NFD", name), "rem", 2, first=2)
        fill(tmp_path / "p" / "train" / "みずき", "mizuki", 2)
        assert index_folder(tmp_path / "p").classes == ("みずき", name)

    def test_brackets_spaces_and_ampersand_in_names(self, tmp_path):
        names = ("yasuna&sonya", "a [1]", "b c")
        for name in names:
            fill(tmp_path / "p" / name, "rem", 2)
        assert set(index_folder(tmp_path / "p").classes) == set(names)

    def test_what_is_wrong_is_told_in_one_sentence(self, tmp_path, two_folders):
        (tmp_path / "nothing").mkdir()
        (tmp_path / "file").write_text("x")
        fill(tmp_path / "loose", "rem", 3)
        fill(tmp_path / "single" / "rem", "rem", 3)
        cases = {
            tmp_path / "absent": "no folder",
            tmp_path / "file": "is a file",
            tmp_path / "nothing": "no class folders",
            tmp_path / "loose": "lie loose",
            tmp_path / "single": "only one class folder (rem)",
            two_folders.parent / "above": "did you mean",
        }
        (two_folders.parent / "above").mkdir()
        two_folders.rename(two_folders.parent / "above" / "pictures")
        for folder, words in cases.items():
            with pytest.raises(AnimelibError) as error:
                index_folder(folder)
            assert words in one_sentence(error)

    def test_empty_class_is_named(self, two_folders):
        (two_folders / "ram").mkdir()
        with pytest.raises(AnimelibError, match="'ram' has no pictures"):
            index_folder(two_folders)

    def test_a_class_of_a_kind_that_is_not_read_is_told_with_the_kind(self, two_folders):
        for path in (two_folders / "rem").iterdir():
            path.rename(path.with_suffix(".HEIC"))
        told = r"'rem' has no pictures .*rem, only files of kinds that are not read \(\.heic\): save them as png, jpg or webp"
        with pytest.raises(AnimelibError, match=told) as error:
            index_folder(two_folders)
        one_sentence(error)
        with pytest.raises(AnimelibError, match=r"no pictures .*\(\.heic\): put some there, as png"):
            some_pictures_in(two_folders / "rem")
        fill(two_folders / "train" / "rem", "rem", 2)
        fill(two_folders / "train" / "mizuki", "mizuki", 2)
        assert index_folder(two_folders).classes == ("mizuki", "rem")

    def test_of_a_class_in_several_parts_the_folder_to_learn_from_is_named(self, tmp_path):
        for part in ("train", "test", "validation"):
            for name in ("rem", "mizuki"):
                fill(tmp_path / "p" / part / name, name, 2)
        for path in (tmp_path / "p" / "train" / "rem").iterdir():
            path.rename(path.with_suffix(".heic"))
        with pytest.raises(AnimelibError, match=r"train.rem, only files .*\.heic"):
            index_folder(tmp_path / "p")

    def test_what_is_not_read_is_noted(self, two_folders):
        (two_folders / "rem" / "phone.heic").write_bytes(b"x")
        face("rem", 9).save(two_folders / "loose.png")
        notes = " ".join(index_folder(two_folders).notes)
        assert ".heic" in notes
        assert "loose.png" in notes

    def test_symlink_loops_end(self, two_folders):
        (two_folders / "rem" / "again").symlink_to(two_folders, target_is_directory=True)
        assert len(index_folder(two_folders).files) == 40


def test_sweep_removes_checkpoints_at_any_depth_and_says_which(two_folders):
    made = [two_folders / ".ipynb_checkpoints", two_folders / "rem" / ".ipynb_checkpoints"]
    for folder in made:
        fill(folder, "rem", 1)
    kept = sorted(path for path in two_folders.rglob("*.png") if ".ipynb_checkpoints" not in path.parts)
    assert sweep_checkpoints(two_folders) == made
    assert sorted(two_folders.rglob("*.png")) == kept
    assert sweep_checkpoints(two_folders) == []


def test_natural_order():
    assert sorted(["a10", "a2", "B1", "1", "a²"], key=natural_key) == ["1", "a2", "a10", "a²", "B1"]
