# ruff: noqa: E501 (a line of a log is as long as it is)
"""Every format that logdoctor promises to read, and what holds it to that.

`REAL` were written by the framework itself, kept with its version; `SAMPLES` and `CASES` are texts written from the
source code of their writers.
"""

from __future__ import annotations

from tests.sources.catalogue.event_files import EVENT_FILES
from tests.sources.catalogue.json_logs import JSON_LOGS
from tests.sources.catalogue.tables import TABLES
from tests.sources.catalogue.text_logs import TEXT_LOGS

CASES = {**TEXT_LOGS, **TABLES, **JSON_LOGS, **EVENT_FILES}

_STEP = {"loss": "train-loss", "lr": "learning-rate", "grad_norm": "gradient-norm"}

SAMPLES: dict[str, tuple[str, dict[str, str]]] = {
    "nanoGPT": ("nanogpt.log", {"loss": "train-loss", "val loss": "validation-loss"}),
    "nanochat": ("nanochat.log", {"loss": "train-loss", "lrm": "setup"}),
    "modded-nanogpt": ("speedrun.txt", {"train_loss": "train-loss", "val_loss": "validation-loss"}),
    "llm.c": ("main.log", {"trl": "train-loss", "tel": "validation-loss", "lr": "learning-rate", "norm": "gradient-norm"}),
    "litgpt": ("litgpt.log", {"loss train": "train-loss", "loss val": "validation-loss"}),
    "Megatron-LM": (
        "megatron.log",
        {
            "lm loss": "train-loss", "validation/lm loss value": "validation-loss", "grad norm": "gradient-norm",
            "validation/lm loss PPL": "validation-error", "learning rate": "learning-rate", "loss scale": "loss-scale",
        },
    ),
    "torchtitan": ("titan.log", {"loss": "train-loss", "grad_norm": "gradient-norm", "validate/loss": "validation-loss"}),
    "torchtune": ("log_1700000000.txt", _STEP),
    "NeMo": ("nemo.log", {"reduced_train_loss": "train-loss", "lr": "learning-rate"}),
    "Hugging Face 4, console": ("hf4.log", {"loss": "train-loss", "grad_norm": "gradient-norm"}),
    "Hugging Face 5, console": ("hf5.log", {"loss": "train-loss", "learning_rate": "learning-rate"}),
    "Keras 2, console": ("keras2.log", {"loss": "train-loss", "val_loss": "validation-loss", "accuracy": "train-metric"}),
    "PyTorch example, MNIST": ("mnist.log", {"train/Loss": "train-loss", "test/Average loss": "validation-loss"}),
    "PyTorch example, ImageNet": (
        "imagenet.log",
        {"Loss": "train-loss", "test/Loss": "validation-loss", "Acc@1": "train-metric", "test/Acc@1": "validation-metric"},
    ),
    "PyTorch example, word language model": ("lm.log", {"loss": "train-loss", "valid loss": "validation-loss"}),
    "PyTorch example, DCGAN": ("dcgan.log", {"Loss_D": "adversarial-loss", "Loss_G": "adversarial-loss"}),
    "timm, console": ("timm.log", {"train/Loss": "train-loss", "test/Loss": "validation-loss", "LR": "learning-rate"}),
    "fairseq": (
        "fairseq.log",
        {"train/loss": "train-loss", "valid/loss": "validation-loss", "gnorm": "gradient-norm", "loss_scale": "loss-scale"},
    ),
    "MMEngine, console": ("mmengine.log", {"train/loss": "train-loss", "val/coco/bbox_mAP": "validation-metric"}),
    "detectron2, console": ("detectron2.log", {"total_loss": "train-loss", "loss_cls": "train-component-loss"}),
    "Caffe": ("caffe.log", {"loss": "train-loss", "test/accuracy": "validation-metric"}),
    "TF Estimator": ("estimator.log", {"loss": "train-loss", "eval/loss": "validation-loss"}),
    "Lightning, progress bar": ("lightning.log", {"train_loss": "train-loss", "val_loss": "validation-loss"}),
    "Stable-Baselines3, console": ("sb3.log", {"rollout/ep_rew_mean": "reward", "train/loss": "policy-loss"}),
    "Hugging Face, model card": (
        "README.md",
        {"Training Loss": "train-loss", "Validation Loss": "validation-loss", "Accuracy": "validation-metric"},
    ),
    "fastai, console": (
        "fastai.log",
        {"train_loss": "train-loss", "valid_loss": "validation-loss", "accuracy": "validation-metric"},
    ),
    "Ultralytics, console": ("yolo.log", {"box_loss": "train-loss", "val/mAP50": "validation-metric"}),
    "key=value": ("log.txt", {"loss": "train-loss"}),
    "key: value": ("train.out", {"train loss": "train-loss", "val loss": "validation-loss"}),
    "Megatron golden values": ("golden_values_dev.json", {"lm loss": "train-loss"}),
    "DeepOBS": (
        "random_seed__42__2019-02-13-15-20-14.json",
        {"train_losses": "train-loss", "test_losses": "validation-loss"},
    ),
    "Keras, history": ("history.json", {"loss": "train-loss", "val_loss": "validation-loss"}),
    "Stable-Baselines3, monitor": ("0.monitor.csv", {"env0/episode_reward": "reward"}),
}  # fmt: skip
"""Samples that a source carries, by file name, with the roles of their series."""

REAL = {
    "OpenAI Baselines, logger": "baselines_logger",
    "CLU, as Flax trains": "clu_metric_writers",
    "DeepSpeed, pipeline's console": "deepspeed_pipeline",
    "Lightning Fabric, CSVLogger": "fabric_csv",
    "sentence-transformers": "sentence_transformers_trainer",
    "spaCy, table of the console": "spacy_console",
    "accelerate": "accelerate_tensorboard",
    "CatBoost": "catboost_info",
    "CatBoost, several test sets": "catboost_tests",
    "Axolotl, Trainer": "axolotl_trainer",
    "Catalyst": "catalyst_csv",
    "CleanRL": "cleanrl_ppo",
    "ClearML, offline": "clearml_offline",
    "Composer, FileLogger and console": "composer_trainer",
    "DVCLive": "dvclive_tsv",
    "DeepSpeed, csv_monitor": "deepspeed_csv",
    "fastai, CSVLogger": "fastai_csv",
    "Hugging Face, trainer state with copies": "hf_trainer",
    "Hugging Face 4, console, results and model card": "hf_trainer_4",
    "Keras, CSVLogger": "keras_csv",
    "LitGPT, pretraining": "litgpt_pretrain",
    "LLaMA-Factory, all it writes": "llama_factory",
    "LightGBM": "lightgbm_console",
    "Lightning, bar of 2.6": "lightning_bar",
    "Lightning, CSVLogger": "lightning_csv",
    "Lightning, TensorBoardLogger": "lightning_tensorboard",
    "MMEngine": "mmengine_json",
    "ms-swift, all it writes": "ms_swift",
    "Ray Tune": "ray_tune",
    "RLlib": "rllib_tune",
    "RLlib, older API stack": "rllib_tune_older",
    "Sacred": "sacred_files",
    "scikit-learn, MLP": "sklearn_mlp",
    "skrl": "skrl_tensorboard",
    "spaCy": "spacy_jsonl",
    "SpeechBrain": "speechbrain_lines",
    "Stable-Baselines3": "stable_baselines3_csv",
    "Stable-Baselines3, console, monitors and event file": "stable_baselines3_console",
    "SwanLab": "swanlab_local",
    "tensorboardX": "tensorboardx_json",
    "tianshou": "tianshou_tensorboard",
    "timm": "timm_summary",
    "torch SummaryWriter": "torch_tensorboard",
    "TorchRL": "torchrl_csv",
    "torchtitan, console and event file": "torchtitan_metrics",
    "torchtune DiskLogger": "torchtune_disk",
    "TRL, DPO": "trl_dpo",
    "TRL, GRPO": "trl_grpo",
    "TRL, SFT": "trl_sft",
    "Ultralytics, CSV of a classification": "ultralytics_csv",
    "Unsloth, console and state": "unsloth_sft",
    "verl, console and file": "verl_tracking",
    "VisualDL": "visualdl_records",
    "XGBoost": "xgboost_console",
}
"""Folders of fixtures/frameworks."""

ELSEWHERE = {
    "W&B, .wandb": "wandb/run.wandb",
    "MLflow, file store": "mlflow/mlruns",
    "MLflow, SQLite": "mlflow/mlflow.sql",
    "Trackio, SQLite": "trackio/trackio.sql",
    "Hugging Face 5, Trainer's console": "text/hf_trainer.log",
    "Keras 3, console": "text/keras_bar.log",
}
"""Fixtures that really were written and have test modules of their own."""

NOT_RUN = {
    "CleanRL": "its scripts of today lie on no package index; those of 0.4.8, of 2021, were run",
    "Megatron-LM": "megatron-core has no `megatron.training`, which prints these lines",
    "Megatron-LM, validation": "megatron-core has no `megatron.training`, which prints these lines",
    "OpenAI Baselines": "the names of its last commits, while the package index holds 0.1.5",
    "RLlib, older": "the columns of Ray 1, which does not install beside a Python of today",
    "Spinning Up": "it lies on no package index (`spinup` there is another program) and needs TensorFlow 1",
    "nanoGPT": "no package: a repository to be copied",
    "nanochat": "no package: a repository to be copied, for GPUs",
    "modded-nanogpt": "no package: a repository to be copied, for GPUs",
    "llm.c": "no package: C and CUDA to be built",
    "MaxText, metrics file": "no package of that name on PyPI",
    "ms-swift, older": "keys of older versions; only 4.6 was run",
}
"""Why what language models are trained with is kept as a text from the catalogue alone.

Of LitGPT, LLaMA-Factory, ms-swift, TRL, Composer and Hugging Face 4, texts are kept besides what `REAL` has, for values
that no sound run writes (NaN) and layouts of other versions. verl was given its values: its trainer needs a GPU.
"""
