//! Snapshots of every state of the page Painting.

use std::path::PathBuf;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant, SystemTime};

use engine::painting::{Balance, Corners, Correction, rectify};
use engine::units::Congruity;
use image::{Rgb, RgbImage};
use impasto::looking::{LookSettings, LookSource};
use impasto::view::{HistoryRow, LiveState, LookState, PaintingState, Rgba, View};

use super::{assets, states};

/// Every state with its name.
pub fn all() -> Vec<(&'static str, View)> {
    vec![
        ("look-followed", followed()),
        ("look-still", still()),
        ("look-empty", empty()),
        ("look-recent", recent()),
        ("look-loading", loading()),
        ("look-moving", live(LiveState::Moving)),
        ("look-frozen", live(LiveState::Frozen)),
        ("look-away", away()),
        ("look-failed", failed()),
        ("look-long-names", long_names()),
    ]
}

fn open(name: &str) -> RgbImage {
    let path = assets().join("paintings").join(name);
    image::open(path)
        .expect("a painting of the test assets")
        .into_rgb8()
}

fn shared(picture: RgbImage) -> Arc<Rgba> {
    let picture = image::DynamicImage::from(picture).into_rgba8();
    Arc::new(Rgba {
        width: picture.width(),
        height: picture.height(),
        pixels: picture.into_raw(),
    })
}

/// Where the canvas stands before the camera.
pub fn corners() -> Corners {
    let corners = Corners::new([[0.16, 0.14], [0.79, 0.06], [0.86, 0.9], [0.12, 0.82]]);
    corners.expect("convex")
}

/// A photograph of a canvas on a studio's wall, in warm light.
fn studio() -> (RgbImage, RgbImage) {
    static MADE: LazyLock<(RgbImage, RgbImage)> = LazyLock::new(|| {
        let painting = open("hokusai-great-wave.jpg");
        let back = corners().homography().inverse();
        let photograph = RgbImage::from_fn(960, 720, |x, y| {
            let at = [(f64::from(x) + 0.5) / 960.0, (f64::from(y) + 0.5) / 720.0];
            let [u, v] = back.apply(at);
            let light = [1.0, 0.9, 0.72];
            let seen = if (0.0..1.0).contains(&u) && (0.0..1.0).contains(&v) {
                let (w, h) = (f64::from(painting.width()), f64::from(painting.height()));
                painting.get_pixel((u * w) as u32, (v * h) as u32).0
            } else {
                [168 - (y / 12) as u8; 3]
            };
            Rgb(std::array::from_fn(|c| {
                (f64::from(seen[c]) * light[c]) as u8
            }))
        });
        let mut alone = rectify(&photograph, &corners(), 512);
        let gains = Balance::Neutral([0.05, 0.5]).gains(&photograph);
        gains.expect("a plain wall").apply(&mut alone);
        (photograph, alone)
    });
    MADE.clone()
}

fn row(serial: u64, file: &str, ago: u64, congruity: Option<f32>, kept: bool) -> HistoryRow {
    let now = states::epoch() + Duration::from_secs(60);
    let path = assets().join("paintings").join(file);
    HistoryRow {
        serial,
        thumbnail: shared(rectify(&open(file), &Corners::WHOLE, 128)),
        name: path
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned(),
        path: kept.then_some(path),
        at: now.checked_sub(Duration::from_secs(ago)).unwrap_or(now),
        time: SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 - ago),
        congruity: congruity.and_then(Congruity::new),
    }
}

/// So many seconds before the editor's clock.
fn before(seconds: u64) -> Option<Instant> {
    (states::epoch() + Duration::from_secs(60)).checked_sub(Duration::from_secs(seconds))
}

/// The newest photograph in a folder, cut out and balanced, looked at again and again.
pub fn followed() -> View {
    let (photograph, alone) = studio();
    let history = vec![
        row(5, "hokusai-great-wave.jpg", 20, Some(0.78), true),
        row(4, "hiroshige-inokashira-snow.jpg", 75, Some(0.61), true),
        row(3, "van-gogh-cafe-terrace.jpg", 190, Some(0.34), true),
        row(2, "renoir-moulin-de-la-galette.jpg", 400, None, false),
        row(1, "kandinsky-composition-8.jpg", 1900, Some(0.52), true),
    ];
    View {
        painting: PaintingState::Ready {
            path: PathBuf::from("/home/ada/Pictures/tether/IMG_0412.JPG"),
            thumbnail: shared(alone),
            name: "IMG_0412".to_owned(),
        },
        look: LookState {
            settings: Arc::new(LookSettings {
                source: LookSource::Folder("/home/ada/Pictures/tether".into()),
                correction: Correction {
                    corners: corners(),
                    balance: Balance::Neutral([0.05, 0.5]),
                },
                every: 2.0,
                recent: vec![assets().join("paintings/van-gogh-night-cafe.jpg")],
                ..LookSettings::default()
            }),
            live: LiveState::Watching,
            frame: Some(shared(photograph)),
            looked: before(1),
            changed: before(20),
            difference: 0.0,
            looks: 31,
            pictures: 5,
            history: Arc::new(history),
        },
        ..states::playing()
    }
}

fn live(state: LiveState) -> View {
    let mut view = followed();
    view.look.live = state;
    view
}

/// A file that was read once, as it is.
pub fn still() -> View {
    let file = "van-gogh-cafe-terrace.jpg";
    let picture = shared(open(file));
    View {
        look: LookState {
            settings: Arc::new(LookSettings {
                recent: vec![assets().join("paintings").join(file)],
                ..LookSettings::default()
            }),
            frame: Some(picture),
            looked: before(9),
            changed: before(9),
            difference: 1.0,
            pictures: 1,
            looks: 1,
            history: Arc::new(vec![row(1, file, 9, Some(0.7), true)]),
            ..LookState::default()
        },
        ..states::playing()
    }
}

/// Nothing was ever chosen.
pub fn empty() -> View {
    View::default()
}

/// Nothing is chosen, but something was.
pub fn recent() -> View {
    let mut view = View::default();
    let files = ["bruegel-harvesters.jpg", "cassatt-summertime.jpg"];
    view.look.settings = Arc::new(LookSettings {
        recent: files
            .map(|file| assets().join("paintings").join(file))
            .to_vec(),
        ..LookSettings::default()
    });
    view
}

/// The first picture has not come yet.
pub fn loading() -> View {
    let mut view = View {
        painting: PaintingState::Loading {
            path: PathBuf::from("/mnt/nas/inbox"),
        },
        ..states::silence()
    };
    let settings = LookSettings {
        source: LookSource::Folder("/mnt/nas/inbox".into()),
        ..LookSettings::default()
    };
    view.look.settings = Arc::new(settings);
    view.look.live = LiveState::Waiting(
        "inbox holds no picture yet: the first that comes in is taken".to_owned(),
    );
    view
}

/// The folder has gone; the last picture stays.
pub fn away() -> View {
    live(LiveState::Failed(
        "/home/ada/Pictures/tether is not there: put it back, connect its drive, or choose \
         another"
            .to_owned(),
    ))
}

/// A picture that could not be read, and none before it.
pub fn failed() -> View {
    View {
        painting: PaintingState::Failed {
            path: assets().join("broken/truncated.jpg"),
            reason: "truncated.jpg: it is cut off, so copy it again from where it came".to_owned(),
        },
        ..states::silence()
    }
}

/// Names that fit nowhere.
pub fn long_names() -> View {
    let long = "A name that is much longer than any place that an editor could have for it";
    let mut view = followed();
    if let PaintingState::Ready { name, .. } = &mut view.painting {
        *name = long.repeat(2);
    }
    let settings = Arc::make_mut(&mut view.look.settings);
    settings.source = LookSource::Folder(format!("/mnt/{long}/{long}/{long}").into());
    settings.recent = vec![format!("/mnt/{long}/{long}.jpg").into(); 12];
    view.look.live = LiveState::Failed(format!("/mnt/{long}/{long}: {long}"));
    for row in Arc::make_mut(&mut view.look.history) {
        row.name = long.to_owned();
    }
    view
}
