//! The page of the session.

use std::path::PathBuf;

use egui::Key;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use impasto::editor::MIN_SIZE;
use impasto::view::{Action, Form, SessionAction, SessionState, View};

use crate::support::{Desk, harness, sessions, states};
use crate::{acts, click, written};

fn open(view: View, size: (f32, f32)) -> Harness<'static, Desk> {
    let mut harness = harness(Desk::new(view), size, 1.0);
    harness.get_by_label("Session").click();
    harness.run_steps(3);
    harness
}

fn page(session: SessionState) -> Harness<'static, Desk> {
    let view = View {
        session,
        ..states::playing()
    };
    open(view, (1080.0, 720.0))
}

fn session(action: SessionAction) -> Vec<impasto::editor::request::Request> {
    acts(&[Action::Session(action)])
}

#[test]
fn every_state_is_named() {
    let expected: &[(&str, &[&str])] = &[
        (
            "session",
            &[
                "1:00",
                "87 strokes, 41 snippets, 3 paintings",
                "Silvan Sanctuary",
                "bar 17, beat 4",
                "strength 0.64",
                "let go",
                "hokusai-great-wave",
                "2026-02-01 17:40:02",
                "30:43",
                "1.9 MB",
                "being written",
                "Goes into",
            ],
        ),
        (
            "session-none",
            &[
                "begins by itself with the first stroke",
                "Each performance gets a file",
            ],
        ),
        (
            "session-off",
            &["The log is off", "Log off", "2026-01-30 19:02:11"],
        ),
        (
            "session-refused",
            &[
                "Nothing is written",
                "Make room",
                "1 event could not be written",
            ],
        ),
        ("session-exporting", &["37 %", "Stop"]),
        (
            "session-exported",
            &["1,204 events, 41 snippets", "Copy path"],
        ),
        (
            "session-missing",
            &[
                "Not cut",
                "cranes.wav",
                "And 1 more, listed in missing.txt.",
            ],
        ),
        ("session-export-failed", &["Permission denied", "Close"]),
        (
            "session-long-names",
            &["Concerto pour", "1:06:40", "12 events"],
        ),
    ];
    let all = sessions::all();
    assert_eq!(all.len(), expected.len());
    for ((name, view), (expected_name, texts)) in all.into_iter().zip(expected) {
        assert_eq!(name, *expected_name);
        for size in [(1080.0, 720.0), MIN_SIZE] {
            let harness = open(view.clone(), size);
            let written = written(&harness);
            assert!(!written.contains("use of"), "{name}: {written}");
            for text in *texts {
                // In the smallest window rows may lie below the edge.
                let found = written.contains(text) || size == MIN_SIZE;
                assert!(found, "{name} lacks {text:?}:\n{written}");
            }
            assert!(harness.state().asked.is_empty(), "{name} asks unasked");
        }
    }
}

#[test]
fn buttons_ask_for_what_they_say() {
    let mut desk = page(sessions::playing());
    let live = sessions::playing().live.map(|live| live.path);
    let export = |session: &Option<PathBuf>, form| {
        self::session(SessionAction::Export {
            session: session.clone(),
            form,
        })
    };
    assert_eq!(click(&mut desk, "New session"), session(SessionAction::New));
    assert_eq!(click(&mut desk, "Look again"), session(SessionAction::List));
    assert_eq!(click(&mut desk, "Table (CSV)"), export(&live, Form::Csv));
    // Another is chosen.
    let earlier = Some(sessions::playing().earlier[2].path.clone());
    assert_eq!(
        click(&mut desk, "Session of 2026-01-30 19:02:11 UTC, 1:23:45"),
        []
    );
    assert_eq!(
        click(&mut desk, "Snippets and markers"),
        export(&earlier, Form::Folder)
    );
    assert_eq!(
        click(&mut desk, "Document (JSON)"),
        export(&earlier, Form::Json)
    );
    assert_eq!(
        click(&mut desk, "Log sessions"),
        session(SessionAction::SetLog(false))
    );

    let mut off = page(sessions::off());
    assert_eq!(
        click(&mut off, "Log sessions"),
        session(SessionAction::SetLog(true))
    );
    // Without one that is written, the newest is exported.
    let newest = Some(sessions::off().earlier[0].path.clone());
    assert_eq!(click(&mut off, "Table (CSV)"), export(&newest, Form::Csv));

    let mut running = page(sessions::exporting());
    assert_eq!(
        click(&mut running, "Stop"),
        session(SessionAction::CancelExport)
    );
    let mut failed = page(sessions::failed());
    assert_eq!(
        click(&mut failed, "Close"),
        session(SessionAction::DismissExport)
    );
}

#[test]
fn nothing_can_be_exported_where_there_is_nothing() {
    for state in [sessions::none(), sessions::exporting()] {
        let mut desk = page(state);
        assert_eq!(click(&mut desk, "Snippets and markers"), []);
        assert_eq!(click(&mut desk, "Table (CSV)"), []);
    }
}

#[test]
fn a_path_is_copied() {
    let mut desk = page(sessions::exported());
    desk.get_by_label("Copy the path of the export").click();
    desk.step();
    let copied = desk.output().platform_output.commands.iter().any(|command| {
        matches!(command, egui::OutputCommand::CopyText(text) if text.ends_with("Impasto 2026-02-01 20.14.55"))
    });
    assert!(copied, "{:?}", desk.output().platform_output.commands);
}

#[test]
fn it_is_worked_with_the_keyboard() {
    let mut desk = page(sessions::playing());
    let mut met = Vec::new();
    for _ in 0..40 {
        desk.key_press(Key::Tab);
        desk.step();
        let focused =
            desk.query_all(egui_kittest::kittest::By::new().predicate(|node| node.is_focused()));
        met.extend(focused.filter_map(|node| node.accesskit_node().label()));
    }
    for label in [
        "New session",
        "Copy the path of this session",
        "Snippets and markers",
        "Table (CSV)",
        "Document (JSON)",
        "Log sessions",
    ] {
        assert!(met.iter().any(|name| name == label), "{label}: {met:?}");
    }
    assert!(
        met.iter()
            .any(|name| name.starts_with("Session of 2026-01-30")),
        "{met:?}"
    );
}

#[test]
fn what_is_pressed_on_stage_is_large_enough() {
    let desk = page(sessions::exporting());
    for label in [
        "New session",
        "Snippets and markers",
        "Table (CSV)",
        "Document (JSON)",
        "Stop",
    ] {
        let height = desk.get_by_label(label).rect().height();
        assert!(height >= 32.0, "{label}: {height}");
    }
}
