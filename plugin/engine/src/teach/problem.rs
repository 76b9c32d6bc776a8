//! What can be wrong with pairs, and with a head's file.

use std::path::PathBuf;

use super::judge::Judged;

/// Why pairs can't be learned from, or a taught head can't be used or saved.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TeachProblem {
    /// No pairs were found.
    #[error("there are no pairs of a picture and music: {0}")]
    NoPairs(String),
    /// A table of pairs can't be read.
    #[error("line {line}: {reason}")]
    Table {
        /// Counted from 1.
        line: usize,
        /// What is wrong with it, and what to do.
        reason: String,
    },
    /// Pairs are added and taken away by their files; here a table says what they are.
    #[error(
        "the pairs of this folder are in a table, {0}, which only its owner changes. Edit the \
         table, or choose another folder for pairs"
    )]
    HasTable(&'static str),
    /// There is no pair of this name.
    #[error("there is no such pair any more. Look at the folder again")]
    NoSuchPair,
    /// Too little music to be heard as the networks hear it.
    #[error("{seconds:.0} s of music are too short: let it play for at least {least:.0} s")]
    TooShort {
        /// Of music.
        seconds: f64,
        /// Needed.
        least: f64,
    },
    /// Too few pairs that have neither picture nor music in common.
    #[error(
        "{} share neither picture nor music, and {minimum} are the fewest that \
         something can be learned from{left_out}. Add pairs with pictures and music that are \
         in no pair yet",
        few(*found, *pairs)
    )]
    TooFew {
        /// Of all pairs, those that share neither picture nor music: groups.
        found: usize,
        /// All pairs.
        pairs: usize,
        /// Needed.
        minimum: usize,
        /// What was left out, as the rest of a sentence.
        left_out: String,
    },
    /// All pairs are of one work.
    #[error(
        "all pairs are of one work, so there is nothing to tell apart. Add pairs of another \
         work, or put each painting into a folder of its own"
    )]
    OneWork,
    /// The same pictures stand with different music.
    #[error(
        "{count} of {of} pairs contradict others: {example}. Remove one of each two, or save \
         all the same with --force"
    )]
    Contradictory {
        /// How many pairs.
        count: usize,
        /// Of how many.
        of: usize,
        /// The first, in words.
        example: String,
    },
    /// The pairs teach no more than the same pairs shuffled.
    #[error(
        "nothing was learned: {judged}. The pairs may contradict each other, or what they have \
         in common can't be seen and heard by these networks. Look for pictures that stand with \
         the wrong music, add pairs, or save all the same with --force"
    )]
    NoBetter {
        /// What was measured.
        judged: Box<Judged>,
    },
    /// The networks at hand give no picture features.
    #[error(
        "the picture network gives no features to learn from. Install the models again, or \
         leave a pair of encoders of your own out"
    )]
    NoFeatures,
    /// The file is something else.
    #[error("this is not a taught head. Choose a file that `impasto teach` has saved")]
    NotAHead,
    /// The file is not as it was saved.
    #[error("the taught head is damaged: {0}. Teach it again")]
    Damaged(String),
    /// Made by a later version of the program.
    #[error("the taught head has format {found}, this version knows {known}. Update Impasto")]
    Newer {
        /// The format found.
        found: u32,
        /// The latest known here.
        known: u32,
    },
    /// Fitted on the outputs of other networks.
    #[error(
        "the taught head was fitted on other networks ({0} differs). Teach it again with the \
         networks at hand"
    )]
    OtherNetworks(&'static str),
    /// A head may not be saved there.
    #[error(
        "a taught head is not saved among the models, which it must not touch. Choose another place"
    )]
    AmongModels,
    /// A folder is no place for a head's file.
    #[error("this is a folder. Name a file in it, such as mine.head")]
    Folder,
    /// Something else is there.
    #[error("there is a file of another kind, which is not replaced. Choose another name")]
    OtherFile,
    /// Broken off on request.
    #[error("broken off; nothing was written")]
    Stopped,
}

/// How many of the pairs count, as the beginning of a sentence.
fn few(found: usize, pairs: usize) -> String {
    if found == pairs {
        format!("{found} pairs that")
    } else {
        format!("of {pairs} pairs only {found}")
    }
}

impl TeachProblem {
    /// With the path that it is about.
    pub(crate) fn at(self, path: impl Into<PathBuf>) -> crate::Error {
        crate::Error::Teach {
            path: path.into(),
            problem: self,
        }
    }
}
