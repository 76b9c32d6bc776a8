//! OSC from the network: any bytes are commands, or nothing.

use outputs::network::{Command, LONGEST, decode};

use crate::memory;

/// Of one packet: what it says, and what the decoder takes for it.
const MEMORY: usize = 128 << 10;
/// As many messages as a packet may have.
const MOST: u64 = 64;

/// Decodes `bytes` as a packet.
pub fn check(bytes: &[u8]) {
    memory::within(MEMORY, || {
        let Ok(incoming) = decode(bytes) else {
            return;
        };
        assert!(bytes.len() <= LONGEST, "too long");
        assert!(incoming.commands.len() as u64 + incoming.ignored <= MOST);
        for command in &incoming.commands {
            assert_sound(command);
        }
    });
}

fn assert_sound(command: &Command) {
    match command {
        Command::LoadPainting(path) => {
            let text = path.to_str().expect("text");
            assert!(path.is_absolute() && !text.contains('\0'), "{text:?}");
            assert!(
                !text.starts_with("//") && !text.starts_with(r"\\"),
                "{text:?}"
            );
        }
        Command::Parameter { id, value } => {
            assert!((0.0..=1.0).contains(value), "{value}");
            let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
            assert!(
                (1..=64).contains(&id.len()) && id.chars().all(plain),
                "{id:?}"
            );
        }
        Command::ClearPainting
        | Command::ReloadPainting
        | Command::Freeze(_)
        | Command::Trigger(_) => {}
    }
}
