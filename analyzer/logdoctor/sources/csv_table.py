"""Tables as text with separators: one row per record, one column per quantity."""

from __future__ import annotations

from collections.abc import Iterator
from math import nan
from pathlib import Path

from logdoctor.run import Axis, Notice
from logdoctor.run.notice import INTERPRETATION
from logdoctor.sources.source import Head, Log, Sample, Source
from logdoctor.sources.tables.counters import counts, normal
from logdoctor.sources.tables.likeness import is_of_training, is_training, is_training_error, tells_loss
from logdoctor.sources.tables.row_times import MOMENTS
from logdoctor.sources.tables.separated.bare_numbers import columns_of_bare_numbers, is_called_after_curves, is_nameless
from logdoctor.sources.tables.separated.delimited import Reading, head_table, read_table
from logdoctor.sources.tables.table import Table
from logdoctor.sources.tables.table_logs import read_logs

_TEXT_FILES = frozenset({".txt", ".log", ".dat"})
"""Files that are tables only now and then, such as Spinning Up's `progress.txt` and Keras' `training.log`."""

_ENOUGH_ROWS = 0.9
"""Share of the lines of such a file that must be rows of a table."""

_FIRST_BYTES = 4096
"""Bytes in which a header, or its absence, shows."""

_NO_HEADER = (
    "No header names the columns, so none is taken for a loss: put one above the numbers, such as "
    "`epoch,loss,accuracy`, or name the columns under [roles]."
)

_STATISTICS = frozenset({"min", "max", "mean", "std"})
"""What says nothing of which quantity it is of."""

_VALUE = "value"
_DVCLIVE = ("plots", "metrics")
_TORCHRL = "scalars"


class CsvTable(Source):
    """Tables as Keras', Lightning's and fastai's CSVLogger, Ultralytics, timm, DeepSpeed, Ray or a script leave them.

    An empty cell means "not logged at this step"; a cell that says nan means that the value was NaN. The two are not
    mixed up, because a NaN loss is a finding and a gap is none; see `padding` for the writers that do mix them up.
    """

    name = "csv"
    patterns = ("*.csv", "*.tsv", "*.txt", "*.log", "*.dat")
    precedence = 10
    samples = (
        Sample(
            "a title above the header",
            "run5.csv",
            "Training of resnet18 on CIFAR-10\n\nepoch,train_loss,val_loss\n1,0.5,0.75\n2,0.25,0.5\n",
            {"train_loss": [(1, 0.5), (2, 0.25)], "val_loss": [(1, 0.75), (2, 0.5)]},
        ),
        Sample(
            "a header of two levels, and below it the name of the index, as pandas writes them",
            "history.csv",
            ",train,train,val\n,loss,acc,loss\nepoch,,,\n1,0.5,0.75,0.625\n2,0.25,0.875,0.5\n",
            {
                "train/loss": [(1, 0.5), (2, 0.25)],
                "train/acc": [(1, 0.75), (2, 0.875)],
                "val/loss": [(1, 0.625), (2, 0.5)],
            },
        ),
        Sample(
            "a header of two levels, groups said once, as spreadsheets merge their cells",
            "history.csv",
            "epoch;loss;;acc;\n;train;val;train;val\n1;0,5;0,75;0,25;0,5\n2;0,25;0,625;0,5;0,75\n",
            {
                "loss/train": [(1, 0.5), (2, 0.25)],
                "loss/val": [(1, 0.75), (2, 0.625)],
                "acc/train": [(1, 0.25), (2, 0.5)],
                "acc/val": [(1, 0.5), (2, 0.75)],
            },
        ),
        Sample(
            "names in the code page of Chinese Windows",
            "log.csv",
            "轮次,训练损失,验证损失\n1,0.5,0.75\n2,0.25,0.5\n".encode("gbk"),
            {"训练损失": [(1, 0.5), (2, 0.25)], "验证损失": [(1, 0.75), (2, 0.5)]},
        ),
        Sample(
            "names twice above a first row of words",
            "log.csv",
            "epoch,loss,loss\nfirst,high,high\n1,0.5,0.75\n2,0.25,0.5\n",
            {"loss": [(1, 0.5), (2, 0.25)], "loss.1": [(1, 0.75), (2, 0.5)]},
        ),
        Sample("names twice above results in words", "r.csv", "model,loss,loss\ncnn,low,high\nrnn,high,low\n", None),
        Sample(
            "Keras: one row for each epoch, NA where the metric was not computed",
            "training.log",
            "epoch,accuracy,loss,val_loss\n0,0.875,0.5,NA\n1,0.9375,nan,0.25\n",
            {
                "accuracy": [(0, 0.875), (1, 0.9375)],
                "loss": [(0, 0.5), (1, nan)],
                "val_loss": [(1, 0.25)],
            },
        ),
        Sample(
            "Keras' history through pandas: the nameless index is the epoch",
            "history.csv",
            ",loss,val_loss\n0,0.5,0.75\n1,0.25,0.5\n",
            {"loss": [(0, 0.5), (1, 0.25)], "val_loss": [(0, 0.75), (1, 0.5)]},
        ),
        Sample(
            "Lightning: sparse, train and validation on rows of their own",
            "metrics.csv",
            "epoch,step,train_loss,val_loss\n0,49,1.5,\n,99,1.25,\n0,99,,1.75\n",
            {"epoch": [(49, 0), (99, 0)], "train_loss": [(49, 1.5), (99, 1.25)], "val_loss": [(99, 1.75)]},
        ),
        Sample(
            "pandas with nan for gaps: train and validation take turns, so that nan is no value",
            "log.csv",
            "step,loss,val_loss\n1,1.5,nan\n2,nan,1.75\n3,1.25,nan\n4,nan,1.5\n",
            {"loss": [(1, 1.5), (3, 1.25)], "val_loss": [(2, 1.75), (4, 1.5)]},
        ),
        Sample(
            "OpenAI's baselines, policy gradients: steps of the environment so far",
            "progress.csv",
            "TimeElapsed,loss_vf_loss,EpisodesSoFar,EpRewMean,TimestepsSoFar,ev_tdlam_before\n"
            "2.5,0.5,12,1.5,1024,-0.25\n4.5,0.25,21,2.5,2048,0.25\n",
            {
                "TimeElapsed": [(1024, 2.5), (2048, 4.5)],
                "loss_vf_loss": [(1024, 0.5), (2048, 0.25)],
                "EpisodesSoFar": [(1024, 12), (2048, 21)],
                "EpRewMean": [(1024, 1.5), (2048, 2.5)],
                "ev_tdlam_before": [(1024, -0.25), (2048, 0.25)],
            },
        ),
        Sample(
            "a counter as a script calls it, beside a quantity of its own",
            "log.csv",
            "Global Step,Epoch #,Train Loss,Codebook Use\n10,1,1.5,12\n20,2,1.25,14\n",
            {
                "Epoch #": [(10, 1), (20, 2)],
                "Train Loss": [(10, 1.5), (20, 1.25)],
                "Codebook Use": [(10, 12), (20, 14)],
            },
        ),
        Sample(
            "no counter, and quantities of its own: the file is called the log of a training",
            "training_log.csv",
            "Codebook_L,Total_Loss\n0.5,1.5\n0.25,1.25\n",
            {"Codebook_L": [(0, 0.5), (1, 0.25)], "Total_Loss": [(0, 1.5), (1, 1.25)]},
        ),
        Sample(
            "the same beside the weight of the divergence, which is warmed up",
            "training_history.csv",
            "loss,audio,kl,beta\n1.5,0.75,2.5,0.0\n1.25,0.5,1.5,0.5\n1.125,0.25,1.25,1.0\n1.0,0.125,1.0,1.0\n",
            {
                "loss": [(0, 1.5), (1, 1.25), (2, 1.125), (3, 1.0)],
                "audio": [(0, 0.75), (1, 0.5), (2, 0.25), (3, 0.125)],
                "kl": [(0, 2.5), (1, 1.5), (2, 1.25), (3, 1.0)],
                "beta": [(0, 0.0), (1, 0.5), (2, 1.0), (3, 1.0)],
            },
        ),
        Sample(
            "no counter, and a metric of nobody else's that is measured on both splits",
            "history.csv",
            "loss,agreement,val_loss,val_agreement\n0.5,0.25,0.75,0.125\n0.25,0.5,0.5,0.25\n",
            {
                "loss": [(0, 0.5), (1, 0.25)],
                "agreement": [(0, 0.25), (1, 0.5)],
                "val_loss": [(0, 0.75), (1, 0.5)],
                "val_agreement": [(0, 0.125), (1, 0.25)],
            },
        ),
        Sample(
            "results of data sets of several sizes",
            "results.csv",
            "train_score,val_score,train_samples,val_samples\n0.5,0.25,100,10\n0.75,0.5,200,20\n",
            None,
        ),
        Sample(
            "results of models that differ in what no other log counts",
            "results.csv",
            "train_acc,test_acc,train_subjects,test_subjects\n0.5,0.25,100,10\n0.75,0.5,200,20\n",
            None,
        ),
        Sample(
            "what a search tried, in a file that is called a log",
            "training_log.csv",
            "hidden,clip,train_loss\n32,0.5,0.5\n32,1.0,0.25\n64,0.5,0.75\n64,1.0,0.5\n",
            None,
        ),
        Sample(
            "one row for each episode: its steps are its length",
            "progress.csv",
            "episode,steps,reward\n1,12,1.5\n2,200,2.5\n3,200,3.5\n4,190,3.25\n",
            {
                "steps": [(1, 12), (2, 200), (3, 200), (4, 190)],
                "reward": [(1, 1.5), (2, 2.5), (3, 3.5), (4, 3.25)],
            },
        ),
        Sample(
            "one row for each episode: steps that rest at the last are no length",
            "progress.csv",
            "episode,global_step,reward\n1,200,1.5\n2,400,2.5\n3,400,3.5\n",
            {"episode": [(200, 1), (400, 2), (400, 3)], "reward": [(200, 1.5), (400, 2.5), (400, 3.5)]},
        ),
        Sample(
            "episodes of each batch, which become fewer as they become longer, and of which none is two glued together",
            "progress.csv",
            "Episodes,Entropy,AverageReturn\n25,4.5,1.5\n1911,4.25,2.5\n1392,4.0,3.5\n764,3.75,4.5\n439,3.5,5.5\n",
            {
                "Episodes": [(0, 25), (1, 1911), (2, 1392), (3, 764), (4, 439)],
                "Entropy": [(0, 4.5), (1, 4.25), (2, 4.0), (3, 3.75), (4, 3.5)],
                "AverageReturn": [(0, 1.5), (1, 2.5), (2, 3.5), (3, 4.5), (4, 5.5)],
            },
        ),
        Sample(
            "a checkpoint of its own in each row of one run",
            "log.csv",
            "epoch,loss,model\n1,1.5,ckpt_1.pt\n2,1.25,ckpt_2.pt\n3,1.0,ckpt_3.pt\n",
            {"loss": [(1, 1.5), (2, 1.25), (3, 1.0)]},
        ),
        Sample(
            "a number of its own in each row, under a name that may say what was trained",
            "log.csv",
            "step,loss,config\n1,1.5,0.5\n2,1.25,0.25\n3,1.0,0.75\n",
            {"loss": [(1, 1.5), (2, 1.25), (3, 1.0)], "config": [(1, 0.5), (2, 0.25), (3, 0.75)]},
        ),
        Sample(
            "a list of what was tried, each for some epochs",
            "results.csv",
            "model,epoch,val_loss\nresnet18,50,1.5\nvgg16,20,1.25\nlenet,30,1.75\n",
            None,
        ),
        Sample(
            "Ultralytics before 2024: padded cells",
            "results.csv",
            "      epoch,   train/box_loss,  metrics/mAP50(B)\n          0,            2.125,            0.0625\n",
            {"train/box_loss": [(0, 2.125)], "metrics/mAP50(B)": [(0, 0.0625)]},
        ),
        Sample(
            "fastai: clocks, None, and the header again after a second fit",
            "history.csv",
            "epoch,train_loss,valid_loss,time\n0,0.5,None,01:30\n1,0.25,0.5,01:00\n"
            "epoch,train_loss,valid_loss,time\n0,0.125,0.25,00:30\n",
            {
                "train_loss": [(0, 0.5), (1, 0.25), (0, 0.125)],
                "valid_loss": [(1, 0.5), (0, 0.25)],
                "time": [(0, 90), (1, 60), (0, 30)],
            },
        ),
        Sample(
            "Stable-Baselines3: counted in steps of the environment",
            "progress.csv",
            "time/fps,rollout/ep_rew_mean,time/total_timesteps\n512,21.5,2048\n640,,4096\n",
            {"time/fps": [(2048, 512), (4096, 640)], "rollout/ep_rew_mean": [(2048, 21.5)]},
        ),
        Sample(
            "OpenAI's baselines: counted by its totals, a column that is never filled",
            "progress.csv",
            "total/epochs,total/steps,rollout/return,rollout/eval_return\n1,2000,-96.5,\n2,4000,-64.25,\n",
            {"total/epochs": [(2000, 1), (4000, 2)], "rollout/return": [(2000, -96.5), (4000, -64.25)]},
        ),
        Sample(
            "Spinning Up: tabs",
            "progress.txt",
            "Epoch\tAverageEpRet\tTotalEnvInteracts\tTime\n0\t-120.5\t4000\t9.5\n1\t-80.25\t8000\t19.5\n",
            {
                "Epoch": [(4000, 0), (8000, 1)],
                "AverageEpRet": [(4000, -120.5), (8000, -80.25)],
                "Time": [(4000, 9.5), (8000, 19.5)],
            },
        ),
        Sample(
            "a spreadsheet's export with decimal commas",
            "log.csv",
            "epoch;loss\n1;0,5\n2;0,25\n",
            {"loss": [(1, 0.5), (2, 0.25)]},
        ),
        Sample(
            "train and validation in one column, told apart by another",
            "log.csv",
            "epoch,phase,loss\n1,train,0.5\n1,val,0.75\n2,train,0.25\n2,val,0.5\n",
            {"train/loss": [(1, 0.5), (2, 0.25)], "val/loss": [(1, 0.75), (2, 0.5)]},
        ),
        Sample(
            "one row for each number, told apart by two columns",
            "metrics.csv",
            "step,phase,name,value\n1,train,loss,0.5\n1,train,lr,0.125\n1,valid,loss,0.75\n2,train,loss,0.25\n",
            {"train/loss": [(1, 0.5), (2, 0.25)], "train/lr": [(1, 0.125)], "valid/loss": [(1, 0.75)]},
        ),
        Sample(
            "DeepSpeed: the step counts samples",
            "Train_Samples_train_loss.csv",
            "step,train_loss\n256,10.5\n512,9.75\n",
            {"train_loss": [(256, 10.5), (512, 9.75)]},
        ),
        Sample(
            "DVCLive: the folders are part of the name",
            "dvclive/plots/metrics/train/loss.tsv",
            "step\tloss\n0\t1.5\n1\t1.25\n",
            {"train/loss": [(0, 1.5), (1, 1.25)]},
        ),
        Sample(
            "Aim: labels with what holds them before their names",
            "aim.csv",
            "run,context.subset,name,step,value\n"
            "b7,train,loss,1,0.5\nb7,train,loss,2,0.25\nb7,val,loss,1,0.75\nb7,val,loss,2,0.625\n",
            {"train/loss": [(1, 0.5), (2, 0.25)], "val/loss": [(1, 0.75), (2, 0.625)]},
        ),
        Sample(
            "Aim: its runs, which are no quantities",
            "aim.csv",
            "run.hash,run.name,metric.name,metric.context.subset,value,step\n"
            "b7,run 1,loss,train,0.5,1\nb7,run 1,loss,train,0.25,2\n"
            "b7,run 1,loss,val,0.75,1\nb7,run 1,loss,val,0.625,2\n",
            {"train/loss": [(1, 0.5), (2, 0.25)], "val/loss": [(1, 0.75), (2, 0.625)]},
        ),
        Sample(
            "tbparse: folders that Keras calls after splits are no runs",
            "scalars.csv",
            "step,tag,value,dir_name\n0,epoch_loss,0.5,train\n1,epoch_loss,0.25,train\n"
            "0,epoch_loss,0.75,validation\n1,epoch_loss,0.625,validation\n",
            {"train/epoch_loss": [(0, 0.5), (1, 0.25)], "validation/epoch_loss": [(0, 0.75), (1, 0.625)]},
        ),
        Sample(
            "Neptune: a series that its file is called after",
            "val_loss.csv",
            ",step,value,timestamp\n0,1.0,0.5,2024-03-01 12:00:00\n1,2.0,0.25,2024-03-01 12:01:00\n",
            {"val_loss": [(1, 0.5), (2, 0.25)]},
        ),
        Sample(
            "TorchRL: no header",
            "scalars/reward.csv",
            "0,1.5\n10,1.75\n",
            {"reward": [(0, 1.5), (10, 1.75)]},
        ),
        Sample(
            "a list of numbers, as numpy.savetxt leaves it: named after its file",
            "train_loss.txt",
            "".join(f"{8 - 0.5 * i}\n" for i in range(10)),
            {"train_loss": [(i, 8 - 0.5 * i) for i in range(10)]},
        ),
        Sample(
            "numbers behind what counts them: named after its file",
            "loss_log.txt",
            "".join(f"{i}, {8 - 0.5 * i}\n" for i in range(1, 11)),
            {"loss_log": [(i, 8 - 0.5 * i) for i in range(1, 11)]},
        ),
        Sample(
            "the same with a space between them",
            "val_loss.txt",
            "".join(f"{i} {8 - 0.5 * i}\n" for i in range(1, 11)),
            {"val_loss": [(i, 8 - 0.5 * i) for i in range(1, 11)]},
        ),
        Sample(
            "two columns behind what counts them: the first is named after the file, of the other nobody knows more",
            "loss.csv",
            "".join(f"{1000 * i}, {8 - 0.5 * i}, {80 - i}\n" for i in range(10)),
            {
                "loss": [(1000 * i, 8 - 0.5 * i) for i in range(10)],
                "column 3": [(1000 * i, 80 - i) for i in range(10)],
            },
        ),
        Sample(
            "three columns of numbers of which none counts",
            "loss.csv",
            "".join(f"{i % 3},{8 - 0.5 * i},{80 - i}\n" for i in range(10)),
            None,
        ),
        Sample(
            "no header in a file that is called a log: a counter, and columns of which nobody knows more",
            "log.csv",
            "".join(f"{i},{8 - 0.5 * i},{i / 16}\n" for i in range(10)),
            {"column 2": [(i, 8 - 0.5 * i) for i in range(10)], "column 3": [(i, i / 16) for i in range(10)]},
        ),
        Sample(
            "numbers that nothing counts", "log.csv", "".join(f"{7 * i % 5},{i / 2},{i / 4}\n" for i in range(20)), None
        ),
        Sample("a log of no training", "sensor_log.csv", "".join(f"{i},{i / 2},{i / 4}\n" for i in range(20)), None),
        Sample("moments", "log.csv", "".join(f"{1600000000 + i},{i / 2},{i / 4}\n" for i in range(20)), None),
        Sample("numbers in a file of data", "data.csv", "".join(f"{i},{i / 2},{i / 4}\n" for i in range(20)), None),
        Sample("whole numbers alone", "access_log.csv", "".join(f"{i},{3 * i},{i % 7}\n" for i in range(20)), None),
        Sample(
            "a pandas Series without a name, named after its file",
            "train_loss.csv",
            ",0\n" + "".join(f"{i},{8 - 0.5 * i}\n" for i in range(10)),
            {"train_loss": [(i, 8 - 0.5 * i) for i in range(10)]},
        ),
        Sample("one column under its name", "log.csv", "loss\n0.5\n0.25\n", {"loss": [(0, 0.5), (1, 0.25)]}),
        Sample(
            "models one after another, and arrays of one number",
            "log.csv",
            "model,epoch,loss\ncnn,1,[0.5]\ncnn,2,[0.25]\nrnn,1,[0.75]\nrnn,2,[0.5]\n",
            {"loss": [(1, 0.5), (2, 0.25), (1, 0.75), (2, 0.5)]},
        ),
        Sample(
            "epochs that say of how many they are",
            "log.csv",
            "Epoch,Loss\n1/3,0.5\n2/3,0.25\n",
            {"Loss": [(1, 0.5), (2, 0.25)]},
        ),
        Sample(
            "epochs behind their word",
            "log.csv",
            "Epoch,Loss\nEpoch 1,0.5\nEpoch 2,0.25\n",
            {"Loss": [(1, 0.5), (2, 0.25)]},
        ),
        Sample(
            "Torch's Logger: the error of training alone, and a tab behind each cell",
            "loss_log.txt",
            "training error\t\n" + "".join(f" {8 / i:.4e}\t\n" for i in (1, 2, 4)),
            {"training error": [(0, 8.0), (1, 4.0), (2, 2.0)]},
        ),
        Sample(
            "d3rlpy: epoch, step and value without a header",
            "loss.csv",
            "".join(f"{i},{100 * i},{0.5**i}\n" for i in range(1, 13)),
            {"epoch": [(100 * i, i) for i in range(1, 13)], "loss": [(100 * i, 0.5**i) for i in range(1, 13)]},
        ),
        Sample(
            "d3rlpy: statistics of the gradient that the file is called after",
            "fc.bias_grad.csv",
            "epoch,step,min,max,mean,std\n1,100,-0.5,0.5,0.0,0.25\n2,200,-0.25,0.25,0.125,0.125\n",
            {
                "epoch": [(100, 1), (200, 2)],
                "fc.bias_grad/min": [(100, -0.5), (200, -0.25)],
                "fc.bias_grad/max": [(100, 0.5), (200, 0.25)],
                "fc.bias_grad/mean": [(100, 0.0), (200, 0.125)],
                "fc.bias_grad/std": [(100, 0.25), (200, 0.125)],
            },
        ),
        Sample("one column of an error of anything", "log.csv", "rms error\n0.5\n0.25\n0.75\n", None),
        Sample("one column of data", "ages.csv", "age\n41\n36\n", None),
        Sample("one column of scores", "scores.csv", "score\n0.5\n0.75\n0.25\n", None),
        Sample("one column of data called a loss", "feat.csv", "loss\n325.5\n870.5\n80.5\n", None),
        Sample(
            "a column from the third row on, under a header of its own",
            "log.csv",
            "step,loss\n1,0.5\n2,0.25\nstep,loss,lr\n" + "".join(f"{i},0.125,0.5\n" for i in range(3, 12)),
            {
                "loss": [(1, 0.5), (2, 0.25), *((i, 0.125) for i in range(3, 12))],
                "lr": [(i, 0.5) for i in range(3, 12)],
            },
        ),
        Sample(
            "a first line that tells Excel the separator",
            "log.csv",
            "sep=;\nstep;loss\n1;0.5\n2;0.25\n",
            {"loss": [(1, 0.5), (2, 0.25)]},
        ),
        Sample(
            "two processes that take turns, the later step first",
            "log.csv",
            "step,loss\n" + "".join(f"{i + 1},0.5\n{i},0.25\n" for i in range(1, 9, 2)) + "10,0.5\n",
            {"loss": [*((i + 1 - j, 0.5 - j / 4) for i in range(1, 9, 2) for j in (0, 1)), (10, 0.5)]},
        ),
        Sample(
            "a step that is 0 at every other row, where something else was logged",
            "log.csv",
            "step,loss\n" + "".join(f"{10 * i},0.5\n0,0.25\n" for i in range(1, 6)),
            {
                "loss": [(i, 0.5 - i % 2 / 4) for i in range(10)],
                "step": [(i, 0 if i % 2 else 5 * i + 10) for i in range(10)],
            },
        ),
        Sample("steps of a recipe", "recipe.csv", "Step #,Duration,Temperature\n1,6,180\n2,5,180\n", None),
        Sample("places along a path", "path.csv", "step_id,x,y\n0,0.5,0.75\n1,0.25,0.5\n", None),
        Sample("frames of a video", "frames.csv", "frame_id,x,score\n0,0.5,0.75\n1,0.25,0.5\n", None),
        Sample("batches of a factory", "batches.csv", "Batch No,Yield,Accuracy\n0,0.5,0.75\n1,0.25,0.5\n", None),
        Sample("a search for the number of epochs", "s.csv", "num_epoch,trees,accuracy\n10,5,0.5\n20,9,0.75\n", None),
        Sample("samples of an assay", "assay.csv", "Samples,Accuracy\nctrl 1,0.5\nctrl 2,0.75\n", None),
        Sample("losses of models", "results.csv", ",train_loss,val_loss\nmodel 1,0.5,0.75\nmodel 2,0.25,0.5\n", None),
        Sample("data with a loss, and results", "train_results.csv", "id,age,loss\n0,74,38.5\n1,22,25.5\n", None),
        Sample("losses of insurance", "claims_loss.csv", "policy,age,loss\n0,68,130.5\n1,29,923.5\n", None),
        Sample("losses of something else", "packet_loss.txt", "0.5\n0.25\n" * 10, None),
        Sample("people", "people.csv", "name,age\nAda,36\nAlan,41\n", None),
        Sample("results of models", "results.csv", "model,accuracy,f1\nsmall,0.5,0.25\nlarge,0.75,0.5\n", None),
        Sample("a search for hyper-parameters", "grid.csv", "lr,batch_size,accuracy\n0.1,32,0.5\n0.01,32,0.75\n", None),
        Sample("data with a loss", "train.csv", "policy,age,loss\n13,20,0.5\n26,31,0.25\n", None),
        Sample(
            "losses of a search",
            "training_results.csv",
            "hidden,train_loss,val_loss\n32,0.5,0.75\n64,0.25,0.5\n",
            None,
        ),
        Sample("prose with commas", "notes.txt", "loss, step, and hope\nthe loss falls, we step, all is well\n", None),
    )

    def recognizes(self, head: Head) -> bool:
        """Tell a training's table by its columns: one that counts, or losses and metrics alone."""
        beside = _header_beside(head.path, head.start)
        reading = head_table(head, beside)
        if reading is None or not (any(map(is_nameless, beside)) or is_training(reading.table)):
            return False
        if len(reading.form.header) == 1 and not beside and not _is_curve_alone(head.path, reading.form.header[0]):
            return False
        if head.path.suffix.lower() not in _TEXT_FILES:
            return True
        rows = reading.table.rows
        others = sum((one.line_end or 0) - (one.line_start or 0) + 1 for one in reading.notices)
        return reading.form.separator != "|" and rows >= _ENOUGH_ROWS * (rows + others)

    def read(self, path: Path) -> Iterator[Log]:
        """Read every column against the finest counter of the table."""
        with path.open("rb") as file:
            start = file.read(_FIRST_BYTES)
        beside = _header_beside(path, start)
        reading = read_table(path, beside)
        notices = reading.notices
        if beside[1:] and all(map(is_nameless, beside[1:])):
            notices = (Notice(INTERPRETATION, str(path), _NO_HEADER), *notices)
        yield from read_logs(_named_by_path(reading.table), notices, _step_axis(reading))


def _is_curve_alone(path: Path, name: str) -> bool:
    """Tell a table of one column: a loss, or the error of training, in a file that is called after curves."""
    return (tells_loss(name) or is_training_error(name)) and is_called_after_curves(path.stem)


def _header_beside(path: Path, start: bytes) -> tuple[str, ...]:
    """Return the columns of TorchRL's `scalars/<name>.csv` and of bare numbers, which have no header; else nothing."""
    folders = path.parts[:-1]
    if _TORCHRL not in folders:
        return columns_of_bare_numbers(path.stem, start[:_FIRST_BYTES])
    inside = folders[len(folders) - folders[::-1].index(_TORCHRL) :]
    return ("step", "/".join((*inside, path.stem)))


def _named_by_path(table: Table) -> Table:
    """Give a column the rest of its name where the path has it.

    DVCLive writes `train/loss` to `plots/metrics/train/loss.tsv`. The gradients of each parameter are columns `min`,
    `max`, `mean` and `std` of d3rlpy's files, which are called after the parameter.
    """
    folders = table.path.parts[:-1]
    quantities = [one.name for one in table.columns if not counts(one.name) and normal(one.name) not in MOMENTS]
    for i in range(len(folders) - 1):
        if folders[i : i + 2] == _DVCLIVE and quantities == [table.path.stem]:
            return table.renamed({table.path.stem: "/".join((*folders[i + 2 :], table.path.stem))})
    if list(map(normal, quantities)) == [_VALUE] and not table.labels and is_of_training(table.path.stem):
        return table.renamed({quantities[0]: table.path.stem})  # as Neptune's `fetch_values` leaves a series
    if quantities and _STATISTICS.issuperset(quantities):
        return table.renamed({one: f"{table.path.stem}/{one}" for one in quantities})
    return table


def _step_axis(reading: Reading) -> Axis:
    """Return what `step` counts: samples, in DeepSpeed's `Train/Samples/...`."""
    names = (reading.table.path.stem, *reading.form.header)
    in_samples = any(name.replace("/", "_").startswith("Train_Samples") for name in names)
    return Axis.SAMPLES if in_samples else Axis.STEP
