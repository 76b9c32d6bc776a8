//! What each parameter does, in words for those who play.

/// What a parameter does, in a sentence or two, for the editor's tooltips and the manual.
/// Empty for an id that is not a parameter's.
pub fn help(id: &str) -> &'static str {
    match id {
        "filter" => {
            "The share of the library that the painting lets through: the chunks that \
             correspond best with it. The snippet is chosen among these."
        }
        "mode" => {
            "Stroke: a snippet sounds as long as the brush moves. One shot: every stroke begins \
             a snippet that plays to its end. Continuous: snippets follow one another while the \
             brush is heard. Notes: strokes choose, and notes or Trigger begin."
        }
        "sensitivity" => "How small a stroke is enough to begin a snippet.",
        "hold" => {
            "How long the brush may pause before its stroke is over. Longer for slow, broken \
             strokes, shorter for dabs that follow each other fast."
        }
        "softest" => {
            "How loud your softest stroke is in the sidechain. Calibrate, or set it by hand."
        }
        "hardest" => {
            "How loud your hardest stroke is in the sidechain. Calibrate, or set it by hand."
        }
        "calibrate" => {
            "Paint for ten seconds, softly and hard, with pauses: sensitivity, the softest and \
             the hardest stroke are then set for your brush, canvas and microphone."
        }
        "touch-level" => "How much a hard stroke is louder than a soft one.",
        "touch-tone" => "How much a hard stroke is brighter than a soft one.",
        "voices" => {
            "How many snippets may sound at once. With one, a new stroke ends the snippet of \
             the one before."
        }
        "sync" => {
            "While the host's transport runs, snippets begin at the next line of this grid. \
             Off, and while it stands still, they begin at once."
        }
        "freeze" => {
            "What sounds goes on, over and over, whatever the brush does, until this is off \
             again."
        }
        "trigger" => {
            "Begins a snippet when it goes on and ends it when it goes off, as a note does: \
             for automation, a pad or a foot switch."
        }
        "interval" => {
            "The least time between two snippets in continuous mode. It is never shorter than \
             the fade."
        }
        "fade" => "How long a snippet takes to come in and to go out, with equal power.",
        "variety" => "How many of the last snippets are held back before they may come again.",
        "continuity" => {
            "How much the piece that follows the last one in its track is preferred, if the \
             painting lets it through."
        }
        "fit" => {
            "Who chooses within what the painting lets through: at 0 % the sound of the brush, \
             at 100 % the painting alone."
        }
        "snippets" => "The level of the snippets in the main output.",
        "dry" => "The level of your music in the main output.",
        "notes-out" => {
            "Sends each stroke as a note, as loud as it is strong, to play other instruments \
             with the brush."
        }
        "note-channel" => "The MIDI channel of the notes that strokes send.",
        "note" => "The key that strokes send; with a range, that of the darkest stroke.",
        "note-range" => {
            "How many semitones a bright stroke lies above a dark one. 0 sends one key only."
        }
        "bypass" => "Lets the music through untouched and plays nothing.",
        "smoothing" => "How slowly congruity follows: the time it takes for most of a change.",
        "weight-network" => {
            "How much it counts in congruity what the network has learned of music and \
             pictures of the same works."
        }
        "weight-valence" => {
            "How much it counts in congruity whether music and painting feel equally happy."
        }
        "weight-arousal" => {
            "How much it counts in congruity whether music and painting feel equally agitated."
        }
        "weight-crossmodal" => {
            "How much it counts in congruity what people hear as bright, full or rough and \
             see in the painting: pitch and lightness, loudness and saturation, and more."
        }
        "weight-gesture" => {
            "How much it counts in congruity whether the music goes with the sound of the brush."
        }
        "automation" => {
            "Lets the output parameters move, to be recorded or mapped. Native: in the same \
             block, for CLAP hosts and hosts that take values from the audio thread. \
             Compatibility: as if you moved a knob, for hosts that record nothing else. Off \
             by default, as every change may enter the host's undo history."
        }
        "congruity" => {
            "How well the music goes with the painting, from 0 to 100 %. Impasto writes it; \
             what the host writes to it is shown and otherwise ignored."
        }
        "out-network" => "The network's part of congruity. Written by Impasto.",
        "out-valence" => "Whether music and painting feel equally happy. Written by Impasto.",
        "out-arousal" => "Whether music and painting feel equally agitated. Written by Impasto.",
        "out-crossmodal" => {
            "Whether what is heard is like what is seen in other ways. Written by Impasto."
        }
        "out-gesture" => "Whether the music goes with the sound of the brush. Written by Impasto.",
        "out-brush" => "How loud the brush is. Written by Impasto.",
        _ => "",
    }
}
