"""What libraries of boosted trees print."""

from __future__ import annotations

import math

from logdoctor.sources.source import Sample

SAMPLES = (
    Sample(
        "XGBoost's rounds as blanks, of sets whose names end in a number",
        "train.log",
        "".join(
            f"[{i}]     validset-0-auc:{value} validset-1-auc:{value - 0.25}\n"
            for i, value in enumerate((0.5, 0.625, 0.75))
        ),
        {
            "validset_0-auc": [(0, 0.5), (1, 0.625), (2, 0.75)],
            "validset_1-auc": [(0, 0.25), (1, 0.375), (2, 0.5)],
        },
    ),
    Sample(
        "XGBoost of old behind its moment, pasted with blanks for the tabs",
        "train.log",
        "".join(
            f"[20:01:0{i}] [{i}]  test-error:{0.5 - i / 8} train-error:{0.25 - i / 16}\n"
            f"[20:01:0{i}] boosting round {i + 1}, 7.5 sec elapsed\n"
            for i in range(3)
        ),
        {
            "test-error": [(0, 0.5), (1, 0.375), (2, 0.25)],
            "train-error": [(0, 0.25), (1, 0.1875), (2, 0.125)],
        },
    ),
    Sample(
        "XGBoost: `[round]` and tabs",
        "xgboost.log",
        "[0]\ttrain-logloss:0.75000\teval-logloss:0.87500\n"
        "[1]\ttrain-logloss:0.50000\teval-logloss:0.62500\n"
        "[2]\ttrain-logloss:0.25000\teval-logloss:0.37500\n",
        {
            "train-logloss": [(0, 0.75), (1, 0.5), (2, 0.25)],
            "eval-logloss": [(0, 0.875), (1, 0.625), (2, 0.375)],
        },
    ),
    Sample(
        "R's knitr before XGBoost, which ends with the best round once more",
        "report.md",
        "## [1]\ttrain-auc:0.625\ttest-auc:0.5 \n"
        "## Will train until test_auc hasn't improved in 2 rounds.\n"
        "## \n"
        "## [6]\ttrain-auc:0.75\ttest-auc:0.625 \n"
        "## [11]\ttrain-auc:0.875\ttest-auc:0.5625 \n"
        "## Stopping. Best iteration:\n"
        "## [7]\ttrain-auc:0.765625\ttest-auc:0.640625\n",
        {
            "train-auc": [(1, 0.625), (6, 0.75), (11, 0.875)],
            "test-auc": [(1, 0.5), (6, 0.625), (11, 0.5625)],
        },
    ),
    Sample(
        "LightGBM: squared errors",
        "train.log",
        "[50]\ttraining's l2: 8.5\tvalid_1's l2: 9.5\n"
        "[100]\ttraining's l2: 6.5\tvalid_1's l2: 8.5\n"
        "[150]\ttraining's l2: 5.5\tvalid_1's l2: 8.25\n"
        "Early stopping, best iteration is:\n"
        "[143]\ttraining's l2: 5.625\tvalid_1's l2: 8.125\n",
        {
            "training's l2": [(50, 8.5), (100, 6.5), (150, 5.5)],
            "valid_1's l2": [(50, 9.5), (100, 8.5), (150, 8.25)],
        },
    ),
    Sample(
        "CatBoost: one metric on both sets, and the best of it so far",
        "train.log",
        "Learning rate set to 0.03\n"
        "0:\tlearn: 0.6875000\ttest: 0.6906250\tbest: 0.6906250 (0)\ttotal: 57.9ms\tremaining: 57.8s\n"
        "100:\tlearn: 0.3437500\ttest: 0.4062500\tbest: 0.4062500 (100)\ttotal: 1.2s\tremaining: 10.7s\n"
        "200:\tlearn: 0.2500000\ttest: 0.3906250\tbest: 0.3900000 (187)\ttotal: 2.31s\tremaining: 9.18s\n"
        "Stopped by overfitting detector  (50 iterations wait)\n"
        "bestTest = 0.39\nbestIteration = 187\nShrink model to first 188 iterations.\n",
        {
            "learn": [(0, 0.6875), (100, 0.34375), (200, 0.25)],
            "test": [(0, 0.690625), (100, 0.40625), (200, 0.390625)],
        },
    ),
    Sample(
        "CatBoost, each line stamped by a collector",
        "catboost.log",
        "".join(
            f"2025-09-05T21:43:0{i}.123456789Z {i}:\tlearn: {0.75 - 0.125 * i}\ttotal: {i}ms\tremaining: 1s\n"
            for i in range(4)
        ),
        {"learn": [(i, 0.75 - 0.125 * i) for i in range(4)]},
    ),
    Sample(
        "CatBoost without held-out data: the metric of training alone",
        "train.log",
        "Learning rate set to 0.03\n"
        "0:\tlearn: 0.6875000\ttotal: 57.9ms\tremaining: 57.8s\n"
        "100:\tlearn: 0.3437500\ttotal: 1.2s\tremaining: 10.7s\n"
        "200:\tlearn: -0.2500000\ttotal: 2.31s\tremaining: 9.18s\n",
        {"learn": [(0, 0.6875), (100, 0.34375), (200, -0.25)]},
    ),
    Sample(
        "CatBoost with two held-out sets",
        "train.log",
        "0:\tlearn: 0.6875000\ttest: 0.6906250\ttest1: 0.7500000\tbest: 0.7500000 (0)\ttotal: 57ms\tremaining: 57s\n"
        "1:\tlearn: 0.3437500\ttest: nan\ttest1: 0.5000000\tbest: 0.5000000 (1)\ttotal: 58ms\tremaining: 9us\n"
        "2:\tlearn: 0.2500000\ttest: 0.1250000\ttest1: 0.2500000\tbest: 0.2500000 (2)\ttotal: 59ms\tremaining: 0us\n",
        {
            "learn": [(0, 0.6875), (1, 0.34375), (2, 0.25)],
            "test": [(0, 0.690625), (1, math.nan), (2, 0.125)],
            "test1": [(0, 0.75), (1, 0.5), (2, 0.25)],
        },
    ),
    Sample(
        "CatBoost, set in by a notebook that was exported",
        "boosting.md",
        "    Learning rate set to 0.25\n"
        + "".join(
            f"    {i}:\tlearn: {0.75 - i / 8}\ttest: {0.875 - i / 8}\tbest: {0.875 - i / 8} ({i})\t"
            f"total: {i + 1}.5s\tremaining: {9 - i}m {40 - i}s\n"
            for i in range(4)
        ),
        {
            "learn": [(i, 0.75 - i / 8) for i in range(4)],
            "test": [(i, 0.875 - i / 8) for i in range(4)],
        },
    ),
    Sample(
        "LightGBM, pasted with blanks for the tabs",
        "boosting.md",
        "".join(
            f"    [{10 * i}]    valid_0's auc: {0.5 + i / 16}    valid_0's binary_logloss: {0.75 - i / 8}\n"
            for i in (1, 2, 3)
        ),
        {
            "valid_0's auc": [(10 * i, 0.5 + i / 16) for i in (1, 2, 3)],
            "valid_0's binary_logloss": [(10 * i, 0.75 - i / 8) for i in (1, 2, 3)],
        },
    ),
    Sample(
        "XGBoost with a metric below zero, pasted with blanks for the tabs",
        "boosting.txt",
        "".join(f"[{i}]  test-loss:{'-' if i < 2 else ''}0.{5 - i}\n" for i in range(4)),
        {"test-loss": [(0, -0.5), (1, -0.4), (2, 0.3), (3, 0.2)]},
    ),
    Sample(
        "XGBoost in the comments of a function",
        "fit.txt",
        "".join(f"    # [{20 * i}]\tvalidation_0-mlogloss:{1 - i / 4}\n" for i in range(4)),
        {"validation_0-mlogloss": [(20 * i, 1 - i / 4) for i in range(4)]},
    ),
)
