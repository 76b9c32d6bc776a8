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

#[test]
fn the_library_is_listed_mapped_and_shaded_by_the_painting() {
    let rig = Rig::new();
    let index = tempfile::tempdir().expect("a folder");
    rig.set_library(index.path());
    rig.wait_for_library();
    rig.view.set_editor_open(true);
    let view = rig.wait("the map", |view| view.collection.map.is_some());
    let (shown, map) = (&view.collection, view.collection.map.clone());
    let map = map.expect("waited for");
    let LibraryState::Ready { tracks, chunks, .. } = view.library else {
        panic!("{:?}", view.library);
    };
    assert_eq!((shown.tracks.len(), map.points.len()), (tracks, chunks));
    let counted: usize = shown.tracks.iter().map(|row| row.chunks).sum();
    assert_eq!(counted, chunks);
    assert!(shown.tracks.iter().all(|row| row.path.is_file()));
    assert!(shown.shades.is_empty(), "without a painting");

    let picture = painting("hokusai-great-wave.jpg");
    assert!(rig.view.send(Action::LoadPainting(picture)));
    let mut processor = rig.activate();
    let begin = Instant::now();
    let view = loop {
        stroke(&mut processor);
        std::thread::sleep(Duration::from_millis(5));
        let view = rig.view.snapshot();
        if view.collection.shades.len() == chunks {
            break view;
        }
        assert!(begin.elapsed() < PATIENCE, "never shaded");
    };
    let shades = &view.collection.shades;
    let pooled = shades.iter().filter(|shade| shade.pooled).count();
    assert_eq!(pooled, view.pool, "all of the pool is on the map");
    let best = |pooled: bool| {
        let of = shades.iter().filter(move |shade| shade.pooled == pooled);
        of.map(|shade| shade.belongs)
    };
    let worst_pooled = best(true).fold(1.0, f32::min);
    assert!(best(false).all(|belongs| belongs <= worst_pooled));
    assert!(
        shades
            .iter()
            .all(|shade| (0.0..=1.0).contains(&shade.belongs))
    );

    assert!(rig.view.send(Action::ClearPainting));
    rig.wait("no shades", |view| view.collection.shades.is_empty());
}

#[test]
fn files_that_failed_are_tried_again_when_the_editor_asks() {
    let rig = Rig::new();
    let music = tempfile::tempdir().expect("a folder");
    let index = tempfile::tempdir().expect("a folder");
    let whole = workspace("tests/assets/library/zaz/progression.flac");
    std::fs::copy(&whole, music.path().join("fine.flac")).expect("a copy");
    let path = music.path().join("spoilt.flac");
    let contents = std::fs::read(&whole).expect("a track");
    std::fs::write(&path, vec![7; contents.len()]).expect("a file");
    {
        let mut record = rig.link.params.remembered.write();
        record.library = Some(music.path().to_owned());
        record.index = Some(index.path().to_owned());
    }
    rig.view.set_editor_open(true);
    let failed = |view: &View| match &view.library {
        LibraryState::Ready { failed, .. } => Some(failed.len()),
        _ => None,
    };
    rig.wait("a failure", |view| failed(view) == Some(1));
    rig.wait("a list of it", |view| view.collection.failed.len() == 1);
    // It is whole again, and nobody sees it: its size and its time are those of before.
    let modified = std::fs::metadata(&path).and_then(|meta| meta.modified());
    std::fs::write(&path, contents).expect("a file");
    let file = std::fs::File::options()
        .write(true)
        .open(&path)
        .expect("a file");
    file.set_modified(modified.expect("a time")).expect("set");
    let retry = view::CollectionAction::Retry(path);
    assert!(rig.view.send(Action::Collection(retry)));
    rig.wait("no failure", |view| {
        failed(view) == Some(0) && view.collection.tracks.len() == 2
    });
}
