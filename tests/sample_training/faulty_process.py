"""What happens to the process and its files."""

from __future__ import annotations

from functools import partial

from torch.optim import AdamW

from .data import sentences
from .networks import language_model
from .printed import nanogpt
from .recipe import Recipe, Sample
from .train import Fit, Interrupted
from .write import tensorboard

text = sentences()
letters = text.classes


OUT_OF_MEMORY = """\
Traceback (most recent call last):
  File "/home/trainer/nanoGPT/train.py", line 305, in <module>
    scaler.scale(loss).backward()
  File "/opt/conda/lib/python3.11/site-packages/torch/_tensor.py", line 647, in backward
    torch.autograd.backward(
  File "/opt/conda/lib/python3.11/site-packages/torch/autograd/__init__.py", line 354, in backward
    _engine_run_backward(
  File "/opt/conda/lib/python3.11/site-packages/torch/autograd/graph.py", line 829, in _engine_run_backward
    return Variable._execution_engine.run_backward(  # Calls into the C++ engine to run the backward pass
           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 1.50 GiB. GPU 0 has a total capacity of 23.65 GiB of \
which 906.81 MiB is free. Including non-PyTorch memory, this process has 22.76 GiB memory in use. Of the allocated \
memory 21.43 GiB is allocated by PyTorch, and 891.02 MiB is reserved by PyTorch but unallocated. If reserved but \
unallocated memory is large try setting PYTORCH_CUDA_ALLOC_CONF=expandable_segments:True to avoid fragmentation.  See \
documentation for Memory Management  (https://pytorch.org/docs/stable/notes/cuda.html#environment-variables)"""
"""What torch prints, with the figures of a device of 24 GB: nothing here was measured."""


PROCESS = (
    Recipe(
        folder="restart-overlap",
        run="The next letter from the last eight, 96 hidden units with AdamW.",
        planted="The process died at step 470 and was resumed from step 376, into a second file.",
        framework="torch.utils.tensorboard",
        samples={
            ".": Sample(
                Interrupted(
                    Fit(
                        text,
                        language_model(letters, 96),
                        epochs=3,
                        batch_size=64,
                        rate=2e-3,
                        optimizer=AdamW,
                        clip=1.0,
                        evaluate_every=47,
                    ),
                    saved=376,
                    died=470,
                ),
                partial(tensorboard, every=2),
                expect=("restart-overlap",),
                causes=("resumed-from-checkpoint",),
            )
        },
    ),
    Recipe(
        folder="out-of-memory",
        run="The next letter from the last eight, 96 hidden units with AdamW.",
        planted="The process dies at step 120, as it would where the accelerator has no memory left.",
        framework="nanoGPT, printed",
        samples={
            ".": Sample(
                Fit(
                    text,
                    language_model(letters, 96),
                    epochs=3,
                    batch_size=64,
                    rate=1e-3,
                    optimizer=AdamW,
                    evaluate_every=47,
                    stop_after=120,
                ),
                partial(nanogpt, every=1, ends=OUT_OF_MEMORY.splitlines()),
                expect=("out-of-memory",),
                causes=("out-of-memory",),
            )
        },
    ),
)
