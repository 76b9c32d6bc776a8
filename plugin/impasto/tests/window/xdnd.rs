//! A source of dragged files as a file manager is one: XDND version 5.

use std::time::{Duration, Instant};

use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    AtomEnum, ClientMessageEvent, ConnectionExt as _, CreateWindowAux, EventMask, PropMode,
    SELECTION_NOTIFY_EVENT, SelectionNotifyEvent, SelectionRequestEvent, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

use super::display::Display;

/// What a drag came to.
#[derive(Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The target said that it would take the files, and how.
    pub welcome: bool,
    /// The target said that it took them.
    pub taken: bool,
}

/// Drags what `list`, a `text/uri-list`, names to a place of `target` and lets go there.
pub fn drag(display: &Display, target: u32, place: (i16, i16), list: &[u8]) -> Outcome {
    let (x, screen) = x11rb::connect(None).expect("the display");
    let root = x.setup().roots[screen].root;
    let window = x.generate_id().expect("a number");
    let mask = CreateWindowAux::new().event_mask(EventMask::PROPERTY_CHANGE);
    x.create_window(
        x11rb::COPY_DEPTH_FROM_PARENT,
        window,
        root,
        0,
        0,
        1,
        1,
        0,
        WindowClass::INPUT_OUTPUT,
        x11rb::COPY_FROM_PARENT,
        &mask,
    )
    .expect("a window");
    let source = Source {
        display,
        x,
        window,
        target,
        list,
    };
    source.run(root, place)
}

struct Source<'a> {
    display: &'a Display,
    x: RustConnection,
    window: u32,
    target: u32,
    list: &'a [u8],
}

impl Source<'_> {
    fn run(&self, root: u32, place: (i16, i16)) -> Outcome {
        let time = self.time();
        let selection = self.display.atom("XdndSelection");
        let owned = self.x.set_selection_owner(self.window, selection, time);
        owned.expect("sent");
        let kind = self.display.atom("text/uri-list");
        self.tell("XdndEnter", [5 << 24, kind, 0, 0]);

        let at = self
            .x
            .translate_coordinates(self.target, root, place.0, place.1);
        let at = at.expect("sent").reply().expect("a place");
        let packed = (u32::from(at.dst_x as u16) << 16) | u32::from(at.dst_y as u16);
        let copy = self.display.atom("XdndActionCopy");
        self.tell("XdndPosition", [0, packed, time, copy]);
        let status = self.hear("XdndStatus");
        let welcome = status[1] & 1 == 1 && status[4] == copy;
        // As a hand does: it moves on a little before it lets go.
        self.tell("XdndPosition", [0, packed + 1, time, copy]);
        self.hear("XdndStatus");
        self.tell("XdndDrop", [0, time, 0, 0]);
        let finished = self.hear("XdndFinished");
        Outcome {
            welcome,
            taken: finished[1] & 1 == 1 && finished[2] == copy,
        }
    }

    /// The server's time, by an event that tells it.
    fn time(&self) -> u32 {
        let name = AtomEnum::WM_NAME;
        self.x
            .change_property8(PropMode::REPLACE, self.window, name, AtomEnum::STRING, b"x")
            .expect("sent");
        self.x.flush().expect("sent");
        loop {
            if let Event::PropertyNotify(event) = self.x.wait_for_event().expect("an event") {
                return event.time;
            }
        }
    }

    /// Tells the target `name` and four numbers; the first is this window.
    fn tell(&self, name: &str, [a, b, c, d]: [u32; 4]) {
        let name = self.display.atom(name);
        let event = ClientMessageEvent::new(32, self.target, name, [self.window, a, b, c, d]);
        let sent = self
            .x
            .send_event(false, self.target, EventMask::NO_EVENT, event);
        sent.expect("sent");
        self.x.flush().expect("sent");
    }

    /// Waits for `name`, handing out the files meanwhile.
    fn hear(&self, name: &str) -> [u32; 5] {
        let wanted = self.display.atom(name);
        let begin = Instant::now();
        loop {
            assert!(begin.elapsed() < Duration::from_secs(10), "no {name}");
            match self.x.poll_for_event().expect("the display") {
                Some(Event::SelectionRequest(event)) => self.hand_out(event),
                Some(Event::ClientMessage(event)) if event.type_ == wanted => {
                    return event.data.as_data32();
                }
                Some(_) => {}
                None => std::thread::sleep(Duration::from_millis(2)),
            }
        }
    }

    fn hand_out(&self, asked: SelectionRequestEvent) {
        self.x
            .change_property8(
                PropMode::REPLACE,
                asked.requestor,
                asked.property,
                asked.target,
                self.list,
            )
            .expect("sent");
        let event = SelectionNotifyEvent {
            response_type: SELECTION_NOTIFY_EVENT,
            time: asked.time,
            requestor: asked.requestor,
            selection: asked.selection,
            target: asked.target,
            property: asked.property,
            ..Default::default()
        };
        let sent = self
            .x
            .send_event(false, asked.requestor, EventMask::NO_EVENT, event);
        sent.expect("sent");
        self.x.flush().expect("sent");
    }
}
