//! Names for the codecs that a container may hold and no decoder takes.

use symphonia::core::codecs::audio::AudioCodecId;
use symphonia::core::codecs::audio::well_known::*;

/// The codec's usual name, or its number.
pub(super) fn codec_name(codec: AudioCodecId) -> String {
    let name = match codec {
        CODEC_ID_OPUS => "Opus",
        CODEC_ID_SPEEX => "Speex",
        CODEC_ID_MUSEPACK => "Musepack",
        CODEC_ID_AC3 => "AC-3",
        CODEC_ID_EAC3 => "E-AC-3",
        CODEC_ID_WMA => "WMA",
        CODEC_ID_AAC => "this kind of AAC",
        _ => return format!("codec {codec}"),
    };
    name.to_owned()
}
