//! The numbers of a head, how they are learned from pairs, and how they make points.
//!
//! A head is fitted on *features*, unit vectors that the shipped networks give: of a
//! picture the output `features`, of music the last numbers, as many, of its point. Of
//! each taught pair it keeps both, with the mean over all pairs taken away and brought to
//! length 1. What it says of a picture and of 4 s of music is how likely each is of which
//! taught pair, a softmax over cosines; the product of the two, times the number of
//! pairs, is how much likelier than chance both are of the same one. The shipped head's
//! last block, which says something of strangers, is added with a small weight, as it
//! matters while pairs are few. All of it is one inner product of two points, so that a
//! library is scored by one matrix product. `models/training/taught.py` is the reference.

use crate::inference::{Correspondence, MusicFeatures, PictureFeatures};

/// Of the softmax over taught pictures.
const PICTURE_TEMPERATURE: f32 = 0.15;
/// Of the softmax over taught music.
const MUSIC_TEMPERATURE: f32 = 0.3;
/// Of the shipped head's last block.
const PRIOR: f32 = 0.7;

/// One side of a head: taught features, to which others are compared.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Side {
    /// Mean of the taught features.
    pub(super) mean: Vec<f32>,
    /// A row for each pair, as long as the mean: its features less the mean, of length 1.
    pub(super) rows: Vec<f32>,
    /// Of the softmax.
    pub(super) temperature: f32,
}

impl Side {
    /// From the features of the pairs, in order.
    fn fit(features: &[&[f32]], temperature: f32) -> Self {
        let mean = mean(features.iter().copied());
        let rows = features
            .iter()
            .flat_map(|row| centred(row, &mean))
            .collect();
        Self {
            mean,
            rows,
            temperature,
        }
    }

    /// How many pairs were taught.
    pub(super) fn len(&self) -> usize {
        self.rows.len() / self.mean.len().max(1)
    }

    /// Appends how likely `features` are of which pair; times `factor`.
    fn posterior(&self, features: &[f32], factor: f32, out: &mut Vec<f32>) {
        let features = centred(features, &self.mean);
        let begin = out.len();
        let rows = self.rows.chunks_exact(self.mean.len().max(1));
        out.extend(rows.map(|row| dot(row, &features) / self.temperature));
        let found = &mut out[begin..];
        let highest = found.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        found
            .iter_mut()
            .for_each(|value| *value = (*value - highest).exp());
        let sum: f32 = found.iter().sum();
        found.iter_mut().for_each(|value| *value *= factor / sum);
    }
}

/// What pairs taught. A point of a picture is [pairs · posterior, prior · block], one of
/// music [posterior, block].
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Maps {
    pub(super) picture: Side,
    pub(super) music: Side,
    /// Weight of the shipped head's last block.
    pub(super) prior: f32,
    /// Factor of the product.
    pub(super) scale: f32,
    /// Added to it.
    pub(super) bias: f32,
}

impl Maps {
    /// Learns that `pictures[i]` goes with `music[i]`, both [`picture_features`] and
    /// [`music_features`] of equal length. Scale and bias are those of no evidence: a
    /// product of 1, which is chance, has even odds.
    pub(super) fn fit(pictures: &[&[f32]], music: &[&[f32]]) -> Self {
        assert_eq!(pictures.len(), music.len(), "pairs");
        Self {
            picture: Side::fit(pictures, PICTURE_TEMPERATURE),
            music: Side::fit(music, MUSIC_TEMPERATURE),
            prior: PRIOR,
            scale: STEEPNESS,
            bias: -STEEPNESS,
        }
    }

    /// Length of the features that it takes.
    pub(super) fn features(&self) -> usize {
        self.picture.mean.len()
    }

    /// Whether the parts fit together.
    pub(super) fn fit_together(&self) -> bool {
        let whole = |side: &Side| {
            let width = side.mean.len();
            width > 0 && !side.rows.is_empty() && side.rows.len().is_multiple_of(width)
        };
        // The inverse is what cosines are multiplied by.
        let sharpness = [&self.picture, &self.music].map(|side| 1.0 / side.temperature);
        let numbers = [self.prior, self.scale, self.bias];
        whole(&self.picture)
            && whole(&self.music)
            && self.picture.mean.len() == self.music.mean.len()
            && self.picture.rows.len() == self.music.rows.len()
            && sharpness
                .iter()
                .all(|&value| value > 0.0 && value.is_finite())
            && numbers.iter().all(|number| number.is_finite())
    }

    pub(super) fn correspondence(&self) -> Correspondence {
        Correspondence {
            scale: self.scale,
            bias: self.bias,
            dim: self.music.len() + self.features(),
        }
    }

    /// The point of a picture.
    pub(super) fn picture_point(&self, picture: &PictureFeatures) -> Vec<f32> {
        let mut point = Vec::with_capacity(self.picture.len() + self.features());
        let features = picture_features(picture);
        self.picture
            .posterior(&features, self.picture.len() as f32, &mut point);
        let block = last_block(&picture.point, self.features());
        point.extend(block.iter().map(|value| self.prior * value));
        point
    }

    /// Appends the point of music with this shipped point.
    pub(super) fn music_point(&self, shipped: &[f32], out: &mut Vec<f32>) {
        let block = last_block(shipped, self.features());
        self.music.posterior(&block, 1.0, out);
        out.extend(block);
    }
}

/// What a picture is compared by: the network's `features`, of length 1.
pub(super) fn picture_features(picture: &PictureFeatures) -> Vec<f32> {
    let mut features = picture.features.clone();
    unit(&mut features);
    features
}

/// What music is compared by: the mean of its chunks' last blocks, of `len` values.
pub(super) fn music_features(music: &[MusicFeatures], len: usize) -> Vec<f32> {
    let blocks: Vec<Vec<f32>> = music
        .iter()
        .map(|chunk| last_block(&chunk.point, len))
        .collect();
    mean(blocks.iter().map(Vec::as_slice))
}

/// The last `len` numbers of a shipped point, of length 1.
fn last_block(point: &[f32], len: usize) -> Vec<f32> {
    let mut block = point[point.len() - len..].to_vec();
    unit(&mut block);
    block
}

/// The mean of rows of equal length; nothing of none.
pub(super) fn mean<'a>(rows: impl Iterator<Item = &'a [f32]>) -> Vec<f32> {
    let (mut sum, mut count): (Vec<f64>, f64) = (Vec::new(), 0.0);
    for row in rows {
        sum.resize(row.len(), 0.0);
        sum.iter_mut()
            .zip(row)
            .for_each(|(sum, value)| *sum += f64::from(*value));
        count += 1.0;
    }
    sum.iter().map(|sum| (sum / count) as f32).collect()
}

/// The rows as slices.
pub(super) fn slices(rows: &[Vec<f32>]) -> Vec<&[f32]> {
    rows.iter().map(Vec::as_slice).collect()
}

/// `row` less `mean`, of length 1.
fn centred(row: &[f32], mean: &[f32]) -> Vec<f32> {
    let mut centred: Vec<f32> = row.iter().zip(mean).map(|(a, b)| a - b).collect();
    unit(&mut centred);
    centred
}

fn unit(values: &mut [f32]) {
    let length = dot(values, values).sqrt().max(1e-6);
    values.iter_mut().for_each(|value| *value /= length);
}

pub(super) fn dot(a: &[f32], b: &[f32]) -> f32 {
    // Eight sums side by side, which the compiler makes vector instructions of.
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let mut sums = [0.0f32; 8];
    for (a, b) in a.iter().zip(b) {
        for lane in 0..8 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f32>() + rest
}

/// What a product's worth in log-odds is before there is evidence.
const STEEPNESS: f32 = 1.0;

impl Maps {
    /// Sets scale and bias by Newton's method on the log-likelihood of the probability
    /// 1 / (1 + exp(−scale · product − bias)) that music belongs, given products of
    /// pictures with their own and with foreign music, which weigh the same. A few
    /// products say little of how steep it is, so it is held near [`STEEPNESS`].
    pub(super) fn calibrate(&mut self, own: &[f64], foreign: &[f64]) {
        let steepness = f64::from(STEEPNESS);
        let (mut scale, mut bias) = (steepness, -steepness);
        for _ in 0..50 {
            let (mut slope, mut curve) = ([steepness - scale, -1e-3 * bias], [1.0, 0.0, 1e-3]);
            for (products, truth) in [(own, 1.0), (foreign, 0.0)] {
                // Worth ten at most: products of one picture are no independent witnesses.
                let weight = products.len().min(10) as f64 / products.len().max(1) as f64;
                for &product in products {
                    let p = 1.0 / (1.0 + (-(scale * product + bias)).exp());
                    let (error, bend) = (weight * (truth - p), weight * p * (1.0 - p));
                    slope[0] += error * product;
                    slope[1] += error;
                    curve[0] += bend * product * product;
                    curve[1] += bend * product;
                    curve[2] += bend;
                }
            }
            let determinant = curve[0] * curve[2] - curve[1] * curve[1];
            let step = [
                (curve[2] * slope[0] - curve[1] * slope[1]) / determinant,
                (curve[0] * slope[1] - curve[1] * slope[0]) / determinant,
            ];
            if !step.iter().all(|step| step.is_finite()) {
                break;
            }
            // Far from the best, Newton's steps go too far.
            let size = step[0].abs().max(step[1].abs());
            let limit = (1.0 / size.max(1e-12)).min(1.0);
            scale += limit * step[0];
            bias += limit * step[1];
            if size < 1e-9 {
                break;
            }
        }
        // A head must not say that what it was taught does not belong.
        self.scale = scale.max(0.05 * steepness) as f32;
        self.bias = bias as f32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three pairs whose features are the axes, and points of one more number.
    fn axes() -> (Vec<PictureFeatures>, Vec<MusicFeatures>) {
        let axis = |n: usize| (0..3).map(|k| f32::from(k == n)).collect::<Vec<f32>>();
        let picture = |n| PictureFeatures {
            point: [vec![9.0], axis(n)].concat(),
            features: axis(n),
        };
        let music = |n| MusicFeatures {
            embedding: Vec::new(),
            point: [vec![9.0], axis(n)].concat(),
            tags: Vec::new(),
            affect: Vec::new(),
        };
        ((0..3).map(picture).collect(), (0..3).map(music).collect())
    }

    /// The reference's formula, written out.
    #[test]
    fn products_are_the_reference_s() {
        let (pictures, music) = axes();
        let seen: Vec<_> = pictures.iter().map(picture_features).collect();
        let heard: Vec<_> = music
            .iter()
            .map(|m| music_features(std::slice::from_ref(m), 3))
            .collect();
        let maps = Maps::fit(&slices(&seen), &slices(&heard));
        assert!(maps.fit_together());
        // Centred axes have the cosine -1/2 with one another.
        let share = |t: f64, own: bool| {
            let (mine, other) = ((1.0 / t).exp(), (-0.5 / t).exp());
            (if own { mine } else { other }) / (mine + 2.0 * other)
        };
        for (p, picture) in pictures.iter().enumerate() {
            for (m, music) in music.iter().enumerate() {
                let mut point = Vec::new();
                maps.music_point(&music.point, &mut point);
                let product = f64::from(dot(&maps.picture_point(picture), &point));
                let both = (0..3).map(|i| share(0.15, i == p) * share(0.3, i == m));
                let expected = 3.0 * both.sum::<f64>() + if p == m { 0.7 } else { 0.0 };
                assert!(
                    (product - expected).abs() < 1e-5,
                    "{p} {m}: {product} {expected}"
                );
            }
        }
        assert_eq!(maps.correspondence().dim, 6);
    }

    #[test]
    fn calibration_follows_the_evidence() {
        let mut maps = Maps::default();
        maps.calibrate(&[], &[]);
        assert!((maps.scale - 1.0).abs() < 1e-6, "{}", maps.scale);
        let own: Vec<f64> = (0..100).map(|n| 1.5 + 0.02 * f64::from(n)).collect();
        let foreign: Vec<f64> = (0..100).map(|n| 0.2 + 0.01 * f64::from(n)).collect();
        maps.calibrate(&own, &foreign);
        assert!(maps.scale > 1.0, "{}", maps.scale);
        let middle = -maps.bias / maps.scale;
        assert!((1.0..1.8).contains(&middle), "{middle}");
        maps.calibrate(&foreign, &own);
        assert!(maps.scale > 0.0 && maps.scale < 0.5, "{}", maps.scale);
    }

    #[test]
    fn dot_takes_every_number() {
        for len in [0, 1, 7, 8, 9, 64, 67] {
            let a: Vec<f32> = (0..len).map(|n| n as f32 + 1.0).collect();
            let expected: f32 = a.iter().map(|v| v * v).sum();
            assert_eq!(dot(&a, &a), expected, "{len}");
        }
    }
}
