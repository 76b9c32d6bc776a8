//! Landmarks on a plane, neighbours beside each other: t-SNE (van der Maaten and Hinton,
//! 2008), exact, with the affinities of each point's nearest neighbours alone (van der
//! Maaten, 2014) and the settings of Kobak and Berens (2019): begun with the principal
//! components, so that what is far apart in the music tends to stay so on the map.
//!
//! Of our own because what there is draws its beginning at random, keeps threads in a pool
//! that outlives a plug-in, and cannot be stopped.

/// How many neighbours count for each point, in effect.
const PERPLEXITY: f64 = 30.0;
/// Neighbours looked at for each of them.
const REACH: f64 = 3.0;
/// Affinities are so many times stronger at first, so that clusters find each other.
const EXAGGERATION: f32 = 12.0;
/// Rounds with and without it.
const ROUNDS: [usize; 2] = [250, 500];
/// Fewer points are shown as they are begun: there is no neighbourhood to keep.
const FEWEST: usize = 8;
/// Sums are kept in so many lanes, in this order on every machine.
const LANES: usize = 8;

/// A neighbour and its affinity.
type Near = (u32, f32);

/// Lays out points that begin at `begin` and of which `distances(i, out)` gives the squared
/// distances to all. `goes_on`, told the share that is done, may end it: then `None`.
pub(super) fn lay_out(
    begin: &[[f64; 2]],
    distances: &mut dyn FnMut(usize, &mut Vec<f32>),
    goes_on: &mut dyn FnMut(f32) -> bool,
) -> Option<Vec<[f32; 2]>> {
    let n = begin.len();
    if n < FEWEST {
        let round = |[x, y]: &[f64; 2]| [*x as f32, *y as f32];
        return Some(begin.iter().map(round).collect());
    }
    let near = affinities(n, distances, goes_on)?;
    let mut plane = Plane::new(begin);
    let all = (ROUNDS[0] + ROUNDS[1]) as f32;
    for round in 0..ROUNDS[0] + ROUNDS[1] {
        if !goes_on(round as f32 / all) {
            return None;
        }
        if round < ROUNDS[0] {
            plane.step(&near, EXAGGERATION, 0.5);
        } else {
            plane.step(&near, 1.0, 0.8);
        }
    }
    Some(
        plane
            .x
            .iter()
            .zip(&plane.y)
            .map(|(x, y)| [*x, *y])
            .collect(),
    )
}

/// For each point its neighbours with symmetric affinities that add up to 1 over all.
fn affinities(
    n: usize,
    distances: &mut dyn FnMut(usize, &mut Vec<f32>),
    goes_on: &mut dyn FnMut(f32) -> bool,
) -> Option<Vec<Vec<Near>>> {
    let perplexity = PERPLEXITY.min((n - 1) as f64 / REACH);
    let reach = ((REACH * perplexity).ceil() as usize).clamp(1, n - 1);
    let (mut near, mut squared) = (vec![Vec::new(); n], Vec::new());
    for point in 0..n {
        if point % 64 == 0 && !goes_on(0.0) {
            return None;
        }
        distances(point, &mut squared);
        let mut others: Vec<(f32, u32)> = (0u32..)
            .zip(&squared)
            .filter(|(other, _)| *other as usize != point)
            .map(|(other, squared)| (*squared, other))
            .collect();
        let order = |a: &(f32, u32), b: &(f32, u32)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
        others.select_nth_unstable_by(reach - 1, order);
        others.truncate(reach);
        others.sort_unstable_by(order);
        let share = (0.5 / n as f64) as f32;
        for (other, weight) in weights(&others, perplexity) {
            near[point].push((other, weight * share));
            near[other as usize].push((point as u32, weight * share));
        }
    }
    for list in &mut near {
        // Neighbours of each other were told twice.
        list.sort_unstable_by_key(|(other, _)| *other);
        list.dedup_by(|again, kept| {
            let same = again.0 == kept.0;
            kept.1 += if same { again.1 } else { 0.0 };
            same
        });
    }
    Some(near)
}

/// A normal curve's weights of neighbours at these squared distances, ascending, as wide
/// as gives them the perplexity.
fn weights(others: &[(f32, u32)], perplexity: f64) -> Vec<Near> {
    let nearest = others.first().map_or(0.0, |(squared, _)| *squared);
    // Where nothing is finite, all are as near.
    let offset = |squared: f32| {
        let offset = f64::from(squared) - f64::from(nearest);
        if offset.is_finite() { offset } else { 0.0 }
    };
    let (mut low, mut high, mut narrow) = (0.0f64, f64::INFINITY, 1.0f64);
    let wanted = perplexity.ln();
    let mut found = Vec::new();
    for _ in 0..60 {
        let raw = others
            .iter()
            .map(|(squared, _)| (-offset(*squared) * narrow).exp());
        found = raw.collect::<Vec<f64>>();
        let sum: f64 = found.iter().sum();
        let spread: f64 = found
            .iter()
            .zip(others)
            .map(|(weight, (squared, _))| weight * offset(*squared))
            .sum();
        found.iter_mut().for_each(|weight| *weight /= sum);
        let entropy = sum.ln() + narrow * spread / sum;
        if (entropy - wanted).abs() < 1e-5 {
            break;
        }
        if entropy > wanted {
            low = narrow;
            narrow = if high.is_finite() {
                (low + high) / 2.0
            } else {
                narrow * 2.0
            };
        } else {
            high = narrow;
            narrow = (low + high) / 2.0;
        }
        // Neighbours that are all as near have one entropy, however wide the curve.
        if !(1e-30..1e30).contains(&narrow) {
            break;
        }
    }
    let entry = |((_, other), weight): (&(f32, u32), f64)| (*other, weight as f32);
    others.iter().zip(found).map(entry).collect()
}

/// The points as they move.
struct Plane {
    x: Vec<f32>,
    y: Vec<f32>,
    speed: Vec<[f32; 2]>,
    /// Steps grow where they keep their direction (Jacobs, 1988).
    gain: Vec<[f32; 2]>,
    rate: f32,
}

impl Plane {
    fn new(begin: &[[f64; 2]]) -> Self {
        let n = begin.len() as f64;
        let spread = (begin.iter().map(|[x, _]| x * x).sum::<f64>() / n).sqrt();
        let scale = if spread > 0.0 { 1e-4 / spread } else { 0.0 };
        let axis = |axis: usize| begin.iter().map(|at| (at[axis] * scale) as f32).collect();
        Self {
            x: axis(0),
            y: axis(1),
            speed: vec![[0.0; 2]; begin.len()],
            gain: vec![[1.0; 2]; begin.len()],
            rate: (begin.len() as f32 / EXAGGERATION).max(50.0),
        }
    }

    fn step(&mut self, near: &[Vec<Near>], exaggeration: f32, momentum: f32) {
        let n = self.x.len();
        let mut pushes = Vec::with_capacity(n);
        let mut sum = 0.0f64;
        for point in 0..n {
            let (push, weight) = self.push(point);
            pushes.push(push);
            sum += f64::from(weight);
        }
        let normal = (1.0 / sum.max(1e-12)) as f32;
        let pulls: Vec<[f32; 2]> = (0..n).map(|point| self.pull(point, &near[point])).collect();
        for point in 0..n {
            for axis in 0..2 {
                let pull = exaggeration * pulls[point][axis];
                let slope = 4.0 * (pull - normal * pushes[point][axis]);
                let (speed, gain) = (&mut self.speed[point][axis], &mut self.gain[point][axis]);
                let keeps = (slope > 0.0) != (*speed > 0.0);
                *gain = (if keeps { *gain + 0.2 } else { *gain * 0.8 }).max(0.01);
                *speed = momentum * *speed - self.rate * *gain * slope;
            }
            self.x[point] += self.speed[point][0];
            self.y[point] += self.speed[point][1];
        }
        self.centre();
    }

    /// What pushes a point away from all others, and the sum of its similarities to them.
    fn push(&self, point: usize) -> ([f32; 2], f32) {
        let (px, py) = (self.x[point], self.y[point]);
        let mut sums = [[0.0f32; LANES]; 3];
        let mut add = |lane: usize, x: f32, y: f32| {
            let (dx, dy) = (px - x, py - y);
            let near = 1.0 / (1.0 + dx * dx + dy * dy);
            let square = near * near;
            sums[0][lane] += near;
            sums[1][lane] += square * dx;
            sums[2][lane] += square * dy;
        };
        let (xs, rest_x) = self.x.as_chunks::<LANES>();
        let (ys, rest_y) = self.y.as_chunks::<LANES>();
        for (x, y) in xs.iter().zip(ys) {
            for lane in 0..LANES {
                add(lane, x[lane], y[lane]);
            }
        }
        for (lane, (x, y)) in rest_x.iter().zip(rest_y).enumerate() {
            add(lane, *x, *y);
        }
        let [weight, x, y] = sums.map(|lanes| lanes.iter().sum::<f32>());
        // Of itself, 1 was added to the weight.
        ([x, y], weight - 1.0)
    }

    /// What pulls a point to its neighbours.
    fn pull(&self, point: usize, near: &[Near]) -> [f32; 2] {
        let mut pull = [0.0f32; 2];
        for (other, affinity) in near {
            let dx = self.x[point] - self.x[*other as usize];
            let dy = self.y[point] - self.y[*other as usize];
            let weight = affinity / (1.0 + dx * dx + dy * dy);
            pull[0] += weight * dx;
            pull[1] += weight * dy;
        }
        pull
    }

    /// Nothing holds the whole in its place otherwise.
    fn centre(&mut self) {
        for axis in [&mut self.x, &mut self.y] {
            let mean = axis.iter().map(|at| f64::from(*at)).sum::<f64>() / axis.len() as f64;
            axis.iter_mut().for_each(|at| *at -= mean as f32);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_have_the_perplexity_asked_for() {
        let others: Vec<(f32, u32)> = (0..90).map(|at| (at as f32 * 0.37, at)).collect();
        for perplexity in [5.0, 30.0] {
            let weights = weights(&others, perplexity);
            let sum: f32 = weights.iter().map(|(_, weight)| weight).sum();
            assert!((sum - 1.0).abs() < 1e-5);
            let logs = weights.iter().filter(|(_, weight)| *weight > 0.0);
            let entropy: f32 = logs.map(|(_, weight)| -weight * weight.ln()).sum();
            assert!((f64::from(entropy).exp() - perplexity).abs() < 0.01);
        }
    }

    #[test]
    fn equal_and_broken_distances_weigh_the_same() {
        for squared in [0.0, 7.0, f32::INFINITY] {
            let others: Vec<(f32, u32)> = (0..9).map(|at| (squared, at)).collect();
            let weights = weights(&others, 3.0);
            assert!(weights.iter().all(|(_, w)| (w - 1.0 / 9.0).abs() < 1e-6));
        }
    }

    #[test]
    fn the_push_is_that_of_a_plain_sum() {
        let begin: Vec<[f64; 2]> = (0..21)
            .map(|at| [(f64::from(at) * 0.7).sin(), f64::from(at)])
            .collect();
        let mut plane = Plane::new(&begin);
        plane.x.iter_mut().for_each(|x| *x *= 1e4);
        plane.y.iter_mut().for_each(|y| *y *= 1e4);
        let (push, weight) = plane.push(5);
        let mut plain = [0.0f64; 3];
        for other in (0..21).filter(|other| *other != 5) {
            let dx = f64::from(plane.x[5] - plane.x[other]);
            let dy = f64::from(plane.y[5] - plane.y[other]);
            let near = 1.0 / (1.0 + dx * dx + dy * dy);
            plain[0] += near * near * dx;
            plain[1] += near * near * dy;
            plain[2] += near;
        }
        let found = [push[0], push[1], weight].map(f64::from);
        for (found, plain) in found.iter().zip(plain) {
            assert!((found - plain).abs() < 1e-4, "{found} {plain}");
        }
    }
}
