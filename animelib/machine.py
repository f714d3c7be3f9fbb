"""What this is running on, in words; and Keras loaded without TensorFlow's start-up noise."""

import importlib
import logging
import os
import platform
from contextlib import contextmanager
from pathlib import Path

from .words import say


def hardware() -> str:
    """Load Keras and say in two lines what it runs on: processor, GPU if there is one, Keras and its backend.

    print(hardware())
    """
    keras = load_keras()
    backend = f"Keras {keras.__version__}, {keras.config.backend()}"
    return f"{processor()}; {backend}\n{say('gpus', count=len(gpus())) if gpus() else say('no_gpu')}"


def mixed_precision() -> str:
    """Return the dtype policy in which this machine trains fastest: half the bits where the hardware computes with them.

    ``"mixed_float16"`` on a GPU, ``"mixed_bfloat16"`` on a processor with instructions for it, else ``"float32"``.

        model = cifar10_fast(dtype=mixed_precision())
    """
    if gpus():
        return "mixed_float16"
    has_bfloat16 = any(flag in line.split() for line in _cpuinfo() if "flags" in line for flag in ("avx512_bf16", "amx_bf16"))
    return "mixed_bfloat16" if has_bfloat16 else "float32"


def gpus() -> list[str]:
    """Return the GPUs that Keras can compute on."""
    try:
        return load_keras().distribution.list_devices("gpu")
    except RuntimeError:  # JAX's way to say that there are none
        return []


def processor() -> str:
    """Return the number of cores and the processor's name."""
    return f"{os.cpu_count()} cores, {_processor_name()}"


def load_keras():
    """Import Keras and return it, keeping back the lines that TensorFlow writes past Python and that help no beginner."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    with _silent():
        return importlib.import_module("keras")


@contextmanager
def _silent():
    kept = os.dup(2)
    try:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _processor_name() -> str:
    return next((line.split(":")[1].strip() for line in _cpuinfo() if line.startswith("model name")), platform.machine())


def _cpuinfo() -> list[str]:
    cpuinfo = Path("/proc/cpuinfo")
    return cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
