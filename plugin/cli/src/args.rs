//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use engine::congruity::{Part, PartWeights};
use engine::retrieval::Fraction;

/// Translate a painting and the sound of its brush into music of your own.
#[derive(Debug, Parser)]
#[command(version, after_help = crate::exit::HELP)]
pub struct Args {
    /// Print the result as JSON.
    #[arg(long, global = true)]
    pub json: bool,
    /// Show no progress.
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Folder of the networks [default: $IMPASTO_MODELS, else beside the program].
    #[arg(long, global = true, value_name = "DIR")]
    pub models: Option<PathBuf>,
    /// Library file of the inference runtime [default: $IMPASTO_RUNTIME, else beside the
    /// networks].
    #[arg(long, global = true, value_name = "FILE")]
    pub runtime: Option<PathBuf>,
    /// Folder of a pair of encoders of your own, with its encoders.toml, in the place of
    /// the networks' sense of what belongs together [default: $IMPASTO_ENCODERS, else none].
    #[arg(long, global = true, value_name = "DIR")]
    pub encoders: Option<PathBuf>,
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Take a folder of music into an index; a rerun looks only at what has changed.
    Index(Index),
    /// Look after the index of a folder: what it holds, whether it is whole, where its
    /// music is now.
    Library(Library),
    /// Find and render the snippets that a painting and a brush recording choose.
    Match(Match),
    /// Follow how well a piece of music goes with a painting.
    Congruity(Congruity),
    /// Measure how well the networks tell which music belongs to which pictures.
    Eval(Eval),
    /// List what the plug-in has logged of performances, and take it out as material.
    Session(Session),
    /// Learn from pairs of your own which music goes with which pictures.
    Teach(Teach),
}

/// `impasto session`.
#[derive(Debug, clap::Args)]
pub struct Session {
    #[command(subcommand)]
    pub command: SessionCommand,
}

/// What to do with sessions.
#[derive(Debug, Subcommand)]
pub enum SessionCommand {
    /// List the sessions that there are, newest first.
    List,
    /// Write a session as a table, as a document, or as a folder of its snippets and markers.
    Export(SessionExport),
}

/// `impasto session export`.
#[derive(Debug, clap::Args)]
pub struct SessionExport {
    /// The session's file, or its name in the list.
    #[arg(value_name = "SESSION")]
    pub session: PathBuf,
    /// What it is made into.
    #[arg(long = "as", value_enum, default_value_t = ExportForm::Folder)]
    pub form: ExportForm,
    /// Folder that it is written into, under a new name.
    #[arg(short, long, value_name = "DIR", default_value = ".")]
    pub out: PathBuf,
}

/// What a session is made into.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum ExportForm {
    /// A table, a row for each event.
    Csv,
    /// A document with all events.
    Json,
    /// A folder with the snippets as WAV, markers, and both of the above.
    Folder,
}

/// `impasto index`.
#[derive(Debug, clap::Args)]
pub struct Index {
    /// Folder of music: wav, aiff, flac, mp3, ogg, m4a, with all folders in it.
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Where the index lies [default: a folder of its own in the system's cache].
    #[arg(long, value_name = "DIR")]
    pub index_dir: Option<PathBuf>,
    /// Keep the index beside the music, hidden in DIR, so that it goes with it to another
    /// drive or machine. Found there from then on.
    #[arg(long, conflicts_with = "index_dir")]
    pub portable: bool,
    /// Leave out files, as in .gitignore: "*.mp3", "demos/", "live/**/take-?.wav". May be
    /// given again and again. Kept in the index, in the place of earlier ones.
    #[arg(long, value_name = "PATTERN", conflicts_with = "exclude_none")]
    pub exclude: Vec<String>,
    /// Leave out nothing any more.
    #[arg(long)]
    pub exclude_none: bool,
    /// Stay, and take in what changes in DIR, until Ctrl-C.
    #[arg(long)]
    pub watch: bool,
    /// Threads that decode and listen, all at low priority [default: one for each core].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=64))]
    pub threads: Option<u8>,
}

impl Index {
    /// How many threads there are to be. Nobody performs beside this command: it may have
    /// all cores, whose priority is low anyway.
    pub fn threads(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        self.threads.map_or_else(|| cores().min(16), usize::from)
    }
}

/// `impasto library`.
#[derive(Debug, clap::Args)]
pub struct Library {
    #[command(subcommand)]
    pub command: LibraryCommand,
}

/// What to do with an index.
#[derive(Debug, Subcommand)]
pub enum LibraryCommand {
    /// Say what the index holds and which files could not be used.
    Status(IndexPlace),
    /// Read all of the index again and compare it with its check sums.
    Verify(IndexPlace),
    /// Say where the music is now that was in another folder, so that it is not indexed again.
    Relink(Relink),
    /// Write the index as a Parquet file, for databases that search more than one machine holds.
    Export(Export),
    /// Forget files that are gone or excluded, and make the index smaller.
    Prune(IndexPlace),
}

/// The index that a command looks after.
#[derive(Debug, clap::Args)]
pub struct IndexPlace {
    /// Folder of music that `impasto index` has taken in.
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Where its index lies, if not at the default place.
    #[arg(long, value_name = "DIR")]
    pub index_dir: Option<PathBuf>,
}

/// `impasto library relink`.
#[derive(Debug, clap::Args)]
pub struct Relink {
    /// Folder that the music was in when it was indexed.
    #[arg(value_name = "OLD")]
    pub from: PathBuf,
    /// Folder that it is in now.
    #[arg(value_name = "NEW")]
    pub to: PathBuf,
    /// Where the index lies, if not at the default place.
    #[arg(long, value_name = "DIR")]
    pub index_dir: Option<PathBuf>,
}

/// `impasto library export`.
#[derive(Debug, clap::Args)]
pub struct Export {
    #[command(flatten)]
    pub place: IndexPlace,
    /// Where it is written.
    #[arg(short, long, value_name = "PARQUET", default_value = "library.parquet")]
    pub out: PathBuf,
    /// Picture of a painting whose point is added to what --json prints: the query by which
    /// the export's points are searched.
    #[arg(long, value_name = "PICTURE")]
    pub painting: Option<PathBuf>,
}

/// The library that a command reads.
#[derive(Debug, clap::Args)]
pub struct LibraryArgs {
    /// Folder of music that `impasto index` has taken in.
    #[arg(long, value_name = "DIR")]
    pub library: PathBuf,
    /// Where its index lies, if not at the default place.
    #[arg(long, value_name = "DIR")]
    pub index_dir: Option<PathBuf>,
}

/// `impasto match`.
#[derive(Debug, clap::Args)]
pub struct Match {
    /// Picture of the painting.
    #[arg(long, value_name = "PICTURE")]
    pub painting: PathBuf,
    /// Recording of the brush.
    #[arg(long, value_name = "SOUND")]
    pub brush: PathBuf,
    #[command(flatten)]
    pub library: LibraryArgs,
    #[command(flatten)]
    pub head: HeadArgs,
    /// Share of the library that the painting keeps, in percent (0.1 to 100).
    #[arg(long, value_name = "PERCENT", default_value = "1", value_parser = fraction)]
    pub fraction: Fraction,
    /// How much a chunk's place in what the painting keeps counts beside its distance from
    /// the brush: 0 is the distance alone, 1 the painting alone.
    #[arg(long, value_name = "0..1", default_value_t = 0.0, value_parser = share)]
    pub fit: f32,
    /// How much the chunk is preferred that goes on where the one played last ends: 1
    /// whenever the painting keeps it.
    #[arg(long, value_name = "0..1", default_value_t = 0.0, value_parser = share)]
    pub continuity: f32,
    /// How many of the last snippets are held back.
    #[arg(long, value_name = "N", default_value_t = 8)]
    pub variety: u8,
    /// What starts the snippets.
    #[arg(long, value_enum, default_value_t = Start::Continuous)]
    pub start: Start,
    /// Where the snippets are rendered to, as 48 kHz stereo float.
    #[arg(long, value_name = "WAV", default_value = "snippets.wav")]
    pub out: PathBuf,
    /// Say of each snippet in which parts it goes with the painting.
    #[arg(long)]
    pub explain: bool,
}

/// What starts the snippets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Start {
    /// One follows the other while the brush sounds.
    Continuous,
    /// Each stroke of the brush starts one.
    Strokes,
}

/// `impasto congruity`.
#[derive(Debug, clap::Args)]
pub struct Congruity {
    /// Picture of the painting.
    #[arg(long, value_name = "PICTURE")]
    pub painting: PathBuf,
    /// The music.
    #[arg(long, value_name = "SOUND")]
    pub music: PathBuf,
    /// What the brush played meanwhile, from the same moment on: without it, the gesture is
    /// unknown.
    #[arg(long, value_name = "SOUND")]
    pub brush: Option<PathBuf>,
    /// How much each part counts, as network=1,gesture=0.5: network, valence, arousal,
    /// crossmodal, gesture. What is not named counts nothing [default: network=1].
    #[arg(long, value_name = "PART=WEIGHT,...", value_parser = part_weights)]
    pub weights: Option<PartWeights>,
    #[command(flatten)]
    pub library: LibraryArgs,
    #[command(flatten)]
    pub head: HeadArgs,
    /// Where the curve is written to as numbers.
    #[arg(long, value_name = "CSV", default_value = "congruity.csv")]
    pub csv: PathBuf,
    /// Where the curve is drawn.
    #[arg(long, value_name = "PNG", default_value = "congruity.png")]
    pub png: PathBuf,
    /// Say in which parts the music goes with the painting, what was published about
    /// each, and add their columns to the numbers.
    #[arg(long)]
    pub explain: bool,
}

/// `impasto eval`.
#[derive(Debug, clap::Args)]
#[command(after_help = EVAL_HELP)]
pub struct Eval {
    /// Folder that the table's files are relative to.
    #[arg(long, value_name = "DIR")]
    pub root: PathBuf,
    /// Table of works, separated by tabs, with the columns work, file and kind.
    #[arg(long, value_name = "TSV")]
    pub manifest: PathBuf,
    /// Most chunks (4 s) of a track to judge it by, spread evenly over it.
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = at_least_one)]
    pub chunks: usize,
    #[command(flatten)]
    pub head: HeadArgs,
}

const EVAL_HELP: &str = "\
The table's first line names its columns, in any order: \"work\" is what pictures and music
belong together by, \"file\" is a path relative to --root, \"kind\" is \"picture\" or \"music\".
Further columns, blank lines and lines that begin with # are skipped. A row that can't be
used is told and left out, as is a work without pictures or without music; with fewer than
two works left the command fails.

Measures are averaged over a work's pictures (or tracks), then over works. Low scores belong.
  two_afc          own track against a foreign one: how often the own one has the lower score
  pair_accuracy    balanced accuracy of \"score below .5: belongs\"
  auc              area under the ROC curve of own pairs against foreign ones
  mrr, p_at_1, p_at_10, hit_at_10
                   of all candidates ranked: reciprocal rank of the first own one, share of
                   own ones at the first place and among ten, an own one among ten at all
  p_at_1_balanced  an own one first among one of each work
Beside each stands \"shuffled\": every work judged with the pictures of another, never its own.
Scores that know nothing come to chance there; where own pairs lie above chance, it lies below
by about as much, shared among the other works.";

fn part_weights(text: &str) -> Result<PartWeights, String> {
    let mut weights = PartWeights::NONE;
    for entry in text.split(',') {
        let (id, weight) = entry
            .split_once('=')
            .ok_or_else(|| format!("{entry:?}: a part, =, and its weight"))?;
        let part = Part::from_id(id.trim()).ok_or_else(|| {
            let known = Part::ALL.map(Part::id).join(", ");
            format!("{id:?} is no part: {known}")
        })?;
        let number = weight.trim().parse::<f32>().ok();
        let weight = number.filter(|weight| weight.is_finite() && *weight >= 0.0);
        weights.set(
            part,
            weight.ok_or_else(|| format!("{entry:?}: a weight is a number from 0 on"))?,
        );
    }
    Ok(weights)
}

fn at_least_one(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|&number| number > 0);
    number.ok_or_else(|| "it is a number from 1 on".to_owned())
}

/// `impasto teach`.
#[derive(Debug, clap::Args)]
pub struct Teach {
    /// Folder of pictures with music of the same name beside each, or with a folder of
    /// pictures and music for each work, or with a pairs.tsv or rehearsal.tsv.
    #[arg(value_name = "DIR")]
    pub pairs: PathBuf,
    /// Where the head is saved [default: in DIR, by its name]. An earlier one there is kept
    /// under another name.
    #[arg(short, long = "out", value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// What it is called [default: as DIR is].
    #[arg(long)]
    pub name: Option<String>,
    /// The recording of a rehearsal whose table names none.
    #[arg(long, value_name = "SOUND")]
    pub recording: Option<PathBuf>,
    /// How long the music of a rehearsal's snapshot lasts at most [default: to the next].
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub window: Option<f64>,
    /// Save it even if nothing was learned or the pairs contradict each other.
    #[arg(long)]
    pub force: bool,
}

/// A taught head in the place of the shipped one.
#[derive(Debug, clap::Args)]
pub struct HeadArgs {
    /// Judge by a head that `impasto teach` has saved.
    #[arg(long, value_name = "FILE")]
    pub head: Option<PathBuf>,
}

fn seconds(text: &str) -> Result<f64, String> {
    let seconds = text.parse().ok();
    seconds
        .filter(|seconds: &f64| seconds.is_finite() && *seconds >= 1.0)
        .ok_or_else(|| "at least 1 second".to_owned())
}

fn share(text: &str) -> Result<f32, String> {
    let share = text.parse().ok();
    share
        .filter(|share| (0.0..=1.0).contains(share))
        .ok_or_else(|| "it lies from 0 to 1".to_owned())
}

fn fraction(text: &str) -> Result<Fraction, String> {
    let range = Fraction::MIN_PERCENT..=Fraction::MAX_PERCENT;
    let percent = text.trim_end_matches('%').parse().ok();
    percent
        .filter(|percent| range.contains(percent))
        .and_then(Fraction::percent)
        .ok_or_else(|| format!("it lies from {} to {}", range.start(), range.end()))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn shares_lie_from_0_to_1() {
        assert_eq!(
            [share("0"), share("1"), share("0.25")],
            [Ok(0.0), Ok(1.0), Ok(0.25)]
        );
        for wrong in ["-0.1", "1.01", "50", "half", "NaN", ""] {
            assert!(share(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn weights_name_their_parts() {
        let both = PartWeights::NONE
            .with(Part::Network, 1.0)
            .with(Part::Gesture, 0.5);
        assert_eq!(part_weights("network=1, gesture=0.5"), Ok(both));
        let wrong = [
            "",
            "network",
            "smell=1",
            "network=",
            "network=-1",
            "network=inf",
        ];
        for wrong in wrong.into_iter().chain(["network=1,", "gesture=NaN"]) {
            assert!(part_weights(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn fractions_are_percentages_in_range() {
        assert_eq!(fraction("1").map(Fraction::as_percent), Ok(1.0));
        assert_eq!(fraction("12.5%").map(Fraction::as_percent), Ok(12.5));
        for wrong in ["0", "0.01", "101", "-1", "all", "NaN", ""] {
            assert!(fraction(wrong).is_err(), "{wrong}");
        }
    }
}
