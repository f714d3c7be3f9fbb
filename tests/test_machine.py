"""What it runs on is told in a line, and Keras comes without noise."""

import os
import subprocess
import sys
from pathlib import Path

import keras

from animelib import machine
from animelib.machine import hardware


def test_hardware_names_cores_gpu_or_none_and_backend():
    told = hardware()
    assert f"{os.cpu_count()} cores" in told
    assert "GPU" in told
    assert f"Keras {keras.__version__}, {keras.config.backend()}" in told
    assert told.count("\n") == 1


def test_keras_comes_without_noise_and_errors_are_still_heard():
    code = "import sys; from animelib.machine import load_keras; load_keras(); print('heard', file=sys.stderr)"
    root = Path(__file__).parent.parent
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=True)
    assert done.stderr == "heard\n"


def test_half_the_bits_are_used_only_where_the_processor_computes_with_them(monkeypatch):
    told = {"flags : fpu avx512_bf16 sse": "mixed_bfloat16", "flags : fpu avx512_bf16x sse": "float32", "nothing": "float32"}
    monkeypatch.setattr(keras.distribution, "list_devices", lambda kind: [])
    for line, policy in told.items():
        monkeypatch.setattr(machine, "_cpuinfo", lambda line=line: [line])
        assert machine.mixed_precision() == policy
    monkeypatch.setattr(keras.distribution, "list_devices", lambda kind: ["gpu:0"])
    assert machine.mixed_precision() == "mixed_float16"
