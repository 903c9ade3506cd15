"""Words of training in the languages in which loops print: `训练损失: 0.45`, `Потери на обучении: 0.45`."""

from __future__ import annotations

import re

_WORDS = {
    **dict.fromkeys(("训练", "訓練", "훈련", "학습"), "train"),
    **dict.fromkeys(("验证", "驗證", "検証", "검증"), "val"),
    **dict.fromkeys(("测试", "測試", "テスト", "테스트"), "test"),
    **dict.fromkeys(("损失", "損失", "손실", "로스"), "loss"),
    **dict.fromkeys(("误差", "誤差", "오차"), "error"),
    **dict.fromkeys(("准确率", "准确度", "正确率", "準確率", "正解率", "精度", "정확도"), "accuracy"),
    **dict.fromkeys(("精确率", "精確率", "適合率", "정밀도"), "precision"),
    **dict.fromkeys(("召回率", "再現率", "재현율"), "recall"),
    **dict.fromkeys(("学习率", "學習率", "学習率", "학습률"), "learning rate"),
    **dict.fromkeys(("梯度范数", "梯度範數", "勾配ノルム"), "grad norm"),
    **dict.fromkeys(("困惑度",), "perplexity"),
    **dict.fromkeys(("奖励", "獎勵", "報酬", "보상"), "reward"),
    **dict.fromkeys(("平均", "평균"), "mean"),
    **dict.fromkeys(("最佳", "最优", "最高", "最低"), "best"),
    **dict.fromkeys(("耗时", "用时", "时间", "時間", "시간"), "time"),
    **dict.fromkeys(("集", "값", "整体", "上的"), ""),
}
"""By what they mean; a set (`训练集`) says no more than its split, nor does a value, nor that it was measured on all of
a set (`整体测试集上的Loss`)."""

_KNOWN = re.compile("|".join(sorted(_WORDS, key=len, reverse=True)))

_EUROPEAN = {
    "learning rate": r"lernrate|taux d'apprentissage|tasa de aprendizaje|taxa de aprendiz(?:ado|agem)|"
    r"tasso di apprendimento|скорость обучения",
    "train": r"обуч\w*|трен|тренир\w*|entra[iî]nement|apprentissage|entrenamiento|treino|treinamento|addestramento|"
    r"latih|pelatihan|e[gğ]itim|antrenare|treningow[aey]?|trenowani[ae]",
    "val": r"вал|валид\w*|валидац\w*|validaci[oó]n|valida[cç][aã]o|do[gğ]rulama|validierung\w*|validazione|"
    r"validasi|validare|walidac\w*",
    "test": r"тест\w*|prueba|teste|uji|testare|testow[aey]?",
    "loss": r"потер[яьи]|лосс|pertes?|p[eé]rdidas?|perdas?|perdita|verlust|kayip|kayb\w|pierdere",
    "error": r"ошибк[аи]|erreur|erro|fehler|hata",
    "accuracy": r"точн|точность|exactitude?|acur[aá]cia|accuratezza|akurasi|genauigkeit|do[gğ]ruluk|acurate[țţt]e|"
    r"dok[lł]adno[sś][cć]",
    "precision": r"pr[eé]cision|precisi[oó]n|precis[aã]o",
    "reward": r"награда|r[eé]compense|recompensas?|belohnung",
    "mean": r"средн\w*|moyenne?|média|promedio|ortalama",
    "time": r"время|tiempo|zeit",
    "": r"на|при|de|da|do|di|du|la|le|les|d'",
}
"""Whole words by what they mean, in any case; those of the last kind say nothing between two others."""

_WORD = {english: re.compile(rf"(?<![^\W_])(?:{words})(?![^\W_])", re.I) for english, words in _EUROPEAN.items()}
_ANY = re.compile("|".join(one.pattern for english, one in _WORD.items() if english), re.I)

_COMPOUND = re.compile(r"(?<!\w)(training|validierung|test)s?(?=(?:verlust|fehler|genauigkeit)(?!\w))", re.I)
"""What German writes as one word with the quantity that it is measured by: `Trainingsverlust`."""

COUNTERS = {
    **dict.fromkeys(("轮次", "轮数", "轮", "周期", "エポック", "에포크", "에폭"), "epoch"),
    **dict.fromkeys(("эпоха", "époque", "época", "epoca", "epoche", "epoha", "epoka", "epok", "epocă"), "epoch"),
    **dict.fromkeys(("итерация", "itération", "iteración", "iteração", "迭代", "迭代次数"), "iteration"),
    **dict.fromkeys(("训练次数", "訓練次數"), "iteration"),
    **dict.fromkeys(
        ("步数", "步骤", "步", "ステップ", "스텝", "шаг", "pas", "paso", "passo", "schritt", "étape"), "step"
    ),
    **dict.fromkeys(("批次", "批", "バッチ", "배치", "батч"), "batch"),
}
"""Words for what counts, as tables and lines spell it in English; as names of quantities they are not translated."""


def foreign_words(text: str) -> int:
    """Count the words of training in a text that have letters beyond ASCII: they show that it was decoded rightly."""
    counted = "|".join(one for one in COUNTERS if not one.isascii())
    words = [*_KNOWN.findall(text), *_ANY.findall(text), *re.findall(counted, text, re.I)]
    return sum(not word.isascii() for word in words)


def in_english(name: str) -> str:
    """Return a name with the words that are known in English; a name without any as it is."""
    if not name.isascii():
        name = " ".join(_KNOWN.sub(lambda found: f" {_WORDS[found[0]]} ", name).split())
    name = _COMPOUND.sub(r"\1 ", name)
    if not _ANY.search(name):
        return name
    for english, words in _WORD.items():
        name = words.sub(english, name)
    return " ".join(name.split())
