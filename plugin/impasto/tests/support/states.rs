//! Snapshots of every state that the editor promises to name.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, Instant};

use engine::units::{ChunkId, Congruity, Distance, Score, Seconds};
use impasto::view::{
    Activity, CacheStatus, ClipsState, FailedFile, HeadState, LibraryState, MelFrame, ModelsState,
    NowHeard, OfflineFolder, PEAKS, PaintingState, Rgba, SnippetRow, Sounding, Suggested, Upcoming,
    View,
};

use outputs::network::{NetworkStatus, Received, Route, RouteState, Sent};
use outputs::settings::{CcResolution, Polarity};
use outputs::{OutputSettings, PerSignal, Signal, Values};

use super::assets;

/// A moment that all states count from.
pub fn epoch() -> Instant {
    static EPOCH: LazyLock<Instant> = LazyLock::new(Instant::now);
    *EPOCH
}

/// Every state with its name.
pub fn all() -> Vec<(&'static str, View)> {
    vec![
        ("playing", sounding()),
        (
            "empty",
            View {
                models: ModelsState::Ready,
                ..View::default()
            },
        ),
        (
            "starting",
            View {
                painting: loading(),
                ..View::default()
            },
        ),
        ("indexing", indexing()),
        ("no-models", no_models()),
        ("failures", failures()),
        ("silence", silence()),
        ("drive-away", drive_away()),
        ("long-names", long_names()),
    ]
}

/// Every state of the page Outputs with its name.
pub fn outputs() -> Vec<(&'static str, View)> {
    vec![
        ("outputs-off", silence()),
        ("outputs", routed()),
        ("outputs-failed", unrouted()),
    ]
}

/// A painting as the worker publishes it: at most 512 pixels on its longer side.
pub fn thumbnail(name: &str) -> Arc<Rgba> {
    // Decoded once: the tests ask for the same few hundreds of times.
    static READ: LazyLock<Mutex<HashMap<String, Arc<Rgba>>>> = LazyLock::new(Mutex::default);
    let mut read = READ.lock().expect("no reader panics");
    let entry = read.entry(name.to_owned());
    let thumbnail = entry.or_insert_with(|| {
        let path = assets().join("paintings").join(name);
        let picture = image::open(&path).expect("a painting of the test assets");
        let picture = picture.thumbnail(512, 512).to_rgba8();
        Arc::new(Rgba {
            width: picture.width(),
            height: picture.height(),
            pixels: picture.into_raw(),
        })
    });
    Arc::clone(thumbnail)
}

fn painting(file: &str, name: &str) -> PaintingState {
    PaintingState::Ready {
        path: assets().join("paintings").join(file),
        thumbnail: thumbnail(file),
        name: name.to_owned(),
    }
}

fn loading() -> PaintingState {
    PaintingState::Loading {
        path: assets().join("paintings/cassatt-summertime.jpg"),
    }
}

fn library(tracks: usize, chunks: usize, failed: Vec<FailedFile>) -> LibraryState {
    LibraryState::Ready {
        folder: assets().join("library"),
        tracks,
        chunks,
        failed: Arc::new(failed),
    }
}

/// Friction noise with strokes in it, as the microphone hears it: made up, but shaped so.
fn strokes() -> Arc<Vec<MelFrame>> {
    let mut noise = 0x2545_f491_u32;
    let mut random = move || {
        noise ^= noise << 13;
        noise ^= noise >> 17;
        noise ^= noise << 5;
        noise as f32 / u32::MAX as f32
    };
    let frames = (0..320).map(|frame| {
        let phase = (frame % 80) as f32 / 80.0;
        let stroke = if phase < 0.55 {
            (phase / 0.55 * std::f32::consts::PI).sin()
        } else {
            0.0
        };
        std::array::from_fn(|band| {
            let tilt = -22.0 - band as f32 * 0.35;
            let bump = 9.0 * (-((band as f32 - 34.0 - 20.0 * phase) / 9.0).powi(2)).exp();
            let quiet = -84.0 - 6.0 * random();
            quiet.max((tilt + bump + 8.0 * random()) * stroke + (1.0 - stroke) * -95.0)
        })
    });
    Arc::new(frames.collect())
}

fn row(chunk: u32, track: &str, artist: &str, start: f64, distance: f32, ago: f32) -> SnippetRow {
    SnippetRow {
        chunk: ChunkId(chunk),
        track: track.to_owned(),
        artist: artist.to_owned(),
        start: Seconds(start),
        distance: Distance(distance),
        score: Some(Score(0.03 + distance * 0.1)),
        at: epoch() + Duration::from_secs(60) - Duration::from_secs_f32(ago),
    }
}

fn snippets() -> Arc<Vec<SnippetRow>> {
    Arc::new(vec![
        row(
            31,
            "The Knolls of Doldesh",
            "Timothy Pinkham",
            12.0,
            0.41,
            0.6,
        ),
        row(4, "Silvan Sanctuary", "Mattias Westlund", 20.0, 0.44, 2.0),
        row(18, "Nunc Dimittis", "Jeremy Nicoll", 8.0, 0.52, 5.3),
        row(
            31,
            "The Knolls of Doldesh",
            "Timothy Pinkham",
            12.0,
            0.47,
            9.1,
        ),
        row(77, "Siege of Laurelmor", "Doug Kaufman", 4.0, 0.63, 13.0),
        row(52, "arctic-theme", "", 64.0, 0.66, 75.0),
        row(53, "arctic-theme", "", 68.0, 0.71, 140.0),
    ])
}

/// All is well and the brush moves.
pub fn playing() -> View {
    View {
        painting: painting("van-gogh-cafe-terrace.jpg", "van-gogh-cafe-terrace"),
        library: library(28, 2214, Vec::new()),
        models: ModelsState::Ready,
        gallery: Some(assets().join("paintings")),
        gallery_len: 10,
        head: HeadState::Taught {
            path: PathBuf::from("/atelier/seascapes.head"),
            name: "seascapes".to_owned(),
            about: "Taught on 2026-11-21 from 16 pairs".to_owned(),
        },
        brush_level_db: -14.2,
        music_level_db: -9.6,
        brush_connected: true,
        strokes: 3,
        brush_mel: strokes(),
        snippets: snippets(),
        playing: Some(ChunkId(31)),
        pool: 22,
        congruity: Congruity::new(0.78),
        signals: PerSignal([
            Some(0.78),
            Some(0.78),
            Some(0.61),
            Some(0.34),
            Some(0.55),
            Some(0.92),
            Some(0.4),
        ]),
        suggested: Some(Suggested {
            path: assets().join("paintings/hokusai-great-wave.jpg"),
            thumbnail: Some(thumbnail("hokusai-great-wave.jpg")),
            score: Score(0.06),
        }),
        ..View::default()
    }
}

/// A waveform as of a few notes, made up.
fn waveform() -> Arc<Vec<[f32; 2]>> {
    let peak = |at: usize| {
        let place = at as f32 / PEAKS as f32;
        let note = (place * 5.0).fract();
        let level = 0.7 * (1.0 - note).powi(2) * (0.4 + 0.6 * (place * 7.0).sin().abs());
        let ripple = 1.0 - 0.25 * (at as f32 * 2.4).sin();
        [-level * ripple - 0.01, level + 0.01]
    };
    Arc::new((0..PEAKS).map(peak).collect())
}

/// A snippet sounds, with a cover, and the next is known.
pub fn sounding() -> View {
    let heard = NowHeard {
        chunk: ChunkId(31),
        track: "The Knolls of Doldesh".to_owned(),
        artist: "Timothy Pinkham".to_owned(),
        start: Seconds(12.0),
        score: Some(Score(0.06)),
        auditioned: false,
        peaks: Some(waveform()),
        cover: Some(thumbnail("cassatt-summertime.jpg")),
        position: 0.4,
        at: epoch() + Duration::from_secs(60),
    };
    View {
        sounding: Sounding {
            now: Some(heard),
            next: Some(Upcoming {
                chunk: ChunkId(4),
                track: "Silvan Sanctuary".to_owned(),
                artist: "Mattias Westlund".to_owned(),
                start: Seconds(20.0),
            }),
        },
        ..playing()
    }
}

/// As they are found while it plays; what is agreed on is not known of the brush.
fn signals(values: [f32; 7]) -> Values {
    let mut signals = Values::default();
    for (signal, value) in Signal::ALL.into_iter().zip(values) {
        signals[signal] = (signal != Signal::Gesture).then_some(value);
    }
    signals
}

/// Every route is on and works.
pub fn routed() -> View {
    let mut settings = OutputSettings::default();
    settings.shapes[Signal::Congruity].curve = 0.5;
    settings.shapes[Signal::Congruity].release = 1.5;
    settings.shapes[Signal::Congruity].low = 0.1;
    settings.automation.signals[Signal::Valence] = true;
    settings.cc.enabled = true;
    settings.cc.resolution = CcResolution::Fine;
    settings.cc.controllers[Signal::Brush] = Some(74);
    settings.cv[0].source = Some(Signal::Congruity);
    settings.cv[1].source = Some(Signal::Brush);
    settings.cv[1].polarity = Polarity::Bipolar;
    settings.cv[1].scale = 0.5;
    settings.osc.enabled = true;
    settings.osc.target = "192.168.1.20:9000".to_owned();
    settings.osc.listening = true;
    settings.osc.listen = "0.0.0.0:9001".to_owned();
    settings.osc.allowed = vec!["192.168.1.20".to_owned(), "192.168.1.31".to_owned()];
    settings.light.enabled = true;
    settings.light.target = "192.168.1.50".to_owned();
    settings.light.slots[Signal::Brush] = Some(7);
    View {
        signals: signals([0.78, 0.82, 0.64, 0.91, 0.55, 0.0, 0.47]),
        routed: signals([0.62, 0.82, 0.64, 0.91, 0.55, 0.0, 0.47]),
        outputs: Arc::new(settings.checked()),
        network: NetworkStatus {
            osc_out: Route {
                state: RouteState::On,
                counts: Sent {
                    sent: 12_408,
                    dropped: 3,
                },
            },
            osc_in: Route {
                state: RouteState::On,
                counts: Received {
                    received: 51,
                    obeyed: 12,
                    refused: 39,
                    last_refused: Some([192, 168, 1, 77].into()),
                    ..Received::default()
                },
            },
            light: Route {
                state: RouteState::On,
                counts: Sent {
                    sent: 9_982,
                    dropped: 0,
                },
            },
        },
        processing: true,
        controllers_sent: 4_310,
        ..playing()
    }
}

/// Every route over the network fails, and the host takes no edits.
pub fn unrouted() -> View {
    let failed = |reason: &str| RouteState::Failed {
        reason: reason.into(),
    };
    let mut view = routed();
    view.signals = Values::default();
    view.edits_lost = 1_204;
    view.network.osc_out.state = failed(
        "No way to 192.168.1.20: connect this machine to the network of the one that is to \
         receive",
    );
    view.network.osc_in.state =
        failed("Port 9001 is taken by another program: close it, or choose another port");
    view.network.light.state = failed(
        "192.168.1.255 reaches every machine: write the address of the one that is to receive",
    );
    view
}

/// A library is being made.
pub fn indexing() -> View {
    View {
        painting: painting("hokusai-great-wave.jpg", "hokusai-great-wave"),
        library: LibraryState::Indexing {
            folder: assets().join("library"),
            done: 812,
            total: 2345,
            current: "wesnoth/siege-of-laurelmor.mp3".to_owned(),
            eta: Some(Seconds(263.0)),
            chunks: 38_410,
            activity: Activity::Running,
        },
        models: ModelsState::Ready,
        brush_connected: true,
        brush_level_db: -48.0,
        brush_mel: strokes(),
        music_level_db: -12.0,
        ..View::default()
    }
}

/// The networks are missing.
pub fn no_models() -> View {
    View {
        models: ModelsState::Failed {
            reason: "The file audio.onnx is missing from the folder models beside the plug-in. \
                     Install Impasto again, or put the file back."
                .to_owned(),
        },
        ..View::default()
    }
}

/// Nearly everything went wrong.
pub fn failures() -> View {
    let failed = |name: &str, reason: &str| FailedFile {
        path: assets().join("library").join(name),
        reason: reason.to_owned(),
    };
    View {
        painting: PaintingState::Failed {
            path: assets().join("broken/truncated.jpg"),
            reason: "The picture truncated.jpg ends too early. Export it again, or choose \
                     another one."
                .to_owned(),
        },
        library: library(
            26,
            2050,
            vec![
                failed(
                    "wesnoth/garbage.ogg",
                    "Not music in a form that can be read.",
                ),
                failed(
                    "zaz/protected.m4a",
                    "Protected against copying; it cannot be decoded.",
                ),
                failed("zaz/silent.flac", "Silent from end to end."),
            ],
        ),
        models: ModelsState::Ready,
        head: HeadState::Failed {
            path: PathBuf::from("/mnt/atelier/harbour.head"),
            reason: "/mnt/atelier/harbour.head: the taught head is damaged".to_owned(),
        },
        gallery: Some(PathBuf::from("/mnt/atelier")),
        gallery_failed: Some("The folder atelier is not there. Choose another one.".to_owned()),
        brush_connected: true,
        brush_level_db: 0.0,
        dropped_frames: 1284,
        warning: Some(
            "siege-of-laurelmor.mp3 could not be decoded. Rescan the library.".to_owned(),
        ),
        ..View::default()
    }
}

/// All is there and nothing sounds; the host feeds no sidechain.
pub fn silence() -> View {
    View {
        painting: painting("arcimboldo-spring.jpg", "arcimboldo-spring"),
        library: library(28, 2214, Vec::new()),
        models: ModelsState::Ready,
        gallery: Some(assets().join("paintings")),
        gallery_len: 10,
        pool: 22,
        ..View::default()
    }
}

/// A drive was pulled out while it plays from memory.
pub fn drive_away() -> View {
    View {
        clips: ClipsState {
            cache: CacheStatus {
                pool: 22,
                heads: 22,
                wholes: 9,
                offline: vec![OfflineFolder {
                    folder: PathBuf::from("/media/archive"),
                    hanging: false,
                }],
                lost: 13,
                ..CacheStatus::default()
            },
            cut_short: 2,
            passed_over: 5,
        },
        ..playing()
    }
}

/// Names that fit nowhere.
pub fn long_names() -> View {
    let long = "A name that is much longer than any place that an editor could have for it, and \
                then some more of it";
    let mut view = playing();
    if let PaintingState::Ready { name, .. } = &mut view.painting {
        *name = long.to_owned();
    }
    let folder = PathBuf::from("/a/long/way/from/home")
        .join(long)
        .join("and/then/the/music/itself");
    view.library = LibraryState::Ready {
        folder,
        tracks: 1,
        chunks: 1_234_567,
        failed: Arc::default(),
    };
    view.snippets = Arc::new(vec![
        row(1, long, long, 4000.0, 12.3, 4000.0),
        row(
            2,
            "\u{00e9}t\u{00e9} na\u{00ef}f \u{2014} \u{0160}\u{0165}astn\u{00fd}",
            "\u{00c6}r\u{00f8}",
            0.0,
            0.0,
            0.0,
        ),
    ]);
    view.warning = Some(format!("{long}: {long}"));
    view.suggested = view.suggested.map(|suggested| Suggested {
        path: PathBuf::from(format!("/{long}.jpg")),
        ..suggested
    });
    view
}
