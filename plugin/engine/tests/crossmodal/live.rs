//! The explanation as whoever drives the translator sees it.

use engine::analysis::{BANDS, MelFrame};
use engine::congruity;
use engine::crossmodal::{Part, Weights};
use engine::inference::{Models, Picture};
use engine::library::{ChunkInfo, Dims, Library, Parts, TrackId, TrackInfo};
use engine::translate::{Outcome, Settings, Translator};
use engine::units::Seconds;

use super::common;

fn translator(settings: Settings) -> Translator {
    common::expect_runtime();
    let models = Models::load(&common::models_dir()).expect("the models");
    let mut translator = Translator::new(&models, settings).expect("a translator");
    let audio = models.manifest().audio();
    let dims = Dims {
        embedding: audio.output_len("embedding"),
        point: audio.output_len("point"),
        tags: 0,
        affect: 0,
    };
    let chunk = ChunkInfo {
        track: TrackId(0),
        start: Seconds(0.0),
        rms_db: -20.0,
    };
    let library = Library::from_parts(Parts {
        dims,
        tracks: vec![TrackInfo {
            path: "one.wav".into(),
            title: None,
            artist: None,
            duration: Seconds(4.0),
        }],
        chunks: vec![chunk],
        embeddings: vec![0.0; dims.embedding],
        points: vec![0.0; dims.point],
        traits: Vec::new(),
    });
    translator.set_library(Some(library)).expect("it fits");
    translator
}

fn paint(translator: &mut Translator, grey: u8) {
    let field = image::RgbImage::from_pixel(64, 64, image::Rgb([grey; 3]));
    let picture = Picture::new(field.into());
    translator.set_picture(Some(&picture)).expect("a painting");
}

/// A band that sounds now and then.
fn frame(at: usize, band: usize) -> MelFrame {
    let mut frame = [-90.0; BANDS];
    frame[band] = -20.0 - (at % 20) as f32;
    frame
}

fn hear(translator: &mut Translator, band: Option<usize>) -> Outcome {
    let mut last = None;
    for at in 0..400 {
        let silence = [-100.0; BANDS];
        translator.push_music(&band.map_or(silence, |band| frame(at, band)));
        if translator.due() {
            let elapsed = translator.pending();
            last = Some(translator.step(elapsed).expect("a step"));
        }
    }
    last.expect("a step was due")
}

fn agreement(outcome: &Outcome, name: &str) -> Option<f32> {
    let explained = outcome.explained.as_ref().expect("explained");
    explained.agreement(Part::place(name).expect("a part"))
}

fn smoothed(outcome: &Outcome, part: congruity::Part) -> Option<f32> {
    outcome.parts.get(part)
}

#[test]
fn the_translator_explains_if_it_is_asked() {
    let settings = Settings {
        explain: Some(Weights::default()),
        smoothing: Seconds(0.0),
        ..Settings::default()
    };
    let mut translator = translator(settings);
    assert!(
        hear(&mut translator, Some(70)).explained.is_none(),
        "no painting"
    );
    paint(&mut translator, 250);
    let high = hear(&mut translator, Some(70));
    assert_eq!(agreement(&high, "network"), high.congruity.map(|c| c.get()));
    let explained = high.explained.as_ref().expect("explained");
    assert_eq!(
        smoothed(&high, congruity::Part::Valence),
        agreement(&high, "valence")
    );
    assert_eq!(
        smoothed(&high, congruity::Part::Arousal),
        agreement(&high, "arousal")
    );
    assert_eq!(
        smoothed(&high, congruity::Part::Crossmodal),
        explained.low_level()
    );
    let part = "pitch-lightness";
    assert!(agreement(&high, part) > Some(0.8), "high and light");
    assert!(agreement(&high, "valence").is_some() && agreement(&high, "arousal").is_some());
    let low = hear(&mut translator, Some(4));
    assert!(agreement(&low, part) < Some(0.3), "low and light");
    paint(&mut translator, 5);
    let low = hear(&mut translator, Some(4));
    assert!(agreement(&low, part) > Some(0.7), "low and dark");
    assert!(hear(&mut translator, None).explained.is_none(), "silence");

    translator.set_settings(Settings::default());
    let quiet = hear(&mut translator, Some(70));
    assert!(quiet.explained.is_none() && quiet.congruity.is_some());
    let known = congruity::Part::ALL.map(|part| quiet.parts.get(part).is_some());
    assert_eq!(known, [true, true, true, true, false], "there is no brush");
}
