//! Series of stimuli that differ in one thing, and what is measured of them.

use engine::analysis::chunk_mel;
use engine::crossmodal::{AffectPlaces, MusicMeasure, MusicQuantity, Norms};
use engine::inference::Embedder;

use super::melodies::{MELODIES, Mode};
use super::stats::spearman;
use super::synth::{Playing, Rough, Timbre};

/// What a series of performances differs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Varied {
    Height,
    Level,
    Tempo,
    Mode,
    Roughness,
}

impl Varied {
    pub const ALL: [Self; 5] = [
        Self::Height,
        Self::Level,
        Self::Tempo,
        Self::Mode,
        Self::Roughness,
    ];

    /// From low to high.
    pub fn name(self) -> &'static str {
        match self {
            Self::Height => "low to high",
            Self::Level => "soft to loud",
            Self::Tempo => "slow to fast",
            Self::Mode => "minor to major",
            Self::Roughness => "smooth to rough",
        }
    }

    /// What changes a quantity of the music: what people heard as happy and as excited
    /// for valence and arousal.
    pub fn of(quantity: MusicQuantity) -> &'static [Self] {
        match quantity {
            MusicQuantity::Pitch => &[Self::Height],
            MusicQuantity::Loudness => &[Self::Level],
            MusicQuantity::Rate => &[Self::Tempo],
            MusicQuantity::Mode => &[Self::Mode],
            MusicQuantity::Roughness => &[Self::Roughness],
            MusicQuantity::NetworkValence | MusicQuantity::Valence => &[Self::Tempo, Self::Mode],
            MusicQuantity::NetworkEnergy | MusicQuantity::Arousal => &[Self::Tempo, Self::Level],
        }
    }

    fn levels(self) -> usize {
        match self {
            Self::Mode => 2,
            _ => 5,
        }
    }

    /// Sets the level of a performance; `variant` makes series differ.
    fn apply(self, playing: &mut Playing, level: usize, variant: usize) {
        match self {
            Self::Height => playing.tonic = [43, 50, 57, 64, 72][level],
            Self::Level => playing.gain_db = [-40.0, -30.0, -20.0, -10.0, 0.0][level],
            Self::Tempo => playing.tempo = [60.0, 90.0, 132.0, 180.0, 240.0][level],
            Self::Mode => {
                playing.mode = [Mode::Minor, Mode::Major][level];
                playing.tonic = 55 + (7 * variant as i32) % 12;
            }
            Self::Roughness => {
                let kind = Rough::ALL[variant % Rough::ALL.len()];
                playing.rough = (kind, level as f32 / 4.0);
            }
        }
    }
}

/// A performance as it was measured.
pub struct Heard {
    pub level: usize,
    pub measure: MusicMeasure,
}

/// Performances of one melody in one timbre, from the lowest level to the highest.
pub struct Series {
    pub name: String,
    pub heard: Vec<Heard>,
}

impl Series {
    /// The level and the value of a quantity of each performance.
    pub fn values(&self, norms: &Norms, quantity: MusicQuantity) -> Vec<(usize, f64)> {
        let known = self.heard.iter().filter_map(|heard| {
            let measure = norms.with_music_emotion(&heard.measure);
            Some((heard.level, f64::from(measure.get(quantity)?)))
        });
        known.collect()
    }

    /// How major the minor and the major performance sound, of a series of modes.
    pub fn modes(&self) -> [f32; 2] {
        [0, 1].map(|level: usize| {
            let measure = &self.heard[level].measure;
            measure.get(MusicQuantity::Mode).expect("a mode")
        })
    }
}

/// Every melody in every timbre. Valence and arousal are unknown without a network.
pub fn render(
    varied: Varied,
    mut network: Option<(&mut dyn Embedder, AffectPlaces)>,
) -> Vec<Series> {
    let mut all = Vec::new();
    for (at, (title, melody)) in MELODIES.into_iter().enumerate() {
        for timbre in Timbre::ALL {
            let variant = all.len() + at;
            let mut heard = Vec::new();
            for level in 0..varied.levels() {
                let mut playing = Playing::of(melody, timbre);
                varied.apply(&mut playing, level, variant);
                let mut mel = Vec::new();
                chunk_mel(&playing.render(), 0, &mut mel);
                let (affect, places) = match &mut network {
                    None => (Vec::new(), AffectPlaces::default()),
                    Some((embedder, places)) => {
                        let features = embedder.embed(&mel, 1).expect("an embedding");
                        (features[0].affect.clone(), *places)
                    }
                };
                let measure = MusicMeasure::of(&mel, &affect, places);
                heard.push(Heard { level, measure });
            }
            let name = format!("{title}, {timbre:?}");
            all.push(Series { name, heard });
        }
    }
    all
}

/// Rank correlations of a value with the level.
#[derive(Clone, Copy, Debug)]
pub struct Correlation {
    /// Mean over series of the correlation within each: everything else is the same.
    pub within: f64,
    /// The least of those.
    pub least: f64,
    /// Over all stimuli at once: other melodies and timbres are in the way.
    pub pooled: f64,
    /// Number of stimuli.
    pub stimuli: usize,
}

/// Correlates `value` of each stimulus with its level.
pub fn correlate<S>(series: &[S], of: impl Fn(&S) -> Vec<(usize, f64)>) -> Correlation {
    let mut within = Vec::new();
    let (mut levels, mut values) = (Vec::new(), Vec::new());
    for one in series {
        let (x, y): (Vec<f64>, Vec<f64>) = of(one).into_iter().map(|(l, v)| (l as f64, v)).unzip();
        within.push(spearman(&x, &y));
        levels.extend(x);
        values.extend(y);
    }
    Correlation {
        within: within.iter().sum::<f64>() / within.len() as f64,
        least: within.iter().copied().fold(1.0, f64::min),
        pooled: spearman(&levels, &values),
        stimuli: levels.len(),
    }
}
