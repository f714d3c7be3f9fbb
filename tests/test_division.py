"""Near-duplicates are found and stay on one side, and every class is dealt in proportion."""

import numpy as np
from PIL import Image, ImageEnhance

from animelib.data import load_images
from animelib.division import deal, near_duplicates
from animelib.folders import to_array


def test_near_duplicates_are_found_and_stay_on_one_side(two_folders):
    original = Image.open(two_folders / "rem" / "rem_0.png")
    copies = {
        "brighter": ImageEnhance.Brightness(original).enhance(1.2),
        "paler": ImageEnhance.Color(original).enhance(0.3),
        "mirrored": original.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        "cropped": original.crop((1, 1, 47, 47)).resize((48, 48)),
    }
    for name, copy in copies.items():
        copy.save(two_folders / "rem" / f"z_{name}.jpg")
    images = np.stack([to_array(path, 48) for path in sorted((two_folders / "rem").iterdir())])
    groups = near_duplicates(images)
    assert set(np.flatnonzero(groups == groups[0])) == {0, 20, 21, 22, 23}
    assert len(set(groups.tolist())) == 20
    for seed in range(5):
        data = load_images(two_folders, size=48, seed=seed)
        family = ["rem/rem_0.png", *(f"rem/z_{name}.jpg" for name in copies)]
        assert sum(any(file in split.files for file in family) for split in (data.train, data.val, data.test)) == 1


def test_deal_by_numbers_and_shares():
    labels = np.repeat([0, 1, 2], [50, 30, 8])
    parts = np.array(deal(labels, np.arange(88), {"train": 20, "val": 7}, rest="test", seed=3))
    for c, total in ((0, 50), (1, 30)):
        assert [(parts[labels == c] == p).sum() for p in ("train", "val", "test")] == [20, 7, total - 27]
    parts = np.array(deal(labels, np.arange(88), {"test": 0.2, "val": 0.1}, rest="train", seed=3))
    assert [(parts[labels == 2] == p).sum() for p in ("train", "val", "test")] == [5, 1, 2]
    assert deal(labels, np.arange(88), {"test": 0.2}, rest="train", seed=3) == deal(
        labels, np.arange(88), {"test": 0.2}, rest="train", seed=3
    )


def test_ten_thousand_pictures_in_flat_memory(tmp_path):
    """Hashing compares in strips: thousands of pictures fit."""
    images = np.random.default_rng(0).integers(0, 256, (3000, 16, 16, 3), dtype=np.uint8)
    assert len(set(near_duplicates(images).tolist())) == 3000
