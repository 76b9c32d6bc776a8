//! The presets that come with Impasto.

use super::{Preset, Stored, VERSION};

/// A name, what it is for, and what differs from the default.
struct Recipe {
    name: &'static str,
    about: &'static str,
    numbers: &'static [(&'static str, f32)],
    choices: &'static [(&'static str, &'static str)],
}

const RECIPES: &[Recipe] = &[
    Recipe {
        name: "As the brush moves",
        about: "The default: a snippet sounds as long as the stroke lasts.",
        numbers: &[],
        choices: &[],
    },
    Recipe {
        name: "Bells and drips",
        about: "Every dab rings out to its end; hard ones are loud and bright.",
        numbers: &[
            ("voices", 8.0),
            ("fade", 8.0),
            ("touch-level", 0.9),
            ("touch-tone", 0.6),
            ("variety", 16.0),
        ],
        choices: &[("mode", "One shot")],
    },
    Recipe {
        name: "Long washes",
        about: "Slow fades, few voices, and what follows in a track follows in the music.",
        numbers: &[
            ("voices", 2.0),
            ("fade", 600.0),
            ("hold", 250.0),
            ("touch-level", 0.3),
            ("touch-tone", 0.1),
            ("continuity", 0.7),
        ],
        choices: &[],
    },
    Recipe {
        name: "In the band",
        about: "Snippets begin on the beat and end on it, for playing with others.",
        numbers: &[("fade", 12.0), ("voices", 3.0), ("continuity", 0.3)],
        choices: &[("mode", "One shot"), ("sync", "1/8")],
    },
    Recipe {
        name: "The painting decides",
        about: "What belongs to the picture most is preferred to what is like the brush.",
        numbers: &[
            ("filter", 0.5),
            ("fit", 0.7),
            ("variety", 24.0),
            ("fade", 60.0),
        ],
        choices: &[],
    },
    Recipe {
        name: "Unbroken",
        about: "While the brush is heard one snippet follows another.",
        numbers: &[
            ("interval", 0.35),
            ("fade", 180.0),
            ("voices", 4.0),
            ("filter", 3.0),
            ("variety", 32.0),
        ],
        choices: &[("mode", "Continuous")],
    },
];

/// All of them, each with what it is for, in the order of the list.
pub fn all() -> Vec<(Preset, &'static str)> {
    let preset = |recipe: &Recipe| {
        let numbers = recipe.numbers.iter();
        let numbers = numbers.map(|&(id, value)| (id.to_owned(), Stored::Number(value)));
        let choices = recipe.choices.iter();
        let choices = choices.map(|&(id, name)| (id.to_owned(), Stored::Choice(name.to_owned())));
        let preset = Preset {
            version: VERSION,
            name: recipe.name.to_owned(),
            values: numbers.chain(choices).collect(),
        };
        (preset, recipe.about)
    };
    RECIPES.iter().map(preset).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{kept, normalized};
    use super::*;
    use crate::params::ImpastoParams;

    #[test]
    fn every_value_is_of_a_parameter_and_in_its_range() {
        let params = ImpastoParams::default();
        for (preset, about) in all() {
            assert!(!about.is_empty());
            for (id, value) in &preset.values {
                let found = kept(&params).find(|(known, _)| known == id);
                let (_, param) = found.unwrap_or_else(|| panic!("{}: {id}", preset.name));
                let to = normalized(param, value);
                let to = to.unwrap_or_else(|| panic!("{}: {id} {value:?}", preset.name));
                if let Stored::Number(plain) = value {
                    // SAFETY: `params` lives.
                    let back = unsafe { param.preview_plain(to) };
                    assert!((back - plain).abs() <= 0.01 * plain.abs(), "{id}: {back}");
                }
            }
        }
    }
}
