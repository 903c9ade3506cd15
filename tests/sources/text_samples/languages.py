"""Logs in other languages than English."""

from __future__ import annotations

from math import nan

from logdoctor.sources.source import Sample

SAMPLES = (
    Sample(
        "Chinese: measured on the whole of a set, as in a tutorial",
        "train.log",
        "".join(
            f"-------第 {i} 轮训练开始------\n训练次数\uff1a{100 * i}, Loss\uff1a{2.0**-i}\n"
            f"整体测试集上的Loss: {2.0 ** (2 - i)}\n"
            for i in (1, 2, 3)
        ),
        {
            "Loss": [(100, 0.5), (200, 0.25), (300, 0.125)],
            "\u6574\u4f53\u6d4b\u8bd5\u96c6\u4e0a\u7684Loss": [(100, 2.0), (200, 1.0), (300, 0.5)],
        },
    ),
    Sample(
        "Portuguese, with a word between the quantity and its split",
        "train.log",
        "".join(f"Época {i}: perda de treino {2.0**-i}, perda de validação {3 * 2.0**-i}\n" for i in (1, 2, 3)),
        {
            "perda de treino": [(1, 0.5), (2, 0.25), (3, 0.125)],
            "perda de validação": [(1, 1.5), (2, 0.75), (3, 0.375)],
        },
    ),
    Sample(
        "Turkish, the epoch as an ordinal",
        "train.log",
        "".join(
            f"{i}. epoch | eğitim kayb\u0131: {2.0**-i} | doğrulama kayb\u0131: {3 * 2.0**-i}\n" for i in (1, 2, 3)
        ),
        {
            "eğitim kayb\u0131": [(1, 0.5), (2, 0.25), (3, 0.125)],
            "doğrulama kayb\u0131": [(1, 1.5), (2, 0.75), (3, 0.375)],
        },
    ),
    Sample(
        "decimal commas with a comma between the quantities, and dates with points",
        "training.log",
        "".join(
            f"01.03.2024 12:00:0{i},123 Epoche {i}: Trainingsverlust = {i},4655, Validierungsverlust = 2,75e-1\n"
            for i in range(9)
        ),
        {
            "Trainingsverlust": [(i, float(f"{i}.4655")) for i in range(9)],
            "Validierungsverlust": [(i, 0.275) for i in range(9)],
        },
    ),
    Sample(
        "commas that part thousands",
        "training.log",
        "".join(f"step {i} loss: {loss} tokens: 1,250\n" for i, loss in enumerate(("2.5", "1.5", "0.5"), 1)),
        {"loss": [(1, 2.5), (2, 1.5), (3, 0.5)], "tokens": [(1, 1250), (2, 1250), (3, 1250)]},
    ),
    Sample(
        "Chinese: records of lines below an epoch, full-width marks",
        "train.log",
        "".join(
            f"Epoch {epoch} 总结:\n"
            f"  训练损失: {loss} | 训练 Dice: {1 - loss}\n"
            f"  验证损失\uff1a{loss + 0.125}\uff0c验证集准确率\uff1a{87.5 - loss}%\n"
            "  学习率: 0.000100\n"
            for epoch, loss in ((1, 0.5), (2, 0.375), (3, 0.25))
        ),
        {
            "训练损失": [(1, 0.5), (2, 0.375), (3, 0.25)],
            "训练 Dice": [(1, 0.5), (2, 0.625), (3, 0.75)],
            "验证损失": [(1, 0.625), (2, 0.5), (3, 0.375)],
            "验证集准确率": [(1, 87.0), (2, 87.125), (3, 87.25)],
            "学习率": [(1, 1e-4), (2, 1e-4), (3, 1e-4)],
        },
    ),
    Sample(
        "Chinese: ordinals",
        "train.log",
        "第 1/9 轮 平均损失: 0.5\n第 2/9 轮 平均损失: 0.375\n第 3/9 轮 平均损失: nan\n",
        {"平均损失": [(1, 0.5), (2, 0.375), (3, nan)]},
    ),
    Sample(
        "Korean",
        "train.log",
        "에포크 1/3 - 손실: 0.75, 정확도: 0.5, 검증 손실: 0.875\n"
        "에포크 2/3 - 손실: 0.5, 정확도: 0.625, 검증 손실: 0.625\n"
        "에포크 3/3 - 손실: 0.25, 정확도: 0.75, 검증 손실: 0.5\n",
        {
            "손실": [(1, 0.75), (2, 0.5), (3, 0.25)],
            "검증 손실": [(1, 0.875), (2, 0.625), (3, 0.5)],
            "정확도": [(1, 0.5), (2, 0.625), (3, 0.75)],
        },
    ),
    Sample(
        "Russian",
        "train.log",
        "Эпоха 1/9 - Потери обуч: 0.75, Точн вал: 0.5\n"
        "Эпоха 2/9 - Потери обуч: 0.5, Точн вал: 0.625\n"
        "Эпоха 3/9 - Потери обуч: 0.25, Точн вал: 0.75\n",
        {"Потери обуч": [(1, 0.75), (2, 0.5), (3, 0.25)], "Точн вал": [(1, 0.5), (2, 0.625), (3, 0.75)]},
    ),
    Sample(
        "French: a loss and accuracies that are called after their split alone",
        "train.log",
        "Époque 1/3 | Train: 0.75 / 72.5% | Test: 86.5%\n"
        "Époque 2/3 | Train: 0.5 / 81.5% | Test: 88.5%\n"
        "Époque 3/3 | Train: 0.25 / 84.5% | Test: 89.5%\n",
        {"Train": [(1, 0.75), (2, 0.5), (3, 0.25)], "Test (%)": [(1, 86.5), (2, 88.5), (3, 89.5)]},
    ),
    Sample(
        "German",
        "train.log",
        "Epoche 1/3 | Trainingsverlust: 0.75 | Validierungsverlust: 0.875 | Validierungsgenauigkeit: 72.5%\n"
        "Epoche 2/3 | Trainingsverlust: 0.5 | Validierungsverlust: 0.75 | Validierungsgenauigkeit: 81.5%\n"
        "Epoche 3/3 | Trainingsverlust: 0.25 | Validierungsverlust: 0.5 | Validierungsgenauigkeit: 84.5%\n",
        {
            "Trainingsverlust": [(1, 0.75), (2, 0.5), (3, 0.25)],
            "Validierungsverlust": [(1, 0.875), (2, 0.75), (3, 0.5)],
            "Validierungsgenauigkeit": [(1, 72.5), (2, 81.5), (3, 84.5)],
        },
    ),
    Sample(
        "Spanish",
        "train.log",
        "Época 1: pérdida 0.75\nÉpoca 2: pérdida 0.5\nÉpoca 3: pérdida 0.25\n",
        {"pérdida": [(1, 0.75), (2, 0.5), (3, 0.25)]},
    ),
    Sample(
        "Romanian: an evaluation that its split and its unit name",
        "train.log",
        "pas     0 | pierdere 0.7500 | lr 5.00e-01 |    0.2s\n"
        "pas   100 | pierdere 0.5000 | lr 2.50e-01 |    3.8s\n"
        "        -> validare 0.6250 nats = 0.9017 biti/caracter\n"
        "pas   200 | pierdere 0.3750 | lr 2.50e-01 |    7.0s\n"
        "        -> validare 0.5000 nats = 0.7213 biti/caracter\n"
        "pas   300 | pierdere 0.2500 | lr 1.25e-01 |    9.9s\n"
        "        -> validare 0.3750 nats = 0.5410 biti/caracter\n",
        {
            "pierdere": [(0, 0.75), (100, 0.5), (200, 0.375), (300, 0.25)],
            "validare (nats)": [(100, 0.625), (200, 0.5), (300, 0.375)],
            "lr": [(0, 0.5), (100, 0.25), (200, 0.25), (300, 0.125)],
        },
    ),
    Sample(
        "batches that begin anew, each epoch told below them, in Serbian",
        "nnue.log",
        "".join(
            f"[Batch 1000] -> train MSE: {3 - e} | val MSE: {2 - e / 4}\n"
            f"[Batch 2000] -> train MSE: {2.5 - e} | val MSE: {2 - e / 2}\n=> Epoha [{e}/10] ZAVRSENA!\n"
            for e in (1, 2, 3)
        ),
        {
            "train MSE": [(1000, 2.0), (2000, 1.5), (3000, 1.0), (4000, 0.5), (5000, 0.0), (6000, -0.5)],
            "val MSE": [(1000, 1.75), (2000, 1.5), (3000, 1.5), (4000, 1.0), (5000, 1.25), (6000, 0.5)],
            "epoch": [(1000, 0), (2000, 0), (3000, 1), (4000, 1), (5000, 2), (6000, 2)],
        },
    ),
    Sample(
        "Korean: batches",
        "train.log",
        "".join(f"에포크 {e}, 배치 {b}/2, 로스: {3 - e - b / 4}\n" for e in (1, 2) for b in (1, 2)),
        {
            "로스": [(2 * e + b - 2, 3 - e - b / 4) for e in (1, 2) for b in (1, 2)],
            "epoch": [(2 * e + b - 2, e) for e in (1, 2) for b in (1, 2)],
        },
    ),
    Sample(
        "Chinese: losses without a mark behind their names",
        "train.log",
        "".join(f"步骤 {i}00: 训练损失 {3 - i / 4}, 验证损失 {4 - i / 4}\n" for i in (1, 2, 3)),
        {
            "训练损失": [(100 * i, 3 - i / 4) for i in (1, 2, 3)],
            "验证损失": [(100 * i, 4 - i / 4) for i in (1, 2, 3)],
        },
    ),
    Sample(
        "Polish",
        "train.log",
        "".join(f"Epoka {i}: Loss treningowy: {3 - i / 4}, Loss walidacyjny: {4 - i / 4}\n" for i in (1, 2, 3)),
        {
            "Loss treningowy": [(i, 3 - i / 4) for i in (1, 2, 3)],
            "Loss walidacyjny": [(i, 4 - i / 4) for i in (1, 2, 3)],
        },
    ),
    Sample(
        "Chinese: how many updates there were",
        "train.log",
        "".join(f"训练次数\uff1a{100 * i}, Loss\uff1a{3 - i / 4}\n" for i in (1, 2, 3)),
        {"Loss": [(100 * i, 3 - i / 4) for i in (1, 2, 3)]},
    ),
    Sample(
        "Spanish, with a split in English behind an underscore",
        "salida.txt",
        "".join(f"Epoca {i}: exactitud_train: 0.{4 + i}5, exactitud_test: 0.{3 + i}5\n" for i in (1, 2, 3)),
        {
            "exactitud_train": [(i, float(f"0.{4 + i}5")) for i in (1, 2, 3)],
            "exactitud_test": [(i, float(f"0.{3 + i}5")) for i in (1, 2, 3)],
        },
    ),
)
