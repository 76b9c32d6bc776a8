//! Changed inputs without a fuzzer, for a quick look on any toolchain: bytes set, put in
//! and taken out, and pieces of one kept input in another.

/// Gives `inputs` changed copies of `kept` to `check`. The same `seed` gives the same.
pub fn run(kept: &[Vec<u8>], inputs: u64, seed: u64, mut check: impl FnMut(&[u8])) {
    let mut random = Random(seed);
    for _ in 0..inputs {
        let mut bytes = kept[random.below(kept.len())].clone();
        for _ in 0..1 + random.below(6) {
            change(&mut bytes, kept, &mut random);
        }
        check(&bytes);
    }
}

fn change(bytes: &mut Vec<u8>, kept: &[Vec<u8>], random: &mut Random) {
    const TELLING: &[u8] = b"\0\x01\x7f\x80\xff{}[]\",:-+eE.019 ntf\\u";
    let at = random.below(bytes.len() + 1);
    let to = (at + random.below(9)).min(bytes.len());
    match random.below(6) {
        0 => bytes[at..to].fill(random.next() as u8),
        1 => bytes.insert(at, TELLING[random.below(TELLING.len())]),
        2 => drop(bytes.drain(at..to)),
        3 if at < bytes.len() => bytes[at] = TELLING[random.below(TELLING.len())],
        4 => {
            let other = &kept[random.below(kept.len())];
            let from = random.below(other.len() + 1);
            let piece = &other[from..(from + random.below(60)).min(other.len())];
            bytes.splice(at..to, piece.iter().copied());
        }
        5 => {
            let again = bytes[at..to].to_vec();
            bytes.splice(at..at, again);
        }
        _ => {}
    }
}

/// splitmix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }
}
