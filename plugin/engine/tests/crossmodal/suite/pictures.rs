//! Colour fields and textures that differ in one thing.

use engine::crossmodal::{Norms, PictureMeasure, PictureQuantity};
use engine::inference::Picture;
use image::{Rgb, RgbImage};

const SIDE: u32 = 224;

/// What a series of pictures differs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    Lightness,
    Saturation,
    Yellowness,
    Redness,
    Roughness,
    Density,
}

impl Shown {
    pub const ALL: [Self; 6] = [
        Self::Lightness,
        Self::Saturation,
        Self::Yellowness,
        Self::Redness,
        Self::Roughness,
        Self::Density,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Lightness => "dark to light",
            Self::Saturation => "grey to saturated",
            Self::Yellowness => "blue to yellow",
            Self::Redness => "green to red",
            Self::Roughness => "smooth to rough",
            Self::Density => "sparse to dense",
        }
    }
}

/// A picture as it was measured.
pub struct Seen {
    pub level: usize,
    pub measure: PictureMeasure,
}

/// Pictures from the lowest level to the highest.
pub struct Row {
    pub seen: Vec<Seen>,
}

impl Row {
    /// The level and the value of a quantity of each picture.
    pub fn values(&self, norms: &Norms, quantity: PictureQuantity) -> Vec<(usize, f64)> {
        let values = self.seen.iter().map(|seen| {
            let value = norms.with_emotion(&seen.measure).get(quantity);
            (seen.level, f64::from(value.expect("known")))
        });
        values.collect()
    }
}

/// How lightness varies over a picture, in about −1..=1.
#[derive(Clone, Copy, Debug)]
enum Texture {
    Plain,
    /// Squares of this many pixels, each of a random value.
    Noise(u32),
    /// Stripes this many pixels wide, at 45°.
    Stripes(u32),
    /// This many random brush strokes over a plain ground.
    Strokes(u32),
}

/// Five levels of each thing, on several grounds.
pub fn rows(shown: Shown) -> Vec<Row> {
    let grounds = [
        Texture::Plain,
        Texture::Noise(8),
        Texture::Noise(28),
        Texture::Stripes(16),
        Texture::Strokes(40),
    ];
    let row = |picture: &dyn Fn(usize) -> RgbImage| {
        let seen = (0..5).map(|level| Seen {
            level,
            measure: PictureMeasure::of(&Picture::new(picture(level).into())),
        });
        Row {
            seen: seen.collect(),
        }
    };
    let mut rows = Vec::new();
    let hues = [0.0, 60.0, 120.0, 180.0, 240.0, 300.0f32];
    for (at, ground) in grounds.into_iter().enumerate() {
        let seed = at as u64;
        match shown {
            Shown::Lightness => rows.extend(hues.iter().map(|&hue| {
                row(&|level| {
                    let l = [20.0, 35.0, 50.0, 65.0, 80.0][level];
                    paint(ground, 8.0, seed, polar(l, 18.0, hue))
                })
            })),
            Shown::Saturation => rows.extend(hues.iter().map(|&hue| {
                row(&|level| paint(ground, 8.0, seed, polar(60.0, 7.0 * level as f32, hue)))
            })),
            Shown::Yellowness => rows.extend([45.0, 60.0, 75.0].map(|l| {
                row(&|level| paint(ground, 8.0, seed, [l, 0.0, 12.0 * (level as f32 - 2.0)]))
            })),
            Shown::Redness => rows.extend([45.0, 60.0, 75.0].map(|l| {
                row(&|level| paint(ground, 8.0, seed, [l, 12.0 * (level as f32 - 2.0), 0.0]))
            })),
            // Rougher: finer noise of the same contrast, or more contrast.
            Shown::Roughness => {
                let hue = hues[at];
                rows.push(row(&|level| {
                    let noise = Texture::Noise([56, 28, 14, 7, 2][level]);
                    paint(noise, 12.0, seed, polar(55.0, 20.0, hue))
                }));
                if !matches!(ground, Texture::Plain) {
                    rows.push(row(&|level| {
                        let contrast = [2.0, 5.0, 10.0, 15.0, 25.0][level];
                        paint(ground, contrast, seed, polar(55.0, 20.0, hue))
                    }));
                }
            }
            Shown::Density => {
                let hue = hues[at];
                rows.push(row(&|level| {
                    let strokes = Texture::Strokes([4, 12, 36, 100, 300][level]);
                    paint(strokes, 20.0, seed, polar(55.0, 20.0, hue))
                }));
                rows.push(row(&|level| {
                    let stripes = Texture::Stripes([60, 34, 20, 12, 7][level]);
                    paint(stripes, 6.0 + 6.0 * at as f32, seed, polar(55.0, 20.0, hue))
                }));
            }
        }
    }
    rows
}

/// Textures where they matter, else colours.
pub fn to_choose_from(property: PictureQuantity) -> Vec<PictureMeasure> {
    match property {
        PictureQuantity::Roughness | PictureQuantity::Density => textures(),
        _ => palette(),
    }
}

/// 37 colour fields after those of the Berkeley Color Project that Palmer et al. 2013
/// showed: eight hues, saturated, light, muted and dark, and five greys.
pub fn palette() -> Vec<PictureMeasure> {
    // Hue angle in CIELAB, lightness and chroma of the saturated one.
    let hues = [
        (32.0, 52.0, 70.0),
        (58.0, 65.0, 72.0),
        (90.0, 85.0, 75.0),
        (115.0, 75.0, 65.0),
        (158.0, 60.0, 48.0),
        (205.0, 60.0, 35.0),
        (265.0, 50.0, 48.0),
        (315.0, 45.0, 55.0),
    ];
    let mut colours = Vec::new();
    for (hue, lightness, chroma) in hues {
        colours.push(polar(lightness, chroma, hue));
        colours.push(polar((lightness + 100.0) / 2.0, 0.5 * chroma, hue));
        colours.push(polar(0.5 * lightness + 28.0, 0.5 * chroma, hue));
        colours.push(polar(0.55 * lightness, 0.5 * chroma, hue));
    }
    colours.extend([8.0, 35.0, 55.0, 75.0, 98.0].map(|l| [l, 0.0, 0.0]));
    colours
        .into_iter()
        .map(|lab| paint(Texture::Plain, 0.0, 0, lab))
        .map(|field| PictureMeasure::of(&Picture::new(field.into())))
        .collect()
}

/// Textures of one colour, from smooth and sparse to rough and dense.
pub fn textures() -> Vec<PictureMeasure> {
    let mut all = Vec::new();
    for (seed, cell) in [56, 28, 14, 7, 3, 2].into_iter().enumerate() {
        for contrast in [3.0, 8.0, 20.0] {
            all.push((Texture::Noise(cell), contrast, seed as u64));
        }
    }
    for (seed, count) in [4, 12, 36, 100, 300].into_iter().enumerate() {
        all.push((Texture::Strokes(count), 15.0, seed as u64));
        all.push((Texture::Stripes(240 / (count + 3)), 8.0, seed as u64));
    }
    all.into_iter()
        .map(|(texture, contrast, seed)| paint(texture, contrast, seed, [55.0, 5.0, 10.0]))
        .map(|picture| PictureMeasure::of(&Picture::new(picture.into())))
        .collect()
}

fn polar(lightness: f32, chroma: f32, degrees: f32) -> [f32; 3] {
    let (sin, cos) = degrees.to_radians().sin_cos();
    [lightness, chroma * cos, chroma * sin]
}

/// A texture of `contrast` (L*) on a ground of CIELAB colour `lab`.
fn paint(texture: Texture, contrast: f32, seed: u64, lab: [f32; 3]) -> RgbImage {
    let relief = relief(texture, seed);
    RgbImage::from_fn(SIDE, SIDE, |x, y| {
        let [l, a, b] = lab;
        Rgb(srgb([l + contrast * relief[(y * SIDE + x) as usize], a, b]))
    })
}

fn relief(texture: Texture, seed: u64) -> Vec<f32> {
    let mut random = Random(seed + 1);
    let mut plane = vec![0.0; (SIDE * SIDE) as usize];
    let each = |plane: &mut [f32], value: &dyn Fn(u32, u32) -> f32| {
        for y in 0..SIDE {
            for x in 0..SIDE {
                plane[(y * SIDE + x) as usize] = value(x, y);
            }
        }
    };
    match texture {
        Texture::Plain => {}
        Texture::Noise(cell) => {
            let across = SIDE.div_ceil(cell) + 1;
            let values: Vec<f32> = (0..across * across).map(|_| random.next()).collect();
            each(&mut plane, &|x, y| smooth(&values, across, x, y, cell));
        }
        Texture::Stripes(width) => {
            each(&mut plane, &|x, y| {
                if ((x + y) / width.max(1)).is_multiple_of(2) {
                    0.7
                } else {
                    -0.7
                }
            });
        }
        Texture::Strokes(count) => {
            for _ in 0..count {
                stroke(&mut plane, &mut random);
            }
        }
    }
    plane
}

/// Value noise: random values on a grid, interpolated between.
fn smooth(values: &[f32], across: u32, x: u32, y: u32, cell: u32) -> f32 {
    let (column, row) = (x / cell, y / cell);
    let fraction = |at: u32| (at % cell) as f32 / cell as f32;
    let at = |dx: u32, dy: u32| values[((row + dy) * across + column + dx) as usize];
    let mix = |from: f32, to: f32, t: f32| from + (to - from) * t;
    let top = mix(at(0, 0), at(1, 0), fraction(x));
    let bottom = mix(at(0, 1), at(1, 1), fraction(x));
    mix(top, bottom, fraction(y))
}

/// A straight stroke of 30 × 5 pixels.
fn stroke(plane: &mut [f32], random: &mut Random) {
    let [x, y] = [0, 1].map(|_| (random.next() + 1.0) / 2.0 * SIDE as f32);
    let (sin, cos) = (random.next() * std::f32::consts::PI).sin_cos();
    let value = random.next();
    for py in 0..SIDE {
        for px in 0..SIDE {
            let (dx, dy) = (px as f32 - x, py as f32 - y);
            let (along, aside) = (dx * cos + dy * sin, dy * cos - dx * sin);
            if along.abs() < 15.0 && aside.abs() < 2.5 {
                plane[(py * SIDE + px) as usize] = value;
            }
        }
    }
}

/// Values in ±1 from a 64-bit linear congruential generator.
struct Random(u64);

impl Random {
    fn next(&mut self) -> f32 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 40) as f32 / (1u64 << 23) as f32) - 1.0
    }
}

/// CIELAB under D65 to sRGB, what does not fit clipped.
fn srgb([l, a, b]: [f32; 3]) -> [u8; 3] {
    let y = (l + 16.0) / 116.0;
    let tristimulus = |t: f32| {
        const KNEE: f32 = 6.0 / 29.0;
        if t > KNEE {
            t.powi(3)
        } else {
            3.0 * KNEE * KNEE * (t - 4.0 / 29.0)
        }
    };
    let x = 0.950_47 * tristimulus(y + a / 500.0);
    let z = 1.088_83 * tristimulus(y - b / 200.0);
    let y = tristimulus(y);
    let linear = [
        3.240_45 * x - 1.537_14 * y - 0.498_53 * z,
        -0.969_27 * x + 1.876_01 * y + 0.041_56 * z,
        0.055_64 * x - 0.204_03 * y + 1.057_23 * z,
    ];
    linear.map(|value| {
        let value = value.clamp(0.0, 1.0);
        let encoded = if value <= 0.003_130_8 {
            12.92 * value
        } else {
            1.055 * value.powf(1.0 / 2.4) - 0.055
        };
        (255.0 * encoded).round() as u8
    })
}
