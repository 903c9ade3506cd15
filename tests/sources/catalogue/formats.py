# ruff: noqa: E501 (a line of a log is as long as it is)
"""Every format that logdoctor promises to read, and what holds it to that.

`REAL` were written by the framework itself, kept with its version; `SAMPLES` and `CASES` are texts written from the
source code of their writers, and `NOT_RUN` says of some of them why no log of their own is kept.
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
    "Tesseract": ("tesseract.log", {"BCER train": "train-loss", "BCER eval": "validation-loss"}),
    "Open Graph Benchmark": (
        "ogb.log",
        {"Loss": "train-loss", "Train (%)": "train-metric", "Valid (%)": "validation-metric", "Test (%)": "validation-metric"},
    ),
    "PaddleOCR": ("ppocr.log", {"loss": "train-loss", "CTCLoss": "train-component-loss", "lr": "learning-rate"}),
    "OpenPCDet": ("pcdet.log", {"loss": "train-loss", "lr": "learning-rate"}),
    "Sockeye": ("sockeye.log", {"perplexity": "train-loss"}),
    "Spinning Up, console": ("spinup.txt", {"AverageEpRet": "reward", "LossPi": "policy-loss"}),
    "icefall": ("algo-1.stdout", {"loss": "train-loss", "lr": "learning-rate"}),
    "RecBole": ("recbole.log", {"train loss": "train-loss", "valid/recall@10": "validation-metric"}),
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
    "accelerate": "accelerate_tensorboard",
    "Axolotl, Trainer": "axolotl_trainer",
    "Catalyst": "catalyst_csv",
    "Catalyst, console": "catalyst_console",
    "CatBoost": "catboost_info",
    "CatBoost, several test sets": "catboost_tests",
    "CleanRL": "cleanrl_ppo",
    "ClearML, offline": "clearml_offline",
    "CLU, as Flax trains": "clu_metric_writers",
    "Composer, FileLogger and console": "composer_trainer",
    "DeepSpeed, csv_monitor": "deepspeed_csv",
    "DeepSpeed, pipeline's console": "deepspeed_pipeline",
    "DVCLive": "dvclive_tsv",
    "ESPnet, log and event files": "espnet_log",
    "fairseq, JSON lines and event files": "fairseq_json",
    "fairseq, simple": "fairseq_simple",
    "fastai, CSVLogger and console": "fastai_csv",
    "Hugging Face 4, console, results and model card": "hf_trainer_4",
    "Hugging Face, trainer state with copies": "hf_trainer",
    "Ignite, bar and event files": "ignite_bar",
    "Keras 2, console and TensorBoard": "keras_tensorboard",
    "Keras, CSVLogger": "keras_csv",
    "LightGBM": "lightgbm_console",
    "Lightning Fabric, CSVLogger": "fabric_csv",
    "Lightning, bar of 2.6": "lightning_bar",
    "Lightning, CSVLogger": "lightning_csv",
    "Lightning, TensorBoardLogger": "lightning_tensorboard",
    "LitGPT, pretraining": "litgpt_pretrain",
    "LLaMA-Factory, all it writes": "llama_factory",
    "mmcv 1": "mmcv_log",
    "MMEngine": "mmengine_json",
    "MONAI, StatsHandler": "monai_handlers",
    "ms-swift, all it writes": "ms_swift",
    "NeMo, exp_manager": "nemo_exp",
    "nnU-Net": "nnunet_log",
    "open_clip": "open_clip_log",
    "OpenAI Baselines, logger": "baselines_logger",
    "PaddlePaddle, Model.fit": "paddle_hapi",
    "Ray Tune": "ray_tune",
    "RLlib": "rllib_tune",
    "RLlib, older API stack": "rllib_tune_older",
    "Sacred": "sacred_files",
    "scikit-learn, MLP": "sklearn_mlp",
    "sentence-transformers": "sentence_transformers_trainer",
    "skorch": "skorch_table",
    "skrl": "skrl_tensorboard",
    "spaCy": "spacy_jsonl",
    "spaCy, table of the console": "spacy_console",
    "SpeechBrain": "speechbrain_lines",
    "Stable-Baselines3": "stable_baselines3_csv",
    "Stable-Baselines3, console, monitors and event file": "stable_baselines3_console",
    "SwanLab": "swanlab_local",
    "TensorBoard, CSV download": "tensorboard_csv_download",
    "TensorBoard, JSON download": "tensorboard_json_download",
    "tensorboardX": "tensorboardx_json",
    "TF Estimator": "tf_estimator",
    "tianshou": "tianshou_tensorboard",
    "timm": "timm_summary",
    "torch SummaryWriter": "torch_tensorboard",
    "TorchRL": "torchrl_csv",
    "torchtitan, console and event file": "torchtitan_metrics",
    "torchtune, DiskLogger": "torchtune_disk",
    "TRL, DPO": "trl_dpo",
    "TRL, GRPO": "trl_grpo",
    "TRL, SFT": "trl_sft",
    "Ultralytics, CSV and console of a detection": "ultralytics_detection",
    "Ultralytics, CSV of a classification": "ultralytics_csv",
    "Unsloth, console and state": "unsloth_sft",
    "verl, console and file": "verl_tracking",
    "VisualDL": "visualdl_records",
    "XGBoost": "xgboost_console",
    "YOLOX": "yolox_log",
}
"""Folders of fixtures/frameworks."""

ANY_LOOP = frozenset({"key=value", "key: value"})
"""What no framework prints, but people's own loops."""

NOT_RUN = {
    "AllenNLP": "2.10.1 asks for torch below 1.13, which has no wheel for Python 3.11",
    "Caffe": "no package of it for Python 3.11",
    "CleanRL": "its scripts of today lie on no package index; those of 0.4.8, of 2021, were run",
    "darknet": "no package: C to be built",
    "DeepOBS": "deepobs 1 needs TensorFlow 1",
    "DeiT, MAE, DINO, ConvNeXt": "no packages: repositories to be copied",
    "detectron2, console": "there is no package of it on PyPI",
    "detectron2": "there is no package of it on PyPI",
    "GPT-NeoX": "no package: a repository to be copied, for GPUs",
    "icefall": "no package: recipes to be copied, upon k2 built for the GPU",
    "llm.c": "no package: C and CUDA to be built",
    "MaxText, metrics file": "no package of that name on PyPI",
    "MaxText": "no package of that name on PyPI",
    "Megatron golden values": "they lie in the repository of Megatron-LM; nothing writes them for users",
    "Megatron, event files": "megatron-core has no `megatron.training`, which writes them",
    "Megatron-LM, validation": "megatron-core has no `megatron.training`, which prints these lines",
    "Megatron-LM": "megatron-core has no `megatron.training`, which prints these lines",
    "modded-nanogpt": "no package: a repository to be copied, for GPUs",
    "ms-swift, older": "keys of older versions; only 4.6 was run",
    "nanochat": "no package: a repository to be copied, for GPUs",
    "nanoGPT": "no package: a repository to be copied",
    "Open Graph Benchmark": "its examples are scripts to be copied; the package prints no such lines",
    "OpenAI Baselines": "the names of its last commits, while the package index holds 0.1.5",
    "OpenPCDet": "no package: a repository to be built, for GPUs",
    "PaddleDetection": "paddledet 2.6.0 asks for numpy below 1.24, and with another its imports fail",
    "PaddleOCR": "the package holds models to be used; its training is a repository to be copied",
    "PaddleSeg": "paddleseg 2.8.0 did not import beside PaddlePaddle 3.3.1, for want of matching versions of pandas and numpy",
    "PyTorch example, DCGAN": "no package: a script to be copied",
    "PyTorch example, ImageNet": "no package: a script to be copied",
    "PyTorch example, MNIST": "no package: a script to be copied",
    "PyTorch example, word language model": "no package: a script to be copied",
    "RecBole": "written after public logs of it; it was not tried",
    "RLlib, older": "the columns of Ray 1, which does not install beside a Python of today",
    "Sockeye": "written after public logs of version 1, upon MXNet; it was not tried",
    "Spinning Up": "it lies on no package index (`spinup` there is another program) and needs TensorFlow 1",
    "Spinning Up, console": "it lies on no package index (`spinup` there is another program) and needs TensorFlow 1",
    "Tesseract": "no package of Python's: C++ to be built, with fonts to draw what it learns from",
    "timm, console": "the wheel has no train.py, which prints these lines",
    "torchvision references, DeiT": "the wheel has no `references`, which print these lines",
    "W&B before 0.10": "clients so old find no server to talk to",
    "W&B history": "the server writes it",
    "W&B panel": "the web page writes it",
    "YOLOv5": "yolov5 7.0.14 asks for pkg_resources, which setuptools no longer has",
}
"""Why a format has a text written from its source code alone, as tried on Python 3.11.

Others that were run keep a text besides, for values that no sound run writes (NaN) and layouts of other versions. verl
was given its values: its trainer needs a GPU.
"""

ELSEWHERE = {
    "W&B, .wandb": "wandb/run.wandb",
    "MLflow, file store": "mlflow/mlruns",
    "MLflow, SQLite": "mlflow/mlflow.sql",
    "Trackio, SQLite": "trackio/trackio.sql",
    "Hugging Face 5, Trainer's console": "text/hf_trainer.log",
    "Keras 3, console": "text/keras_bar.log",
}
"""Fixtures that really were written and have test modules of their own."""
