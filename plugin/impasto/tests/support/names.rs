//! Names as a library really has them, in many scripts, and names that play tricks.

use std::sync::Arc;

use engine::units::{ChunkId, Distance, Score, Seconds};
use impasto::view::{LibraryState, PaintingState, SnippetRow, View};

use super::states;

/// Title and artist.
pub const NAMES: [(&str, &str); 12] = [
    // Japanese; Chinese; Korean.
    (
        "\u{97f3}\u{306e}\u{7d75}\u{ff08}\u{591c}\u{ff09}",
        "\u{6b66}\u{6e80}\u{5fb9}",
    ),
    (
        "\u{6625}\u{6c5f}\u{82b1}\u{6708}\u{591c}.flac",
        "\u{8b5a}\u{76fe}",
    ),
    ("\u{c544}\u{b9ac}\u{b791} 2", "\u{d64d}\u{b09c}\u{d30c}"),
    // Arabic with lam and alef, and with vowels; Hebrew with a number and brackets.
    (
        "\u{633}\u{644}\u{627}\u{645} \u{64a}\u{627} \u{628}\u{62d}\u{631}",
        "\u{641}\u{64a}\u{631}\u{648}\u{632}",
    ),
    (
        "\u{645}\u{64f}\u{648}\u{633}\u{64a}\u{642}\u{649} 12 (live)",
        "Umm Kulthum",
    ),
    (
        "\u{5e9}\u{5d9}\u{5e8} (\u{5de}\u{5e1}\u{5e4}\u{5e8} 3)",
        "\u{5d7}\u{5d5}\u{5d4} \u{5d0}\u{5dc}\u{5d1}\u{5e8}\u{5e9}\u{5d8}\u{5d9}\u{5d9}\u{5df}",
    ),
    (
        "Live in \u{5ea}\u{5dc} \u{5d0}\u{5d1}\u{5d9}\u{5d1}, 1998",
        "\u{395}\u{3bb}\u{3b5}\u{3bd}\u{3b7} \u{041a}\u{0430}\u{0440}\u{0430}\u{0438}\u{043d}\u{0434}\u{0440}\u{043e}\u{0443}",
    ),
    // Marks as a Mac writes them; Thai; emoji.
    (
        "E\u{301}tude en re\u{301} mineur",
        "Bela\u{301} Barto\u{301}k",
    ),
    (
        "\u{e40}\u{e1e}\u{e25}\u{e07}\u{e23}\u{e31}\u{e01}",
        "\u{e2a}\u{e38}\u{e19}\u{e17}\u{e23}",
    ),
    (
        "Sun \u{2600}\u{fe0f} and \u{1f3b5} \u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}",
        "\u{1f3a8}",
    ),
    // What a trickster or a broken tag puts in.
    (
        "harmless\u{202e}3pm.exe",
        "bell\u{7}\u{1b}[31m\nsecond line",
    ),
    (
        "Z\u{335}\u{321}\u{322}\u{31b}\u{316}\u{317}\u{318}\u{319}\u{31c}\u{31d}a\u{300}\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}lgo",
        "\u{200b}\u{202e}",
    ),
];

/// A window full of them; `first` is the one that is newest.
pub fn scripts(first: usize) -> View {
    let rows = (0..NAMES.len()).map(|place| {
        let (track, artist) = NAMES[(first + place) % NAMES.len()];
        SnippetRow {
            chunk: ChunkId(place as u32),
            track: track.to_owned(),
            artist: artist.to_owned(),
            start: Seconds(12.0 * place as f64),
            distance: Distance(0.4),
            score: Some(Score(0.1)),
            at: states::epoch(),
        }
    });
    let mut view = states::playing();
    view.snippets = Arc::new(rows.collect());
    let long = "\u{591c}\u{7a7a}".repeat(30);
    if let LibraryState::Ready { folder, .. } = &mut view.library {
        *folder = format!(
            "/media/\u{5de}\u{5d5}\u{5d6}\u{5d9}\u{5e7}\u{5d4} \u{5e9}\u{5dc}\u{5d9}/{long}"
        )
        .into();
    }
    if let PaintingState::Ready { name, path, .. } = &mut view.painting {
        *name = format!("{long}\u{202e}gpj.png");
        *path = format!("/home/ada/{name}").into();
    }
    view
}
