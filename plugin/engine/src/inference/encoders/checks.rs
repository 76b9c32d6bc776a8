//! Whether `encoders.toml` makes sense, and what follows from it.

use std::collections::BTreeSet;

use super::manifest::{Description, File, Listen, Log, Look, MelSettings, Points};

/// The one version of the format that is read.
const FORMAT: u32 = 1;

/// Longest side of a picture that encoders get, in pixels: what is kept of a painting.
const LARGEST: u32 = 1024;

impl Description {
    /// Understands and checks the text; what is wrong is said with the field's name.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        // The whole file's format comes first: a later one has other fields.
        let table: toml::Table = text.parse().map_err(message)?;
        if let Some(format) = table.get("format").and_then(toml::Value::as_integer)
            && format != i64::from(FORMAT)
        {
            return Err(format!(
                "it has format {format}, this version reads {FORMAT}"
            ));
        }
        let description: Self = toml::from_str(text).map_err(message)?;
        description.check()?;
        Ok(description)
    }

    fn check(&self) -> Result<(), String> {
        let Points {
            length,
            scale,
            bias,
            ..
        } = self.points;
        demand(self.format == FORMAT, || "`format` is 1".to_owned())?;
        demand(!self.name.trim().is_empty(), || {
            "`name` is empty".to_owned()
        })?;
        demand(!self.licence.trim().is_empty(), || {
            "`licence` is empty: say under what terms the networks may be used".to_owned()
        })?;
        demand((1..=1 << 16).contains(&length), || {
            format!("`length` of [points] lies from 1 to 65536, not {length}")
        })?;
        demand(scale.is_finite() && scale > 0.0 && bias.is_finite(), || {
            format!("`scale` of [points] is above 0 and `bias` a number, not {scale} and {bias}")
        })?;
        self.picture.check()?;
        self.music.check()
    }
}

/// The reason without the copy of the line, which spans several lines.
fn message(error: toml::de::Error) -> String {
    error.to_string().trim_end().replace('\n', " ")
}

fn demand(holds: bool, message: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(message()) }
}

impl Look {
    /// The network.
    pub(super) fn file(&self) -> File {
        File {
            file: self.file.clone(),
            sha256: self.sha256.clone(),
            input: self.input.clone(),
            output: self.output.clone(),
        }
    }

    /// Its input's shape.
    pub(super) fn shape(&self) -> Vec<i64> {
        let length = |axis| match axis {
            'c' => 3,
            'h' => i64::from(self.height),
            'w' => i64::from(self.width),
            _ => 1,
        };
        self.layout.chars().map(length).collect()
    }

    fn check(&self) -> Result<(), String> {
        let (width, height) = (self.width, self.height);
        let sides = 1..=LARGEST;
        demand(sides.contains(&width) && sides.contains(&height), || {
            format!(
                "`width` and `height` of [picture] lie from 1 to {LARGEST}, not {width}, {height}"
            )
        })?;
        check_layout("[picture]", &self.layout, "chw", "n")?;
        let numbers = self.range.iter().chain(&self.mean).chain(&self.std);
        let finite = numbers.clone().all(|value| value.is_finite());
        demand(finite && !self.std.contains(&0.0), || {
            "`range`, `mean` and `std` of [picture] are numbers, and no `std` is 0".to_owned()
        })
    }
}

impl Listen {
    /// The network.
    pub(super) fn file(&self) -> File {
        File {
            file: self.file.clone(),
            sha256: self.sha256.clone(),
            input: self.input.clone(),
            output: self.output.clone(),
        }
    }

    /// Samples that the network hears at once.
    pub(super) fn samples(&self) -> usize {
        (self.seconds * f64::from(self.rate)).round() as usize
    }

    /// Frames that those samples make, or that the network takes.
    pub(super) fn frames(&self, mel: &MelSettings) -> usize {
        mel.frames.unwrap_or_else(|| mel.frames_of(self.samples()))
    }

    /// The network's input's shape.
    pub(super) fn shape(&self) -> Vec<i64> {
        let length = |axis| match (axis, &self.mel) {
            ('t', None) => self.samples() as i64,
            ('t', Some(mel)) => self.frames(mel) as i64,
            ('b', Some(mel)) => mel.bands as i64,
            _ => 1,
        };
        self.layout.chars().map(length).collect()
    }

    fn check(&self) -> Result<(), String> {
        let (rate, seconds) = (self.rate, self.seconds);
        demand((4_000..=192_000).contains(&rate), || {
            format!("`rate` of [music] lies from 4000 to 192000 Hz, not {rate}")
        })?;
        demand((0.1..=60.0).contains(&seconds), || {
            format!("`seconds` of [music] lies from 0.1 to 60, not {seconds}")
        })?;
        let finite = [self.mean, self.std, self.gain]
            .iter()
            .all(|value| value.is_finite());
        demand(finite && self.std != 0.0, || {
            "`mean`, `std` and `gain` of [music] are numbers, and `std` is not 0".to_owned()
        })?;
        let Some(mel) = &self.mel else {
            return check_layout("[music]", &self.layout, "t", "nc");
        };
        check_layout("[music] with [music.mel]", &self.layout, "bt", "nc")?;
        mel.check(rate)?;
        let samples = self.samples();
        demand(mel.centre || samples >= mel.window, || {
            format!(
                "{seconds} s at {rate} Hz are {samples} samples, fewer than `window` of [music.mel]"
            )
        })
    }
}

impl MelSettings {
    /// Frames of so many samples.
    pub(super) fn frames_of(&self, samples: usize) -> usize {
        let room = if self.centre {
            samples
        } else {
            samples.saturating_sub(self.window)
        };
        1 + room / self.hop
    }

    fn check(&self, rate: u32) -> Result<(), String> {
        let section = |text: String| format!("{text} of [music.mel]");
        let Self {
            fft,
            window,
            hop,
            bands,
            ..
        } = *self;
        demand(
            (16..=1 << 16).contains(&fft) && fft.is_multiple_of(2),
            || {
                section(format!(
                    "`fft` is even and lies from 16 to 65536, not {fft}"
                ))
            },
        )?;
        demand((2..=fft).contains(&window), || {
            section(format!(
                "`window` lies from 2 to `fft` ({fft}), not {window}"
            ))
        })?;
        demand((1..=1 << 16).contains(&hop), || {
            section(format!("`hop` lies from 1 to 65536, not {hop}"))
        })?;
        demand((1..=1024).contains(&bands), || {
            section(format!("`bands` lies from 1 to 1024, not {bands}"))
        })?;
        let (low, high, top) = (self.low_hz, self.high_hz, f64::from(rate) / 2.0);
        demand(low >= 0.0 && low < high && high <= top, || {
            section(format!(
                "`low_hz` lies from 0 and below `high_hz`, which goes to half the rate ({top}), \
                 not {low} and {high}"
            ))
        })?;
        demand(self.power > 0.0 && self.gain > 0.0, || {
            section("`power` and `gain` are above 0".to_owned())
        })?;
        let logarithm = self.log != Log::None;
        demand(
            self.floor >= 0.0 && (!logarithm || self.floor > 0.0),
            || {
                section(
                    "a logarithm takes a `floor` above 0, as silence has no logarithm:".to_owned(),
                )
            },
        )?;
        demand(
            self.frames
                .is_none_or(|frames| (1..=1 << 16).contains(&frames)),
            || section("`frames` lies from 1 to 65536".to_owned()),
        )
    }
}

/// A layout names each of `needed` once, and of `possible`, whose length is 1, each at
/// most once.
fn check_layout(section: &str, layout: &str, needed: &str, possible: &str) -> Result<(), String> {
    let axes: BTreeSet<char> = layout.chars().collect();
    let unique = axes.len() == layout.chars().count();
    let known = axes
        .iter()
        .all(|&axis| needed.contains(axis) || possible.contains(axis));
    let whole = needed.chars().all(|axis| axes.contains(&axis));
    demand(unique && known && whole, || {
        format!(
            "`layout` of {section} orders the axes {} once each, and {} where the network has \
             them; not {layout:?}",
            list(needed),
            list(possible)
        )
    })
}

fn list(axes: &str) -> String {
    let name = |axis| match axis {
        'n' => "n (one at a time)",
        'c' => "c (channels)",
        'h' => "h (height)",
        'w' => "w (width)",
        'b' => "b (bands)",
        _ => "t (time)",
    };
    axes.chars().map(name).collect::<Vec<_>>().join(", ")
}
