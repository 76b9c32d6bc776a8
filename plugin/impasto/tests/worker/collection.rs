//! What the pages of the library and of the snippet now heard are told.

use super::*;

#[test]
fn what_is_heard_is_told_with_its_waveform_its_place_and_its_cover() {
    let rig = Rig::new();
    let music = tempfile::tempdir().expect("a folder");
    let index = tempfile::tempdir().expect("a folder");
    let track = "tests/assets/library/zaz/progression.flac";
    let mut flac = std::fs::read(workspace(track)).expect("a track");
    flac.splice(42..42, picture_block());
    std::fs::write(music.path().join("with a cover.flac"), flac).expect("a copy");
    {
        let mut record = rig.link.params.remembered.write();
        record.library = Some(music.path().to_owned());
        record.index = Some(index.path().to_owned());
    }
    rig.wait_for_library();
    let mut processor = rig.activate();
    snippets_peaks(&mut processor);
    assert!(rig.view.send(Action::Audition(ChunkId(0))));
    rig.view.set_editor_open(true);

    let begin = Instant::now();
    let mut places = Vec::new();
    let mut complete = None;
    while complete.is_none() || places.len() < 4 {
        assert!(begin.elapsed() < PATIENCE, "{:?}", rig.view.snapshot());
        snippets_peaks(&mut processor);
        let view = rig.view.snapshot();
        if let Some(now) = &view.sounding.now {
            if places.last() != Some(&now.position) {
                places.push(now.position);
            }
            if now.peaks.is_some() && now.cover.is_some() {
                complete = Some(now.clone());
            }
        }
    }
    assert!(places.is_sorted(), "{places:?}");
    let now = complete.expect("waited for");
    assert!(now.auditioned && now.chunk == ChunkId(0));
    assert!(!now.track.is_empty());
    let peaks = now.peaks.expect("waited for");
    assert_eq!(peaks.len(), impasto::view::PEAKS);
    assert!(peaks.iter().all(|[low, high]| low <= high));
    assert!(peaks.iter().any(|[low, high]| high - low > 0.01));
    let cover = now.cover.expect("waited for");
    assert_eq!((cover.width, cover.height), (64, 32));

    rig.view.set_editor_open(false);
    rig.wait("nothing, as nobody looks", |view| {
        view.sounding.now.is_none()
    });
}

/// A block of a FLAC file with a picture of 64 by 32 pixels.
fn picture_block() -> Vec<u8> {
    let mut png = std::io::Cursor::new(Vec::new());
    let picture = image::RgbImage::from_pixel(64, 32, image::Rgb([20, 90, 160]));
    let written = picture.write_to(&mut png, image::ImageFormat::Png);
    written.expect("a picture");
    let png = png.into_inner();
    let mut body = 3u32.to_be_bytes().to_vec();
    for text in ["image/png", ""] {
        body.extend((text.len() as u32).to_be_bytes());
        body.extend(text.as_bytes());
    }
    body.extend([0; 16]);
    body.extend((png.len() as u32).to_be_bytes());
    body.extend(png);
    let mut block = ((body.len() as u32) | 6 << 24).to_be_bytes().to_vec();
    block.extend(body);
    block
}
