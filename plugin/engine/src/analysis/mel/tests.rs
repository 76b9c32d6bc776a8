use std::f64::consts::TAU;

use super::*;

fn params() -> &'static FrontEndParams {
    FrontEndParams::built_in()
}

fn sine(hz: f64, amplitude: f64, samples: usize) -> Vec<f32> {
    let step = TAU * hz / params().sample_rate;
    (0..samples)
        .map(|n| (amplitude * (step * n as f64).sin()) as f32)
        .collect()
}

fn loudest(frame: &MelFrame) -> (usize, f32) {
    let (band, db) =
        frame.iter().enumerate().fold(
            (0, f32::MIN),
            |best, (b, &db)| {
                if db > best.1 { (b, db) } else { best }
            },
        );
    (band, db)
}

#[test]
fn mel_scale_is_slaney_s() {
    // 3/200 of the hertz; from 15 on, 27 ln(kHz) / ln 6.4 more.
    for (hz, mel) in [
        (40.0, 0.6),
        (1000.0, 15.0),
        (4000.0, 35.163_760_314_61),
        (7600.0, 44.499_575_478_24),
    ] {
        assert!(
            (mel_from_hz(hz) - mel).abs() < 1e-5,
            "{hz}: {}",
            mel_from_hz(hz)
        );
        assert!((hz_from_mel(mel_from_hz(hz)) - hz).abs() < 1e-9);
    }
}

#[test]
fn a_full_scale_sine_reads_0_db_in_a_band_whose_peak_it_hits() {
    let edges = edges(params());
    let bin_hz = params().sample_rate / params().fft as f64;
    for band in 0..BANDS {
        // The bin nearest to the band's peak; its weight there is below 1.
        let bin = (edges[band + 1] / bin_hz).round();
        let filter = &filters(params())[band];
        let weight = filter.weights[bin as usize - filter.first_bin];
        let samples = sine(bin * bin_hz, 1.0, 800);
        let mut frame = [0.0; BANDS];
        Mel::new().frame(&samples, &mut frame);
        // The window's main lobe, 2.56 bins wide each way, adds to the bin's own power.
        let at_peak = 10.0 * weight.log10();
        let db = f64::from(frame[band]);
        assert!(
            db > at_peak - 0.05 && db < at_peak + 5.0,
            "band {band}: {db} dB"
        );
        let (found, _) = loudest(&frame);
        assert!(found.abs_diff(band) <= 1, "band {band}: loudest is {found}");
    }
}

#[test]
fn level_follows_the_signal_to_the_floor() {
    let mut mel = Mel::new();
    let mut frame = [0.0; BANDS];
    mel.frame(&sine(1000.0, 1.0, 800), &mut frame);
    let (band, full) = loudest(&frame);
    for db in [-20.0, -40.0, -60.0, -80.0] {
        mel.frame(&sine(1000.0, 10f64.powf(db / 20.0), 800), &mut frame);
        assert!((f64::from(frame[band] - full) - db).abs() < 1e-3);
    }
    mel.frame(&sine(1000.0, 1e-8, 800), &mut frame);
    assert_eq!(frame, [-100.0; BANDS]);
    mel.frame(&[], &mut frame);
    assert_eq!(frame, [-100.0; BANDS]);
}

#[test]
fn every_filter_peaks_between_its_edges_and_neighbours_cross() {
    for (band, filter) in filters(params()).iter().enumerate() {
        assert!(!filter.weights.is_empty(), "band {band} hears nothing");
        let peak = filter.weights.iter().copied().fold(0.0, f64::max);
        assert!(peak > 0.5 && peak <= 1.0, "band {band}: {peak}");
        assert!(filter.weights.iter().all(|&w| w > 0.0));
    }
}

#[test]
fn chunks_are_the_track_s_frames_band_by_band() {
    let track: Vec<f32> = sine(440.0, 0.3, 100_000)
        .iter()
        .zip(sine(3000.0, 0.01, 100_000))
        .map(|(a, b)| a * b * 20.0 + b)
        .collect();
    let frames = mel_of(&track);
    assert_eq!(frames.len(), (100_000 - 800) / 200 + 1);
    let mut chunk = Vec::new();
    chunk_mel(&track, 4000, &mut chunk);
    assert_eq!(chunk.len(), BANDS * FRAMES);
    for column in 0..FRAMES {
        for band in 0..BANDS {
            assert_eq!(chunk[band * FRAMES + column], frames[20 + column][band]);
        }
    }
}

#[test]
fn a_chunk_past_the_end_reads_zeros() {
    let track = sine(440.0, 0.3, 30_000);
    let mut padded = track.clone();
    padded.resize(70_000, 0.0);
    let (mut short, mut long) = (Vec::new(), Vec::new());
    chunk_mel(&track, 0, &mut short);
    chunk_mel(&padded, 0, &mut long);
    assert_eq!(short, long);
    assert_eq!(short[FRAMES - 1], -100.0);
    chunk_mel(&track, 40_000, &mut short);
    assert!(short.iter().all(|&db| db == -100.0));
}
