"""Nothing of ours needs TensorFlow: the whole way runs on JAX too, and a file made on one answers alike on the other."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from animelib.data import load_images
from animelib.recognizer import Recognizer
from animelib.visual_words import learn_from_few

ROOT = Path(__file__).resolve().parent.parent
WAY = """
import sys
import numpy as np
import animelib as al
lab = al.open_lab("jax", "folder", folder=sys.argv[1])
data = al.load_images(lab, size=64)
for augment in (al.augmentation(), al.shear_zoom_flip()):
    assert all(np.asarray(augment(np.zeros((2, side, side, 3), "float32"), training=True)).shape[1] == side for side in (32, 48))
run = al.train(al.pair_cnn(), data, lab, augment=augment)
print(al.evaluate(run.model, data))
print(al.evaluate(al.learn_fast(data, epochs=1, network=al.cifar10_fast(2, 64, filters=(8, 8))), data))
model = al.learn_from_few(data)
al.Recognizer.learn(model, data).save(sys.argv[3])
seen = al.learn_from_few(data, backbone="mobilenet_v2", weights=None, watch=True)
print(al.fine_tune(seen, data, lab, stages=(1,), epochs=1))
answers = [al.Recognizer.load(path).answers(data.test.images) for path in sys.argv[2].split(",")]
np.save(sys.argv[4], [[[g.probability for g in sorted(a, key=lambda g: g.name)] for a in of] for of in answers])
"""


@pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="JAX is not installed")
def test_the_whole_way_on_jax_and_files_of_either(two_folders, tmp_path):
    data = load_images(two_folders, size=64)
    there, answers = (str(tmp_path / name) for name in ("jax.keras", "answers.npy"))
    looking = Recognizer(learn_from_few(data, backbone="mobilenet_v2", weights=None), data.classes, data.size)
    ours = [Recognizer.learn(learn_from_few(data), data), looking]
    here = ",".join(str(one.save(tmp_path / f"tensorflow{place}.keras")) for place, one in enumerate(ours))
    done = subprocess.run(
        [sys.executable, "-c", WAY, str(two_folders), here, there, answers],
        env=os.environ | {"KERAS_BACKEND": "jax"}, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    mine = [[[g.probability for g in sorted(a, key=lambda g: g.name)] for a in one.answers(data.test.images)] for one in ours]
    assert np.allclose(np.load(answers), mine, atol=1e-4)
    assert Recognizer.load(there).answers(data.test.images)
