//! Decoded audio is at hand before it is asked for, within its memory, and a drive that
//! is away costs a named state.

mod drives;
mod support;

use std::path::Path;
use std::sync::Arc;

use engine::library::decode::decode_stereo;
use engine::playback::cache::HEAD;
use engine::playback::{CacheOptions, ClipCache, ClipSource, PackedClip, SNIPPET, Wait};
use engine::units::{ChunkId, SampleRate, Seconds};
use support::{cache, chunks, library, now, options, until};

#[test]
fn a_head_is_the_beginning_of_its_whole_in_every_format() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/assets/library");
    let files = [
        "blob-wars/tomb.wav",
        "supertux/the-fortress.aiff",
        "blob-wars/frustration.mp3",
        "blob-wars/hub.ogg",
        "blob-wars/desperate.m4a",
    ];
    let mut files: Vec<_> = files.iter().map(|file| folder.join(file)).collect();
    let flac = walk(&folder).find(|path| path.extension().is_some_and(|e| e == "flac"));
    files.extend(flac);
    let rate = SampleRate::new(48_000.0).expect("a rate");
    let cache = ClipCache::new(CacheOptions::new(rate));
    cache.set_library(Some(library(&files, 3)));
    let pool = chunks(0..files.len() as u32 * 3);
    // Heads alone first: nothing is listed, and so much memory is not there.
    cache.set_pool(pool.iter().copied());
    let mut clips = cache.clips();
    until(&cache, "all heads", || cache.status().heads == pool.len());
    for chunk in pool {
        let head = now(&mut clips, chunk.0).expect("decoded");
        let head = head.head().unpack();
        let whole = clips.audio(chunk, Wait::ForWhole).expect("decoded");
        let whole = whole.expect("decoded");
        let whole = whole.whole().expect("waited for");
        let place = (
            &files[chunk.0 as usize / 3],
            Seconds(f64::from(chunk.0 % 3) * 4.0),
        );
        let alone = decode_stereo(place.0, place.1, SNIPPET, rate).expect("decoded");
        let expected = PackedClip::pack(&alone);
        assert!(
            *whole == expected,
            "{place:?}: differs from decoding it alone"
        );
        let beginning = expected.first((HEAD.0 * rate.hz()) as usize).unpack();
        assert_eq!(head.len(), beginning.len());
        let (a, b) = (
            head.left.iter().zip(&beginning.left),
            head.right.iter().zip(&beginning.right),
        );
        let worst = a.chain(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        // Rounding of two lengths of clip, with a peak each.
        assert!(worst < 1e-4, "{place:?}: {worst}");
        assert!(
            beginning.left.iter().any(|sample| sample.abs() > 1e-4),
            "{place:?}: silent"
        );
    }
}

fn walk(folder: &Path) -> impl Iterator<Item = std::path::PathBuf> {
    let entries = |path: &Path| std::fs::read_dir(path).expect("a folder").flatten();
    let below = entries(folder).filter(|entry| entry.path().is_dir());
    below
        .flat_map(move |entry| entries(&entry.path()))
        .map(|entry| entry.path())
}

#[test]
fn a_new_pool_keeps_what_it_shares_with_the_old_one() {
    let (folder, cache) = cache(4, options());
    cache.set_pool(chunks(0..10).into_iter());
    until(&cache, "heads and wholes", || {
        let status = cache.status();
        (status.heads, status.wholes) == (10, 10)
    });
    let mut clips = cache.clips();
    // Without the files nothing can be decoded any more.
    let away = folder.path().with_extension("away");
    std::fs::rename(folder.path(), &away).expect("moved");
    cache.set_pool(chunks(5..15).into_iter());
    for chunk in 0..10 {
        let audio = now(&mut clips, chunk).expect("kept while there is room");
        assert!(audio.whole().is_some());
    }
    assert_eq!(cache.status().heads, 5);
    // The same files in another library keep their audio, under other names too.
    let file = |n: u32| folder.path().join(format!("{n}.wav"));
    cache.set_library(Some(library(&[file(0), file(1), file(3)], 5)));
    assert!(now(&mut clips, 7).is_some());
    assert!(now(&mut clips, 12).is_none(), "is of another file now");
    std::fs::rename(&away, folder.path()).expect("moved");
}

#[test]
fn whoever_waits_gets_the_whole_and_each_time_the_same() {
    let (_folder, cache) = cache(1, options());
    let mut clips = cache.clips();
    let mut wait = || {
        let audio = clips.audio(ChunkId(3), Wait::ForWhole).expect("decoded");
        Arc::new(audio.expect("decoded").whole().expect("waited for").clone())
    };
    let first = wait();
    assert_eq!(first.len(), 176_400);
    cache.set_library(None);
    cache.set_library(Some(library(&[_folder.path().join("0.wav")], 5)));
    assert_eq!(cache.status().bytes, 0);
    assert!(wait() == first);
}

#[test]
fn a_file_that_cannot_be_decoded_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("scribble.wav");
    std::fs::write(&file, "scribble").expect("a file");
    let cache = ClipCache::new(options());
    cache.set_library(Some(library(std::slice::from_ref(&file), 2)));
    let mut clips = cache.clips();
    let error = clips
        .audio(ChunkId(1), Wait::ForWhole)
        .expect_err("no audio");
    assert!(error.to_string().contains("scribble.wav"), "{error}");
    assert_eq!(cache.status().offline, []);
    let strange = clips.audio(ChunkId(9), Wait::No).expect("no failure");
    assert!(strange.is_none(), "not of this library");
}
