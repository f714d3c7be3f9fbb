"""What notebooks show, in English and Japanese: one table, one function.

Reports, plots, widgets and answers take their words from here. Errors stay in English, because a sentence that can be
pasted into a search box is worth more than one that cannot be found. This module is not about docstrings or prose.
"""

import unicodedata

from .errors import AnimelibError

LANGUAGES = ("en", "ja")

WORDS = {
    # key: (English, Japanese)
    "answer_known": ("This is {name}! ({percent})", "{name}です！（{percent}）"),
    "answer_nobody": (
        "Nobody I know. (Of those I know, {name} comes closest.)",
        "知らない人です。（知っている中では{name}が一番近いです）",
    ),
    "gpus": ("{count} GPU", "GPU {count}基"),
    "no_gpu": (
        "no GPU (all works, larger jobs take longer; on Colab: Runtime, Change runtime type, T4 GPU)",
        "GPUなし(動きますが、大きな学習は遅くなります。Colabでは「ランタイムのタイプを変更」でT4 GPUを選べます)",
    ),
    "demo_doctor": ("The doctor:", "健康診断:"),
    "demo_article": ("The article's network, pair_cnn:", "記事のネットワークpair_cnn:"),
    "demo_ours": ("Learned from few, visual_words:", "少ない画像から学ぶvisual_words:"),
    "demo_who": ("Who is {file}? {answer}", "{file}はだれ? {answer}"),
    "demo_later": ("Ask it later: animelib who PICTURE --with {path}", "あとで聞くには: animelib who 画像 --with {path}"),
    "demo_report": ("Report: {path}", "レポート: {path}"),
    "demo_end": (
        "It named {right} of {asked} pictures rightly that it had never seen ({source}).",
        "初めて見る{asked}枚のうち{right}枚を正しく当てました({source})。",
    ),
    "source_samples": ("drawn samples ({cast})", "描いたサンプル({cast})"),
    "source_cifar10": ("CIFAR-10", "CIFAR-10"),
    "source_cifar10_jpeg": ("CIFAR-10 (JPEG copy)", "CIFAR-10(JPEG版)"),
    "cifar_airplane": ("airplane", "飛行機"),
    "cifar_automobile": ("automobile", "自動車"),
    "cifar_bird": ("bird", "鳥"),
    "cifar_cat": ("cat", "猫"),
    "cifar_deer": ("deer", "鹿"),
    "cifar_dog": ("dog", "犬"),
    "cifar_frog": ("frog", "カエル"),
    "cifar_horse": ("horse", "馬"),
    "cifar_ship": ("ship", "船"),
    "cifar_truck": ("truck", "トラック"),
    "lab_lines": (
        "Lab {name}: {source}, budget {budget}\n  pictures in {pictures}\n  results in  {results}",
        "ラボ {name}:{source}、budget {budget}\n  画像: {pictures}\n  結果: {results}",
    ),
    "data_line": (
        "{classes}: train {train}, validation {val}, test {test} pictures of {size}x{size} ({source})",
        "{classes}:学習 {train}枚、検証 {val}枚、テスト {test}枚、{size}x{size}ピクセル({source})",
    ),
    "reading_bar": ("Reading pictures", "画像を読み込んでいます"),
    "comparing_bar": ("Comparing pictures", "似た画像を探しています"),
    "staging_bar": ("to {name}", "{name}へコピー"),
    "staged": (
        "{copied} of {files} files copied to {folder}; {there} were there already, {removed} removed.",
        "{files}個のファイルのうち{copied}個を{folder}にコピーしました（{there}個はコピー済み、なくなった{removed}個は消しました）。",
    ),
    "left_out": ("Left out: {reason}", "使わない画像：{reason}"),
    "left_out_more": ("Left out: {count} more that cannot be read.", "使わない画像：読めないものがほかに{count}枚あります。"),
    "note": ("Note: {told}", "お知らせ：{told}"),
    "note_not_a_part": (
        "{folder} is not read: only train, validation and test are.",
        "{folder}は読みません。読むのはtrain・validation・testだけです。",
    ),
    "note_loose": (
        "{count} pictures lie in no class folder and are not read ({name} ...).",
        "どのクラスのフォルダにも入っていない画像が{count}枚あり、読みません（{name}など）。",
    ),
    "note_other_kinds": (
        "{count} files are of kinds that are not read ({endings}); save pictures as png, jpg or webp.",
        "読めない種類のファイルが{count}個あります（{endings}）。png・jpg・webpのどれかで保存し直してください。",
    ),
    "note_in_no_list": (
        "{count} pictures of {folder} are in no list of {lists} and are not used ({name} ...).",
        "{folder}の画像のうち{count}枚は、{lists}のどのリストにもないので使いません（{name}など）。",
    ),
    "note_divided_anew": (
        "the pictures are no longer those in {lists}; they are divided anew and the old lists kept beside.",
        "画像が{lists}のリストと変わっていたので、分け直しました。前のリストは隣に残してあります。",
    ),
    "note_no_number": (
        "the loss was never a number (NaN); try a smaller learning rate.",
        "損失が一度も計算できませんでした（NaN）。学習率を小さくしてみてください。",
    ),
    "lists_made": (
        "Lists made in {folder}: {train} pictures to learn from, {test} to test with. Edit them as you like.",
        "{folder}にリストを作りました：学習{train}枚、テスト{test}枚。自由に書きかえられます。",
    ),
    "lists_used": ("The lists in {folder} are used again.", "{folder}にあるリストを使います。"),
    "train_stopped": (
        "Training was stopped; what was learned by then is judged and kept.",
        "学習を止めました。ここまでに学んだことで判定して保存します。",
    ),
    "train_wrote": (
        "Recogniser: {model}\nReport: {page} (beside it, picture by picture: {lines})",
        "認識器：{model}\nレポート：{page}（1枚ごとの結果は同じ場所の{lines}）",
    ),
    "train_graph": ("Graph: {graph}", "グラフ：{graph}"),
    "answering_bar": ("Answering", "判定中"),
    "training_bar": ("Training", "学習"),
    "train_network": ("{name}: {weights} weights, loss {loss}", "{name}:重み{weights}個、損失 {loss}"),
    "train_schedule": (
        "{optimizer} (learning rate {rate}); epochs: {epochs}, each of {batches} batches of {pictures} pictures",
        "{optimizer}(学習率{rate})、{epochs}エポック、1エポックは{pictures}枚ずつ{batches}回",
    ),
    "fast_line": (
        "cifar10_fast: {weights} weights, {dtype}; epochs: {epochs}, each of {batches} batches of {pictures} pictures",
        "cifar10_fast:重み{weights}個、{dtype}、{epochs}エポック、1エポックは{pictures}枚ずつ{batches}回",
    ),
    "backbone_name": ("backbone", "名前"),
    "backbone_weights": ("weights", "重み"),
    "backbone_pixels": ("looks at", "見る画像"),
    "backbone_takes": ("a picture takes", "1枚の時間"),
    "backbone_licence": ("licence of the weights", "重みのライセンス"),
    "backbone_measured": (
        "(How long a picture takes was measured with 256 of them on 2 CPU cores, AMD EPYC; of a few dozen each takes longer.)",
        "（1枚の時間は、CPU 2コア（AMD EPYC）で256枚を見て測ったものです。何十枚かのときは、1枚あたりもう少しかかります。）",
    ),
    "stage_kept": (
        "Fine-tuned {layers}: validation loss {before} -> {after}",
        "{layers} をファインチューニングしました。検証の損失 {before} → {after}",
    ),
    "stage_taken_back": (
        "Fine-tuning {layers} did not help (validation loss {before} -> {after}), so it was taken back",
        "{layers} のファインチューニングは効果がなかったため(検証の損失 {before} → {after})、元の重みに戻しました",
    ),
    "curve_bar": ("Learning curve", "学習曲線(枚数)"),
    "curve_head": (
        "Accuracy on {judged} pictures that were not learned from ({source}), by pictures of each class:",
        "学習に使っていない{judged}枚での正解率({source})。1クラスあたりの枚数ごと:",
    ),
    "curve_row": ("{count}: {accuracy}  ({least} to {most})", "{count}枚: {accuracy}({least}〜{most})"),
    "curve_more": (
        "From {before} to {now} pictures of each class brought {gain} points.\nCollecting more is likely to help.",
        "1クラス{before}枚から{now}枚に増やすと{gain}ポイント変わりました。\nもっと集めれば、さらに良くなりそうです。",
    ),
    "curve_enough": (
        "From {before} to {now} pictures of each class brought {gain} points.\nMore of the same will hardly help.",
        "1クラス{before}枚から{now}枚に増やしても{gain}ポイントの変化でした。\n同じような画像を増やしても、あまり変わらなそうです。",
    ),
    "curve_too_short": ("One count alone says nothing about more pictures.", "枚数が1通りだけでは、増やす効果はわかりません。"),
    "curve_counts": ("pictures of each class (log scale)", "1クラスあたりの枚数(対数目盛り)"),
    "curve_each": ("one choice of pictures", "画像の選び方1回分"),
    "curve_mean": ("mean", "平均"),
    "looking_bar": ("Looking at pictures", "画像を見ています"),
    "run_line": (
        "{name}: best epoch {best} of {epochs} ({source})",
        "{name}:{epochs}エポック中、一番よかったのは{best}エポック目({source})",
    ),
    "drawn_pictures": (
        "These are drawn sample pictures: figures from them show that the way works, not how good it is on yours.",
        "これは描いて作ったサンプル画像です。数字は手順が動くことを示すだけで、あなたの画像での性能ではありません。",
    ),
    # tables
    "line_correct": ("Correct!!!", "正解！！！"),
    "line_incorrect": ("Incorrect...", "不正解…"),
    "line_told": ("answer: {answer}\npredict: {predict}", "正解：{answer}\n予想：{predict}"),
    "column_path": ("picture", "画像"),
    "column_result": ("result", "結果"),
    "column_answer": ("answer", "正解"),
    "column_predict": ("predict", "予想"),
    "column_known": ("known", "知っている"),
    "yes": ("yes", "はい"),
    "no": ("no", "いいえ"),
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
    "part_train": ("training pictures", "学習画像"),
    "part_val": ("validation pictures", "検証画像"),
    "part_test": ("test pictures", "テスト画像"),
    "part_cross": ("cross-validated pictures", "交差検証の画像"),
    "class": ("Class", "クラス"),
    "pictures": ("Pictures", "枚数"),
    "recall": ("Found (recall)", "見つけた割合（再現率）"),
    "precision": ("Right when named (precision)", "答えが当たった割合（適合率）"),
    "confused_most": ("Confused most often: {table}.", "まちがいが多かった組：{table}。"),
    "confused": ("{truth} taken for {guess} ({count})", "{truth}を{guess}と答えた（{count}枚）"),
    "confusion_how": ("Rows: what the pictures are. Columns: what was guessed.", "行が正解、列が予想です。"),
    "macro_recall": (
        "Found of each class, on average (macro recall): {share}",
        "クラスごとの再現率の平均（マクロ再現率）：{share}",
    ),
    "compare_way": ("way", "やり方"),
    "compare_accuracy": ("accuracy (95% interval)", "正解率（95%信頼区間）"),
    "compare_difference": ("points gained (95% interval)", "差（ポイント、95%信頼区間）"),
    "compare_macro": ("macro recall", "マクロ再現率"),
    "compare_calibration": ("calibration error", "キャリブレーション誤差"),
    "compare_share": ("{share} ({low} to {high})", "{share}（{low}～{high}）"),
    "compare_points": ("{points} ({low} to {high})", "{points}（{low}～{high}）"),
    "compare_told": ("All on the same {count} {part}. Pictures: {source}.", "どれも同じ{part}{count}枚。画像：{source}。"),
    "compare_chance": (
        "Points are gained against {first}; where their interval holds 0, chance may have done it.",
        "差は{first}とくらべたものです。区間が0を含むときは、偶然かもしれません。",
    ),
    "mistakes_shown": ("{shown} of {count} mistakes, the surest first", "まちがい{count}枚のうち{shown}枚（自信のあった順）"),
    "no_mistakes": ("Not a single mistake!", "まちがいは1枚もありません！"),
    "answer_was": ("It is {name}", "正解：{name}"),
    # plots
    "class_pictures": ("{name}: {count}", "{name}：{count}枚"),
    "original": ("the picture", "もとの画像"),
    "augmented": ("what augmentation makes of it", "水増し（データ拡張）でできる画像"),
    "loss": ("Loss (lower is better)", "損失（低いほどよい）"),
    "accuracy": ("Accuracy (higher is better)", "正解率（高いほどよい）"),
    "training": ("training", "学習"),
    "validation": ("validation", "検証"),
    "epoch": ("epoch", "エポック"),
    "best_epoch": ("best epoch", "最良のエポック"),
    "overfitting": ("overfitting", "過学習"),
    "best_epoch_of": ("Best epoch: {best} of {last}.", "最良のエポック：{best}（{last}エポック中）"),
    "overfitting_from": (
        "Overfitting from epoch {epoch} on: training still improves, validation gets worse.",
        "エポック{epoch}から過学習：学習はよくなり続け、検証は悪くなっています。",
    ),
    "no_overfitting": ("No overfitting seen.", "過学習は見られません。"),
    "no_validation": ("No validation pictures, so overfitting cannot be seen.", "検証画像がないので、過学習は分かりません。"),
    "loss_broke": (
        "The loss is not a number from epoch {epoch} on: try a smaller learning rate.",
        "エポック{epoch}で損失が計算できなくなりました。学習率を小さくしてみてください。",
    ),
    "doubts_shown": (
        "{shown} of {count} labels that are likely wrong, the worst first.\nAbove: the label. Below: what it looks more like.",
        "まちがっていそうなラベル{count}枚のうち{shown}枚（あやしい順）。\n上：今のラベル、下：もっとそれらしいクラス",
    ),
    "no_doubts": ("No label looks wrong.", "まちがっていそうなラベルはありません。"),
    "reliability_told": (
        "On average it is {sure} sure and {right} right.\nCalibration error ({bins} bins): {error}",
        "自信は平均{sure}、正解率は{right}です。\nキャリブレーション誤差（{bins}区間）：{error}",
    ),
    "reliability_ideal": ("as sure as it should be", "自信と正解率が同じ"),
    "reliability_gap": ("below: too sure, above: too timid", "下：自信過剰、上：自信不足"),
    "reliability_curve": ("the model", "モデル"),
    "reliability_few": ("fewer than 5 pictures", "5枚より少ない"),
    "reliability_sure": ("how sure the answers were (probability of the guess)", "答えの自信（予想の確率）"),
    "reliability_right": ("how many were right", "正解だった割合"),
    "truth": ("what it is", "正解"),
    "guess": ("what was guessed", "予想"),
    "mark_right": ("✓", "○"),  # in Japan a tick can mean wrong; a circle is right
    "mark_wrong": ("✗", "×"),
    "grid_truth": ("it is: {name}", "正解：{name}"),
    "grid_score": ("{right} of these {count} are right.", "この{count}枚のうち{right}枚が正解"),
    # faces
    "detection_bar": ("Finding faces", "顔を探しています"),
    "detection_recall": (
        "Found {right} of {faces} faces: {share} (recall, 95% interval {low} to {high}).",
        "{faces}個の顔のうち{right}個を見つけました：{share}（再現率、95%信頼区間{low}～{high}）。",
    ),
    "detection_precision": (
        "Right {right} of {boxes} boxes: {share} (precision, 95% interval {low} to {high}).",
        "{boxes}個の枠のうち{right}個が正解でした：{share}（適合率、95%信頼区間{low}～{high}）。",
    ),
    "detection_ap": (
        "Average precision: {ap} (a face counts as found from an overlap, IoU, of {iou} on).",
        "平均適合率（AP）：{ap}（重なり（IoU）が{iou}以上なら見つけたと数えます）。",
    ),
    "detection_false": (
        "Faces seen where there are none: {rate} on 100 pictures ({count} such pictures).",
        "顔のない画像での見まちがい：100枚あたり{rate}個（顔のない画像は{count}枚）。",
    ),
    "detection_no_empty": (
        "Every picture has a face, so this says nothing about pictures without one.",
        "どの画像にも顔があるので、顔のない画像での見まちがいは分かりません。",
    ),
    "detection_source": ("Pictures: {count} ({source}).", "画像：{count}枚（{source}）。"),
    "detection_unjudged": (
        "Not judged, for there is nothing about them among the boxes: {count} pictures in {folder}.",
        "{folder}には枠の情報がない画像が{count}枚あり、採点に入れていません。",
    ),
    "detector_learns": (
        "Learning from {pictures} pictures with {boxes} boxes ({empty} of them without a box), beginning from: {start}.",
        "画像{pictures}枚（枠は{boxes}個、枠のない画像は{empty}枚）から学びます。出発点：{start}",
    ),
    "detector_from_nothing": ("nothing", "なし（ゼロから）"),
    "detector_source": ("{pictures} pictures with {boxes} boxes in {folder}", "{folder}の画像{pictures}枚（枠{boxes}個）"),
    "labelling_line": (
        "{pictures} pictures corrected in {strokes} strokes; by hand they take {by_hand}.",
        "{pictures}枚を{strokes}手で直しました（最初から手で囲むと{by_hand}手）。",
    ),
    "rounds_head": (
        "After {count} labelled pictures {recall} of the faces are found,\nand {precision} of the boxes are right.",
        "{count}枚にラベルを付けた時点で、顔の{recall}が見つかり、\n枠の{precision}が正解です。",
    ),
    "rounds_axis": ("labelled pictures", "ラベルを付けた画像（枚）"),
    "rounds_share": ("share (lines: 95% interval)", "割合（線は95%信頼区間）"),
    "rounds_recall": ("faces found (recall)", "見つかった顔（再現率）"),
    "rounds_precision": ("boxes that are right (precision)", "正解だった枠（適合率）"),
    # box editor
    "boxes_how": (
        "Drag a square round each face, from the chin into the hair. “Right, next” takes over what you see; where there is no"
        " box, that there is no face. Each stroke is saved at once in {table}.",
        "顔をドラッグして四角く囲んでください（あごから前髪の上まで）。「これでOK、次へ」を押すと、見えているとおりに決まります"
        "（枠がなければ「顔なし」）。操作はそのつど{table}に保存されます。",
    ),
    "boxes_next": ("Right, next ▶", "これでOK、次へ ▶"),
    "boxes_skip": ("skip", "とばす"),
    "boxes_accept": ("accept dashed boxes", "点線の枠を採用"),
    "boxes_no_face": ("no face here", "顔なし"),
    "boxes_delete": ("delete box", "枠を消す"),
    "boxes_undo": ("undo", "元に戻す"),
    "boxes_new": ("new box", "枠を追加"),
    "boxes_other": ("select another", "別の枠を選ぶ"),
    "boxes_keys": ("Mouse and keys", "マウスとキー"),
    "boxes_which_keys": (
        "Drag: a square; with Shift any rectangle; with Ctrl also on top of another box. Drag a box to move it, its corner to"
        " resize it. Keys, once the picture was clicked: Enter or N: right, next. P: previous. S: skip. Delete. A: accept."
        " 0: no face. U or Ctrl+Z: undo. O: select another. Arrows: move (Shift: further). + and −: resize.",
        "ドラッグ：正方形の枠（Shiftで自由な長方形、Ctrlでほかの枠の上にも描けます）。枠の中をドラッグすると移動、"
        "角をドラッグすると大きさが変わります。キー（画像を一度クリックしてから）：EnterかN＝これでOK、次へ。P＝前へ。S＝とばす。"
        "Delete＝枠を消す。A＝採用。0＝顔なし。UかCtrl+Z＝元に戻す。O＝別の枠を選ぶ。矢印＝移動（Shiftで大きく）。＋と－＝大きさ。",
    ),
    "boxes_open": ("nothing said yet", "まだ確認していません"),
    "boxes_proposed": ("proposed (dashed): {count}", "候補（点線の枠）：{count}個"),
    "boxes_labelled": ("labelled, faces: {count}", "確認済み、顔{count}個"),
    "boxes_empty": ("labelled: no face", "確認済み：顔なし"),
    "boxes_progress": (
        "{done} of {count} pictures labelled, faces: {faces}",
        "{count}枚中{done}枚を確認しました（顔{faces}個）",
    ),
    "boxes_all": (
        "All {count} pictures are labelled, faces: {faces}. On to the next cell!",
        "{count}枚すべて確認しました（顔{faces}個）。次のセルへどうぞ！",
    ),
    "boxes_fault": ("Nothing was changed: {reason}", "変更できませんでした：{reason}"),
    "boxes_unread": (
        "The page sent something that makes no sense; it was left out.",
        "ページから意味のわからないデータが届いたので、無視しました。",
    ),
    "boxes_late": (
        "Not saved yet: the kernel is busy and saves this as soon as it is free. If it was restarted, run the cell again.",
        "まだ保存されていません。実行中の処理が終わると保存されます。カーネルを再起動したときは、セルを実行し直してください。",
    ),
    "boxes_nothing": ("There is nothing to label.", "ラベルを付ける画像はありません。"),
    "crops_bar": ("Cutting out faces", "顔を切り抜いています"),
    "crops_made": (
        "{faces} faces from {pictures} pictures in {output}.",
        "{pictures}枚の画像から{faces}個の顔を切り抜きました：{output}",
    ),
    "crops_whole": (
        "Kept whole, as _whole.png, for no face was found: {count} of {pictures} pictures.",
        "{pictures}枚のうち{count}枚では顔が見つからなかったので、画像全体を_whole.pngとして入れました。",
    ),
    "crops_left_out": (
        "Pictures that could not be read, and are left out: {count} ({reason})",
        "読めなかったので入れていない画像：{count}枚（{reason}）",
    ),
    "face_map_sure": ("how sure each cell is", "マスごとの自信"),
    "face_map_wanted": ("boxes of the sure cells: {count}", "自信のあるマスの枠：{count}"),
    "face_map_kept": ("without doubles: {count}", "重なりを除くと：{count}"),
    "face_map_shown": (
        "Each of {cells} cells: is the middle of a face here? How far are its edges?",
        "{cells}個のマスが答えます：ここは顔の中心？ 端まではどのくらい？",
    ),
    "faces_shown": ("Faces found: {count}.", "見つかった顔：{count}個"),
    "faces_judged": (
        "Found rightly: {right}, wrong boxes: {wrong}, missed: {missed}.",
        "正しく見つけた顔：{right}個、まちがった枠：{wrong}個、見落とし：{missed}個",
    ),
    "face_missed": ("missed", "見落とし"),
    "crops_shown": (
        "{shown} of {count} pictures, each beside what was cut out of it ({faces} faces in all).",
        "{count}枚のうち{shown}枚：左が元の画像、右が切り抜き（顔は全部で{faces}個）",
    ),
    "crop_whole": ("no face: whole picture", "顔なし：画像全体"),
    "crop_taken_out": ("taken out", "削除済み"),
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
    "browse_how": (
        "Look at each mistake. A click writes {plan} and moves nothing yet.",
        "まちがいを1枚ずつ見られます。ボタンを押すと{plan}に書き込みます（画像はまだ動きません）。",
    ),
    "browse_place": ("{place} of {count}: {file}", "{count}枚中{place}枚目：{file}"),
    "browse_previous": ("◀ previous", "◀ 前へ"),
    "browse_next": ("next ▶", "次へ ▶"),
    "browse_relabel": ("relabel", "ラベルを直す"),
    "browse_aside": ("set aside", "よけておく"),
    "browse_keep": ("leave as it is", "そのままにする"),
    "browse_kept": ("Plan: left in {name}.", "計画：{name}のまま"),
    "browse_to": ("Plan: {old} → {new}.", "計画：{old} → {new}"),
    "browse_to_aside": ("Plan: set aside.", "計画：よけておく"),
    "browse_apply": (
        "{count} in the plan. This line applies it: al.apply_plan({plan!r}, folder)",
        "計画には{count}枚。実行する行：al.apply_plan({plan!r}, folder)",
    ),
    # taste
    "digests_bar": ("Reading files", "ファイルを読んでいます"),
    "column_score": ("score", "点数"),
    "column_range": ("4 of 5 times within", "5回に4回はこの範囲"),
    "ratings_gone": (
        "Rated, but nowhere to be found, and left out: {count} ({name} ...).",
        "点数はあるのに見つからない画像が{count}枚あり、使いません（{name}など）。",
    ),
    "taste_line": (
        "Taste: {count} rated pictures, looked at through {backbone}",
        "好み：点数つきの画像{count}枚、{backbone}で見ています",
    ),
    "figure_range": ("{value} (95% interval {low} to {high})", "{value}（95%信頼区間{low}～{high}）"),
    "how_well_bar": ("Guessing your ratings", "点数を予想しています"),
    "taste_spearman": (
        "Rank correlation with your ratings (1 is perfect, 0 is chance): {spearman}, {count} pictures.",
        "あなたの点数との順位相関（1なら完全、0なら偶然）：{spearman}、画像{count}枚。",
    ),
    "taste_mae": (
        "Off by {mae} points on average. Saying your mean every time: {mean}.",
        "点数のずれは平均{mae}点。いつも平均点を答えると{mean}点です。",
    ),
    "taste_kappa": (
        "Quadratic kappa (1 is perfect, saying the mean has 0): {kappa}.",
        "重み付きカッパ係数（2次、1なら完全、いつも平均点なら0）：{kappa}。",
    ),
    "taste_inside": (
        "Of your ratings {share} lie in the ranges told; 80% should.",
        "予想の範囲に入ったのは、あなたの点数の{share}（目標は80%）。",
    ),
    "taste_yourself": (
        "Yourself, asked twice about {count} pictures: off by {mae} points, correlation {correlation}."
        " Who knew you perfectly would be off by {best_mae} and reach {best}.",
        "同じ画像{count}枚に2回点をつけたあなた自身：ずれは平均{mae}点、相関{correlation}。"
        "好みを完全に知っていても、ずれ{best_mae}点、相関{best}くらいが限界です。",
    ),
    "taste_yourself_unknown": (
        "Rate some pictures a second time: how far your own clicks stray tells how well anybody could know you.",
        "いくつかの画像にもう一度点をつけてみてください。点数のぶれから、どこまで当てられるかの限界が分かります。",
    ),
    "taste_more": (
        "About {more} more clicks may bring the rank correlation from {now} to {then}.",
        "あと{more}枚ほど点をつけると、順位相関は{now}から{then}くらいになりそうです。",
    ),
    "taste_unsure": (
        "As yet this could be chance: rate {more} more, and use the whole scale.",
        "まだ偶然かもしれません。あと{more}枚ほど、1～5点を広く使って点をつけてみてください。",
    ),
    "taste_enough": (
        "Even {more} more clicks would hardly help.",
        "あと{more}枚点をつけても、ほとんど変わらなそうです。",
    ),
    # rating
    "rate_how": (
        "How much do you like it? Every click is saved at once in {table}. Keys, once you have clicked the picture: 1 to 5,"
        " S skips, U takes back.",
        "どのくらい好きですか？選ぶたびに{table}に保存されます。画像を一度クリックすると、キーも使えます（1～5、Sでとばす、Uで元に戻す）。",
    ),
    "rate_twice": (
        "About one picture in {of} comes a second time, to see how well you agree with yourself.",
        "自分の答えがどのくらい一致するかを見るため、約{of}枚に1枚はあとでもう一度出ます。",
    ),
    "rate_not_mine": ("1 not mine", "1 苦手"),
    "rate_meh": ("2 meh", "2 微妙"),
    "rate_nice": ("3 nice", "3 普通"),
    "rate_like": ("4 like it", "4 好き"),
    "rate_love": ("5 love it", "5 大好き"),
    "rate_progress": (
        "{today} rated today, {count} in all. Still to come: {left}.",
        "今日は{today}枚、全部で{count}枚に点をつけました（残り{left}枚）。",
    ),
    "rate_all": (
        "Nothing is left to rate: {today} rated today, {count} in all. On to the next cell!",
        "すべて終わりました：今日は{today}枚、全部で{count}枚に点をつけました。次のセルへどうぞ！",
    ),
    "meter_head": ("How well do I know you?", "あなたの好み、どのくらい分かってきた？"),
    "meter_few": ("I can tell after {left} more.", "あと{left}枚で分かり始めます。"),
    "meter_soon": ("Let me think ...", "考えています…"),
    "meter_flat": (
        "All your ratings are about the same so far: use the whole scale.",
        "まだ同じような点ばかりです。1～5点を広く使ってみてください。",
    ),
    "meter_fault": (
        "I cannot learn from the ratings just now, they are saved all the same: {reason}",
        "今は点数から学べません（点数は保存されています）：{reason}",
    ),
    "pair_how": (
        "Which one do you like better? Click it, or use the arrow keys (= both the same, U takes back). Every answer is saved"
        " at once in {table}.",
        "どちらが好きですか？画像をクリックするか、矢印キーで選んでください（＝キーで「同じくらい」、Uで元に戻す）。"
        "答えるたびに{table}に保存されます。",
    ),
    "pair_left": ("◀ this one", "◀ こちら"),
    "pair_equal": ("both the same", "同じくらい"),
    "pair_right": ("this one ▶", "こちら ▶"),
    "pair_progress": ("{count} pairs of {pictures} pictures answered.", "画像{pictures}枚のうち{count}組に答えました。"),
    "pair_all": (
        "All pairs of these {pictures} pictures are answered: {count}. On to the next cell!",
        "画像{pictures}枚のすべての組（{count}組）に答えました。次のセルへどうぞ！",
    ),
    "wall_head": (
        "{count} pictures that you will probably like, the best first.\nIn small: where your score would lie in 4 of 5 cases.",
        "きっと好きな画像{count}枚（よい順）。\n小さな数字は、あなたの点数が5回に4回は入ると思われる範囲です。",
    ),
    "wall_rated": ("{count} pictures, the best first.", "画像{count}枚（よい順）。"),
    "wall_plain": ("{count} pictures.", "画像{count}枚。"),
    "best_copied": (
        "Copied to {folder}, numbered from the best on: {count}. The originals are where they were.",
        "上位{count}枚を、よい順に番号を付けて{folder}にコピーしました（元の画像はそのままです）。",
    ),
    "best_linked": (
        "Links in {folder}, numbered from the best on: {count}. The originals are where they were.",
        "上位{count}枚へのリンクを、よい順に番号を付けて{folder}に作りました（元の画像はそのままです）。",
    ),
    "predictions_head": (
        "{count} pictures, rank correlation {spearman}. Boxes: the middle half, with the median.",
        "画像{count}枚、順位相関{spearman}。箱は中央の半分、太線は中央値です。",
    ),
    "predictions_given": ("given score", "つけた点数"),
    "predictions_guessed": ("guessed score", "予想点数"),
    "predictions_count": ("n = {count}", "{count}枚"),
    "scores_wrote": ("Scores of {count} pictures, the best first: {path}", "画像{count}枚の点数（よい順）：{path}"),
    # naming and joining
    "names_proposed": (
        "{count} faces. Decided: {decided}, open: {open}, {nobody} of them look like nobody I know.",
        "顔は{count}個：決定ずみ{decided}個、未決定{open}個（うち知らない人らしいもの{nobody}個）。",
    ),
    "names_left_out": ("Left out: {reason}", "入れていない画像：{reason}"),
    "names_accepted": (
        "Accepted as proposed, for the recogniser was at least {sure} sure: {count}. Still open: {left}.",
        "自信が{sure}以上の提案{count}個をそのまま採用しました。未決定は残り{left}個です。",
    ),
    "name_how": (
        "Who is it? A click is saved in {plan} at once, and copies nothing yet. The most doubtful come first.",
        "だれでしょう？ ボタンを押すとすぐ{plan}に保存されます（画像はまだコピーされません）。あやしいものから順に出ます。",
    ),
    "name_none": ("There is no face to name here.", "名前をつける顔がありません。"),
    "name_nobody": ("nobody I know", "知らない人"),
    "name_skip": ("of no use, skip", "使わない（スキップ）"),
    "name_new": ("this new name", "この新しい名前にする"),
    "name_new_hint": ("a new name", "新しい名前"),
    "name_this": ("this name", "この名前にする"),
    "name_undo": ("↶ undo the last click", "↶ 直前のクリックを取り消す"),
    "name_nothing_to_undo": ("There is no click to undo.", "取り消すクリックがありません。"),
    "name_guess": ("The recogniser says: {name}", "認識器の予想：{name}"),
    "name_guess_nobody": (
        "The recogniser says: nobody I know. If it were somebody after all:",
        "認識器の予想：知らない人。もし知っている人なら：",
    ),
    "name_guess_before": ("The recogniser said: {name}", "認識器の以前の予想：{name}"),
    "name_is": ("Decided: {name}.", "決定：{name}"),
    "name_is_nobody": ("Decided: nobody I know. It will not be copied.", "決定：知らない人（コピーしません）"),
    "name_is_skipped": ("Decided: of no use. It will not be copied.", "決定：使わない（コピーしません）"),
    "name_is_open": ("Not decided yet.", "まだ決めていません。"),
    "name_left": ("Still open: {left}.", "未決定：残り{left}個"),
    "name_accept": (
        "At least {sure} sure and open: {count}. This line accepts them all: al.accept_sure({plan!r}, at_least={at_least})",
        "未決定で自信が{sure}以上：{count}個。まとめて採用する行：al.accept_sure({plan!r}, at_least={at_least})",
    ),
    "name_join": (
        "Named: {count}. This line copies them into the class folders: al.join_classes({plan!r}, folder)",
        "名前が決まった顔：{count}個。クラスのフォルダにコピーする行：al.join_classes({plan!r}, folder)",
    ),
    "joined": (
        "Copied into {folder}: {count} ({table}). Load the pictures again; undo_join({folder!r}) takes them out again.",
        "{folder}に{count}枚をコピーしました（{table}）。画像を読み込み直してください。undo_join({folder!r})で元に戻せます。",
    ),
    "joined_nothing": (
        "Nothing to copy: {folder} is as the plan wants it.",
        "コピーするものはありません：{folder}は計画どおりです。",
    ),
    "joined_new": ("New class folders were made: {names}.", "新しいクラスのフォルダを作りました：{names}"),
    "joined_before": (
        "Not copied again, for they had been copied before or are the same picture twice: {count}.",
        "コピーずみ、または同じ画像なので、コピーしなかったもの：{count}枚",
    ),
    "joined_renamed": (
        "Taken out of their old class, for the plan says something else now: {count}.",
        "計画が変わったので、前のクラスから取り除いたコピー：{count}枚",
    ),
    "join_undone": ("Taken out of {folder} again: {count}.", "{folder}からコピー{count}枚を取り除きました。"),
    "join_left": (
        "Left alone, for they were changed, moved or deleted since they were copied: {count} ({names}).",
        "コピーしたあとで変更・移動・削除されたので、そのままにしたもの：{count}枚（{names}）",
    ),
    # explain
    "picture_shrunk": ("A picture is a grid of coloured dots: pixels.", "画像は、色のついた点（ピクセル）のます目です。"),
    "picture_own": ("yours: {height} × {width}", "元の画像：{height} × {width}"),
    "picture_left": ("what the network gets: {size} × {size}", "ネットワークに渡す画像：{size} × {size}"),
    "picture_channels": (
        "Each pixel is three numbers, 0 to 255: how much red, green and blue.\n{size} × {size} × 3 = {count} numbers",
        "1ピクセルは3つの数（0～255）：赤・緑・青の強さです。\n{size} × {size} × 3 = {count}個の数",
    ),
    "red": ("red", "赤"),
    "green": ("green", "緑"),
    "blue": ("blue", "青"),
    "picture_sum": ("the picture", "もとの色"),
    "picture_patch": ("the framed 8 × 8 pixels", "枠の中の8 × 8ピクセル"),
    "picture_red_numbers": ("how red they are: 8 × 8 numbers", "その赤の強さ：8 × 8個の数"),
    "picture_pixel": (
        "To the network there are only numbers.\nThe framed pixel is red {red}, green {green}, blue {blue}.",
        "ネットワークに見えるのは数だけです。\n枠のピクセルは赤{red}・緑{green}・青{blue}。",
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
        "Every place: the window slides on, and its {left} × {left} sums make a map.\n"
        "Orange is above 0, white is 0, purple is below 0.",
        "全部の場所：窓をすべらせると、{left} × {left}個の和が並びます（特徴マップ）。\n"
        "オレンジは0より上、白は0、紫は0より下です。",
    ),
    "edges_upright": ("upright edges", "縦の境目"),
    "edges_lying": ("level edges", "横の境目"),
    "outlines": ("outlines", "りんかく"),
    "filters_told": (
        "{shown} of {count} filters, drawn as colours (grey is 0), each with its map: from strong to weak.\n"
        "Filters that stay at 0 everywhere: {silent}",
        "フィルター{count}個のうち{shown}個（灰色が0）と特徴マップ。反応の強いものから弱いものへ。\n"
        "どこでも0のままのフィルター：{silent}個",
    ),
    "relu_told": (
        "ReLU: what is below 0 (here {share} of the map) becomes 0, the rest stays as it is.",
        "ReLU：0より下の数（このマップでは{share}）を0にし、残りはそのまま通します。",
    ),
    "relu_before": ("before", "前"),
    "relu_after": ("after", "後"),
    "relu_curve": ("the rule", "きまり"),
    "relu_in": ("number in", "入る数"),
    "relu_out": ("number out", "出る数"),
    "relu_numbers": ("The framed 5 × 5 numbers, before and after:", "枠の中の5 × 5個の数の、前と後："),
    "padding_valid": (
        'padding="valid" (the default): the window stays inside the picture,\n'
        "so the map loses a row all around: {size} → {left}.",
        'padding="valid"（標準）：窓は画像の外に出ません。\nそのため上下左右が1列ずつ減ります：{size} → {left}',
    ),
    "padding_same": (
        'padding="same": a rim of zeros is laid around the picture first,\nso the map keeps its size: {size} → {left}.',
        'padding="same"：先に画像のまわりを0で1列ずつ囲みます。\nそのため大きさが変わりません：{size} → {left}',
    ),
    "padding_corner": ("top left corner", "左上のかど"),
    "padding_zeros": ("{size} × {size} in zeros: {wide} × {wide}", "{size} × {size}を0で囲む：{wide} × {wide}"),
    "pooling_told": (
        "Max pooling: of every 2 × 2 numbers only the largest stays.",
        "マックスプーリング：2 × 2個の数ごとに、一番大きい数だけを残します。",
    ),
    "pooling_moved": (
        "Move the picture a little (orange: before, purple: after, white: no change).\n"
        "By one pixel, {before} of the map changes; pooled once {once}, pooled twice {twice}.",
        "画像を少しずらすと…（オレンジ：前、紫：後、白：変化なし）\n"
        "1ピクセルで特徴マップは{before}変わり、プーリング1回で{once}、2回で{twice}になります。",
    ),
    "moved": ("moved by {by}", "{by}ピクセルずらす"),
    "pooled": ("{size} × {size}: {share} changed", "{size} × {size}：変化{share}"),
    "layers_told": (
        "A picture's way through the network. Of its {count} weights (in grey)\n{share} are in one {layer} layer.",
        "画像がネットワークを通る道すじ。重み（灰色の数）は全部で{count}個、\nその{share}が1つの{layer}層にあります。",
    ),
    "layer_input": ("Picture", "画像"),
    "layer_convolution": ("Convolution (Conv2D)", "畳み込み（Conv2D）"),
    "layer_pooling": ("Pooling (MaxPooling2D)", "プーリング（MaxPooling2D）"),
    "layer_average": ("Mean of each map", "地図ごとの平均"),
    "layer_dropout": (
        "Dropout {share}: at work while training only; now everything passes.",
        "Dropout {share}：働くのは学習のときだけ。今は全部そのまま通します。",
    ),
    "layer_flatten": ("In one row (Flatten)", "1列に並べる（Flatten）"),
    "layer_dense": ("Fully connected (Dense)", "全結合（Dense）"),
    "depths_told": (
        "Shallow layers find edges and colours, which photographs and drawings share.\n"
        "Deeper, the maps are coarser, and a point sees more of the picture (framed).\n"
        "Orange: here the filter found what it looks for.",
        "浅い層が見つけるのは線と色。写真にもイラストにもあるものです。\n"
        "深い層ほどマップは粗くなり、1つの点が見る範囲（視野、黒い枠）は広くなります。\n"
        "オレンジの所で、フィルターは探しているものを見つけました。",
    ),
    "depths_layer": ("{count} maps of {height} × {width}", "{height} × {width}のマップが{count}枚"),
    "sight": ("; a point sees {height} × {width} pixels", "、視野は{height} × {width}ピクセル"),
    "sight_part": (
        "; a point sees {height} × {width} pixels (here: around it)",
        "、視野は{height} × {width}ピクセル（図は一部）",
    ),
    "sight_whole": ("; a point sees the whole picture", "、視野は画像全体"),
    "sight_whole_part": ("; a point sees the whole picture (here: around it)", "、視野は画像全体（図は一部）"),
    "excites_told": (
        "The pieces that excite a filter most in these pictures: what do they share?\n"
        "Shallow: edges and colours, as in any picture. Deep: parts of things it knows.",
        "それぞれのフィルターが一番強く反応した部分です。共通点は何でしょう？\n"
        "浅い層は、どんな画像にもある線や色。深い層は、学習した画像にあった物の部分です。",
    ),
    "excites_layer": ("{shown} of {count} filters", "フィルター{count}個中{shown}個"),
    "excites_filter": ("no. {number}", "{number}番"),
    "softmax_scores": ("score", "点数"),
    "softmax_grown": ("→ exp(score)", "→ exp（点数）"),
    "softmax_shares": ("→ share of sum", "→ 合計中の割合"),
    "sum": ("sum", "合計"),
    "softmax_told": (
        "{name}: exp({score}) = {grown}, which is {share} of the sum {total}.",
        "{name}：exp({score}) = {grown}。合計{total}の{share}です。",
    ),
    "one_hot_told": (
        "What we want the network to answer: {count} numbers for each picture,\n1 for the right class and 0 for all others.",
        "ネットワークに答えてほしい形：画像1枚につき{count}個の数。\n正解のクラスが1、ほかは全部0です。",
    ),
    "dropout_told": (
        "Dropout {share}: in each training step, chance puts about that many numbers to 0\n"
        "(grey; here {first} and {second}). When the network answers, none is dropped.",
        "ドロップアウト{share}：学習の1歩ごとに、これくらいの数がくじ引きで0になります\n"
        "（灰色：{first}と{second}）。答えるときは、1つも消しません。",
    ),
    "dropout_before": ("the map", "特徴マップ"),
    "dropout_step": ("training step {number}", "学習 {number}歩目"),
    "dropout_answer": ("answering", "答えるとき"),
    "dropout_numbers": (
        "The framed 4 × 4 numbers in step 1: what stays is divided by {kept} (× {times}),\n"
        "so the mean of the whole map stays about the same: {before} and {after}.",
        "枠の中の4 × 4個の数（1歩目）：残った数は{kept}で割って{times}倍にします。\n"
        "だから、マップ全体の平均はあまり変わりません：{before}と{after}",
    ),
    "cost": ("cost: −log(probability)", "損失：−log（確率）"),
    "right": ("right", "当たり"),
    "wrong": ("wrong", "はずれ"),
    "cost_share": ("probability given to the right class", "正解のクラスに出した確率"),
    "cost_guessing": ("blind guessing: {cost}", "あてずっぽう：{cost}"),
    "cost_mean": (
        "{count} pictures cost {mean} on average: that mean is the loss.",
        "{count}枚の平均は{mean}。この平均が「損失（loss）」です。",
    ),
    "cost_dearest": ("most expensive: {cost}\n{name}, {share}", "最も高い：{cost}\n{name} {share}"),
    "cost_cheapest": ("cheapest: {cost}\n{name}, {share}", "最も安い：{cost}\n{name} {share}"),
    "walk_small": ("rate 0.02: too small", "学習率0.02：小さすぎる"),
    "walk_good": ("rate 0.3: good", "学習率0.3：ちょうどよい"),
    "walk_large": ("rate 2: too large", "学習率2：大きすぎる"),
    "walk_stuck": ("another start: stuck (local minimum)", "別の所から：はまる（局所最小値）"),
    "walk_plain": ("a flat start, rate 0.1: plain descent", "平らな所から、学習率0.1：勾配降下法"),
    "walk_adam": ("the same start and rate: Adam", "同じ所から、同じ学習率：Adam"),
    "walk_start": ("start", "最初"),
    "walk_stop": ("end", "最後"),
    "walk_loss": ("loss", "損失"),
    "walk_weight": ("a weight of the network", "ネットワークの重みの1つ"),
    "walk_end": ("{steps} steps, loss {loss}", "{steps}歩で損失{loss}"),
    # why
    "grad_cam_told": (
        "In colour: what speaks for it in the network's eyes (Grad-CAM).",
        "色つきの部分が、そのクラスらしいと見た所です（Grad-CAM）。",
    ),
    "occlusion_maps_told": (
        "In colour: cover it, and that class becomes less probable (occlusion).",
        "色つきの部分を隠すと、そのクラスの確率が下がります（オクルージョン）。",
    ),
    "nearest_told": (
        "The pictures it learned from that look most like it to the network:",
        "学習した画像のうち、ネットワークにとって一番似ているもの：",
    ),
    "grad_cam_nothing": ("(next to nothing speaks for it)", "（ほとんどありません）"),
    "change_none": ("as it is", "もとの画像"),
    "change_grey": ("in grey", "白黒にする"),
    "change_hues": ("hues turned by 120°", "色相を120°回す"),
    "change_hues_back": ("hues turned by 240°", "色相を240°回す"),
    "change_blur": ("surroundings blurred", "まわりをぼかす"),
    "change_top_left": ("top left hidden", "左上を隠す"),
    "change_top_right": ("top right hidden", "右上を隠す"),
    "change_bottom_left": ("bottom left hidden", "左下を隠す"),
    "change_bottom_right": ("bottom right hidden", "右下を隠す"),
    "change_cover": ("the worst place covered", "一番効く所を隠す"),
    "occlusion_told": (
        "in colour: cover it, and\n{name} becomes\nless probable",
        "色つきの部分を隠すと\n{name}の確率が\n下がります",
    ),
    "trial_key": (
        "black stroke: where it was before\nblue: the same answer as before\nred: another answer",
        "黒い線：もとの確率\n青：答えは同じまま\n赤：答えが変わった",
    ),
    "moved_most": (
        "Moved most by: {change}.\n{name} goes from {before} to {after} and stays the answer.",
        "一番効いた変更：{change}\n{name}の確率は{before}→{after}、答えは変わりません。",
    ),
    "moved_answer": (
        "Moved most by: {change}.\n{name} goes from {before} to {after}; the answer becomes {other}.",
        "一番効いた変更：{change}\n{name}の確率は{before}→{after}、答えは{other}に変わりました。",
    ),
    "moved_nothing": (
        "Nothing here moves it: {name} ({before})\nstays nearly as probable whatever is changed.",
        "どの変更も効きません：\n何を変えても{name}（{before}）の確率はほとんど同じです。",
    ),
    "effect_row": ("{points}\nlost {lost}, won {won}", "{points}\n減{lost}枚 増{won}枚"),
    "effect_axis": ("change in accuracy (with its 95% interval)", "正解率の変化（線は95%信頼区間）"),
    "effects_worst": (
        "As they are, {accuracy} of {count} {part} are right.\n"
        "Most is lost by this: {change} ({points} points). Grey: may be chance.",
        "そのままの正解率は{accuracy}（{part}{count}枚）。\n一番下がる変更：{change}（{points}ポイント）。灰色は偶然の範囲です。",
    ),
    "effects_nothing": (
        "As they are, {accuracy} of {count} {part} are right.\nNo change loses more than chance could (grey).",
        "そのままの正解率は{accuracy}（{part}{count}枚）。\nどの変更も、偶然の範囲（灰色）しか下がりません。",
    ),
    # checkup
    "checkup_title": ("What the doctor found", "画像の健康診断"),
    "checkup_healthy": (
        "All well: {count} pictures in {classes} classes, and nothing to complain about.",
        "異常ありません：{classes}クラス、{count}枚の画像はどれも元気です。",
    ),
    "checkup_found": ("{count} pictures in {classes} classes: {table}.", "{classes}クラス、画像{count}枚：{table}。"),
    "checkup_todo": ("What to do:", "どうする？"),
    "checkup_more": ("and {count} more", "ほか{count}件"),
    "checkup_looking": ("Checking pictures", "画像を検査中"),
    "layout": ("load_images would stop here: {reason}", "このままではload_imagesが止まります：{reason}"),
    "layout_do": ("Do what the sentence says, then check again.", "上の文のとおりに直してから、もう一度検査してください。"),
    "empty": ("Empty files, 0 bytes: {count} ({names}).", "中身が空（0バイト）のファイルが{count}個あります（{names}）。"),
    "empty_do": (
        "al.quarantine(folder) moves them out of the way; download them again.",
        "al.quarantine(folder)でよけて、もう一度ダウンロードしてください。",
    ),
    "web_page": (
        "Web pages saved under a picture's name: {count} ({names}).",
        "画像の名前で保存されたWebページが{count}個あります（{names}）。",
    ),
    "web_page_do": (
        "al.quarantine(folder) moves them; the link led to a page, so save the picture itself.",
        "al.quarantine(folder)でよけてください。リンク先がページだったので、画像そのものを保存し直してください。",
    ),
    "broken": (
        "Files cut off, damaged or no pictures at all: {count} ({names}).",
        "途中で切れた、壊れた、または画像ではないファイルが{count}個あります（{names}）。",
    ),
    "broken_do": (
        "al.quarantine(folder) moves them out of the way; download them again.",
        "al.quarantine(folder)でよけて、もう一度ダウンロードしてください。",
    ),
    "too_large": (
        "Files that claim more than {most} million pixels: {count} ({names}).",
        "{most}メガピクセルを超えると書いてあるファイルが{count}個あります（{names}）。",
    ),
    "too_large_do": (
        "al.quarantine(folder) moves them; they are mistakes or traps, or need to be made smaller.",
        "al.quarantine(folder)でよけてください。まちがいか罠か、または縮小が必要な画像です。",
    ),
    "no_access": (
        "Files that may not be opened, or links that lead nowhere: {count} ({names}).",
        "開く権限がない、またはリンク先のないファイルが{count}個あります（{names}）。",
    ),
    "no_access_do": (
        "Change their permissions or put the pictures themselves there; al.quarantine(folder) moves them out of the way.",
        "権限を変えるか、画像そのものを置いてください。al.quarantine(folder)でよけることもできます。",
    ),
    "copies_across_parts": (
        "The same picture in more than one of train, validation and test: {groups} ({names}). The test is then no test.",
        "同じ画像が学習・検証・テストの複数に入っています（{groups}組、{names}）。これではテストになりません。",
    ),
    "alike_across_parts": (
        "Nearly the same picture in more than one of train, validation and test: {groups} ({names}).",
        "ほとんど同じ画像が学習・検証・テストの複数に入っています（{groups}組、{names}）。",
    ),
    "across_parts_do": (
        "Keep each in one part only: what was seen in training flatters the test.",
        "1つの部分だけに残してください。学習で見た画像がテストに出ると、成績が実力よりよく見えます。",
    ),
    "copies_across_classes": (
        "The same picture in more than one class: {groups} ({names}). One of the labels is wrong.",
        "同じ画像が複数のクラスに入っています（{groups}組、{names}）。どれかの名前がまちがいです。",
    ),
    "alike_across_classes": (
        "Nearly the same picture in more than one class: {groups} ({names}). One of the labels may be wrong.",
        "ほとんど同じ画像が複数のクラスに入っています（{groups}組、{names}）。",
    ),
    "across_classes_do": (
        "Look who it is, and take the picture out of the wrong folder.",
        "だれなのかを見て、まちがったフォルダから画像を出してください。",
    ),
    "copies": (
        "The same picture more than once in a class: {groups} ({names}).",
        "同じクラスに同じ画像が重なっています（{groups}組、{names}）。",
    ),
    "alike": (
        "Nearly the same picture more than once in a class: {groups} ({names}).",
        "同じクラスにほとんど同じ画像があります（{groups}組、{names}）。",
    ),
    "copies_do": (
        "Copies teach nothing new; load_images keeps them on one side, and you can take out all but one.",
        "同じ画像から新しく学べることはありません。load_imagesは同じ側にまとめますが、1枚だけ残してもかまいません。",
    ),
    "same_names": (
        "Names that differ only in upper and lower case or in their Unicode form: {groups} ({names}).",
        "大文字・小文字やUnicodeの形だけが違う名前があります（{groups}組、{names}）。",
    ),
    "same_names_do": (
        "Rename or join them: on Windows and macOS they are one name, and one would overwrite the other.",
        "名前を変えるか、まとめてください。WindowsとmacOSでは同じ名前になり、片方が上書きされます。",
    ),
    "few": (
        "Too few pictures to learn from: {table}. Fewer than {least} a class are rarely enough.",
        "学習する画像が少なすぎます：{table}。1クラス{least}枚より少ないと、たいてい足りません。",
    ),
    "few_do": ("Collect more, above all different ones.", "画像を増やしてください。できるだけ違う画像を。"),
    "imbalance": (
        "{largest} has {ratio} times as many pictures as {smallest}: from {limit} times on, a model likes to answer {largest}.",
        "{largest}の画像は{smallest}の{ratio}倍です。{limit}倍を超えると、モデルは{largest}と答えたがります。",
    ),
    "imbalance_do": (
        "Collect more of {smallest}, or give class_weight in training; judge by each class, not by accuracy alone.",
        "{smallest}を増やすか、学習でclass_weightを使ってください。正解率だけでなくクラスごとの成績を見てください。",
    ),
    "tiny": (
        "Pictures smaller than {least} pixels on their short side: {count} ({names}).",
        "短い辺が{least}画素より小さい画像が{count}枚あります（{names}）。",
    ),
    "tiny_do": (
        "They are blurred when enlarged: find larger ones if you can.",
        "拡大するとぼやけます。できれば大きい画像に替えてください。",
    ),
    "stretched": (
        "Pictures more than {limit} times as long as wide, or as wide as long: {count} ({names}).",
        "縦横の比が{limit}倍を超える画像が{count}枚あります（{names}）。",
    ),
    "stretched_do": (
        "They are squeezed to squares: cut out the part with the character.",
        "正方形に押しつぶされます。キャラクターの部分を切り抜いてください。",
    ),
    "sizes": (
        "Sizes are very different: short sides from {smallest} to {largest} pixels.",
        "大きさがばらばらです：短い辺が{smallest}～{largest}画素。",
    ),
    "sizes_do": (
        "All are brought to one size; if one class is mostly small, a model may learn the blur and not the face.",
        "すべて同じ大きさにそろえます。小さい画像が1つのクラスに偏ると、顔ではなくぼやけ方を覚えることがあります。",
    ),
    "hidden": (
        "Hidden folders among the pictures: {count} ({names}). Other programs count their files too.",
        "画像の中に隠しフォルダが{count}個あります（{names}）。ほかのプログラムは中のファイルも数えます。",
    ),
    "hidden_do": (
        "animelib never looks inside; sweep_checkpoints() removes .ipynb_checkpoints.",
        "animelibは中を見ません。.ipynb_checkpointsはsweep_checkpoints()で消せます。",
    ),
    "loose": (
        "Pictures in no class folder: {count} ({names}).",
        "どのクラスのフォルダにも入っていない画像が{count}枚あります（{names}）。",
    ),
    "loose_do": ("Put them into the folder of their character.", "キャラクターのフォルダに入れてください。"),
    "other_kinds": (
        "Files of kinds that are not read: {count} ({names}).",
        "読めない種類のファイルが{count}個あります（{names}）。",
    ),
    "other_kinds_do": ("Save them as png, jpg or webp.", "png・jpg・webpのどれかで保存し直してください。"),
    "turned": (
        "Pictures stored on their side with a note to turn them (EXIF): {count} ({names}).",
        "横向きに保存され、回転の指示（EXIF）がついた画像が{count}枚あります（{names}）。",
    ),
    "turned_do": (
        "Nothing: animelib turns them upright; other programs may not.",
        "そのままで大丈夫です。animelibは正しい向きに直します（直さないプログラムもあります）。",
    ),
    "transparent": (
        "Pictures that are see-through in places: {count} ({names}).",
        "透明な部分のある画像が{count}枚あります（{names}）。",
    ),
    "transparent_do": (
        "Nothing: animelib lays them on white; other programs may show colours hidden there.",
        "そのままで大丈夫です。animelibは白い背景に重ねます（隠れた色が出るプログラムもあります）。",
    ),
    "quarantined": (
        "Moved to {folder}: {count}. restore({pictures!r}) puts everything back.",
        "{count}個のファイルを{folder}に移しました。restore({pictures!r})で元に戻せます。",
    ),
    "restored": ("Back in {folder}: {count}.", "{count}個のファイルを{folder}に戻しました。"),
    "not_restored": (
        "Left in {folder}, for their places are taken: {count} ({names}). Rename what lies there, then restore again.",
        "元の場所に別のファイルがあるため、{count}個は{folder}に残しました（{names}）。名前を変えてから、もう一度restoreしてください。",
    ),
    "plan_applied": (
        "Moved to another class: {count}, set aside: {aside}. Load the pictures again;"
        " undo_plan({pictures!r}) puts everything back.",
        "別のクラスに移した画像：{count}枚、よけた画像：{aside}枚。画像を読み込み直してください。"
        "undo_plan({pictures!r})で元に戻せます。",
    ),
    "plan_nothing": (
        "Nothing to move: {pictures} is as the plan wants it.",
        "移すものはありません：{pictures}は計画どおりです。",
    ),
    "plan_not_undone": (
        "Left where they are, for their old places are taken: {count} ({names}). Rename what lies there, then undo again.",
        "元の場所に別のファイルがあるため、{count}個はそのままです（{names}）。名前を変えてから、もう一度undo_planしてください。",
    ),
    # transfer
    "uploading": ("{name} to Drive", "{name}をドライブへ"),
    "uploaded": ("{name} is in {folder} on Google Drive: {link}", "{name}をGoogleドライブの{folder}に保存しました：{link}"),
    "upload_there": (
        "{name} was in {folder} on Google Drive already, so nothing was sent: {link}",
        "{name}はすでにGoogleドライブの{folder}にあるので、送信しませんでした：{link}",
    ),
    "downloading": ("{name} from Drive", "{name}をドライブから"),
    "downloaded": ("{path} came from Google Drive.", "Googleドライブから{path}に保存しました。"),
    "download_there": (
        "{path} has this content already, so nothing was fetched.",
        "{path}はすでに同じ内容なので、ダウンロードしませんでした。",
    ),
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


def columns_of(text: str) -> int:
    """Return how wide a text is in columns; a Japanese character takes two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def percent(share: float) -> str:
    """Return a share 0-1 as whole percent, calling nothing certain or impossible that is only nearly so."""
    if 0 < share < 0.01:
        return "<1%"
    return ">99%" if 0.99 < share < 1 else f"{share:.0%}"


def points(difference: float) -> str:
    """Return a difference of shares, -1 to 1, in percentage points with its sign."""
    return f"{100 * difference:+.1f}".replace("-", "−")
