//! What was learned, measured on pairs that were left out, beside the same pairs
//! shuffled.
//!
//! Pairs that share a picture or music are of one group, and a group is left out whole,
//! so no picture and no music is ever in both. The question is that of the filter: of
//! music left out, does the picture's own win over that of another work (two-alternative
//! forced choice, chance ½)? Other works weigh the same, then groups of a work, then
//! works. Only the artist's own works are in it: that taught music wins over strangers'
//! music says nothing, as it does so for every picture.
//!
//! Where no two works have two groups each, each group is taken for a work of its own.

use std::fmt;
use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use crate::inference::MusicFeatures;

use super::Example;
use super::maps::{Maps, dot, mean, music_features, picture_features, slices};
use super::random::Random;

/// Times that groups are dealt out anew.
const REPEATS: usize = 3;
/// Shuffles of the pairs, for each of the repeats.
const SHUFFLES: usize = 33;
/// Resamples of the interval.
const RESAMPLES: usize = 2000;
/// Parts that the groups are dealt out to, at most.
const FOLDS: usize = 5;
/// Below this many groups nothing that could be measured would mean anything.
pub const MEASURED_FROM: usize = 8;

/// What a head is worth, as far as the pairs can tell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    /// What is told apart: `works` or `pairs`.
    pub setting: String,
    /// Groups that were left out in turn.
    pub groups: usize,
    /// Share of choices that the picture's own music wins.
    pub two_afc: f64,
    /// 95 % of resamples of the groups within their works.
    pub ci95: [f64; 2],
    /// The same for pairs shuffled before anything is learned, averaged over shuffles.
    pub shuffled: f64,
    /// 95 % of the shuffles.
    pub shuffled95: [f64; 2],
    /// Shuffles.
    pub shuffles: usize,
    /// How often shuffled pairs do as well or better.
    pub p_value: f64,
    /// The same choices by the shipped head, which was taught nothing.
    pub shipped: f64,
    /// Work by work; empty where every group is its own.
    pub by_work: Vec<WorkJudged>,
}

/// One work's part in [`Judged`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WorkJudged {
    /// Its name.
    pub work: String,
    /// Its groups.
    pub groups: usize,
    /// Share of choices that its own music wins.
    pub two_afc: f64,
}

impl fmt::Display for Judged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |share: f64| format!("{:.0} %", 100.0 * share);
        write!(
            f,
            "of music left out, the picture's own wins {} of the choices ({} to {}), after \
             shuffled pairs {} ({} to {}), by the shipped head {}",
            percent(self.two_afc),
            percent(self.ci95[0]),
            percent(self.ci95[1]),
            percent(self.shuffled),
            percent(self.shuffled95[0]),
            percent(self.shuffled95[1]),
            percent(self.shipped),
        )
    }
}

/// Products of pairs that were left out, for the calibration.
#[derive(Clone, Debug, Default)]
pub(super) struct Products {
    pub(super) own: Vec<f64>,
    pub(super) foreign: Vec<f64>,
}

/// What examples are compared by, in their order.
pub(super) struct Features {
    pictures: Vec<Vec<f32>>,
    music: Vec<Vec<f32>>,
}

impl Features {
    fn of(examples: &[Example]) -> Self {
        let heard = |e: &Example| music_features(&e.music, e.picture.features.len());
        Self {
            pictures: examples
                .iter()
                .map(|e| picture_features(&e.picture))
                .collect(),
            music: examples.iter().map(heard).collect(),
        }
    }

    fn learn(&self) -> Maps {
        Maps::fit(&slices(&self.pictures), &slices(&self.music))
    }
}

/// The groups, and which works they are judged as.
pub(super) struct Plan<'a> {
    examples: &'a [Example],
    features: Features,
    /// Examples by group.
    groups: Vec<Vec<usize>>,
    /// Each group's work, or the group itself.
    work_of: Vec<usize>,
    works: usize,
    by_work: bool,
}

impl<'a> Plan<'a> {
    /// Of all examples, whose groups count from 0 without a gap.
    pub(super) fn new(examples: &'a [Example]) -> Self {
        let count = examples.iter().map(|e| e.group + 1).max().unwrap_or(0);
        let mut groups = vec![Vec::new(); count];
        for (at, example) in examples.iter().enumerate() {
            groups[example.group].push(at);
        }
        let works = examples.iter().map(|e| e.work + 1).max().unwrap_or(0);
        let mut sizes = vec![0; works];
        let work_of: Vec<usize> = groups.iter().map(|g| examples[g[0]].work).collect();
        work_of.iter().for_each(|&work| sizes[work] += 1);
        let by_work = sizes.iter().filter(|&&size| size >= 2).count() >= 2;
        Self {
            features: Features::of(examples),
            examples,
            work_of: if by_work {
                work_of
            } else {
                (0..count).collect()
            },
            works: if by_work { works } else { count },
            groups,
            by_work,
        }
    }

    /// How many groups there are.
    pub(super) fn groups(&self) -> usize {
        self.groups.len()
    }

    /// Groups that can be left out: those whose work has another to learn from.
    fn testable(&self) -> Vec<usize> {
        let mut sizes = vec![0; self.works];
        self.work_of.iter().for_each(|&work| sizes[work] += 1);
        let whole = |group: &usize| !self.by_work || sizes[self.work_of[*group]] >= 2;
        (0..self.groups.len()).filter(whole).collect()
    }

    /// Deals the testable groups out, those of a work to different folds.
    fn folds(&self, random: &mut Random) -> Vec<Vec<usize>> {
        let testable = self.testable();
        let mut sizes: Vec<usize> = vec![0; self.works];
        testable
            .iter()
            .for_each(|&group| sizes[self.work_of[group]] += 1);
        let count = if self.by_work {
            let mut tested: Vec<usize> = sizes.iter().copied().filter(|&s| s > 0).collect();
            tested.sort_unstable();
            tested[tested.len() / 2].clamp(2, FOLDS)
        } else {
            (testable.len() / 2).clamp(2, FOLDS)
        };
        let mut order = testable;
        random.shuffle(&mut order);
        if self.by_work {
            order.sort_by_key(|&group| self.work_of[group]);
        }
        let mut folds = vec![Vec::new(); count];
        for (place, group) in order.into_iter().enumerate() {
            folds[place % count].push(group);
        }
        folds
    }

    /// What all examples teach.
    pub(super) fn learn(&self) -> Maps {
        self.features.learn()
    }
}

/// One fold: what does not change when pairs are shuffled.
struct Fold<'p> {
    features: &'p Features,
    tested: Vec<usize>,
    /// By group, the mean points of their music; empty for groups learned from.
    heard: Vec<Vec<Vec<f32>>>,
    learned: Vec<usize>,
}

impl<'p> Fold<'p> {
    fn new(plan: &'p Plan<'_>, tested: &[usize]) -> Self {
        let all = 0..plan.groups.len();
        let learned: Vec<usize> = all
            .clone()
            .filter(|group| !tested.contains(group))
            .collect();
        let mut fold = Self {
            features: &plan.features,
            tested: tested.to_vec(),
            heard: Vec::new(),
            learned,
        };
        let maps = fold.learn(plan, &all.clone().collect::<Vec<_>>());
        let heard = all.map(|group| {
            let examples = plan.groups[group]
                .iter()
                .filter(|_| tested.contains(&group));
            examples
                .map(|&at| mean_point(&maps, &plan.examples[at]))
                .collect()
        });
        fold.heard = heard.collect();
        fold
    }

    /// Learns, with the pictures of group `pictures_of[g]` for the music of group g. The
    /// music's side does not depend on it.
    fn learn(&self, plan: &Plan<'_>, pictures_of: &[usize]) -> Maps {
        let (mut pictures, mut music) = (Vec::new(), Vec::new());
        for &group in &self.learned {
            let seen = &plan.groups[pictures_of[group]];
            for (place, &at) in plan.groups[group].iter().enumerate() {
                pictures.push(self.features.pictures[seen[place % seen.len()]].as_slice());
                music.push(self.features.music[at].as_slice());
            }
        }
        Maps::fit(&pictures, &music)
    }

    /// Learns and scores. Gives each tested group's share of choices won.
    fn judge(
        &self,
        plan: &Plan<'_>,
        dealt: &[usize],
        products: Option<&mut Products>,
    ) -> Vec<(usize, f64)> {
        let maps = self.learn(plan, dealt);
        let taught = Choice {
            picture: &|example| maps.picture_point(&example.picture),
            heard: &|group| self.heard[group].clone(),
        };
        self.choose(plan, dealt, &taught, products)
    }

    /// The same choices by the shipped head.
    fn judge_shipped(&self, plan: &Plan<'_>, music_of: &[usize]) -> Vec<(usize, f64)> {
        let shipped_point = |&at: &usize| {
            let music = &plan.examples[at].music;
            mean(music.iter().map(|chunk| chunk.point.as_slice()))
        };
        let shipped = Choice {
            picture: &|example| example.picture.point.clone(),
            heard: &|group| plan.groups[group].iter().map(shipped_point).collect(),
        };
        self.choose(plan, music_of, &shipped, None)
    }

    /// Lets each tested picture choose between its own music and that of each other work.
    fn choose(
        &self,
        plan: &Plan<'_>,
        music_of: &[usize],
        choice: &Choice<'_>,
        mut products: Option<&mut Products>,
    ) -> Vec<(usize, f64)> {
        let music: Vec<Vec<Vec<f32>>> = self
            .tested
            .iter()
            .map(|&group| (choice.heard)(music_of[group]))
            .collect();
        let mut won = Vec::new();
        for (place, &group) in self.tested.iter().enumerate() {
            let (mut sum, mut choices) = (0.0, 0.0);
            for &at in &plan.groups[group] {
                let point = (choice.picture)(&plan.examples[at]);
                let products_with = |at: usize| music[at].iter().map(|m| f64::from(dot(&point, m)));
                let own: Vec<f64> = products_with(place).collect();
                let mut foreign: Vec<Vec<f64>> = vec![Vec::new(); plan.works];
                for (at, &other) in self.tested.iter().enumerate() {
                    if plan.work_of[other] != plan.work_of[group] {
                        foreign[plan.work_of[other]].extend(products_with(at));
                    }
                }
                foreign.retain(|work| !work.is_empty());
                for work in &foreign {
                    sum += wins(&own, work);
                    choices += 1.0;
                }
                if let Some(products) = products.as_deref_mut() {
                    products.own.extend(&own);
                    products.foreign.extend(foreign.iter().flatten());
                }
            }
            if choices > 0.0 {
                won.push((group, sum / choices));
            }
        }
        won
    }
}

/// How pictures and music become points.
struct Choice<'c> {
    picture: &'c dyn Fn(&Example) -> Vec<f32>,
    /// The mean points of the music of a group.
    heard: &'c dyn Fn(usize) -> Vec<Vec<f32>>,
}

/// Measures what is learned from `plan`'s examples. `goes_on` gets the share that is
/// done; `None` if it broke it off, or if there is too little to measure.
pub(super) fn judge(
    plan: &Plan<'_>,
    works: &[String],
    goes_on: &mut dyn FnMut(f64) -> ControlFlow<()>,
) -> ControlFlow<(), Option<(Judged, Products)>> {
    if plan.testable().len() < MEASURED_FROM {
        return ControlFlow::Continue(None);
    }
    let mut random = Random::new(1);
    let (mut truth, mut shipped) = (Tally::new(plan), Tally::new(plan));
    let (mut shuffled, mut beaten) = (Vec::new(), 0);
    let mut products = Products::default();
    let as_paired: Vec<usize> = (0..plan.groups()).collect();
    for repeat in 0..REPEATS {
        let folds: Vec<Fold<'_>> = plan
            .folds(&mut random)
            .iter()
            .map(|tested| Fold::new(plan, tested))
            .collect();
        let mut here = Tally::new(plan);
        for fold in &folds {
            let won = fold.judge(plan, &as_paired, Some(&mut products));
            here.add(&won);
            truth.add(&won);
            shipped.add(&fold.judge_shipped(plan, &as_paired));
        }
        let here = here.mean(plan);
        for shuffle in 0..SHUFFLES {
            // Among what is learned from and among what is left out, so that what is new
            // stays new and only what goes with what changes.
            let mut control = Tally::new(plan);
            for fold in &folds {
                let mut dealt = as_paired.clone();
                random.permute(&mut dealt, &fold.learned);
                random.permute(&mut dealt, &fold.tested);
                control.add(&fold.judge(plan, &dealt, None));
            }
            let control = control.mean(plan);
            beaten += usize::from(control >= here - 1e-12);
            shuffled.push(control);
            let done = (repeat * SHUFFLES + shuffle + 1) as f64 / (REPEATS * SHUFFLES) as f64;
            goes_on(done)?;
        }
    }
    shuffled.sort_by(f64::total_cmp);
    let by_work = match plan.by_work {
        true => truth.by_work(plan, works),
        false => Vec::new(),
    };
    let judged = Judged {
        setting: if plan.by_work { "works" } else { "pairs" }.to_owned(),
        groups: plan.testable().len(),
        two_afc: truth.mean(plan),
        ci95: truth.interval(plan, &mut random),
        shuffled: shuffled.iter().sum::<f64>() / shuffled.len() as f64,
        shuffled95: [quantile(&shuffled, 0.025), quantile(&shuffled, 0.975)],
        shuffles: shuffled.len(),
        p_value: (beaten + 1) as f64 / (shuffled.len() + 1) as f64,
        shipped: shipped.mean(plan),
        by_work,
    };
    ControlFlow::Continue(Some((judged, products)))
}

/// Each group's share of choices won, over repeats.
struct Tally {
    sum: Vec<f64>,
    count: Vec<f64>,
}

impl Tally {
    fn new(plan: &Plan<'_>) -> Self {
        Self {
            sum: vec![0.0; plan.groups()],
            count: vec![0.0; plan.groups()],
        }
    }

    fn add(&mut self, won: &[(usize, f64)]) {
        for &(group, share) in won {
            self.sum[group] += share;
            self.count[group] += 1.0;
        }
    }

    /// Each work's groups' shares; where every group is its own work, they are one.
    fn shares(&self, plan: &Plan<'_>) -> Vec<Vec<f64>> {
        let mut shares = vec![Vec::new(); if plan.by_work { plan.works } else { 1 }];
        for group in 0..self.sum.len() {
            if self.count[group] > 0.0 {
                let work = if plan.by_work { plan.work_of[group] } else { 0 };
                shares[work].push(self.sum[group] / self.count[group]);
            }
        }
        shares
    }

    fn mean(&self, plan: &Plan<'_>) -> f64 {
        mean_of_means(&self.shares(plan))
    }

    fn by_work(&self, plan: &Plan<'_>, works: &[String]) -> Vec<WorkJudged> {
        let shares = self.shares(plan).into_iter().enumerate();
        let tested = shares.filter(|(_, shares)| !shares.is_empty());
        let judged = tested.map(|(work, shares)| WorkJudged {
            work: works[work].clone(),
            groups: shares.len(),
            two_afc: shares.iter().sum::<f64>() / shares.len() as f64,
        });
        judged.collect()
    }

    fn interval(&self, plan: &Plan<'_>, random: &mut Random) -> [f64; 2] {
        let shares = self.shares(plan);
        let mut means: Vec<f64> = (0..RESAMPLES)
            .map(|_| {
                let drawn: Vec<Vec<f64>> = shares
                    .iter()
                    .map(|work| {
                        (0..work.len())
                            .map(|_| work[random.below(work.len())])
                            .collect()
                    })
                    .collect();
                mean_of_means(&drawn)
            })
            .collect();
        means.sort_by(f64::total_cmp);
        [quantile(&means, 0.025), quantile(&means, 0.975)]
    }
}

fn mean_of_means(works: &[Vec<f64>]) -> f64 {
    let means = works.iter().filter(|work| !work.is_empty());
    let means: Vec<f64> = means
        .map(|w| w.iter().sum::<f64>() / w.len() as f64)
        .collect();
    means.iter().sum::<f64>() / means.len().max(1) as f64
}

fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len().max(1) - 1) as f64;
    sorted.get(place.round() as usize).copied().unwrap_or(0.5)
}

/// The share of comparisons that `own` wins; a tie is half won.
fn wins(own: &[f64], foreign: &[f64]) -> f64 {
    let mut won = 0.0;
    for mine in own {
        for theirs in foreign {
            won += match mine.total_cmp(theirs) {
                std::cmp::Ordering::Greater => 1.0,
                std::cmp::Ordering::Equal => 0.5,
                std::cmp::Ordering::Less => 0.0,
            };
        }
    }
    won / (own.len() * foreign.len()).max(1) as f64
}

/// The mean point of an example's chunks: its products are the mean of theirs.
fn mean_point(maps: &Maps, example: &Example) -> Vec<f32> {
    let point = |chunk: &MusicFeatures| {
        let mut point = Vec::new();
        maps.music_point(&chunk.point, &mut point);
        point
    };
    let points: Vec<Vec<f32>> = example.music.iter().map(point).collect();
    mean(points.iter().map(Vec::as_slice))
}
