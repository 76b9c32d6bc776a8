"""Text of the card of the correspondence heads, from what `fit` and `assess` found."""

from __future__ import annotations

from . import assessment, correspondence, manifest, taught

TEXT = """# Card: correspondence of pictures and music

Two towers: `picture.onnx` (EfficientNet-Lite0 at every depth and colour → point) and `audio.onnx` (log-odds of tags and affect, and the
learnt part of the embedding → point). Score = 1 / (1 + exp(scale · ⟨picture point, music point⟩ + bias)): 0 belongs, 1 does not.

A point has {points} numbers. The first {works}: a softmax classifier's opinion of which known work it comes from; the product of two is how
much likelier than chance both come from the same work. The last {common}: music features of length 1 (principal components of whitened inputs and the
classifier's log-odds), into which pictures are mapped by the covariance between works' mean pictures and mean music; this block weighs {weight:g} times as much. The sum is the cross term of
a dense layer with quadratic activation on the concatenation of both towers, followed by a softmax over {{corresponds, does not}}
(Verma, Basica, Davis Kivelson 2020, section 3.1), so a library is scored by one matrix product a painting.
`picture.onnx` also gives `features`, {common} numbers of length 1; these and the last {common} numbers of a music point are what a taught head is fitted on.

**It does not know which music suits a stranger's picture.** {verdict}
It does learn a body of work from that work's own pairs, and that is its use: see *taught*.

## Made from
{pictures} pictures and {tracks} tracks ({chunks} chunks) of {number} free works (games): a picture and a track correspond when they come
from the same work, as a cover and its album do. Lists: `../training/data/pictures.tsv`, `tracks.tsv`; the rule by which most were
found: `../training/discover.py`. Licences: `../training/data/packages.tsv`. Command: `../training/README.md`.

## Measured
Means over works with a 95 % bootstrap interval over works. A track is scored by the mean product of its chunks. 2AFC: a track of the picture's
own work beats a foreign one for the same picture (chance .5). Accuracy: own pairs and as many foreign ones told apart (chance .5).
P@1, P@10, MRR: own tracks among all tracks of all works tested (P@10 as the share found of those there are, at most ten); *back*: own
pictures of a track. *Mispaired*: fitted with the works' pictures exchanged, tested on true pairs. *Plain*: the same heads on colour
histograms and MFCC alone.

| setting | 2AFC | AUC | accuracy | MRR | P@1 | P@10 | back MRR | back P@1 | back P@10 |
|---|---|---|---|---|---|---|---|---|---|
{rows}

- *Never seen*: {folds} folds over works, twice; works of one family (`../training/families.py`) stay together; only the works left out compete. With
  their names shuffled, 2AFC is {null_mean:.3f} ± {null_spread:.3f} (97.5 % quantile {null_high:.3f}).
- *Seen*: one in {folds} of each work's pictures and tracks left out in turn. *Richer*: the {richer} works with at least {least_pictures} pictures and {least_tracks} tracks.
- The audio trunk was distilled without any picture, on music of most of these works.
- The heads' form, blocks, temperatures and penalties were chosen among a few dozen variants looking at these same works; expect slightly less elsewhere.

### Taught
k pairs of each of about {lesson} unseen works (heads that never saw them), then the works' other pictures and tracks against one another;
works with at least {least_pictures} pictures and {least_tracks} tracks; half of each to draw the pairs from, half to test.

| pairs a work | 2AFC | mispaired | plain | P@1 | mispaired P@1 |
|---|---|---|---|---|---|
{taught}

Method: softmax over the taught pairs on both sides (temperatures {picture_temperature:g} and {music_temperature:g}), and {prior:g} of the shipped common block; `../training/taught.py`.

### Targets
{targets}

## Calibration
{scale:.3f} · product {bias:+.3f}, fitted on works left out, corresponding and other pairs in equal weight ({pairs:,} pairs). Scores of strangers therefore
stay near .5; their order, which is what the filter and congruity use, does not depend on it. Reliability (said → true probability of
belonging, by fifths): {reliability}.

## Known failures
- All works are games: screens, backgrounds, textures and sprites, seldom paintings.
- Which track of one work suits a picture best was not measured; an earlier study found no such skill.
- A work it knows outweighs what is common: pictures that look like a known work's find music that sounds like it.
- Pictures are squeezed to 224 × 224, whatever their shape.
"""

COLUMNS = ("two_afc", "auc", "accuracy", "mrr", "p_at_1", "p_at_10", "back_mrr", "back_p_at_1", "back_p_at_10")
TITLES = {"never_seen": "works never seen", "seen": "seen works, new pictures and tracks"}
#: What was hoped for: setting and pairs, and the 2AFC wanted.
TARGETS = ((("never_seen",), 0.60), (("seen",), 0.85), (("taught", "1"), 0.68), (("taught", "4"), 0.74), (("taught", "16"), 0.80))


def text(report: dict, fitted: dict, works: int) -> str:
    """The card. `report`: of `heads.measure`; `fitted`: of `heads.fit_all`; `works`: how many the heads know."""
    rows = []
    for name, title in TITLES.items():
        for suffix, said in (("", ""), ("_mispaired", ", mispaired"), ("_plain", ", plain")):
            rows.append(_row(title + said, report[name + suffix]))
        if "richer" in report[name]:
            rows.append(_row(f"{title}, richer", report[name]["richer"]))
    lines = []
    for pairs in map(str, assessment.TAUGHT):
        found = [report["taught" + suffix][pairs] for suffix in ("", "_mispaired", "_plain")]
        lines.append(f"| {pairs} | " + " | ".join(_interval(one["two_afc"]) for one in found) + f" | {_interval(found[0]['p_at_1'])} | {_interval(found[1]['p_at_1'])} |")
    unseen, null = report["never_seen"]["two_afc"], report["never_seen"]["null"]
    told = "is better than a coin, by little" if unseen["low"] > null["high"] else "cannot be told from a coin"
    calibration = manifest.load()["correspondence"]
    return TEXT.format(
        points=works + correspondence.COMMON, works=works, common=correspondence.COMMON, weight=correspondence.COMMON_WEIGHT,
        verdict=f"On works it was not fitted on it {told}: 2AFC {_interval(unseen)} where .5 is chance.",
        rows="\n".join(rows), taught="\n".join(lines), targets="\n".join(_targets(report)), folds=assessment.FOLDS, richer=report["seen"]["richer_works"],
        null_mean=null["mean"], null_spread=null["spread"], null_high=null["high"], lesson=assessment.TAUGHT_WORKS,
        least_pictures=assessment.TAUGHT_PICTURES, least_tracks=assessment.TAUGHT_TRACKS, prior=taught.PRIOR,
        picture_temperature=taught.PICTURE_TEMPERATURE, music_temperature=taught.MUSIC_TEMPERATURE,
        reliability=", ".join(f"{row['said']:.2f} → {row['true']:.2f}" for row in fitted["reliability"]), pairs=fitted["pairs"],
        scale=calibration["scale"], bias=calibration["bias"], number=report["works"], **{key: report[key] for key in ("pictures", "tracks", "chunks")},
    )  # fmt: skip


def _interval(value: dict) -> str:
    return f"{value['mean']:.3f} [{value['low']:.3f}, {value['high']:.3f}]"


def _row(title: str, values: dict) -> str:
    return f"| {title} | {_interval(values['two_afc'])} | " + " | ".join(f"{values[name]['mean']:.3f}" for name in COLUMNS[1:]) + " |"


def _targets(report: dict) -> list[str]:
    lines = []
    for (setting, *pairs), wanted in TARGETS:
        found = report[setting][pairs[0]]["two_afc"] if pairs else report[setting]["two_afc"]
        name = f"taught, {pairs[0]} pairs a work" if pairs else TITLES[setting]
        lines.append(f"- {name}: 2AFC of {wanted:.2f} was wanted, {_interval(found)} {'reached' if found['mean'] >= wanted else 'found: **missed**'}.")
    return lines
