//! What looking at a painting costs, and how often it is mistaken (`docs/painting.md`):
//!
//! ```text
//! cargo run -p impasto-engine --example live_painting -- tests/assets/paintings
//! ```

use std::error::Error;
use std::io::Cursor;
use std::path::PathBuf;
use std::time::Instant;

use engine::inference::{Picture, PictureLimits};
use engine::painting::source::{WatchedFile, WatchedFolder};
use engine::painting::{
    Balance, Canvas, Corners, Correction, Eye, FrameSource, Glance, Sensitivity, Sight,
};
use image::codecs::jpeg::JpegEncoder;
use image::imageops::{self, FilterType};
use image::{DynamicImage, Rgb, RgbImage};

type Done = Result<(), Box<dyn Error>>;

/// Frames of each painting for every rate.
const TRIALS: u32 = 12;

/// Of the frames for the rates, in pixels: half of what a camera gives, so that there is
/// less to take means over.
const FRAME: [u32; 2] = [960, 540];

/// What a stroke is painted with.
const PALETTE: [[u8; 3]; 5] = [
    [38, 44, 120],
    [236, 232, 220],
    [190, 130, 48],
    [24, 22, 20],
    [176, 36, 32],
];

fn main() -> Done {
    let folder = std::env::args_os()
        .nth(1)
        .map_or("tests/assets/paintings".into(), PathBuf::from);
    let mut files: Vec<PathBuf> = (std::fs::read_dir(&folder)?)
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    files.sort();
    let paintings = (files.iter())
        .map(|file| Ok(Picture::decode(file, PictureLimits::default())?.into_rgb8()))
        .collect::<Result<Vec<_>, engine::Error>>()?;
    costs(&paintings[0])?;
    sources(&paintings[0])?;
    rates(&paintings)
}

/// Where the canvas hangs in a frame of 1920 x 1080.
fn corners() -> Corners {
    Corners::new([[0.15, 0.06], [0.83, 0.09], [0.85, 0.95], [0.13, 0.92]]).expect("convex")
}

fn correction() -> Correction {
    Correction {
        corners: corners(),
        balance: Balance::Neutral([0.05, 0.5]),
    }
}

/// `painting` before a camera: askew on a grey wall.
fn hung(painting: &RgbImage, width: u32, height: u32) -> RgbImage {
    let painting = imageops::resize(painting, width / 2, height / 2, FilterType::Triangle);
    let back = corners().homography().inverse();
    RgbImage::from_fn(width, height, |x, y| {
        let u = (f64::from(x) + 0.5) / f64::from(width);
        let v = (f64::from(y) + 0.5) / f64::from(height);
        let [u, v] = back.apply([u, v]);
        if !(0.0..1.0).contains(&u) || !(0.0..1.0).contains(&v) {
            return Rgb([150, 146, 138]);
        }
        let (w, h) = painting.dimensions();
        *painting.get_pixel((u * f64::from(w)) as u32, (v * f64::from(h)) as u32)
    })
}

/// CPU time of this thread in milliseconds.
#[cfg(unix)]
fn cpu() -> f64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the pointer is that of a whole `timespec`, which outlives the call.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}

/// Where there is no such clock, that on the wall.
#[cfg(not(unix))]
fn cpu() -> f64 {
    use std::sync::LazyLock;
    static BEGIN: LazyLock<Instant> = LazyLock::new(Instant::now);
    BEGIN.elapsed().as_secs_f64() * 1e3
}

/// The median of what `work` takes, of a few times.
fn median(times: usize, mut work: impl FnMut()) -> f64 {
    let mut spent: Vec<f64> = (0..times)
        .map(|_| {
            let began = cpu();
            work();
            cpu() - began
        })
        .collect();
    spent.sort_by(f64::total_cmp);
    spent[spent.len() / 2]
}

fn jpeg(picture: &RgbImage, quality: u8) -> Result<Vec<u8>, image::ImageError> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(picture)?;
    Ok(bytes)
}

fn costs(painting: &RgbImage) -> Done {
    println!("CPU time of one look at an unchanged canvas, in ms (median of 9):");
    let folder = tempfile::tempdir()?;
    for (name, width, height) in [("12 MP JPEG", 4000, 3000), ("1080p frame", 1920, 1080)] {
        let frame = hung(painting, width, height);
        let path = folder.path().join("frame.jpg");
        std::fs::write(&path, jpeg(&frame, 92)?)?;
        let read = || Picture::decode(&path, PictureLimits::default());
        let decoded = read()?;
        let decode = median(9, || drop(read()));
        for (how, correction) in [
            ("as it is", Correction::default()),
            ("cut out", correction()),
        ] {
            let correct = median(9, || drop(correction.apply(&decoded, None)));
            let alone = correction.apply(&decoded, None).picture;
            let grid = median(9, || drop(Canvas::of(&alone)));
            let (a, b) = (Canvas::of(&alone), Canvas::of(&alone));
            let compare = median(9, || {
                a.change(&b, Sensitivity::default());
            });
            let mut eye = Eye::new(correction, Sensitivity::default());
            let now = Instant::now();
            eye.look(&decoded, false, now);
            let whole = median(9, || {
                assert!(matches!(eye.look(&decoded, false, now), Sight::Same(_)));
            });
            println!(
                "  {name}, {how}: decode {decode:.1}, correct {correct:.1}, grid {grid:.2}, \
                 compare {compare:.2}; look without decoding {whole:.1}"
            );
        }
        let network = median(3, || drop(Picture::new(decoded.clone())));
        println!("  {name}: made ready for the network and the editor: {network:.1}");
    }
    Ok(())
}

fn sources(painting: &RgbImage) -> Done {
    let folder = tempfile::tempdir()?;
    let bytes = jpeg(painting, 90)?;
    for nth in 0..1000 {
        std::fs::write(folder.path().join(format!("{nth:04}.jpg")), &bytes)?;
    }
    let now = Instant::now();
    let mut file = WatchedFile::new(folder.path().join("0000.jpg"));
    let mut inbox = WatchedFolder::new(folder.path().to_owned());
    assert!(matches!(file.glance(now), Glance::Frame(_)));
    assert!(matches!(inbox.glance(now), Glance::Frame(_)));
    let one = median(101, || {
        assert!(matches!(file.glance(now), Glance::Nothing));
    });
    let all = median(21, || {
        assert!(matches!(inbox.glance(now), Glance::Nothing));
    });
    println!("A glance at a file that was not written: {:.4} ms CPU", one);
    println!("A glance at a folder of 1,000 pictures, none of them new: {all:.2} ms CPU");
    Ok(())
}

/// Uniform and normal deviates from a linear congruence: the same at every run.
struct Chance(u64, Vec<f32>);

impl Chance {
    fn new(seed: u64) -> Self {
        let mut chance = Self(seed, Vec::new());
        chance.1 = (0..1 << 16).map(|_| chance.normal()).collect();
        chance
    }

    fn share(&mut self) -> f32 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 40) as f32 / (1 << 24) as f32
    }

    fn within(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.share()
    }

    fn normal(&mut self) -> f32 {
        (self.share() + self.share() + self.share() + self.share() - 2.0) * 3f32.sqrt()
    }
}

/// How bad a camera and its light are.
struct Camera {
    /// Standard deviation of a pixel's noise, of 255.
    noise: f32,
    /// Exposure is off by so much, either way.
    exposure: f32,
    /// And each channel's by so much.
    tint: f32,
    /// The picture is shifted by up to so many of the frame's pixels.
    shake: f32,
}

impl Camera {
    /// A frame of the scene, compressed as a camera does.
    fn take(&self, scene: &RgbImage, chance: &mut Chance) -> Result<DynamicImage, Box<dyn Error>> {
        let gain = 1.0 + chance.within(-self.exposure, self.exposure);
        let gains: [f32; 3] =
            std::array::from_fn(|_| gain * (1.0 + chance.within(-self.tint, self.tint)));
        let [dx, dy] = [(); 2].map(|()| chance.within(-self.shake, self.shake));
        let (w, h) = (scene.width() as f32 - 1.0, scene.height() as f32 - 1.0);
        let begin = (chance.share() * 65_536.0) as usize;
        let frame = RgbImage::from_fn(scene.width(), scene.height(), |x, y| {
            let at = (y as usize * scene.width() as usize + x as usize) * 3 + begin;
            let (x, y) = ((x as f32 + dx).clamp(0.0, w), (y as f32 + dy).clamp(0.0, h));
            let (left, top, fx, fy) = (x as u32, y as u32, x.fract(), y.fract());
            let (right, below) = ((left + 1).min(w as u32), (top + 1).min(h as u32));
            let [a, b, c, d] = [(left, top), (right, top), (left, below), (right, below)]
                .map(|(x, y)| scene.get_pixel(x, y).0.map(f32::from));
            Rgb(std::array::from_fn(|n| {
                let upper = a[n] + (b[n] - a[n]) * fx;
                let seen = upper + (c[n] + (d[n] - c[n]) * fx - upper) * fy;
                let noise = chance.1[(at + n) * 7 % 65_521];
                (seen * gains[n] + self.noise * noise).clamp(0.0, 255.0) as u8
            }))
        });
        let bytes = jpeg(&frame, 85)?;
        Ok(image::load(Cursor::new(bytes), image::ImageFormat::Jpeg)?)
    }
}

/// A stroke of `share` of the area, anywhere, of any paint.
fn stroke(painting: &mut RgbImage, share: f32, chance: &mut Chance) {
    let (w, h) = (painting.width() as f32, painting.height() as f32);
    let aspect = 2f32.powf(chance.within(-3.0, 3.0));
    let area = share * w * h;
    let (across, down) = ((area * aspect).sqrt().min(w), (area / aspect).sqrt().min(h));
    let (left, top) = (chance.within(0.0, w - across), chance.within(0.0, h - down));
    let color = PALETTE[(chance.share() * 5.0) as usize % 5];
    for y in top as u32..(top + down) as u32 {
        for x in left as u32..(left + across) as u32 {
            painting.put_pixel(x, y, Rgb(color));
        }
    }
}

fn rates(paintings: &[RgbImage]) -> Done {
    let usual = Camera {
        noise: 4.0,
        exposure: 0.05,
        tint: 0.02,
        shake: 0.3,
    };
    let poor = Camera {
        noise: 8.0,
        exposure: 0.12,
        tint: 0.04,
        shake: 0.8,
    };
    let levels = [0.25, 0.5, 0.75].map(Sensitivity::new);
    println!(
        "Looks that were mistaken, of {} each; sensitivity 0.25, 0.5, 0.75:",
        TRIALS as usize * paintings.len()
    );
    for (name, camera) in [("usual", usual), ("poor", poor)] {
        for share in [0.0, 0.003, 0.01, 0.03] {
            let mut changed = [0u32; 3];
            for (nth, painting) in paintings.iter().enumerate() {
                let mut chance = Chance::new(7 + nth as u64);
                let painting = imageops::resize(painting, 960, 540, FilterType::Triangle);
                let scene = hung(&painting, FRAME[0], FRAME[1]);
                let before = seen(&camera.take(&scene, &mut chance)?);
                for _ in 0..TRIALS {
                    let mut after = painting.clone();
                    if share > 0.0 {
                        stroke(&mut after, share, &mut chance);
                    }
                    let scene = hung(&after, FRAME[0], FRAME[1]);
                    let after = seen(&camera.take(&scene, &mut chance)?);
                    for (count, level) in changed.iter_mut().zip(levels) {
                        *count += u32::from(after.change(&before, level).is_one());
                    }
                }
            }
            let all = TRIALS * paintings.len() as u32;
            let wrong = match share {
                0.0 => changed,
                _ => changed.map(|count| all - count),
            };
            println!(
                "  {name} camera, stroke of {:.1} %: {wrong:?}",
                share * 100.0
            );
        }
    }
    Ok(())
}

fn seen(frame: &DynamicImage) -> Canvas {
    Canvas::of(&correction().apply(frame, None).picture)
}
