use super::*;
use image::{GrayImage, Luma, Rgb, Rgba};

const PLANE: usize = (PICTURE_SIZE * PICTURE_SIZE) as usize;

fn at(picture: &Picture, plane: usize, x: usize, y: usize) -> f32 {
    picture.input()[plane * PLANE + y * PICTURE_SIZE as usize + x]
}

#[test]
fn size_is_the_manifest_s() {
    let params = PictureParams::built_in();
    assert_eq!((params.width, params.height), (PICTURE_SIZE, PICTURE_SIZE));
}

#[test]
fn planes_hold_red_green_blue_of_the_whole_picture() {
    let left_red_right_blue = RgbImage::from_fn(500, 100, |x, _| {
        Rgb(if x < 250 { [255, 0, 10] } else { [0, 0, 200] })
    });
    let picture = Picture::new(left_red_right_blue.into());
    assert_eq!(picture.size(), (500, 100));
    assert_eq!(picture.input().len(), 3 * PLANE);
    for y in [0, 100, 223] {
        assert_eq!(at(&picture, 0, 0, y), 1.0);
        assert_eq!(at(&picture, 1, 0, y), -127.0 / 128.0);
        assert_eq!(at(&picture, 2, 0, y), (10.0 - 127.0) / 128.0);
        assert_eq!(at(&picture, 0, 223, y), -127.0 / 128.0);
        assert_eq!(at(&picture, 2, 223, y), (200.0 - 127.0) / 128.0);
    }
}

#[test]
fn reduction_takes_every_pixel_into_account() {
    // Single columns of white, eight pixels apart: a filter that skips pixels reads
    // black or white, one that does not reads an eighth.
    let stripes = GrayImage::from_fn(1792, 224, |x, _| Luma([if x % 8 == 3 { 240 } else { 0 }]));
    let picture = Picture::new(stripes.into());
    for x in 2..222 {
        let value = at(&picture, 0, x, 100) * 128.0 + 127.0;
        assert!((value - 30.0).abs() <= 2.0, "{x}: {value}");
    }
}

#[test]
fn transparency_shows_grey() {
    let clear = RgbaImage::from_pixel(9, 9, Rgba([255, 0, 0, 0]));
    assert!(Picture::new(clear.into()).input().iter().all(|&v| v == 0.0));
    let opaque = RgbaImage::from_pixel(9, 9, Rgba([255, 0, 0, 255]));
    assert_eq!(at(&Picture::new(opaque.into()), 0, 50, 50), 1.0);
}

#[test]
fn thumbnails_keep_their_proportions() {
    #[track_caller]
    fn check(size: (u32, u32), max: u32, expected: (u32, u32)) {
        let picture = Picture::new(RgbImage::new(size.0, size.1).into());
        let thumbnail = picture.thumbnail(max);
        assert_eq!(thumbnail.dimensions(), expected);
        assert!(thumbnail.pixels().all(|pixel| pixel.0[3] == 255));
    }
    check((400, 200), 100, (100, 50));
    check((200, 400), 100, (50, 100));
    check((40, 20), 100, (40, 20));
    check((3000, 1500), 4000, (1024, 512));
    check((5000, 1), 100, (100, 1));
    check((1, 1), 1, (1, 1));
}

#[test]
fn what_is_no_picture_is_refused_by_name() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("painting.png");
    let open = || Picture::open(&path).map(|picture| picture.size());
    assert!(matches!(open(), Err(Error::Io { .. })));
    for bytes in [
        &b""[..],
        b"not a picture",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe0",
    ] {
        std::fs::write(&path, bytes).unwrap();
        let error = open().unwrap_err();
        assert!(matches!(error, Error::Picture { .. }), "{error}");
        assert!(error.to_string().contains("painting.png"), "{error}");
    }
    // A jpeg by another name is read.
    let jpeg = RgbImage::from_pixel(30, 20, Rgb([200, 10, 10]));
    jpeg.save_with_format(&path, image::ImageFormat::Jpeg)
        .unwrap();
    assert_eq!(open().unwrap(), (30, 20));
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, &whole[..whole.len() / 3]).unwrap();
    assert!(open().is_err(), "cut short");
}

#[test]
fn a_file_that_claims_too_much_is_refused_before_it_is_decoded() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("bomb.bmp");
    let mut header = b"BM".to_vec();
    header.extend([0; 8]);
    header.extend(54u32.to_le_bytes());
    header.extend(40u32.to_le_bytes());
    header.extend(60_000i32.to_le_bytes());
    header.extend(60_000i32.to_le_bytes());
    header.extend(1u16.to_le_bytes());
    header.extend(24u16.to_le_bytes());
    header.extend([0; 24]);
    std::fs::write(&path, header).unwrap();
    assert!(matches!(Picture::open(&path), Err(Error::Picture { .. })));
}

/// A jpeg of two halves whose EXIF says that it was shot on its side.
#[test]
fn exif_turns_the_picture_upright() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("side.jpg");
    let halves = RgbImage::from_fn(64, 32, |x, _| Rgb(if x < 32 { [250; 3] } else { [5; 3] }));
    halves.save(&path).unwrap();
    let jpeg = std::fs::read(&path).unwrap();
    // One TIFF directory with one entry: 0x0112 (orientation), short, 6 (90° clockwise).
    let exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let mut turned = jpeg[..2].to_vec();
    turned.extend([0xff, 0xe1]);
    turned.extend((exif.len() as u16 + 2).to_be_bytes());
    turned.extend(exif);
    turned.extend(&jpeg[2..]);
    std::fs::write(&path, turned).unwrap();
    let picture = Picture::open(&path).unwrap();
    assert_eq!(picture.size(), (32, 64));
    assert!(
        at(&picture, 0, 100, 20) > 0.9,
        "the left half is now on top"
    );
    assert!(at(&picture, 0, 100, 200) < -0.9);
}
