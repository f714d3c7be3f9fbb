"""What notebooks show, in English and Japanese: one table, one function.

Reports, plots, widgets and answers take their words from here. Errors stay in English, because a sentence that can be
pasted into a search box is worth more than one that cannot be found. This module is not about docstrings or prose.
"""

from .errors import AnimelibError

LANGUAGES = ("en", "ja")

WORDS = {
    # key: (English, Japanese)
    "answer_known": ("This is {name}! ({percent})", "{name}です！（{percent}）"),
    "answer_nobody": (
        "Nobody I know. (The closest is {name}, {percent}.)",
        "知らない人です。（一番近いのは{name}、{percent}）",
    ),
    "drawn_pictures": (
        "These are drawn sample pictures: figures from them show that the way works, not how good it is on yours.",
        "これは描いて作ったサンプル画像です。数字は手順が動くことを示すだけで、あなたの画像での性能ではありません。",
    ),
    # report
    "report_title": ("How well it knows them", "成績"),
    "report_line": (
        "{accuracy} right on {count} {part} (95% interval {low} to {high}). Pictures: {source}.",
        "正解率{accuracy}（{part}{count}枚、95%信頼区間{low}～{high}）。画像：{source}。",
    ),
    "report_interval": (
        "right on {count} {part} (95% interval {low} to {high})",
        "正解（{part}{count}枚、95%信頼区間{low}～{high}）",
    ),
    "report_source": ("Pictures: {source}", "画像：{source}"),
    "part_train": ("training pictures", "訓練画像"),
    "part_val": ("validation pictures", "検証画像"),
    "part_test": ("test pictures", "テスト画像"),
    "part_cross": ("cross-validated pictures", "交差検証の画像"),
    "class": ("Class", "クラス"),
    "pictures": ("Pictures", "枚数"),
    "recall": ("Found (recall)", "見つけた割合（再現率）"),
    "precision": ("Right when named (precision)", "答えが当たった割合（適合率）"),
    "confusion_how": ("Rows: what the pictures are. Columns: what was guessed.", "行が正解、列が予想です。"),
    "mistakes_shown": ("{shown} of {count} mistakes, the surest first", "まちがい{count}枚のうち{shown}枚（自信のあった順）"),
    "no_mistakes": ("Not a single mistake!", "まちがいは1枚もありません！"),
    "answer_was": ("It is {name}", "正解：{name}"),
    # plots
    "class_pictures": ("{name}: {count}", "{name}：{count}枚"),
    "original": ("the picture", "もとの画像"),
    "augmented": ("what augmentation makes of it", "水増し（データ拡張）でできる画像"),
    "loss": ("Loss (lower is better)", "損失（低いほどよい）"),
    "accuracy": ("Accuracy (higher is better)", "正解率（高いほどよい）"),
    "training": ("training", "訓練"),
    "validation": ("validation", "検証"),
    "epoch": ("epoch", "エポック"),
    "best_epoch": ("best epoch", "最良のエポック"),
    "overfitting": ("overfitting", "過学習"),
    "best_epoch_of": ("Best epoch: {best} of {last}.", "最良のエポック：{best}（{last}エポック中）"),
    "overfitting_from": (
        "Overfitting from epoch {epoch} on: training still improves, validation gets worse.",
        "エポック{epoch}から過学習：訓練はよくなり続け、検証は悪くなっています。",
    ),
    "no_overfitting": ("No overfitting seen.", "過学習は見られません。"),
    "no_validation": ("No validation pictures, so overfitting cannot be seen.", "検証画像がないので、過学習は分かりません。"),
    "loss_broke": (
        "The loss is not a number from epoch {epoch} on: try a smaller learning rate.",
        "エポック{epoch}で損失が計算できなくなりました。学習率を小さくしてみてください。",
    ),
    "truth": ("what it is", "正解"),
    "guess": ("what was guessed", "予想"),
    "mark_right": ("✓", "○"),  # in Japan a tick can mean wrong; a circle is right
    "mark_wrong": ("✗", "×"),
    "grid_score": ("{right} of these {count} are right.", "この{count}枚のうち{right}枚が正解"),
    # widgets
    "panel_how": ("Move what you like, then run the cells below.", "好きな値に動かしてから、下のセルを実行してください。"),
    "knob_epochs": ("epochs", "エポック数"),
    "knob_steps_per_epoch": ("steps per epoch", "1エポックのステップ数"),
    "knob_batch_size": ("batch size", "バッチサイズ"),
    "knob_learning_rate": ("learning rate", "学習率"),
    "knob_augment": ("augmentation", "画像の水増し"),
    "knob_dropout": ("dropout", "ドロップアウト"),
    "knob_patience": ("patience", "待つエポック数"),
    "knob_threshold": ("threshold", "しきい値"),
    "choose_pictures": ("Choose pictures", "画像を選ぶ"),
    "try_how": ("Choose one or more pictures: who is it?", "画像を選んでください（何枚でも）。だれでしょう？"),
    "looking": ("Looking at {name} …", "{name}を見ています…"),
}

_current = "en"


def use_language(language: str) -> None:
    """Choose the language of everything shown from now on: ``"en"`` or ``"ja"``."""
    global _current
    if language not in LANGUAGES:
        raise AnimelibError(f"There is no language {language!r} here: choose one of {', '.join(LANGUAGES)}.")
    _current = language


def say(key: str, **values: object) -> str:
    """Return the sentence ``key`` in the language in use, its ``{places}`` filled from ``values``."""
    return WORDS[key][LANGUAGES.index(_current)].format(**values)


def language() -> str:
    """Return the language in use."""
    return _current


def percent(share: float) -> str:
    """Return a share 0-1 as whole percent, calling nothing certain or impossible that is only nearly so."""
    if 0 < share < 0.01:
        return "<1%"
    return ">99%" if 0.99 < share < 1 else f"{share:.0%}"
