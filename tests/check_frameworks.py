"""Captures real trainings of Lightning and Hugging Face and replays them, from the capture and from their checkpoints.

Not part of the test suite, for both are large. In an environment with torch first:

    pip install torch==2.13.0 && pip install -e '.[replay]' lightning transformers accelerate
    python tests/check_frameworks.py

It prints a line for each check and ends with an error where one does not hold. Last run with torch 2.13.0 (CPU),
lightning 2.6.6, transformers 5.23.0 and accelerate 1.15.0.
"""

from __future__ import annotations

import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset, TensorDataset

from logdoctor.capture import hugging_face_callback, lightning_callback
from logdoctor.replay.checkpoints.finding import read_checkpoint
from logdoctor.replay.given.gather import gather
from logdoctor.replay.material import Recipe, Training
from logdoctor.replay.pipeline import Options, replay
from logdoctor.replayed import Target

EVERY = 16
TOLERANCE = 1e-6
"""Between replayed and logged losses: Hugging Face divides each of the accumulated losses before they are added."""


def lightning(folder: Path, callbacks: list[Any]) -> nn.Module:
    """Train with a functional loss, dropout and a scheduler; row 400 is NaN."""
    import lightning as pl

    class Classifier(pl.LightningModule):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.net = lightning_network()

        def training_step(self, batch: Any, _: int) -> Any:
            inputs, targets = batch
            return nn.functional.cross_entropy(self.net(inputs), targets)

        def configure_optimizers(self) -> Any:
            optimizer = torch.optim.AdamW(self.parameters(), 1e-2)
            scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 10)
            return {"optimizer": optimizer, "lr_scheduler": {"scheduler": scheduler, "interval": "step"}}

    pl.seed_everything(0, verbose=False)
    x, y = torch.randn(512, 8), torch.randint(0, 3, (512,))
    x[400] = float("nan")
    saving = pl.pytorch.callbacks.ModelCheckpoint(folder / "saved", every_n_train_steps=EVERY, save_top_k=-1)
    quiet = {"logger": False, "enable_progress_bar": False, "enable_model_summary": False, "accelerator": "cpu"}
    trainer = pl.Trainer(max_epochs=1, default_root_dir=folder, callbacks=[*callbacks, saving], **quiet)
    model = Classifier()
    trainer.fit(model, DataLoader(TensorDataset(x, y), 8, shuffle=True))
    return model


def lightning_network() -> nn.Module:
    return nn.Sequential(nn.Linear(8, 16), nn.Dropout(0.2), nn.Linear(16, 3))


def lightning_recipe() -> Recipe:
    def setup() -> Training:
        model = nn.ModuleDict({"net": lightning_network()})
        optimizer = torch.optim.AdamW(model.parameters(), 1e-2)
        return Training(model, optimizer, torch.optim.lr_scheduler.StepLR(optimizer, 10))

    def loss(model: Any, batch: Any) -> Any:
        return nn.functional.cross_entropy(model["net"](batch[0]), batch[1])

    return Recipe(setup, loss)


class Sentences(Dataset[Any]):  # type: ignore[misc]
    """Random tokens; the class is whether the first is large."""

    def __len__(self) -> int:
        return 256

    def __getitem__(self, at: int) -> dict[str, Any]:
        tokens = torch.randint(0, 100, (12,), generator=torch.Generator().manual_seed(at))
        return {"input_ids": tokens, "attention_mask": torch.ones_like(tokens), "labels": int(tokens[0] > 50)}


def bert() -> Any:
    from transformers import BertConfig, BertForSequenceClassification

    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    return BertForSequenceClassification(BertConfig(vocab_size=100, max_position_embeddings=16, **sizes))


def hugging_face(folder: Path, callbacks: list[Any]) -> nn.Module:
    """Train with dropout, clipping, a linear schedule and accumulated gradients."""
    from transformers import Trainer, TrainingArguments, set_seed

    set_seed(0)
    model = bert()
    arguments = TrainingArguments(
        str(folder),
        per_device_train_batch_size=8,
        gradient_accumulation_steps=2,
        max_steps=40,
        save_steps=EVERY,
        learning_rate=1e-3,
        report_to=[],
        use_cpu=True,
        disable_tqdm=True,
    )
    Trainer(model, arguments, train_dataset=Sentences(), callbacks=callbacks).train()
    return model


def hugging_face_recipe() -> Recipe:
    def setup() -> Training:
        from transformers import get_linear_schedule_with_warmup

        model = bert()
        decayed = [one for name, one in model.named_parameters() if one.ndim > 1 and "LayerNorm" not in name]
        others = [one for one in model.parameters() if not any(one is own for own in decayed)]
        optimizer = torch.optim.AdamW([{"params": decayed}, {"params": others}], 1e-3)
        return Training(model, optimizer, get_linear_schedule_with_warmup(optimizer, 0, 40))

    # transformers 5.23 adds the losses of accumulated batches up where a model takes **kwargs, as if these had told it
    # the number of items; a replay divides by their number, as the documentation has it.
    return Recipe(setup, lambda model, batch: 2 * model(**batch).loss, clip_norm=1.0, accumulate=2)


Fit = Callable[[Path, list[Any]], nn.Module]


def check(name: str, fit: Fit, callback: Any, recipe: Recipe, folder: Path, step: int) -> Iterator[tuple[str, bool]]:
    """Yield what was checked and whether it holds."""
    alone = fit(folder / "alone", [])
    run = folder / "captured"
    watched = fit(run, [callback])
    pairs = zip(alone.state_dict().values(), watched.state_dict().values(), strict=True)
    equal = all(torch.equal(torch.nan_to_num(one), torch.nan_to_num(other)) for one, other in pairs)
    yield f"{name}: the captured training is the same bit by bit", equal
    own = sorted(map(read_checkpoint, (*run.rglob("*.ckpt"), *run.glob("checkpoint-*"))), key=lambda one: one.step)
    yield f"{name}: {len(own)} checkpoints of its own are read", len(own) >= 2
    usable = next(one for one in reversed(own) if one.step < step)
    for source, path in (("the capture", None), (f"{usable.path.name if usable.path else ''}", usable.path)):
        material = gather(run, recipe, step, {}, path)
        baseline = replay(material, Target(step), Options(device="cpu")).baseline
        difference = baseline.largest_difference if baseline is not None else None
        said = f"{name}: replayed from {source}, largest difference from the logged loss {difference}"
        yield said, difference is not None and difference <= TOLERANCE


def main() -> int:
    """Run all checks."""
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    failed = 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        lit = lightning_callback(folder / "lightning" / "captured", every=EVERY)
        hf = hugging_face_callback(every=EVERY)
        cases = (
            ("lightning", lightning, lit, lightning_recipe(), folder / "lightning", 60),
            ("hugging face", hugging_face, hf, hugging_face_recipe(), folder / "hugging_face", 38),
        )
        for case in cases:
            for said, holds in check(*case):
                print(f"{'ok  ' if holds else 'FAIL'}  {said}")
                failed += not holds
    return failed


if __name__ == "__main__":
    sys.exit(main())
