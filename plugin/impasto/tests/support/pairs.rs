//! What the page of teaching shows.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use engine::library::Span;
use engine::teach::Judged;
use engine::units::Seconds;
use impasto::view::{
    FitState, HeadRow, HeadState, Hindrance, Learned, PaintingState, Pair, PairRow, TeachState,
    Verdict, View,
};

use super::states;

const HEADS: &str = "/home/ada/.local/share/impasto/heads";

/// All of them, by name.
pub fn all() -> Vec<(&'static str, View)> {
    let with = |name, teach| {
        let view = View {
            teach,
            ..states::playing()
        };
        (name, view)
    };
    let bare = View {
        painting: PaintingState::None,
        head: HeadState::Shipped,
        teach: empty(),
        ..states::playing()
    };
    vec![
        with("teach", some()),
        ("teach-empty", bare),
        with("teach-silent", silent()),
        with("teach-removed", removed()),
        with("teach-table", table()),
        with("teach-unreadable", unreadable()),
        with("teach-fitting", fitting()),
        with("teach-learned", learned()),
        with("teach-unmeasured", unmeasured()),
        with("teach-no-better", no_better()),
        with("teach-too-few", too_few()),
        with("teach-failed", failed()),
    ]
}

fn row(name: &str, painting: Option<&str>, length: Option<f64>, ago: u64) -> PairRow {
    let file =
        |ending: &str| PathBuf::from(name).join(format!("2026-02-01 20.14.{ago:02}.{ending}"));
    let picture_file = file("png");
    PairRow {
        pair: Pair {
            picture: picture_file.clone(),
            music: file("wav"),
            span: Span::WHOLE,
            work: Some(name.to_owned()),
        },
        picture: PathBuf::from("/home/ada/pairs").join(picture_file),
        name: name.to_owned(),
        thumbnail: painting.map(states::thumbnail),
        length: length.map(Seconds),
        added: Some(SystemTime::now() - Duration::from_secs(ago)),
    }
}

/// The first start.
pub fn empty() -> TeachState {
    TeachState {
        folder: "/home/ada/.local/share/impasto/pairs".into(),
        hindrance: Some(Hindrance::NoPainting),
        ..TeachState::default()
    }
}

/// Some pairs, and heads of before.
pub fn some() -> TeachState {
    let head = |name: &str, created: &str, accuracy, verdict| HeadRow {
        path: PathBuf::from(HEADS).join(format!("{name}.head")),
        name: name.to_owned(),
        created: created.to_owned(),
        pairs: 14,
        accuracy,
        verdict,
    };
    TeachState {
        pairs: Arc::new(vec![
            row(
                "hokusai-great-wave",
                Some("hokusai-great-wave.jpg"),
                Some(60.0),
                140,
            ),
            row(
                "harbour at night",
                Some("van-gogh-night-cafe.jpg"),
                Some(42.5),
                3_700,
            ),
            row(
                "harbour at night",
                Some("bazille-ramparts.jpg"),
                Some(60.0),
                100_000,
            ),
            row("cranes", None, None, 300_000),
            row(
                "snow",
                Some("hiroshige-inokashira-snow.jpg"),
                Some(12.0),
                400_000,
            ),
        ]),
        music: Seconds(47.3),
        hindrance: None,
        left_out: Arc::new(vec![(
            PathBuf::from("odd.png"),
            "no music has its name".to_owned(),
        )]),
        heads: Arc::new(vec![
            head(
                "pairs",
                "2026-02-01T19:02:11Z",
                Some((0.834, 0.504)),
                Verdict::Established,
            ),
            head(
                "first try",
                "2026-01-12T10:00:00Z",
                None,
                Verdict::Unmeasured,
            ),
        ]),
        ..empty()
    }
}

/// Nothing plays.
pub fn silent() -> TeachState {
    TeachState {
        music: Seconds(1.2),
        hindrance: Some(Hindrance::NoMusic),
        ..some()
    }
}

/// One was taken away.
pub fn removed() -> TeachState {
    TeachState {
        removed: Some("harbour at night".to_owned()),
        ..some()
    }
}

/// A table of the artist's own.
pub fn table() -> TeachState {
    TeachState {
        has_table: true,
        hindrance: Some(Hindrance::Table),
        ..some()
    }
}

/// The folder can't be read.
pub fn unreadable() -> TeachState {
    TeachState {
        folder: "/media/archive/pairs".into(),
        problem: Some(
            "/media/archive/pairs/pairs.tsv: line 3: there is no column music".to_owned(),
        ),
        has_table: true,
        hindrance: Some(Hindrance::Table),
        ..empty()
    }
}

/// Learning goes on.
pub fn fitting() -> TeachState {
    TeachState {
        fit: FitState::Running {
            share: 0.42,
            at: "2026-02-01 20.14.40.wav".to_owned(),
        },
        ..some()
    }
}

fn judged(two_afc: f64, p_value: f64) -> Judged {
    Judged {
        setting: "works".to_owned(),
        groups: 14,
        two_afc,
        ci95: [two_afc - 0.12, two_afc + 0.09],
        shuffled: 0.504,
        shuffled95: [0.38, 0.62],
        shuffles: 99,
        p_value,
        shipped: 0.551,
        by_work: Vec::new(),
    }
}

fn head(measured: Option<Judged>, verdict: Verdict, warnings: &[&str]) -> FitState {
    FitState::Done {
        learned: Arc::new(Learned {
            path: PathBuf::from(HEADS).join("pairs.head"),
            name: "pairs".to_owned(),
            pairs: 14,
            works: 6,
            verdict,
            measured,
            warnings: warnings.iter().map(|&warning| warning.to_owned()).collect(),
            took: Seconds(6.24),
        }),
    }
}

/// It has learned something.
pub fn learned() -> TeachState {
    TeachState {
        fit: head(Some(judged(0.834, 0.01)), Verdict::Established, &[]),
        ..some()
    }
}

/// Nobody can say how well.
pub fn unmeasured() -> TeachState {
    let few = "fewer than 8 pairs could be left out in turn, so how well this carries over to \
               other pictures was not measured";
    let other = "1 of 5 pairs contradict others: the picture a.png stands in \"a\" and in \"b\"";
    TeachState {
        fit: head(None, Verdict::Unmeasured, &[few, other]),
        ..some()
    }
}

/// It has learned nothing.
pub fn no_better() -> TeachState {
    TeachState {
        fit: FitState::Refused {
            reason: "nothing was learned".to_owned(),
            missing: None,
            measured: Some(Arc::new(judged(0.52, 0.41))),
        },
        ..some()
    }
}

/// There is too little to learn from.
pub fn too_few() -> TeachState {
    TeachState {
        fit: FitState::Refused {
            reason:
                "/home/ada/pairs: of 5 pairs only 3 share neither picture nor music, and 4 are \
                     the fewest that something can be learned from"
                    .to_owned(),
            missing: Some(1),
            measured: None,
        },
        ..some()
    }
}

/// A pair could not be written.
pub fn failed() -> TeachState {
    TeachState {
        failed: Some(
            "/home/ada/.local/share/impasto/pairs/hokusai-great-wave: No space left on device. \
             Make room and try again"
                .to_owned(),
        ),
        ..some()
    }
}
