//! A camera of this computer, by Video4Linux.
//!
//! Built with the feature `camera` alone. No camera was at hand where this was written:
//! what turns a camera's bytes into a frame is tested, the talk with a driver is not.

use std::io;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use linuxvideo::format::{PixFormat, PixelFormat};
use linuxvideo::stream::ReadStream;
use linuxvideo::{BufType, Device};

use super::{Frame, FrameSource, Glance};

/// The largest frame that is asked for: more is not kept of a painting.
const SIZE: [u32; 2] = [1920, 1080];

/// A camera that gives no frame for so long is taken for dead.
const PATIENCE: Duration = Duration::from_secs(3);

/// Between two looks at whether there is a frame.
const STEP: Duration = Duration::from_millis(10);

/// What a frame's bytes are, the best first.
const FORMATS: [PixelFormat; 3] = [PixelFormat::MJPG, PixelFormat::JPEG, PixelFormat::YUYV];

/// A camera, opened at the first glance and again when it was unplugged.
pub struct Camera {
    path: PathBuf,
    open: Option<Open>,
}

struct Open {
    stream: ReadStream,
    format: PixelFormat,
    width: u32,
    height: u32,
    /// Bytes from one row to the next.
    stride: usize,
}

impl Camera {
    /// The camera of that number, or at that path (`/dev/video0`). Nothing is opened yet.
    pub fn new(name: &str) -> Self {
        let path = match name.parse::<u32>() {
            Ok(number) => PathBuf::from(format!("/dev/video{number}")),
            Err(_) => PathBuf::from(name),
        };
        Self { path, open: None }
    }

    fn open(&self) -> io::Result<Open> {
        let device = Device::open(&self.path)?;
        let offered = device.formats(BufType::VIDEO_CAPTURE);
        let offered: Vec<PixelFormat> = (offered
            .map(|format| format.map(|format| format.pixel_format())))
        .collect::<io::Result<_>>()?;
        let format = FORMATS.into_iter().find(|format| offered.contains(format));
        let format = format.ok_or_else(|| {
            io::Error::other(format!("it gives only {offered:?}, which can't be read"))
        })?;
        let capture = device.video_capture(PixFormat::new(SIZE[0], SIZE[1], format))?;
        let agreed = capture.format();
        let (width, height) = (agreed.width(), agreed.height());
        let (format, stride) = (agreed.pixel_format(), agreed.bytes_per_line() as usize);
        if !FORMATS.contains(&format) || width == 0 || height == 0 {
            return Err(io::Error::other("it agrees to no picture that can be read"));
        }
        Ok(Open {
            stream: capture.into_stream()?,
            format,
            width,
            height,
            stride,
        })
    }
}

impl Open {
    /// The newest frame: what has waited in the driver's buffers is let go.
    fn frame(&mut self) -> io::Result<DynamicImage> {
        while !self.stream.will_block()? {
            self.stream.dequeue(|_| Ok(()))?;
        }
        let begin = Instant::now();
        while self.stream.will_block()? {
            if begin.elapsed() > PATIENCE {
                return Err(io::Error::from(io::ErrorKind::TimedOut));
            }
            thread::sleep(STEP);
        }
        let bytes = self.stream.dequeue(|buffer| Ok(buffer.to_vec()))?;
        let size = (self.width, self.height);
        decode(&bytes, self.format, size, self.stride)
    }
}

impl FrameSource for Camera {
    fn glance(&mut self, _: Instant) -> Glance {
        let found = match self.open.take() {
            Some(open) => Ok(open),
            None => self.open(),
        };
        let frame = found.and_then(|mut open| Ok((open.frame()?, open)));
        match frame {
            Ok((picture, open)) => {
                self.open = Some(open);
                Glance::Frame(Box::new(Frame {
                    picture,
                    name: "Camera".to_owned(),
                    path: None,
                }))
            }
            Err(error) => Glance::Failed(format!(
                "The camera {} gives no picture ({error}): connect it, close other programs \
                 that use it, or choose another source",
                self.path.display()
            )),
        }
    }

    fn may_move(&self) -> bool {
        true
    }
}

/// The picture that a camera's `bytes` are, of `size` and with `stride` bytes a row where
/// they are not compressed.
fn decode(
    bytes: &[u8],
    format: PixelFormat,
    (width, height): (u32, u32),
    stride: usize,
) -> io::Result<DynamicImage> {
    if format != PixelFormat::YUYV {
        let picture = image::load_from_memory_with_format(bytes, ImageFormat::Jpeg);
        return picture.map_err(io::Error::other);
    }
    let row = (2 * width as usize).max(stride);
    if width % 2 != 0 || bytes.len() < row * height as usize {
        return Err(io::Error::other("half a frame"));
    }
    let picture = RgbImage::from_fn(width, height, |x, y| {
        let pair = &bytes[y as usize * row + 4 * (x as usize / 2)..][..4];
        rgb(pair[2 * (x as usize % 2)], pair[1], pair[3])
    });
    Ok(picture.into())
}

/// ITU-R BT.601 with luma from 16 to 235.
fn rgb(y: u8, cb: u8, cr: u8) -> Rgb<u8> {
    let luma = 1.164 * (f32::from(y) - 16.0);
    let (cb, cr) = (f32::from(cb) - 128.0, f32::from(cr) - 128.0);
    let channels = [
        luma + 1.596 * cr,
        luma - 0.392 * cb - 0.813 * cr,
        luma + 2.017 * cb,
    ];
    Rgb(channels.map(|value| value.round().clamp(0.0, 255.0) as u8))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_of_pixels_share_their_colour() {
        // White beside black, then red twice, with two bytes of padding.
        let bytes = [
            235, 128, 16, 128, 0, 0, //
            81, 90, 81, 240, 0, 0,
        ];
        let picture = decode(&bytes, PixelFormat::YUYV, (2, 2), 6).expect("whole");
        let picture = picture.into_rgb8();
        assert_eq!(picture.get_pixel(0, 0).0, [255, 255, 255]);
        assert_eq!(picture.get_pixel(1, 0).0, [0, 0, 0]);
        let [r, g, b] = picture.get_pixel(1, 1).0;
        assert!(r > 250 && g < 4 && b < 4, "{r} {g} {b}");
        let half = decode(&bytes[..8], PixelFormat::YUYV, (2, 2), 6);
        assert!(half.is_err(), "half a frame");
    }

    #[test]
    fn compressed_frames_are_read_and_damaged_ones_refused() {
        let frame = RgbImage::from_pixel(16, 8, Rgb([200, 40, 40]));
        let mut bytes = io::Cursor::new(Vec::new());
        frame
            .write_to(&mut bytes, ImageFormat::Jpeg)
            .expect("encoded");
        let bytes = bytes.into_inner();
        let read = decode(&bytes, PixelFormat::MJPG, (16, 8), 0).expect("a frame");
        assert_eq!((read.width(), read.height()), (16, 8));
        assert!(decode(&bytes[..20], PixelFormat::MJPG, (16, 8), 0).is_err());
    }

    #[test]
    fn a_camera_that_is_not_there_is_named() {
        let mut camera = Camera::new("4711");
        let Glance::Failed(why) = camera.glance(Instant::now()) else {
            panic!("there is none");
        };
        assert!(
            why.contains("/dev/video4711") && why.contains("connect it"),
            "{why}"
        );
        assert!(camera.may_move());
    }
}
