//! Times as people read them.

use engine::units::Seconds;

/// `m:ss.t`, or `h:mm:ss` from an hour on.
pub fn stamp(time: Seconds) -> String {
    let tenths = (time.0 * 10.0).round() as u64;
    let (seconds, tenths) = (tenths / 10, tenths % 10);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}.{tenths}")
    }
}

/// A duration in a unit that suits it.
pub fn duration(time: Seconds) -> String {
    match time.0 {
        seconds if seconds < 1.0 => format!("{:.0} ms", seconds * 1000.0),
        seconds if seconds < 60.0 => format!("{seconds:.1} s"),
        seconds if seconds < 3600.0 => {
            let seconds = seconds.round() as u64;
            format!("{} min {:02} s", seconds / 60, seconds % 60)
        }
        seconds => {
            let minutes = (seconds / 60.0).round() as u64;
            format!("{} h {:02} min", minutes / 60, minutes % 60)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_by_people() {
        let stamped = |seconds| stamp(Seconds(seconds));
        assert_eq!(stamped(0.04), "0:00.0");
        assert_eq!(stamped(59.96), "1:00.0");
        assert_eq!(stamped(754.33), "12:34.3");
        assert_eq!(stamped(3723.9), "1:02:03");
        let lasting = |seconds| duration(Seconds(seconds));
        assert_eq!(lasting(0.0123), "12 ms");
        assert_eq!(lasting(12.34), "12.3 s");
        assert_eq!(lasting(125.0), "2 min 05 s");
        assert_eq!(lasting(7320.0), "2 h 02 min");
    }
}
