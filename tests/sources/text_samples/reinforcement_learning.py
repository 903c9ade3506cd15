"""What libraries for reinforcement learning and robots print."""

from __future__ import annotations

from logdoctor.sources.source import Sample

SAMPLES = (
    Sample(
        "Stable-Baselines3: a box for each record",
        "sb3.log",
        "------------------------------\n"
        "| rollout/           |          |\n"
        "|    ep_rew_mean     | 21.5     |\n"
        "| time/              |          |\n"
        "|    fps             | 1024     |\n"
        "|    total_timesteps | 2048     |\n"
        "| train/             |          |\n"
        "|    loss            | -0.25    |\n"
        "------------------------------\n"
        "| rollout/           |          |\n"
        "|    ep_rew_mean     | 22.5     |\n"
        "| time/              |          |\n"
        "|    fps             | 1024     |\n"
        "|    total_timesteps | 4096     |\n"
        "| train/             |          |\n"
        "|    loss            | -0.25    |\n"
        "------------------------------\n"
        "| rollout/           |          |\n"
        "|    ep_rew_mean     | 23.5     |\n"
        "| time/              |          |\n"
        "|    fps             | 1024     |\n"
        "|    total_timesteps | 6144     |\n"
        "| train/             |          |\n"
        "|    loss            | -0.25    |\n"
        "------------------------------\n",
        {
            "rollout/ep_rew_mean": [(2048, 21.5), (4096, 22.5), (6144, 23.5)],
            "time/fps": [(2048, 1024), (4096, 1024), (6144, 1024)],
            "train/loss": [(2048, -0.25), (4096, -0.25), (6144, -0.25)],
        },
    ),
    Sample(
        "Stable-Baselines3: the boxes of a notebook that was turned into Markdown",
        "README.md",
        "```python\nmodel.learn(total_timesteps=1e6)\n```\n\n"
        + "".join(
            "    ---------------------------------\n"
            "    | rollout/           |          |\n"
            f"    |    ep_rew_mean     | {reward:<8} |\n"
            "    | time/              |          |\n"
            f"    |    total_timesteps | {steps:<8} |\n"
            "    ---------------------------------\n"
            for steps, reward in ((16384, -188), (32768, -159), (49152, -151))
        ),
        {"rollout/ep_rew_mean": [(16384, -188), (32768, -159), (49152, -151)]},
    ),
    Sample(
        "Stable-Baselines3: boxes of which a collector stamped each line",
        "sb3.log",
        "".join(
            f"2025-09-05 21:43:{second:02} {line}\n"
            for second, (steps, reward) in enumerate(((2048, -188), (4096, -159), (6144, -151)))
            for line in (
                "---------------------------------",
                "| rollout/           |          |",
                f"|    ep_rew_mean     | {reward:<8} |",
                "| time/              |          |",
                f"|    total_timesteps | {steps:<8} |",
                "---------------------------------",
            )
        ),
        {"rollout/ep_rew_mean": [(2048, -188), (4096, -159), (6144, -151)]},
    ),
    Sample(
        "Stable-Baselines3: boxes that were printed through a logger, which puts a wall behind its level",
        "sb3.log",
        "".join(
            f"2025-09-05 21:43:{second:02}.123 | INFO | train:learn:12 - {line}\n"
            for second, (steps, reward) in enumerate(((2048, -188), (4096, -159), (6144, -151)))
            for line in (
                "| rollout/           |          |",
                f"|    ep_rew_mean     | {reward:<8} |",
                f"|    total_timesteps | {steps:<8} |",
                "---------------------------------",
            )
        ),
        {"rollout/ep_rew_mean": [(2048, -188), (4096, -159), (6144, -151)]},
    ),
    Sample(
        "imitation: behaviour cloning counts samples in a section of its own",
        "bc.log",
        "".join(
            "--------------------------------\n"
            "| batch_size        | 32       |\n"
            "| bc/               |          |\n"
            f"|    batch          | {batch:<8} |\n"
            f"|    epoch          | {batch // 1000:<8} |\n"
            f"|    loss           | {loss:<8} |\n"
            f"|    samples_so_far | {32 * batch + 32:<8} |\n"
            "--------------------------------\n"
            for batch, loss in ((0, 0.693), (500, 0.25), (1000, 0.125))
        ),
        {
            "batch_size": [(32, 32), (16032, 32), (32032, 32)],
            "bc/batch": [(32, 0), (16032, 500), (32032, 1000)],
            "bc/epoch": [(32, 0), (16032, 0), (32032, 1)],
            "bc/loss": [(32, 0.693), (16032, 0.25), (32032, 0.125)],
        },
    ),
    Sample(
        "rsl_rl: a heading between rules, and a record of lines below it",
        "train.log",
        "".join(
            "################################################################\n"
            f"                \x1b[1m Learning iteration {iteration}/1500 \x1b[0m\n"
            "\n"
            "         Computation: 48523 steps/s (collection: 0.381s, learning 0.138s)\n"
            f" Value function loss: {loss:.4f}\n"
            f"         Mean reward: {reward:.2f}\n"
            " Mean episode length: 44.82\n"
            "----------------------------------------------------------------\n"
            f"     Total timesteps: {98304 * (iteration + 1)}\n"
            "                 ETA: 85.0s\n"
            for iteration, loss, reward in ((0, 0.5, -1.5), (1, 0.25, 0.5), (2, 0.125, 2.5))
        ),
        {
            "Value function loss": [(0, 0.5), (1, 0.25), (2, 0.125)],
            "Mean reward": [(0, -1.5), (1, 0.5), (2, 2.5)],
        },
    ),
    Sample(
        "Spinning Up: boxes whose names stand on the right",
        "spinup.txt",
        "---------------------------------------\n"
        "|             Epoch |               0 |\n"
        "|      AverageEpRet |            20.5 |\n"
        "| TotalEnvInteracts |           4e+03 |\n"
        "|            LossPi |          -0.025 |\n"
        "---------------------------------------\n"
        "---------------------------------------\n"
        "|             Epoch |               1 |\n"
        "|      AverageEpRet |            30.5 |\n"
        "| TotalEnvInteracts |           8e+03 |\n"
        "|            LossPi |         -0.0125 |\n"
        "---------------------------------------\n",
        {
            "Epoch": [(4000, 0), (8000, 1)],
            "AverageEpRet": [(4000, 20.5), (8000, 30.5)],
            "LossPi": [(4000, -0.025), (8000, -0.0125)],
        },
    ),
    Sample(
        "LeRobot: counters in thousands, `ep` for the episodes of its data",
        "lerobot.log",
        "INFO 2026-06-12 18:11:21 ot_train.py:357 step:200 smpl:9K ep:0 epch:0.5 loss:2.5 grdn:3.25 lr:1.0e-05\n"
        "INFO 2026-06-12 18:12:21 ot_train.py:357 step:400 smpl:19K ep:4 epch:1.0 loss:1.75 grdn:3.5 lr:1.0e-05\n"
        "INFO 2026-06-12 18:13:21 ot_train.py:357 step:1K smpl:28K ep:8 epch:1.5 loss:1.5 grdn:3.75 lr:1.0e-05\n",
        {
            "loss": [(200, 2.5), (400, 1.75), (1000, 1.5)],
            "grdn": [(200, 3.25), (400, 3.5), (1000, 3.75)],
            "lr": [(200, 1e-5), (400, 1e-5), (1000, 1e-5)],
            "epoch": [(200, 0.5), (400, 1), (1000, 1.5)],
            "episode": [(200, 0), (400, 4), (1000, 8)],
            "consumed_samples": [(200, 9e3), (400, 19e3), (1000, 28e3)],
        },
    ),
    Sample(
        "a return, and over how many episodes it is the mean",
        "train.log",
        "".join(f"Episode {i}/4, Avg Reward (last 10): {8 * i}.5, Epsilon: 0.{i}\n" for i in range(1, 5)),
        {
            "Avg Reward": [(i, 8 * i + 0.5) for i in range(1, 5)],
            "Epsilon": [(i, float(f"0.{i}")) for i in range(1, 5)],
        },
    ),
    Sample(
        "what an episode scores is its return",
        "train.log",
        "".join(f"Episode {i}00\tAverage Score: {8 * i}.5\tF1 score: {i / 8}\n" for i in range(1, 5)),
        {
            "episode/Average Score": [(100 * i, 8 * i + 0.5) for i in range(1, 5)],
            "F1 score": [(100 * i, i / 8) for i in range(1, 5)],
        },
    ),
    Sample(
        "an average over episodes is one of their returns",
        "train.log",
        "".join(f"Episode   {i}00\tAvg: -{95 - 8 * i}.550\tBuffer:  {i}7582\n" for i in range(1, 5)),
        {
            "episode/Avg": [(100 * i, -(95 - 8 * i) - 0.55) for i in range(1, 5)],
            "Buffer": [(100 * i, 10000 * i + 7582) for i in range(1, 5)],
        },
    ),
    Sample(
        "an average behind a loss is the loss's",
        "train.log",
        "".join(f"Episode {i}00 loss: {2.0**-i} avg: {2.5**-i}\n" for i in range(1, 5)),
        {
            "loss": [(100 * i, 2.0**-i) for i in range(1, 5)],
            "avg": [(100 * i, 2.5**-i) for i in range(1, 5)],
        },
    ),
    Sample(
        "a box whose section of times has one for each step",
        "train.log",
        "".join(
            f"-----------------------\n| epoch      | {i} |\n| train/     |      |\n|    loss    | {2.0**-i} |\n"
            f"| time/      |      |\n|    step    | 0.{i} |\n-----------------------\n"
            for i in range(1, 5)
        ),
        {
            "train/loss": [(i, 2.0**-i) for i in range(1, 5)],
            "time/step": [(i, i / 10) for i in range(1, 5)],
        },
    ),
    Sample(
        "PPO: several epochs within each iteration, which alone counts on",
        "train.log",
        "".join(
            "".join(f"08:03:0{k} INFO      epoch {k}/4\n" for k in range(1, 5))
            + f"08:03:0{i} INFO     loss=0.{9 - i}, entropy=7.{i}\n08:03:0{i} INFO     iteration {8 + i}/10000\n"
            for i in range(1, 6)
        ),
        {
            "loss": [(8 + i, (9 - i) / 10) for i in range(1, 6)],
            "entropy": [(8 + i, 7 + i / 10) for i in range(1, 6)],
        },
    ),
    Sample(
        "TD3: the steps in all, and the number of the episode",
        "train.log",
        "".join(f"Total T: {i}000 Episode Num: {5 * i} Episode T: 200 Reward: {8 * i}.5\n" for i in (1, 2, 3)),
        {
            "episode": [(1000 * i, 5 * i) for i in (1, 2, 3)],
            "Episode T": [(1000 * i, 200) for i in (1, 2, 3)],
            "Reward": [(1000 * i, 8 * i + 0.5) for i in (1, 2, 3)],
        },
    ),
    Sample(
        "a return as a letter behind the word for its episode",
        "train.log",
        "".join(f"Ep: {i} | Ep_r: {8 * i}.5\n" for i in (1, 2, 3)),
        {"Ep_r": [(i, 8 * i + 0.5) for i in (1, 2, 3)]},
    ),
    Sample(
        "a game in numbers of frames, with zeros before them",
        "train.log",
        "".join(
            f"Game number: 0105{i}0  Frame number: 0794347{i}  Average reward: {115 + i}.5  Time taken: 69.5s\n"
            for i in (1, 2, 3)
        ),
        {
            "Game number": [(7943470 + i, 10500 + 10 * i) for i in (1, 2, 3)],
            "Average reward": [(7943470 + i, 115.5 + i) for i in (1, 2, 3)],
            "Time taken": [(7943470 + i, 69.5) for i in (1, 2, 3)],
        },
    ),
)
