//! Decoded audio stays within its memory. Alone in its program: caches of one process
//! divide it.

#[path = "clip_cache/support.rs"]
mod support;

use std::time::Duration;

use engine::playback::{CacheOptions, ClipCache, ClipSource};
use support::{cache, chunks, now, options, until};

const HEAD_BYTES: usize = 13_230 * 4;
const WHOLE_BYTES: usize = 176_400 * 4;

#[test]
fn memory_holds_the_likeliest_heads_and_what_is_listed() {
    let budget = 16 * HEAD_BYTES + 2 * WHOLE_BYTES;
    let small = CacheOptions {
        budget,
        ..options()
    };
    let (folder, cache) = cache(12, small);
    // Likeliest first is not the order of the files.
    let pool: Vec<u32> = (0..60).map(|n| n * 7 % 60).collect();
    cache.set_pool(chunks(pool.clone()).into_iter());
    let mut clips = cache.clips();
    let room = (budget - budget / 8) / HEAD_BYTES;
    assert!(room < 60, "there must be too little for all");
    until(&cache, "heads", || cache.status().heads >= room);
    assert!(cache.status().bytes <= budget);
    std::thread::sleep(Duration::from_millis(50));
    let heads = cache.status().heads;

    // Asked for, a head is promised its rest; without its file that can't come.
    let away = folder.path().with_extension("away");
    std::fs::rename(folder.path(), &away).expect("moved");
    let ready = (0..60).filter(|place| now(&mut clips, pool[*place]).is_some());
    assert!(ready.eq(0..heads), "the likeliest, and no other");
    std::fs::rename(&away, folder.path()).expect("moved");
    until(&cache, "the drive", || cache.status().offline.is_empty());

    // What is listed comes in, from the far end of the pool too.
    let listed = chunks([pool[59], pool[58]]);
    clips.list(&listed);
    for chunk in &listed {
        until(&cache, "what is listed", || {
            now(&mut clips, chunk.0).is_some_and(|audio| audio.whole().is_some())
        });
    }
    // What was promised above is wanted, too, whatever the memory: two players' cues.
    assert!(cache.status().bytes <= budget + 26 * WHOLE_BYTES);
    until(&cache, "memory", || {
        cache.status().bytes <= budget + 3 * WHOLE_BYTES
    });

    // Another cache of the process takes its half, and gives it back.
    let other = ClipCache::new(options());
    until(&cache, "half of it", || {
        let status = cache.status();
        status.budget == budget / 2 && status.bytes <= budget / 2 + 3 * WHOLE_BYTES
    });
    drop(other);
    until(&cache, "all of it", || cache.status().budget == budget);
}
