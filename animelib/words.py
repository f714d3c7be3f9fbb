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
    # explain
    "picture_shrunk": ("A picture is a grid of coloured dots (pixels).", "画像は、色のついた点（画素）のます目です。"),
    "picture_own": ("yours: {height} × {width}", "元の画像：{height} × {width}"),
    "picture_left": ("what the network gets: {size} × {size}", "ネットワークに渡す画像：{size} × {size}"),
    "picture_channels": (
        "Each dot is three numbers, 0 to 255: how much red, green and blue.\n{size} × {size} × 3 = {count} numbers.",
        "点1つは3つの数（0～255）：赤・緑・青の強さです。\n{size} × {size} × 3 = {count}個の数",
    ),
    "red": ("red", "赤"),
    "green": ("green", "緑"),
    "blue": ("blue", "青"),
    "picture_sum": ("the picture", "もとの色"),
    "picture_patch": ("the marked 8 × 8 dots", "枠の中の8 × 8画素"),
    "picture_red_numbers": ("their red, as the network sees it", "その「赤」：ネットワークに見えるもの"),
    "picture_pixel": (
        "The marked dot is red {red}, green {green}, blue {blue}.",
        "枠をつけた点は、赤{red}・緑{green}・青{blue}です。",
    ),
    "convolution_one": (
        "One place: window × filter, number by number, then add up.",
        "1か所の計算：窓とフィルターを同じ位置どうし掛けて、全部足します。",
    ),
    "window_on": ("brightness, {size} × {size}", "明るさ {size} × {size}"),
    "window": ("the window", "窓の中"),
    "filter": ("the filter", "フィルター"),
    "products": ("products", "掛けた数"),
    "convolution_all": (
        "Every place: the window slides over all {size} × {size} dots, and {left} × {left} sums make a map.\n"
        "Orange: above 0. White: 0. Purple: below 0.",
        "全部の場所：窓を{size} × {size}の上ですべらせると、{left} × {left}個の和が「地図」になります。\n"
        "オレンジは0より上、白は0、紫は0より下。",
    ),
    "edges_upright": ("upright edges", "縦の境目"),
    "edges_lying": ("level edges", "横の境目"),
    "outlines": ("outlines", "りんかく"),
    "filters_told": (
        "{shown} of {count} filters, each with the map it makes: the strongest answers first.\n"
        "Silent on this picture: {silent}.",
        "フィルター{count}個のうち、反応の強い{shown}個と、それぞれが作る地図。\nこの画像に反応しないもの：{silent}個",
    ),
    "relu_told": (
        "ReLU: what is below 0 (here {share} of the map) becomes 0, the rest stays.",
        "ReLU：0より下の数（この地図では{share}）を0にし、残りはそのまま通します。",
    ),
    "relu_before": ("before", "前"),
    "relu_after": ("after", "後"),
    "relu_curve": ("the rule", "きまり"),
    "relu_in": ("number in", "入る数"),
    "relu_out": ("number out", "出る数"),
    "relu_numbers": ("The marked 5 × 5 numbers, before and after:", "枠の中の5 × 5個の数の、前と後："),
    "pooling_told": (
        "Max pooling: of every 2 × 2 numbers the largest one stays.",
        "マックスプーリング：2 × 2個の数ごとに、一番大きい数だけを残します。",
    ),
    "pooling_shift": (
        "Move the picture by one dot: {before} of the map is different, but only {after} of the pooled map.",
        "画像を1画素ずらすと、地図は{before}変わりますが、プーリングした地図は{after}しか変わりません。",
    ),
    "shifted": ("moved by {by}", "{by}画素ずらす"),
    "pooled_none": ("the map", "地図"),
    "pooled_once": ("pooled once", "プーリング1回"),
    "pooled_twice": ("pooled twice", "プーリング2回"),
    "layers_told": (
        "The picture's way through the network, with its {count} weights:\n{share} of them in one layer ({layer}).",
        "画像がネットワークを通る道すじ。重みは全部で{count}個、\nその{share}が1つの層（{layer}）にあります。",
    ),
    "layer_input": ("Picture", "画像"),
    "layer_convolution": ("Convolution (Conv2D)", "畳み込み（Conv2D）"),
    "layer_pooling": ("Pooling (MaxPooling2D)", "プーリング（MaxPooling2D）"),
    "layer_average": ("Mean of each map", "地図ごとの平均"),
    "layer_flatten": ("In one row (Flatten)", "1列に並べる（Flatten）"),
    "layer_dense": ("All with all (Dense)", "全結合（Dense）"),
    "softmax_scores": ("score", "点数"),
    "softmax_grown": ("exp(score)", "exp（点数）"),
    "softmax_shares": ("share of the sum", "合計に占める割合"),
    "softmax_told": (
        "{name}: exp({score}) = {grown}, and of the sum {total} that is {share}.",
        "{name}：exp({score}) = {grown}。合計{total}の{share}です。",
    ),
    "cost": ("cost: −log(probability)", "損失：−log（確率）"),
    "cost_share": ("probability given to the right class", "正解のクラスに出した確率"),
    "cost_guessing": ("blind guessing: {cost}", "あてずっぽう：{cost}"),
    "cost_mean": (
        "{count} pictures, {mean} on average: this mean is the loss.",
        "{count}枚の平均は{mean}。この平均が「損失（loss）」です。",
    ),
    "cost_one": ("−log({share}) = {cost}", "−log({share}) = {cost}"),
    "cost_dearest": ("dearest: {name}\n{share}, costs {cost}", "一番高い：{name}\n確率{share}、損失{cost}"),
    "cost_cheapest": ("cheapest: {name}\n{share}, costs {cost}", "一番安い：{name}\n確率{share}、損失{cost}"),
    "walk_small": ("rate 0.01: too small", "学習率0.01：小さすぎ"),
    "walk_good": ("rate 0.15: good", "学習率0.15：ちょうどよい"),
    "walk_large": ("rate 1.5: too large", "学習率1.5：大きすぎ"),
    "walk_stuck": ("rate 0.15, another start: stuck", "学習率0.15、別の出発点：はまる"),
    "walk_plain": ("a flat start, plain descent", "平らな所から：勾配降下法"),
    "walk_adam": ("the same start, Adam", "同じ所から：Adam"),
    "walk_end": ("{steps} steps, loss {loss}", "{steps}歩で損失{loss}"),
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
