"""The rules of other tools, as far as they judge curves: baselines that read the same runs as logdoctor does.

One file a peer, with the thresholds that it ships and where they stand. `tests/test_benchmark_peers.py` holds each
to a case from its own documentation or tests.
"""

from .autotrainer import AUTOTRAINER
from .lightning import LIGHTNING
from .olmo_core import OLMO_CORE
from .peer import Alarm, Peer
from .post_training_toolkit import POST_TRAINING_TOOLKIT
from .runwise import RUNWISE
from .sagemaker import SAGEMAKER
from .umlaut import UMLAUT

PEERS = (SAGEMAKER, AUTOTRAINER, UMLAUT, RUNWISE, POST_TRAINING_TOOLKIT, LIGHTNING, OLMO_CORE)

__all__ = ["PEERS", "Alarm", "Peer"]
