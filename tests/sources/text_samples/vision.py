"""What libraries for images print."""

from __future__ import annotations

from math import inf, nan

from logdoctor.sources.source import Sample

SAMPLES = (
    Sample(
        "YOLOv5, of which two epochs were quoted",
        "train.log",
        "".join(
            "     Epoch   gpu_mem       box       obj       cls    labels  img_size\n"
            f"   {epoch}/299        0G  {loss}  0.5  0.25         9       640: 100%|##########| 49/49"
            " [01:17<00:00,  1.59s/it]\n"
            "               Class     Images     Labels          P          R     mAP@.5 mAP@.5:.95: 100%|####| 25/25"
            " [00:21<00:00,  1.15it/s]\n"
            f"                 all        245        258      {loss}      0.875      0.75      0.5\n\n"
            for epoch, loss in ((298, 0.5), (299, 0.25))
        ),
        {
            "labels": [(298, 9), (299, 9)],
            "gpu_mem": [(298, 0), (299, 0)],
            "box_loss": [(298, 0.5), (299, 0.25)],
            "obj_loss": [(298, 0.5), (299, 0.5)],
            "cls_loss": [(298, 0.25), (299, 0.25)],
            "img_size": [(298, 640), (299, 640)],
            "val/precision": [(298, 0.5), (299, 0.25)],
            "val/recall": [(298, 0.875), (299, 0.875)],
            "val/mAP50": [(298, 0.75), (299, 0.75)],
            "val/mAP50-95": [(298, 0.5), (299, 0.5)],
        },
    ),
    Sample(
        "semseg: the seconds of a batch are no position",
        "train.log",
        "".join(
            f"[2021-08-16 13:51:0{i},434 INFO train.py line 404 34387] Epoch: [1/50][{10 * i}/100] Data 0.001 (0.002) "
            f"Batch 0.5 (0.25) Remain 68:59:42 MainLoss {loss} AuxLoss 0.5 Loss {loss + 0.5} Accuracy 0.25.\n"
            for i, loss in enumerate((4.0, 3.5, 3.0, 2.5), 1)
        ),
        {
            "Batch time": [(10, 0.5), (20, 0.5), (30, 0.5), (40, 0.5)],
            "train/MainLoss": [(10, 4.0), (20, 3.5), (30, 3.0), (40, 2.5)],
            "train/AuxLoss": [(10, 0.5), (20, 0.5), (30, 0.5), (40, 0.5)],
            "train/Loss": [(10, 4.5), (20, 4.0), (30, 3.5), (40, 3.0)],
            "train/Accuracy": [(10, 0.25), (20, 0.25), (30, 0.25), (40, 0.25)],
            "epoch": [(10, 1), (20, 1), (30, 1), (40, 1)],
        },
    ),
    Sample(
        "timm's file: the logger's name, and its level in brackets",
        "train.log",
        "2024-03-06 19:52:50,642 -                train: [    INFO] - Scheduled epochs: 2\n"
        + "".join(
            "2024-03-06 19:52:50,642 -                train: [    INFO] - "
            f"Train: {i // 2} [{100 * (i % 2):4d}/200 ({50 * (i % 2):3d}%)]  Loss: {4 - i / 4} ({4 - i / 8})  LR: 0.5\n"
            + "2024-03-06 19:53:50,642 -                train: [    INFO] - "
            f"Test: [  78/78]  Time: 0.25 (0.25)  Loss:  6.5 ({5 - i / 4})  Acc@1:  6.25 ({i:7.4f})\n" * (i % 2)
            for i in range(6)
        ),
        {
            "train/Loss": [(100 * i, 4 - i / 4) for i in range(6)],
            "LR": [(100 * i, 0.5) for i in range(6)],
            "test/Loss": [(100 * i, 5 - i / 4) for i in (1, 3, 5)],
            "test/Acc@1": [(100 * i, float(i)) for i in (1, 3, 5)],
            "test/Time": [(100 * i, 0.25) for i in (1, 3, 5)],
            "epoch": [(100 * i, i // 2) for i in range(6)],
        },
    ),
    Sample(
        "timm",
        "timm.log",
        "Train: 0 [   0/101 (  0%)]  Loss: 6.5000 (6.9300)  Time: 0.500s, 1957.60/s  (0.500s, "
        "1900.00/s)  LR: 1.000e-03\n"
        "Train: 0 [ 100/101 (100%)]  Loss: 5.5000 (6.9300)  Time: 0.500s, 1957.60/s  (0.500s, "
        "1900.00/s)  LR: 1.000e-03\n"
        "Test: [  48/48]  Time: 0.100 (0.200)  Loss:  0.9000 (5.5000)  Acc@1: 78.0000 (60.0000)\n"
        "Train: 1 [   0/101 (  0%)]  Loss: 5.5000 (6.9300)  Time: 0.500s, 1957.60/s  (0.500s, "
        "1900.00/s)  LR: 1.000e-03\n"
        "Train: 1 [ 100/101 (100%)]  Loss: 4.5000 (6.9300)  Time: 0.500s, 1957.60/s  (0.500s, "
        "1900.00/s)  LR: 1.000e-03\n"
        "Test: [  48/48]  Time: 0.100 (0.200)  Loss:  0.9000 (4.5000)  Acc@1: 78.0000 (61.0000)\n"
        "Train: 2 [   0/101 (  0%)]  Loss: 4.5000 (6.9300)  Time: 0.500s, 1957.60/s  (0.500s, "
        "1900.00/s)  LR: 1.000e-03\n"
        "Train: 2 [ 100/101 (100%)]  Loss: 3.5000 (6.9300)  Time: 0.500s, 1957.60/s  (0.500s, "
        "1900.00/s)  LR: 1.000e-03\n"
        "Test: [  48/48]  Time: 0.100 (0.200)  Loss:  0.9000 (3.5000)  Acc@1: 78.0000 (62.0000)\n",
        {
            "epoch": [(0, 0), (100, 0), (101, 1), (201, 1), (202, 2), (302, 2)],
            "train/Loss": [(0, 6.5), (100, 5.5), (101, 5.5), (201, 4.5), (202, 4.5), (302, 3.5)],
            "Time (s)": [(0, 0.5), (100, 0.5), (101, 0.5), (201, 0.5), (202, 0.5), (302, 0.5)],
            "LR": [(0, 0.001), (100, 0.001), (101, 0.001), (201, 0.001), (202, 0.001), (302, 0.001)],
            "test/Time": [(100, 0.2), (201, 0.2), (302, 0.2)],
            "test/Loss": [(100, 5.5), (201, 4.5), (302, 3.5)],
            "test/Acc@1": [(100, 60), (201, 61), (302, 62)],
        },
    ),
    Sample(
        "MMEngine by iterations: validation counts its own batches, and is of where training had come to",
        "mmengine.log",
        "2023/01/01 12:00:00 - mmengine - INFO - Iter(train) [ 50/200]  lr: 2.0e-03  loss: 2.1250\n"
        "2023/01/01 12:00:00 - mmengine - INFO - Iter(train) [100/200]  lr: 2.0e-03  loss: 2.0000\n"
        "2023/01/01 12:00:00 - mmengine - INFO - Iter(val) [10/10]    aAcc: 60.5000  mIoU: 25.2500\n"
        "2023/01/01 12:00:00 - mmengine - INFO - Iter(train) [150/200]  lr: 2.0e-03  loss: 1.8750\n"
        "2023/01/01 12:00:00 - mmengine - INFO - Iter(train) [200/200]  lr: 2.0e-03  loss: 1.7500\n"
        "2023/01/01 12:00:00 - mmengine - INFO - Iter(val) [10/10]    aAcc: 62.5000  mIoU: 30.2500\n",
        {
            "lr": [(50, 0.002), (100, 0.002), (150, 0.002), (200, 0.002)],
            "train/loss": [(50, 2.125), (100, 2), (150, 1.875), (200, 1.75)],
            "val/aAcc": [(100, 60.5), (200, 62.5)],
            "val/mIoU": [(100, 25.25), (200, 30.25)],
        },
    ),
    Sample(
        "MMEngine: iterations begin anew, validation stands at the end of its epoch",
        "mmengine.log",
        "2023/01/01 12:00:00 - mmengine - INFO - Epoch(train)  [1][  50/100]  lr: 2.0e-03  eta: 1 "
        "day, 2:03:04  time: 0.5000  memory: 3500  loss: 2.1250\n"
        "2023/01/01 12:00:00 - mmengine - INFO - Epoch(train)  [1][ 100/100]  lr: 2.0e-03  eta: 1 "
        "day, 2:03:04  time: 0.5000  memory: 3500  loss: 2.0000\n"
        "2023/01/01 12:00:00 - mmengine - INFO - Epoch(val) [1][500/500]    coco/bbox_mAP: 0.1250\n"
        "2023/01/01 12:00:00 - mmengine - INFO - Epoch(train)  [2][  50/100]  lr: 2.0e-03  eta: 1 "
        "day, 2:03:04  time: 0.5000  memory: 3500  loss: 1.8750\n"
        "2023/01/01 12:00:00 - mmengine - INFO - Epoch(train)  [2][ 100/100]  lr: 2.0e-03  eta: 1 "
        "day, 2:03:04  time: 0.5000  memory: 3500  loss: 1.7500\n"
        "2023/01/01 12:00:00 - mmengine - INFO - Epoch(val) [2][500/500]    coco/bbox_mAP: 0.2500\n"
        "2023/01/01 12:00:00 - mmengine - INFO - Epoch(train)  [3][  50/100]  lr: 2.0e-03  eta: 1 "
        "day, 2:03:04  time: 0.5000  memory: 3500  loss: 1.6250\n"
        "2023/01/01 12:00:00 - mmengine - INFO - Epoch(train)  [3][ 100/100]  lr: 2.0e-03  eta: 1 "
        "day, 2:03:04  time: 0.5000  memory: 3500  loss: 1.5000\n"
        "2023/01/01 12:00:00 - mmengine - INFO - Epoch(val) [3][500/500]    coco/bbox_mAP: 0.3750\n",
        {
            "epoch": [(50, 1), (100, 1), (100, 1), (150, 2), (200, 2), (200, 2), (250, 3), (300, 3), (300, 3)],
            "lr": [(50, 0.002), (100, 0.002), (150, 0.002), (200, 0.002), (250, 0.002), (300, 0.002)],
            "time": [(50, 0.5), (100, 0.5), (150, 0.5), (200, 0.5), (250, 0.5), (300, 0.5)],
            "memory": [(50, 3500), (100, 3500), (150, 3500), (200, 3500), (250, 3500), (300, 3500)],
            "train/loss": [(50, 2.125), (100, 2), (150, 1.875), (200, 1.75), (250, 1.625), (300, 1.5)],
            "val/coco/bbox_mAP": [(100, 0.125), (200, 0.25), (300, 0.375)],
        },
    ),
    Sample(
        "detectron2",
        "detectron2.log",
        "[03/14 12:00:00 d2.utils.events]:  eta: 1:00:00  iter: 19  total_loss: 4.5  loss_cls: "
        "1.25  time: 0.2500  last_time: 0.3  lr: 0.0005  max_mem: 2000M\n"
        "[03/14 12:00:00 d2.utils.events]:  eta: 1:00:00  iter: 39  total_loss: 4.25  loss_cls: "
        "1.25  time: 0.2500  last_time: 0.3  lr: 0.0005  max_mem: 2000M\n"
        "[03/14 12:00:00 d2.utils.events]:  eta: 1:00:00  iter: 59  total_loss: 4.0  loss_cls: "
        "1.25  time: 0.2500  last_time: 0.3  lr: 0.0005  max_mem: 2000M\n",
        {
            "total_loss": [(19, 4.5), (39, 4.25), (59, 4)],
            "loss_cls": [(19, 1.25), (39, 1.25), (59, 1.25)],
            "time": [(19, 0.25), (39, 0.25), (59, 0.25)],
            "last_time": [(19, 0.3), (39, 0.3), (59, 0.3)],
            "lr": [(19, 0.0005), (39, 0.0005), (59, 0.0005)],
            "max_mem": [(19, 2000), (39, 2000), (59, 2000)],
        },
    ),
    Sample(
        "Ultralytics: a header, a row that a bar overwrites, the results of all classes",
        "yolo.log",
        "      Epoch    GPU_mem   box_loss   cls_loss  Instances       Size\n"
        "\r      1/3      2.5G      9.999      9.999         10        640:  50%|#####     | 4/8 "
        "[00:01<00:00,  5.00it/s]\r      1/3      2.5G      1.25      2.25         10        640: "
        "100%|##########| 8/8 [00:01<00:00,  5.00it/s]\n"
        "                 Class     Images  Instances      Box(P          R      mAP50  mAP50-95): "
        "100%|##########| 4/4 [00:00<00:00, 7.00it/s]\n"
        "                   all        128        929       0.75      0.5       0.625      0.125\n"
        "      Epoch    GPU_mem   box_loss   cls_loss  Instances       Size\n"
        "\r      2/3      2.5G      9.999      9.999         10        640:  50%|#####     | 4/8 "
        "[00:01<00:00,  5.00it/s]\r      2/3      2.5G      1.0      2.0         10        640: "
        "100%|##########| 8/8 [00:01<00:00,  5.00it/s]\n"
        "                 Class     Images  Instances      Box(P          R      mAP50  mAP50-95): "
        "100%|##########| 4/4 [00:00<00:00, 7.00it/s]\n"
        "                   all        128        929       0.75      0.5       0.625      0.25\n"
        "      Epoch    GPU_mem   box_loss   cls_loss  Instances       Size\n"
        "\r      3/3      2.5G      9.999      9.999         10        640:  50%|#####     | 4/8 "
        "[00:01<00:00,  5.00it/s]\r      3/3      2.5G      0.75      1.75         10        640: "
        "100%|##########| 8/8 [00:01<00:00,  5.00it/s]\n"
        "                 Class     Images  Instances      Box(P          R      mAP50  mAP50-95): "
        "100%|##########| 4/4 [00:00<00:00, 7.00it/s]\n"
        "                   all        128        929       0.75      0.5       0.625      0.375\n",
        {
            "GPU_mem": [(1, 2.5), (2, 2.5), (3, 2.5)],
            "box_loss": [(1, 1.25), (2, 1), (3, 0.75)],
            "cls_loss": [(1, 2.25), (2, 2), (3, 1.75)],
            "Instances": [(1, 10), (2, 10), (3, 10)],
            "Size": [(1, 640), (2, 640), (3, 640)],
            "val/precision": [(1, 0.75), (2, 0.75), (3, 0.75)],
            "val/recall": [(1, 0.5), (2, 0.5), (3, 0.5)],
            "val/mAP50": [(1, 0.625), (2, 0.625), (3, 0.625)],
            "val/mAP50-95": [(1, 0.125), (2, 0.25), (3, 0.375)],
        },
    ),
    Sample(
        "Ultralytics: the results of boxes and, behind them, of masks",
        "segment.log",
        "".join(
            "      Epoch    GPU_mem   box_loss   seg_loss  Instances       Size\n"
            f"      {epoch}/3      2.5G      {1.5 - epoch / 4}      2.25         10        640: "
            "100%|##########| 8/8 [00:01<00:00,  5.00it/s]\n"
            "                 Class     Images  Instances      Box(P          R      mAP50  mAP50-95)     "
            "Mask(P          R      mAP50  mAP50-95): 100%|##########| 4/4 [00:00<00:00, 7.00it/s]\n"
            f"                   all        128        929       0.75      0.5       0.625      {epoch / 8}"
            f"       0.625      0.25       0.5      {epoch / 16}\n"
            for epoch in (1, 2, 3)
        ),
        {
            "GPU_mem": [(1, 2.5), (2, 2.5), (3, 2.5)],
            "box_loss": [(1, 1.25), (2, 1), (3, 0.75)],
            "seg_loss": [(1, 2.25), (2, 2.25), (3, 2.25)],
            "Instances": [(1, 10), (2, 10), (3, 10)],
            "Size": [(1, 640), (2, 640), (3, 640)],
            "val/precision": [(1, 0.75), (2, 0.75), (3, 0.75)],
            "val/recall": [(1, 0.5), (2, 0.5), (3, 0.5)],
            "val/mAP50": [(1, 0.625), (2, 0.625), (3, 0.625)],
            "val/mAP50-95": [(1, 0.125), (2, 0.25), (3, 0.375)],
            "val/precision (mask or pose)": [(1, 0.625), (2, 0.625), (3, 0.625)],
            "val/recall (mask or pose)": [(1, 0.25), (2, 0.25), (3, 0.25)],
            "val/mAP50 (mask or pose)": [(1, 0.5), (2, 0.5), (3, 0.5)],
            "val/mAP50-95 (mask or pose)": [(1, 0.0625), (2, 0.125), (3, 0.1875)],
        },
    ),
    Sample(
        "Ultralytics: the names of metrics, which stand before a bar and not before their values",
        "classify.log",
        "".join(
            "      Epoch    GPU_mem       loss  Instances       Size\n"
            f"      {epoch}/3      2.5G      {1.5 - epoch / 4}         10        224: "
            "100% ━━━━━━━━━━━━ 8/8 5.0it/s 1.6s\n"
            "               classes   top1_acc   top5_acc: 100% ━━━━━━━━━━━━ 4/4 7.0it/s 0.6s\n"
            f"                   all      {epoch / 4}      {epoch / 8}\n"
            for epoch in (1, 2, 3)
        ),
        {
            "GPU_mem": [(1, 2.5), (2, 2.5), (3, 2.5)],
            "loss": [(1, 1.25), (2, 1), (3, 0.75)],
            "Instances": [(1, 10), (2, 10), (3, 10)],
            "Size": [(1, 224), (2, 224), (3, 224)],
        },
    ),
    Sample(
        "nnU-Net: a record of several lines, losses below zero by design",
        "training_log_2024.txt",
        "2024-01-01 10:00:00.123456: Epoch 0\n"
        "2024-01-01 10:00:00.123456: Current learning rate: 0.01\n"
        "2024-01-01 10:00:00.123456: train_loss 0.2500\n"
        "2024-01-01 10:00:00.123456: val_loss 0.0000\n"
        "2024-01-01 10:00:00.123456: Pseudo dice [0.5, 0.6]\n"
        "2024-01-01 10:00:00.123456: Epoch 1\n"
        "2024-01-01 10:00:00.123456: Current learning rate: 0.01\n"
        "2024-01-01 10:00:00.123456: train_loss 0.0000\n"
        "2024-01-01 10:00:00.123456: val_loss -0.2500\n"
        "2024-01-01 10:00:00.123456: Pseudo dice [0.5, 0.6]\n"
        "2024-01-01 10:00:00.123456: Epoch 2\n"
        "2024-01-01 10:00:00.123456: Current learning rate: 0.01\n"
        "2024-01-01 10:00:00.123456: train_loss -0.2500\n"
        "2024-01-01 10:00:00.123456: val_loss -0.5000\n"
        "2024-01-01 10:00:00.123456: Pseudo dice [0.5, 0.6]\n",
        {
            "Current learning rate": [(0, 0.01), (1, 0.01), (2, 0.01)],
            "train_loss": [(0, 0.25), (1, 0), (2, -0.25)],
            "val_loss": [(0, 0), (1, -0.25), (2, -0.5)],
            "dice": [(0, 0.5), (1, 0.5), (2, 0.5)],
        },
    ),
    Sample(
        "pix2pix: losses that no name calls so",
        "loss_log.txt",
        "(epoch: 1, iters: 20, time: 14.375, data: 0.125) G_GAN: 2.25 G_L1: 33.5 D_real: 0.375 D_fake: 0.25 \n"
        "(epoch: 1, iters: 40, time: 14.375, data: 0.125) G_GAN: 2.5 G_L1: 32.5 D_real: 0.25 D_fake: 0.375 \n"
        "(epoch: 1, iters: 60, time: 14.375, data: 0.125) G_GAN: 2.75 G_L1: 31.5 D_real: 0.125 D_fake: 0.5 \n",
        {
            "G_GAN": [(20, 2.25), (40, 2.5), (60, 2.75)],
            "G_L1": [(20, 33.5), (40, 32.5), (60, 31.5)],
            "D_real": [(20, 0.375), (40, 0.25), (60, 0.125)],
            "epoch": [(20, 1), (40, 1), (60, 1)],
            "time": [(20, 14.375), (40, 14.375), (60, 14.375)],
            "data": [(20, 0.125), (40, 0.125), (60, 0.125)],
            "D_fake": [(20, 0.25), (40, 0.375), (60, 0.5)],
        },
    ),
    Sample(
        "PaddleOCR: words that are filled up to the width of a number",
        "ppocr.log",
        "[2024/01/01 10:00:00] ppocr INFO: epoch: [1/500], global_step: 10, lr: 0.001, acc: 0.25, loss: 2.5, "
        "CTCLoss: 2.25, ips: 64.0 samples/s, eta: 1:00:00\n"
        "[2024/01/01 10:00:01] ppocr INFO: epoch: [1/500], global_step: 20, lr: 0.002, acc: 0.0, loss: nanxxx, "
        "CTCLoss: infxxx, ips: 64.0 samples/s, eta: 1:00:00\n"
        "[2024/01/01 10:00:02] ppocr INFO: epoch: [1/500], global_step: 30, lr: 0.003, acc: 0.0, loss: nanxxx, "
        "CTCLoss: -infxx, ips: 64.0 samples/s, eta: 1:00:00\n",
        {
            "epoch": [(10, 1), (20, 1), (30, 1)],
            "lr": [(10, 0.001), (20, 0.002), (30, 0.003)],
            "acc": [(10, 0.25), (20, 0), (30, 0)],
            "loss": [(10, 2.5), (20, nan), (30, nan)],
            "CTCLoss": [(10, 2.25), (20, inf), (30, -inf)],
            "ips": [(10, 64), (20, 64), (30, 64)],
        },
    ),
    Sample(
        "OpenPCDet: iterations through all epochs beside those of the epoch",
        "pcdet.log",
        "".join(
            f"2024-01-01 10:00:0{i},123   INFO  epoch: {epoch}/80, acc_iter={at}, cur_iter={within}/270, batch_size=4, "
            f"loss={loss}, lr=0.01\n"
            for i, (epoch, at, within, loss) in enumerate([(1, 350, 80, 2.5), (1, 400, 130, 1.5), (2, 550, 10, 1.25)])
        ),
        {
            "epoch": [(350, 1), (400, 1), (550, 2)],
            "batch_size": [(350, 4), (400, 4), (550, 4)],
            "loss": [(350, 2.5), (400, 1.5), (550, 1.25)],
            "lr": [(350, 0.01), (400, 0.01), (550, 0.01)],
        },
    ),
    Sample(
        "PaddleGAN, pasted as a block of code",
        "notes.md",
        "".join(
            f"    [04/19 01:35:{seconds}] ppgan.engine.trainer INFO: Iter: {step}/60000 lr: 0.5 loss_total: {loss}\n"
            for seconds, step, loss in ((57, 20, 4.0), (58, 40, 3.0), (59, 60, 2.0))
        ),
        {"lr": [(20, 0.5), (40, 0.5), (60, 0.5)], "loss_total": [(20, 4), (40, 3), (60, 2)]},
    ),
    Sample(
        "guided-diffusion: boxes that count updates, and no steps of an environment",
        "log.txt",
        "Logging to /tmp/openai-2024-03-14\n"
        "--------------------------\n"
        "| grad_norm | 2.5        |\n"
        "| loss      | 0.75       |\n"
        "| samples   | 640        |\n"
        "| step      | 10         |\n"
        "--------------------------\n"
        "--------------------------\n"
        "| grad_norm | 1.5        |\n"
        "| loss      | 0.5        |\n"
        "| samples   | 1.28e+03   |\n"
        "| step      | 20         |\n"
        "--------------------------\n",
        {
            "grad_norm": [(10, 2.5), (20, 1.5)],
            "loss": [(10, 0.75), (20, 0.5)],
            "samples": [(10, 640), (20, 1280)],
        },
    ),
    Sample(
        "a progressive GAN: the stage and the iteration in brackets",
        "pgan.log",
        "".join(f"[0 : {100 * i:6d}] loss G : {2 - i / 4} loss D : {1 + i / 4}\n" for i in range(1, 4)),
        {
            "loss G": [(100, 1.75), (200, 1.5), (300, 1.25)],
            "loss D": [(100, 1.25), (200, 1.5), (300, 1.75)],
            "epoch": [(100, 0), (200, 0), (300, 0)],
        },
    ),
    Sample(
        "Tesseract: three counts of an iteration, and the results of an evaluation grown together with its line",
        "tesseract.log",
        "At iteration 90/100/101, mean rms=5.5%, delta=25%, BCER train=90.5%, BWER train=99.5%, skip ratio=0.000%, "
        "New best BCER = 90.5 wrote checkpoint.\n"
        "2 Percent improvement time=90, best error was 92.5 @ 50\n"
        "At iteration 170/200/202, mean rms=4.5%, delta=20%, BCER train=80.5%, BWER train=98.5%, skip ratio=0.500%, "
        "New best BCER = 80.5At iteration 90, stage 0, BCER eval=85.5, BWER eval=97.5 wrote checkpoint.\n"
        "At iteration 250/300/303, mean rms=3.5%, delta=15%, BCER train=60.5%, BWER train=95.5%, skip ratio=0.500%, "
        "New best BCER = 60.5 wrote checkpoint.\n"
        "At iteration 330/400/404, mean rms=2.5%, delta=10%, BCER train=50.5%, BWER train=90.5%, skip ratio=0.500%, "
        "New best BCER = 50.5At iteration 250, stage 0, BCER eval=65.5, BWER eval=96.5 wrote checkpoint.\n"
        "At iteration 410/500/505, mean rms=1.5%, delta=5%, BCER train=40.5%, BWER train=85.5%, skip ratio=0.500%, "
        "New best BCER = 40.5 wrote checkpoint.\n",
        {
            "rms": [(90, 5.5), (170, 4.5), (250, 3.5), (330, 2.5), (410, 1.5)],
            "delta": [(90, 25), (170, 20), (250, 15), (330, 10), (410, 5)],
            "skip ratio": [(90, 0), (170, 0.5), (250, 0.5), (330, 0.5), (410, 0.5)],
            "BCER train": [(90, 90.5), (170, 80.5), (250, 60.5), (330, 50.5), (410, 40.5)],
            "BWER train": [(90, 99.5), (170, 98.5), (250, 95.5), (330, 90.5), (410, 85.5)],
            "BCER eval": [(170, 85.5), (330, 65.5)],
            "BWER eval": [(170, 97.5), (330, 96.5)],
        },
    ),
    Sample(
        "YOLOv5 and v7 before they wrote out what their columns are",
        "train.log",
        "".join(
            "     Epoch   gpu_mem       box       obj       cls    labels  img_size\n"
            f"      {i}/49     8.5G   {loss}   {loss}  {loss}        12       640: 100% 16/16 [00:57<00:00]\n"
            "               Class     Images     Labels          P          R     mAP@.5 mAP@.5:.95: 100% 2/2\n"
            f"                 all        128        929      {i / 8}      0.5      0.25      0.125\n\n"
            for i, loss in enumerate(("0.5", "0.25", "nan"))
        ),
        {
            "gpu_mem": [(0, 8.5), (1, 8.5), (2, 8.5)],
            "box_loss": [(0, 0.5), (1, 0.25), (2, nan)],
            "obj_loss": [(0, 0.5), (1, 0.25), (2, nan)],
            "cls_loss": [(0, 0.5), (1, 0.25), (2, nan)],
            "labels": [(0, 12), (1, 12), (2, 12)],
            "img_size": [(0, 640), (1, 640), (2, 640)],
            "val/precision": [(0, 0), (1, 0.125), (2, 0.25)],
            "val/recall": [(0, 0.5), (1, 0.5), (2, 0.5)],
            "val/mAP50": [(0, 0.25), (1, 0.25), (2, 0.25)],
            "val/mAP50-95": [(0, 0.125), (1, 0.125), (2, 0.125)],
        },
    ),
)
