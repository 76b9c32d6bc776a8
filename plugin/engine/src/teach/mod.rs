//! Heads that an artist teaches: which music goes with which pictures, learned on the
//! machine in seconds from pairs of the artist's own.
//!
//! [`Pairs::find`] reads which picture goes with which music, [`gather`] looks and
//! listens, [`teach`] fits a [`TaughtHead`], measures it on pairs left out and refuses
//! what taught nothing. [`TaughtHead::save`] keeps it in a small file of its own; the
//! models that are shipped are never touched.
//!
//! A taught head maps the networks' features to points of its own, of which the shipped
//! point is a part: its [`Correspondence`](crate::inference::Correspondence) scores them
//! as the shipped one scores the shipped points.

mod example;
mod file;
mod gather;
mod head;
mod judge;
mod maps;
mod pairs;
mod problem;
mod random;

use std::ops::ControlFlow;

pub use example::Example;
pub use file::HEAD_EXTENSION;
pub use gather::{GatherProgress, Material, PairRecord, gather};
pub use head::{Info, NetworksOf, TaughtHead, Verdict};
pub use judge::{Judged, MEASURED_FROM, WorkJudged};
pub use pairs::{
    Kept, LeftOut, PAIRS_FILE, Pair, Pairs, REHEARSAL_FILE, RehearsalOptions, Taken, add, put_back,
    take_away,
};
pub use problem::TeachProblem;

use judge::{Plan, judge};

/// The fewest pairs without a picture or music in common that are learned from.
pub const MINIMUM: usize = 4;

/// Shuffled pairs that do as well as often as this say that nothing was learned.
const REFUSED_FROM: f64 = 0.15;
/// And less often than this, that something was.
const ESTABLISHED_TO: f64 = 0.05;

/// How [`teach`] is to go about it.
#[derive(Clone, Debug, Default)]
pub struct TeachOptions {
    /// What the head is to be called.
    pub name: String,
    /// Give a head even if the pairs contradict each other or taught nothing.
    pub force: bool,
}

/// Learns from `material`, whose features are those of `networks`.
///
/// `progress` gets the share that is done, in 0..=1.
///
/// # Errors
/// Too few pairs, contradictory ones, or nothing learned; [`TeachProblem::Stopped`] when
/// `progress` breaks.
pub fn teach(
    material: &Material,
    networks: &NetworksOf,
    options: &TeachOptions,
    progress: &mut dyn FnMut(f64) -> ControlFlow<()>,
) -> Result<TaughtHead, TeachProblem> {
    let examples = &material.examples;
    if !networks.can_be_taught() {
        return Err(TeachProblem::NoFeatures);
    }
    let mut warnings = material.warnings.clone();
    // First: pairs that share a picture count once, so that contradictory ones are few as
    // well, and more of them would not help.
    let contradictions = contradictions(material);
    if let Some(example) = contradictions.first() {
        let (count, of) = (contradictions.len(), examples.len());
        if 3 * count > of && !options.force {
            let example = example.clone();
            return Err(TeachProblem::Contradictory { count, of, example });
        }
        warnings.push(format!(
            "{count} of {of} pairs contradict others: {example}"
        ));
    }
    let plan = Plan::new(examples);
    if plan.groups() < MINIMUM {
        return Err(TeachProblem::TooFew {
            found: plan.groups(),
            pairs: examples.len(),
            minimum: MINIMUM,
            left_out: left_out(material),
        });
    }
    if material.works.len() < 2 {
        return Err(TeachProblem::OneWork);
    }
    let ControlFlow::Continue(judged) = judge(&plan, &material.works, progress) else {
        return Err(TeachProblem::Stopped);
    };
    let (judged, products) = judged.unzip();
    let verdict = match &judged {
        None => {
            warnings.push(format!(
                "fewer than {MEASURED_FROM} pairs could be left out in turn, so how well this \
                 carries over to other pictures was not measured"
            ));
            Verdict::Unmeasured
        }
        Some(judged) if judged.p_value <= ESTABLISHED_TO => Verdict::Established,
        Some(judged) if judged.p_value <= REFUSED_FROM => {
            warnings.push(
                "shuffled pairs now and then do as well, so it is not certain that anything \
                 was learned; more pairs would tell"
                    .to_owned(),
            );
            Verdict::Uncertain
        }
        Some(judged) if !options.force => {
            return Err(TeachProblem::NoBetter {
                judged: Box::new(judged.clone()),
            });
        }
        Some(_) => {
            warnings.push("these pairs taught no more than the same pairs shuffled".to_owned());
            Verdict::Forced
        }
    };
    if let Some(judged) = judged.as_ref().filter(|j| j.shipped > j.two_afc) {
        warnings.push(format!(
            "without this head the networks make more of these choices rightly, {:.0} % beside \
             {:.0} %: it may be of no use to you; more pairs would help it",
            100.0 * judged.shipped,
            100.0 * judged.two_afc
        ));
    }
    let mut maps = plan.learn();
    let products = products.unwrap_or_default();
    maps.calibrate(&products.own, &products.foreign);
    Ok(TaughtHead::new(
        maps,
        Info {
            name: options.name.clone(),
            created: head::now(),
            program: env!("CARGO_PKG_VERSION").to_owned(),
            verdict,
            warnings,
            networks: networks.clone(),
            measured: judged,
            pairs: material.records.clone(),
        },
    ))
}

/// Pairs whose picture or music also stands in another work, each in words.
fn contradictions(material: &Material) -> Vec<String> {
    let places = 0..material.examples.len();
    let contradicted = |&place: &usize| {
        let mine = (&material.examples[place], &material.records[place]);
        let others = material.examples.iter().zip(&material.records);
        let mut others = others.filter(|(other, _)| other.work != mine.0.work);
        others.find_map(|(_, other)| {
            let (ours, theirs) = (&mine.1, other);
            let what = if ours.picture_sha256 == theirs.picture_sha256 {
                format!("the picture {}", ours.picture)
            } else if ours.music_sha256 == theirs.music_sha256
                && (ours.start, ours.end) == (theirs.start, theirs.end)
            {
                format!("the music {}", ours.music)
            } else {
                return None;
            };
            let (a, b) = (&ours.work, &theirs.work);
            Some(format!("{what} stands in {a:?} and in {b:?}"))
        })
    };
    places.filter_map(|place| contradicted(&place)).collect()
}

/// How many files were left out, as the rest of a sentence.
fn left_out(material: &Material) -> String {
    match material.left_out.as_slice() {
        [] => String::new(),
        [one] => format!(" ({} was left out: {})", one.path.display(), one.reason),
        [first, rest @ ..] => format!(
            " ({} and {} more were left out: {})",
            first.path.display(),
            rest.len(),
            first.reason
        ),
    }
}
