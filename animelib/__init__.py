"""animelib: teach a computer to recognise anime characters, with plain Keras and few words.

``import animelib as al`` loads nothing but the standard library; each name below fetches its module when it is first used.
"""

from importlib import import_module

HOMES = {
    "machine": ("hardware",),
    "lab": ("Lab", "open_lab"),
    "drive": ("home", "keep", "mount", "on_colab", "stage"),
    "transfer": ("download", "upload"),
    "samples": ("draw_folder",),
    "folders": ("index_folder", "open_image", "sweep_checkpoints"),
    "data": ("ImageData", "Split", "load_images"),
    "models": ("augmentation", "pair_cnn"),
    "visual_words": ("learn_from_few",),
    "training": ("Run", "train"),
    "evaluation": ("Report", "cross_validate", "evaluate"),
    "recognizer": ("Guess", "Recognizer"),
    "checkup": ("doctor",),
    "isolation": ("quarantine", "restore"),
    "explain": (
        "explain_convolution",
        "explain_cross_entropy",
        "explain_gradient_descent",
        "explain_picture",
        "explain_pooling",
    ),
    "inside": ("explain_layers", "explain_relu", "explain_softmax", "show_filters"),
    "plots": (
        "plot_confusion",
        "plot_history",
        "show_answer",
        "show_augmented",
        "show_grid",
        "show_images",
        "show_mistakes",
    ),
    "widgets": ("panel", "try_picture"),
    "errors": ("AnimelibError",),
}
HOLD_NETWORKS = ("models", "visual_words", "training", "evaluation", "recognizer", "inside")
_home_of = {name: home for home, names in HOMES.items() for name in names}

__version__ = "0.1.0"
__all__ = sorted(_home_of)


def __getattr__(name: str) -> object:
    if name not in _home_of:
        raise AttributeError(f"animelib has no {name!r}; dir(animelib) lists what it has")
    if _home_of[name] in HOLD_NETWORKS:
        import_module(".machine", __name__).load_keras()  # without TensorFlow's noise
    return getattr(import_module(f".{_home_of[name]}", __name__), name)


def __dir__() -> list[str]:
    return __all__
