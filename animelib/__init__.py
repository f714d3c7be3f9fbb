"""animelib: teach a computer to recognise anime characters, with plain Keras and few words.

``import animelib as al`` loads nothing but the standard library; each name below fetches its module when it is first used.
"""

from importlib import import_module

HOMES = {
    "machine": ("hardware", "mixed_precision"),
    "lab": ("Lab", "dated", "open_lab"),
    "drive": ("home", "keep", "mount", "on_colab", "stage"),
    "transfer": ("download", "upload"),
    "faces": ("Face", "iou", "without_doubles"),
    "box_files": ("write_coco", "write_yolo"),
    "boxes": ("read_boxes", "write_boxes"),
    "ratings": ("rate", "read_ratings", "repeat_agreement", "skip_picture", "undo_rating"),
    "pairs": ("prefer", "read_choices", "scores_of_choices", "undo_choice"),
    "samples": ("draw_folder", "draw_scenes"),
    "folders": ("index_folder", "open_image", "pictures_in", "sweep_checkpoints"),
    "data": ("ImageData", "Split", "load_cifar10", "load_images", "make_lists", "pooled"),
    "backbones": ("backbone_table", "load_backbone"),
    "models": (
        "augmentation",
        "cifar10_cnn",
        "cifar10_fast",
        "face_network",
        "killme_cnn",
        "pair_cnn",
        "shear_zoom_flip",
        "taste_cnn",
        "vgg16_transfer",
        "with_temperature",
    ),
    "calibration": ("calibration_error", "cross_temperature", "fit_temperature"),
    "attention": ("grad_cam", "occlusion"),
    "neighbours": ("nearest", "remember"),
    "visual_words": ("learn_from_few",),
    "training": ("Run", "train"),
    "fast": ("learn_fast",),
    "finetuning": ("fine_tune",),
    "evaluation": ("Report", "cross_validate", "evaluate"),
    "curve": ("LearningCurve", "learning_curve"),
    "recognizer": ("Guess", "Recognizer"),
    "doubts": ("likely_wrong_labels",),
    "checkup": ("doctor",),
    "isolation": ("quarantine", "restore"),
    "relabelling": ("apply_plan", "undo_plan"),
    "explain": ("explain_convolution", "explain_padding", "explain_picture", "explain_pooling"),
    "learning": ("explain_cross_entropy", "explain_dropout", "explain_gradient_descent", "explain_one_hot"),
    "inside": ("explain_layers", "explain_relu", "explain_softmax", "show_filters"),
    "depths": ("show_depths", "show_what_excites"),
    "trials": ("judge_changes", "try_changes"),
    "comparison": ("compare",),
    "why": ("explain_guess", "explain_guesses", "explain_mistake", "show_grad_cam"),
    "plots": (
        "plot_confusion",
        "plot_history",
        "plot_learning_curve",
        "plot_loss_and_accuracy",
        "plot_reliability",
        "show_answer",
        "show_augmented",
        "show_doubts",
        "show_grid",
        "show_images",
        "show_mistakes",
    ),
    "detector": ("FaceDetector", "detect_faces", "detection_loss", "faces_in", "shipped_detector", "targets_of"),
    "detection": ("DetectionReport", "judge_faces"),
    "detector_training": ("train_detector",),
    "proposals": ("Proposal", "count_strokes", "propose_faces", "simulate_labelling", "without_boxes"),
    "teachers": ("animeface", "cascade"),
    "crops": ("crop_face", "crop_folder"),
    "taste": ("Taste",),
    "taste_report": ("hold_out", "how_well", "spearman"),
    "naming": ("accept_sure", "propose_names"),
    "joining": ("join_classes", "undo_join"),
    "face_sheets": ("plot_rounds", "show_crops", "show_face_map", "show_faces"),
    "wall": ("plot_predictions", "save_best", "show_wall"),
    "widgets": ("panel", "try_picture"),
    "mistakes": ("browse_mistakes",),
    "box_editor": ("label_faces",),
    "rating_widget": ("rate_pairs", "rate_pictures"),
    "naming_widget": ("name_faces",),
    "errors": ("AnimelibError",),
}
HOLD_NETWORKS = (
    "backbones", "models", "attention", "neighbours", "visual_words", "training", "fast", "finetuning",
    "evaluation", "curve", "recognizer", "detector", "inside", "depths", "trials", "comparison", "why", "mistakes",
    "naming_widget", "face_sheets", "detector_training", "proposals", "taste", "taste_report", "wall",
)  # fmt: skip
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
