//! A long rehearsal in real time, for hours if wanted: prints how long the audio
//! thread's blocks took and which of them came too late. See `cargo xtask soak`.

#[cfg(not(target_os = "linux"))]
fn main() {
    eprintln!("The soak test measures on Linux only.");
    std::process::exit(2);
}

#[cfg(target_os = "linux")]
fn main() -> anyhow::Result<()> {
    linux::main()
}

#[cfg(target_os = "linux")]
mod linux {
    use anyhow::{Context, Result, ensure};
    use clap::Parser;
    use impasto_tests::bundle::Bundle;
    use impasto_tests::display;
    use impasto_tests::editor::EditorWindow;
    use impasto_tests::host::{Activation, Instance, Song, ensemble};
    use impasto_tests::signal::Clip;
    use impasto_tests::snapshot::Snapshot;
    use impasto_tests::soak::{
        Indexing, Memory, Paced, Slow, Spread, Stopwatch, Times, instances, play,
    };
    use std::path::PathBuf;
    use std::sync::PoisonError;
    use std::time::{Duration, Instant};

    /// Seconds of the material, which is played over and over.
    const MATERIAL: f64 = 20.0;

    #[derive(Parser)]
    #[command(about = "Plays the plug-in in real time and looks for blocks that come too late")]
    struct Arguments {
        /// How many instances play, on one audio thread
        #[arg(long, default_value_t = 1)]
        instances: usize,
        /// Frames a block
        #[arg(long, default_value_t = 64)]
        block: usize,
        /// Frames to play, for each instance
        #[arg(long, default_value_t = 10_000_000)]
        frames: usize,
        /// Hz
        #[arg(long, default_value_t = 48_000.0)]
        rate: f64,
        /// Open the editor of the first instance
        #[arg(long)]
        editor: bool,
        /// Have one more instance index a large library meanwhile
        #[arg(long)]
        index: bool,
        /// Where the library to index is made
        #[arg(long, default_value = "target/soak")]
        folder: PathBuf,
    }

    pub fn main() -> Result<()> {
        let arguments = Arguments::parse();
        ensure!(
            arguments.instances > 0 && arguments.block > 0,
            "nothing to play"
        );
        // SAFETY: no other thread runs yet.
        let _display = unsafe { display::provide() }?;
        let bundle = Bundle::load()?;
        let mut players = gather(&bundle, arguments.instances)?;
        let mut indexing = arguments
            .index
            .then(|| Indexing::begin(&bundle, &arguments.folder))
            .transpose()?;
        let editor = arguments
            .editor
            .then(|| EditorWindow::open(&mut players[0]))
            .transpose()?;
        let rehearsal = rehearse(&mut players, &arguments, &mut indexing)?;
        report(&rehearsal, &arguments);
        let played = players.iter_mut().map(|player| {
            let snapshot = Snapshot::of(player)?;
            anyhow::Ok((snapshot.snippets.len(), snapshot.dropped_frames))
        });
        let played = played.collect::<Result<Vec<_>>>()?;
        println!("snippets played and frames dropped, by instance: {played:?}");
        if let Some(editor) = editor {
            editor.close(&mut players[0]);
        }
        Ok(())
    }

    /// Makes the instances and says what each takes.
    fn gather(bundle: &Bundle, count: usize) -> Result<Vec<Instance>> {
        let mut players = Vec::new();
        for made in 0..count {
            let before = Memory::now()?;
            players.append(&mut instances(bundle, 1)?);
            let after = Memory::now()?;
            if made < 2 || made + 1 == count {
                let grown = |after: u64, before: u64| (after as f64 - before as f64) / 1e6;
                println!(
                    "instance {}: {:+.1} MB proportional, {:+.1} MB anonymous; {:.0} MB in all",
                    made + 1,
                    grown(after.proportional, before.proportional),
                    grown(after.anonymous, before.anonymous),
                    after.proportional as f64 / 1e6,
                );
            }
        }
        Ok(players)
    }

    struct Rehearsal {
        paced: Paced,
        /// Of the first instance, on the wall's clock and on the thread's own.
        first: [Spread; 2],
        /// Of the first instance.
        slow: Vec<Slow>,
        /// In bytes, before and after.
        memory: [u64; 2],
        /// Whether the indexer was still at it in the end, if there was one.
        indexed_throughout: Option<bool>,
    }

    fn rehearse(
        players: &mut [Instance],
        arguments: &Arguments,
        indexing: &mut Option<Indexing>,
    ) -> Result<Rehearsal> {
        let (rate, frames) = (arguments.rate, arguments.block);
        let blocks = arguments.frames.div_ceil(frames);
        let (music, brush) = (Clip::chords(rate, MATERIAL), Clip::strokes(rate, MATERIAL));
        let (stopwatch, wall, own, slow) = Stopwatch::new(blocks);
        let before = Memory::now()?.proportional;
        let mut told = Instant::now();
        let paced = ensemble::run_with(
            players,
            Activation::stereo(rate, frames),
            |processors| {
                for processor in processors.iter_mut() {
                    processor.set_song(Some(Song {
                        playing: true,
                        tempo: 120.0,
                        beats: 0.0,
                        beats_a_bar: 4,
                    }));
                }
                processors[0].watch(Box::new(stopwatch));
                play(processors, (&music, &brush), (rate, frames, blocks))
            },
            |_| {
                if told.elapsed() > Duration::from_secs(30) {
                    told = Instant::now();
                    eprintln!("… {:.0} s to play", blocks as f64 * frames as f64 / rate);
                }
                Ok(())
            },
        )?;
        let taken = |times: &Times| {
            let mut times = times.lock().unwrap_or_else(PoisonError::into_inner);
            Spread::of(std::mem::take(&mut times))
        };
        let goes_on = indexing.as_mut().map(Indexing::goes_on).transpose();
        Ok(Rehearsal {
            paced,
            first: [taken(&wall), taken(&own)],
            slow: std::mem::take(&mut slow.lock().unwrap_or_else(PoisonError::into_inner)),
            memory: [before, Memory::now()?.proportional],
            indexed_throughout: goes_on.context("asking the indexer")?,
        })
    }

    fn report(rehearsal: &Rehearsal, arguments: &Arguments) {
        let paced = &rehearsal.paced;
        let period = arguments.block as f64 / arguments.rate;
        println!(
            "{} instance(s), {} blocks of {} frames at {} Hz ({:.0} s), audio thread {:?}, editor {}, indexer {}",
            arguments.instances,
            paced.blocks,
            arguments.block,
            arguments.rate,
            paced.blocks as f64 * period,
            paced.priority,
            if arguments.editor { "open" } else { "closed" },
            match rehearsal.indexed_throughout {
                None => "absent",
                Some(true) => "at work throughout",
                Some(false) => "at work, done before the end",
            },
        );
        println!("| time of `process` | mean | 50 % | 99 % | 99.9 % | 99.99 % | longest |");
        println!("|---|---|---|---|---|---|---|");
        let [wall, own] = rehearsal.first;
        line("first instance", wall, period);
        line("first instance, the thread's own clock", own, period);
        line(
            "all instances together",
            Spread::of(paced.times.clone()),
            period,
        );
        line(
            "floor: arithmetic in registers",
            Spread::of(paced.floor.clone()),
            period,
        );
        let with = |fault: fn(&Slow) -> i64| {
            let calls = rehearsal.slow.iter().filter(|slow| fault(slow) > 0);
            calls.count()
        };
        println!(
            "calls of the first instance that took 0.25 ms or more: {}, {} with pages read from a disk, {} with others entered; the longest five: {:?}",
            rehearsal.slow.len(),
            with(|slow| slow.major_faults),
            with(|slow| slow.minor_faults),
            longest(&rehearsal.slow),
        );
        println!(
            "missed blocks: {}; woken late by the system: {}; memory {:.0} MB before, {:.0} MB after",
            paced.missed,
            paced.woken_late,
            rehearsal.memory[0] as f64 / 1e6,
            rehearsal.memory[1] as f64 / 1e6,
        );
    }

    fn longest(slow: &[Slow]) -> Vec<Slow> {
        let mut all = slow.to_vec();
        all.sort_by(|a, b| b.seconds.total_cmp(&a.seconds));
        all.truncate(5);
        all
    }

    /// A line of the table: microseconds, and shares of the block.
    fn line(name: &str, spread: Spread, period: f64) {
        let cell = |seconds: f64| {
            format!(
                "{:.1} µs ({:.2} %)",
                seconds * 1e6,
                100.0 * seconds / period
            )
        };
        let below: Vec<String> = spread.below.iter().map(|time| cell(*time)).collect();
        println!("| {name} | {} | {} |", cell(spread.mean), below.join(" | "));
    }
}
