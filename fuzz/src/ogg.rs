//! Right checksums for Ogg pages that were changed: with wrong ones, no decoder ever sees
//! what is in them.

/// Bytes of a page's head before the table of segments.
const HEAD: usize = 27;
/// Where a page's checksum lies.
const CHECKSUM: std::ops::Range<usize> = 22..26;

/// Computes the checksum of every page of `stream` anew (RFC 3533, section 6), up to the
/// first that is none.
pub fn mend(stream: &mut [u8]) {
    let mut at = 0;
    while let Some(len) = page_len(&stream[at..]) {
        let page = &mut stream[at..at + len];
        page[CHECKSUM].fill(0);
        let sum = checksum(page);
        page[CHECKSUM].copy_from_slice(&sum.to_le_bytes());
        at += len;
    }
}

/// The length of the page that `bytes` begin with.
fn page_len(bytes: &[u8]) -> Option<usize> {
    let segments = usize::from(*bytes.get(HEAD - 1)?);
    let table = bytes.get(HEAD..HEAD + segments)?;
    let body: usize = table.iter().map(|&len| usize::from(len)).sum();
    let len = HEAD + segments + body;
    (bytes.starts_with(b"OggS") && len <= bytes.len()).then_some(len)
}

/// The generator is 0x04c11db7, without reflection and from zero.
fn checksum(page: &[u8]) -> u32 {
    page.iter().fold(0, |sum: u32, &byte| {
        (0..8).fold(sum ^ (u32::from(byte) << 24), |sum, _| {
            let carry = if sum >> 31 == 1 { 0x04c1_1db7 } else { 0 };
            (sum << 1) ^ carry
        })
    })
}

/// Panics unless the pages of a file as an encoder wrote it keep their checksums.
pub fn prove(stream: &[u8]) {
    let mut mended = stream.to_vec();
    mend(&mut mended);
    assert_eq!(mended, stream, "the checksum is the format's");
    mended[CHECKSUM].fill(7);
    mend(&mut mended);
    assert_eq!(mended, stream, "a wrong one is mended");
}
