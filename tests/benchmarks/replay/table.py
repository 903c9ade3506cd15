"""What the benchmark prints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median

from .faults import FAULTS, LEFT_OUT
from .scoring import Case
from .sound import Sound


def _share(part: int, whole: int) -> str:
    return f"{part}/{whole} = {100 * part / whole:.1f} %" if whole else "none"


def _true(values: Sequence[bool]) -> str:
    return _share(sum(values), len(values))


def table(found: Sequence[Case], quiet: Sequence[Sound]) -> Iterator[str]:
    """Yield one line for each figure, with its target."""
    shown = [one for one in found if one.flagged is not None]
    lasting = [one for one in shown if not FAULTS[one.fault].transient]
    passing = [one for one in shown if FAULTS[one.fault].transient]
    known = [one for one in shown if one.fault not in LEFT_OUT]
    new = [one for one in shown if one.fault in LEFT_OUT]
    placed = [one.place for one in lasting if one.place is not None]
    tested = [one for one in lasting if one.tested]
    examples = [one.example for one in lasting if one.example is not None]
    known_too, new_too = [[one for one in some if one.policies.first] for some in (known, new)]
    rows = [
        ("fault shows in the log", _share(len(shown), len(found)), ""),
        ("failure reproduced", _true([one.reproduced for one in lasting]), ">= 99 %"),
        ("  bit-exact", _true([one.exact for one in lasting]), ">= 95 %"),
        ("operation and line right", _true([bool(one) for one in placed]), ">= 95 %"),
        ("the one bad example of a batch named", _true([bool(one) for one in examples]), ""),
        ("sound runs with nothing blamed", _true([not one.blamed for one in quiet]), "all"),
        ("sound runs with nothing prescribed", _true([not one.prescribed for one in quiet]), "all"),
        ("cause first, known types", _true([one.right for one in known]), ">= 92 %"),
        ("cause first, types left out", _true([one.right for one in new]), ">= 80 %"),
        ("cause among the first two, types left out", _true([one.right_second for one in new]), ""),
        ("  first fix that helps, known", _true([_said(one, one.policies.first) for one in known_too]), ""),
        ("  first fix that helps, left out", _true([_said(one, one.policies.first) for one in new_too]), ""),
        ("  only when all agree, known", _true([_said(one, one.policies.agreed) for one in known_too]), ""),
        ("  only when all agree, left out", _true([_said(one, one.policies.agreed) for one in new_too]), ""),
        ("passing fault recognised", _true([one.right for one in passing]), ">= 95 %"),
        ("  with nothing prescribed", _true([not one.prescribed for one in passing]), "all"),
        ("a fix prescribed", _true([bool(one.prescribed) for one in lasting]), ""),
        ("a fix prescribed as tested", _share(len(tested), len(lasting)), ""),
        (
            "  works in other runs of the fault",
            _share(sum(o.works for o in tested), sum(o.tried for o in tested)),
            ">= 90 %",
        ),
        ("  wrong claims of tested", _share(sum(one.wrong_claim for one in tested), len(tested)), "<= 1 %"),
        (
            "median cost, step-equivalents",
            f"{median(one.cost for one in lasting):.0f}" if lasting else "none",
            "<= 300",
        ),
        ("median time of a replay", f"{median(one.seconds for one in lasting):.2f} s" if lasting else "none", ""),
    ]
    for name, value, target in rows:
        yield f"{name:<44}{value:<22}{target}".rstrip()


def _said(case: Case, cause: str) -> bool:
    """Whether a naive policy is right; where it cannot tell one cause from its kin, the kin counts."""
    kin = {"unstable-operation": "log-of-zero", "learning-rate-too-high": "learning-rate-jump"}
    right = FAULTS[case.fault].causes
    return cause in right or kin.get(cause, "") in right


def misses(found: Sequence[Case], quiet: Sequence[Sound]) -> Iterator[str]:
    """Yield every case that is not right in everything, with what was said."""
    for one in found:
        if one.flagged is None:
            yield f"{one.name}: does not show"
            continue
        wrong = [
            *(() if one.right else (f"cause {one.cause} (second {one.second or 'none'})",)),
            *(
                ()
                if one.reproduced != FAULTS[one.fault].transient
                else ("reproduced" if one.reproduced else "not reproduced",)
            ),
            *(() if one.place in (None, True) else (f"place {one.found_place}",)),
            *(() if one.example in (None, True) else ("another example",)),
            *(() if not one.wrong_claim else (f"wrong claim: held {one.held}",)),
            *(() if one.works == one.tried else (f"works {one.works} of {one.tried}",)),
            *(("not exact",) if one.reproduced and not one.exact else ()),
        ]
        if wrong:
            yield f"{one.name} (planted {one.planted}, flagged {one.flagged}, cost {one.cost:.0f}): {'; '.join(wrong)}"
            yield f"    prescribed {one.prescribed!r}; {'; '.join(one.wordings)}"
    for sound in quiet:
        if sound.blamed or sound.prescribed or sound.alarmed:
            yield f"sound {sound.task} seed {sound.seed}: {sound.alarmed} {sound.blamed} {sound.prescribed}"
    for name in dict.fromkeys(one.fault for one in found):
        costs = [one.cost for one in found if one.fault == name and one.flagged is not None]
        right = [one.right for one in found if one.fault == name and one.flagged is not None]
        yield f"{name:<28} cause {_true(right):<18} cost {median(costs) if costs else 0:.0f}"
