//! What was measured, in plain words.

use engine::teach::Judged;

use crate::view::Verdict;

/// What a verdict means.
pub(super) fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Established => "It has learned what goes with what.",
        Verdict::Uncertain => "Perhaps it has learned something; more pairs would tell.",
        Verdict::Unmeasured => {
            "It has learned, but eight pairs with pictures and music of their own are needed to \
             measure how well."
        }
        Verdict::Forced => "It has learned no more than from the same pairs shuffled.",
    }
}

/// Accuracy, its interval, the control and the chance of the control.
pub(super) fn measured(judged: &Judged) -> String {
    let of_100 = |share: f64| format!("{:.0}", 100.0 * share);
    format!(
        "Of music and pictures that were left out, the right music was chosen {} times in 100 \
         (very likely between {} and {}); after the same pairs shuffled {} times, by the shipped \
         head {} times; guessing is right 50 times. {}",
        of_100(judged.two_afc),
        of_100(judged.ci95[0]),
        of_100(judged.ci95[1]),
        of_100(judged.shuffled),
        of_100(judged.shipped),
        chance(judged),
    )
}

/// What the p-value says.
fn chance(judged: &Judged) -> String {
    let p = judged.p_value;
    let often = (100.0 * p).round().max(1.0);
    let (less, often) = match 100.0 * p < 1.5 {
        true => ("at most ", "once".to_owned()),
        false => ("", format!("{often:.0} times")),
    };
    format!("Shuffled pairs do as well {less}{often} in 100 tries (p = {p:.3}).")
}

/// When a head was taught, to the minute.
pub(super) fn date(created: &str) -> String {
    let shown: String = created.chars().take(16).collect();
    format!("{} UTC", shown.replace('T', " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accuracy_is_told_beside_its_control() {
        let judged = Judged {
            setting: "works".to_owned(),
            groups: 12,
            two_afc: 0.834,
            ci95: [0.71, 0.92],
            shuffled: 0.504,
            shuffled95: [0.4, 0.6],
            shuffles: 99,
            p_value: 0.01,
            shipped: 0.551,
            by_work: Vec::new(),
        };
        let text = measured(&judged);
        for part in [
            "83 times in 100 (very likely between 71 and 92)",
            "shuffled 50 times, by the shipped head 55 times",
            "at most once in 100 tries (p = 0.010)",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        let often = Judged {
            p_value: 0.31,
            ..judged
        };
        assert!(measured(&often).contains("as well 31 times in 100 tries (p = 0.310)"));
        assert_eq!(date("2026-02-01T20:14:55Z"), "2026-02-01 20:14 UTC");
    }
}
