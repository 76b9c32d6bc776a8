//! What decoding ahead costs and saves: heads a second in each format, from a hit to a
//! sent cue with and without it, and the memory of a pool.
//!
//! `cargo bench -p impasto-engine --bench clips` prints a table; a file's path after
//! `--` is added to the formats. Not divan: what counts here are the slowest of many.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use engine::library::{ChunkInfo, ClipReader, Dims, Library, Parts, Pulse, TrackId, TrackInfo};
use engine::playback::cache::HEAD;
use engine::playback::{
    CacheOptions, ClipCache, ClipSource, CueFeeder, LevelMatch, LibraryClips, PackedClip, Player,
    SNIPPET, Wait, cue_channel,
};
use engine::retrieval::Hit;
use engine::units::{ChunkId, Distance, SampleRate, Score, Seconds};

/// Of the demonstration's library, one of each format.
const FORMATS: [&str; 6] = [
    "blob-wars/tomb.wav",
    "supertux/the-fortress.aiff",
    "wesnoth/nunc-dimittis.flac",
    "blob-wars/frustration.mp3",
    "blob-wars/hub.ogg",
    "blob-wars/desperate.m4a",
];

fn main() {
    let rate = SampleRate::new(48_000.0).expect("a rate");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/assets/library");
    let mut files: Vec<PathBuf> = FORMATS.iter().map(|file| root.join(file)).collect();
    files.retain(|file| file.is_file());
    let named = std::env::args()
        .skip(1)
        .filter(|arg| !arg.starts_with("--"));
    files.extend(named.map(PathBuf::from));
    decoding(&files, rate);
    latency(&files, rate);
    memory(rate);
}

/// How many chunks a file has.
fn chunks_of(file: &Path, rate: SampleRate) -> usize {
    let pulse = Arc::<Pulse>::default();
    let mut reader = ClipReader::open(file, &pulse).expect("an audio file");
    let goes_on = |n: &usize| {
        let start = Seconds(4.0 * *n as f64);
        let clip = reader.read(start, HEAD, rate);
        clip.is_ok_and(|clip| clip.duration().0 > 0.29)
    };
    (0..2_000).take_while(goes_on).count()
}

fn decoding(files: &[PathBuf], rate: SampleRate) {
    println!("Decoding to 48 kHz, one thread: file, chunks, heads/s opening the file for each,");
    println!("heads/s in one pass, wholes/s, ms to pack a whole");
    for file in files {
        let chunks = chunks_of(file, rate);
        let starts: Vec<Seconds> = (0..chunks).map(|n| Seconds(4.0 * n as f64)).collect();
        let pulse = Arc::<Pulse>::default();
        let open = || ClipReader::open(file, &pulse).expect("an audio file");
        let each = per_second(chunks, || {
            for start in &starts {
                open().read(*start, HEAD, rate).expect("decoded");
            }
        });
        let in_one = per_second(chunks, || {
            let mut reader = open();
            for start in &starts {
                if !reader.reaches(*start, rate) {
                    reader = open();
                }
                reader.read(*start, HEAD, rate).expect("decoded");
            }
        });
        let mut clips = Vec::new();
        let wholes = per_second(chunks, || {
            clips.clear();
            let whole = |start: &Seconds| open().read(*start, SNIPPET, rate).expect("decoded");
            clips.extend(starts.iter().map(whole));
        });
        let packed = per_second(chunks, || {
            for clip in &clips {
                std::hint::black_box(PackedClip::pack(clip));
            }
        });
        let name = file.file_name().unwrap_or_default().display();
        println!(
            "  {name:24} {chunks:4} {each:8.0} {in_one:8.0} {wholes:8.0} {:8.2}",
            1000.0 / packed
        );
    }
}

/// The best of three.
fn per_second(count: usize, mut work: impl FnMut()) -> f64 {
    let time = |()| {
        let begin = Instant::now();
        work();
        begin.elapsed().as_secs_f64()
    };
    let best = [(); 3].map(time).into_iter().fold(f64::MAX, f64::min);
    count as f64 / best
}

/// `counts` chunks of each file, one every `step` seconds.
fn library(files: &[PathBuf], counts: &[usize], step: f64) -> Library {
    let tracks = files.iter().map(|path| TrackInfo {
        path: path.clone(),
        title: None,
        artist: None,
        duration: Seconds(0.0),
    });
    let chunks = counts.iter().zip(0u32..).flat_map(|(count, track)| {
        (0..*count).map(move |n| ChunkInfo {
            track: TrackId(track),
            start: Seconds(step * n as f64),
            rms_db: -20.0,
        })
    });
    let chunks: Vec<ChunkInfo> = chunks.collect();
    Library::from_parts(Parts {
        dims: Dims {
            embedding: 1,
            point: 1,
            tags: 0,
            affect: 0,
        },
        tracks: tracks.collect(),
        embeddings: vec![0.0; chunks.len()],
        points: vec![0.0; chunks.len()],
        chunks,
        traits: Vec::new(),
    })
}

/// From a hit to a sent cue, for every chunk of the files in a scattered order.
fn latency(files: &[PathBuf], rate: SampleRate) {
    let counts: Vec<usize> = files.iter().map(|file| chunks_of(file, rate)).collect();
    let library = library(files, &counts, 4.0);
    let count = library.len() as u32;
    let order: Vec<u32> = (0..count).map(|n| n * 7919 % count).collect();
    println!("\nFrom a hit to a sent cue, {count} chunks of the files above, ms: p50, p99, worst");

    let on_demand = LibraryClips::new(library.clone(), rate);
    let mut rig = Rig::new(Box::new(on_demand), rate);
    let mut times: Vec<f64> = order.iter().map(|chunk| rig.cue(*chunk)).collect();
    say("decoded when it is asked for", &mut times);

    let cache = filled(&library, rate, CacheOptions::BUDGET * 16, true);
    let mut rig = Rig::new(Box::new(cache.clips()), rate);
    let mut times: Vec<f64> = order.iter().map(|chunk| rig.cue(*chunk)).collect();
    say("wholes decoded ahead", &mut times);
    drop((rig, cache));

    // Memory for all heads, and for no more than a few wholes.
    let cache = filled(&library, rate, library.len() * HEAD_BYTES * 8 / 7, false);
    let mut rig = Rig::new(Box::new(cache.clips()), rate);
    let mut clips = cache.clips();
    let mut rests = Vec::new();
    let mut times = Vec::new();
    for chunk in &order {
        if !whole(&mut clips, *chunk) {
            times.push(rig.cue(*chunk));
            let begin = Instant::now();
            while !whole(&mut clips, *chunk) {
                std::thread::sleep(Duration::from_micros(200));
            }
            rests.push(begin.elapsed().as_secs_f64() * 1e3);
        }
    }
    say("heads decoded ahead", &mut times);
    say(
        "then until the rest is there (280 ms are left for it)",
        &mut rests,
    );
}

/// A head in stereo at 48 kHz, in bytes.
const HEAD_BYTES: usize = 14_400 * 4;

/// A cache that has decoded all heads of a library, or all of it.
fn filled(library: &Library, rate: SampleRate, budget: usize, wholes: bool) -> ClipCache {
    let cache = ClipCache::new(CacheOptions {
        budget,
        ..CacheOptions::new(rate)
    });
    cache.set_library(Some(library.clone()));
    let pool: Vec<ChunkId> = (0..library.len() as u32).map(ChunkId).collect();
    cache.set_pool(pool.into_iter());
    let full = || {
        let status = cache.status();
        status.heads == library.len() && (!wholes || status.wholes == library.len())
    };
    while !full() {
        cache.watch();
        std::thread::sleep(Duration::from_millis(1));
    }
    cache
}

fn whole(clips: &mut impl ClipSource, chunk: u32) -> bool {
    let audio = clips.audio(ChunkId(chunk), Wait::No).expect("decoded");
    audio.is_some_and(|audio| audio.whole().is_some())
}

/// A feeder with the player that gives its cues back.
struct Rig {
    feeder: CueFeeder,
    player: Player,
}

impl Rig {
    fn new(clips: Box<dyn ClipSource>, rate: SampleRate) -> Self {
        let (sender, receiver) = cue_channel();
        Self {
            feeder: CueFeeder::new(sender, clips, LevelMatch::default()),
            player: Player::new(rate, receiver),
        }
    }

    /// Milliseconds from a hit to its cue in the ring.
    fn cue(&mut self, chunk: u32) -> f64 {
        let hit = Hit {
            chunk: ChunkId(chunk),
            distance: Distance(1.0),
            score: Score(0.1),
            repeated: false,
        };
        let begin = Instant::now();
        let fed = self.feeder.feed(&[hit], Some(-20.0)).expect("decoded");
        let time = begin.elapsed().as_secs_f64() * 1e3;
        assert_eq!(fed.sent, 1, "chunk {chunk} is not at hand");
        self.feeder.clear();
        self.player.reset();
        self.player.render(&mut [0.0], &mut [0.0]);
        self.player.reset();
        self.feeder.collect();
        time
    }
}

/// What a pool's heads take: chunks that overlap, as no file here has so many.
fn memory(rate: SampleRate) {
    println!("\nA pool's heads of stereo noise at 48 kHz: heads, MiB, resident MiB, s to fill");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("noise.wav");
    let spec = hound::WavSpec {
        channels: 2,
        sample_rate: 48_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(&file, spec).expect("a file");
    let mut state = 1u32;
    for _ in 0..105 * 96_000 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        writer.write_sample((state >> 16) as i16).expect("room");
    }
    writer.finalize().expect("room");
    for heads in [1_000, 10_000] {
        let library = library(std::slice::from_ref(&file), &[heads], 0.01);
        let (before, begin) = (resident(), Instant::now());
        let cache = filled(&library, rate, heads * HEAD_BYTES, false);
        let took = begin.elapsed().as_secs_f64();
        let bytes = cache.status().bytes as f64 / f64::from(1 << 20);
        let resident = resident() - before;
        println!("  {heads:6} {bytes:8.1} {resident:8.1} {took:8.2}");
    }
}

/// Of this process, in MiB; 0 where the system does not say.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kibibytes.unwrap_or_default() / 1024.0
}

fn say(what: &str, times: &mut [f64]) {
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    println!(
        "  {what:52} {:9.4} {:9.4} {:9.4}",
        at(0.5),
        at(0.99),
        at(1.0)
    );
}
