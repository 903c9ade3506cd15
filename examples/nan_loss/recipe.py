"""How logdoctor replay takes a step of train.py again; the batches come from the capture."""

from train import build as setup
from train import loss_of as loss

__all__ = ["loss", "setup"]
