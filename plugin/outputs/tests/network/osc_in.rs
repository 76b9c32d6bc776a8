use std::net::UdpSocket;
use std::time::Duration;

use outputs::network::{Command, LONGEST, RouteState};
use rosc::{OscMessage, OscPacket, OscType, encoder};

use crate::{PATIENCE, Rig, address, free_address, messages, osc_at, packet, packets, receiver};

fn message(addr: &str, args: Vec<OscType>) -> Vec<u8> {
    let addr = addr.to_owned();
    encoder::encode(&OscPacket::Message(OscMessage { addr, args })).expect("OSC")
}

/// An instance that listens, its address, and somebody who sends.
fn listening(allowed: &str) -> (Rig, String, UdpSocket) {
    let at = free_address();
    let mut settings = osc_at(&at);
    settings.osc.allowed = vec![allowed.to_owned()];
    let rig = Rig::with(&settings);
    rig.wait(|status| status.osc_in.state == RouteState::On);
    (rig, at, receiver())
}

#[test]
fn commands_arrive() {
    let (rig, at, sender) = listening("127.0.0.1");
    sender
        .send_to(&message("/impasto/freeze", vec![OscType::Bool(true)]), &at)
        .expect("sent");
    assert_eq!(
        rig.commands.recv_timeout(PATIENCE),
        Ok(Command::Freeze(true))
    );
    rig.wait(|status| status.osc_in.counts.obeyed == 1);
}

#[test]
fn what_means_nothing_is_counted_and_never_answered() {
    let (rig, at, sender) = listening("127.0.0.1");
    let send = |bytes: &[u8]| {
        sender.send_to(bytes, &at).expect("sent");
    };
    send(b"no OSC");
    send(&vec![b'/'; LONGEST + 1]);
    send(&message("/impasto/unknown", vec![]));
    send(&message("/impasto/parameter/dry", vec!["much".into()]));
    let status = rig.wait(|status| status.osc_in.counts.received == 4);
    let counts = rig
        .wait(|status| status.osc_in.counts.ignored == 2)
        .osc_in
        .counts;
    assert_eq!((counts.malformed, counts.obeyed, counts.refused), (2, 0, 0));
    assert_eq!(status.osc_in.state, RouteState::On);
    assert!(rig.commands.is_empty());
    assert!(packets(&sender, Duration::from_millis(100)).is_empty());
}

#[test]
fn who_is_not_allowed_is_not_obeyed() {
    let (mut rig, at, sender) = listening("10.1.2.3");
    let freeze = message("/impasto/freeze", vec![OscType::Int(1)]);
    sender.send_to(&freeze, &at).expect("sent");
    let counts = rig
        .wait(|status| status.osc_in.counts.refused == 1)
        .osc_in
        .counts;
    assert_eq!(counts.last_refused, Some([127, 0, 0, 1].into()));
    assert_eq!((counts.obeyed, counts.ignored, counts.malformed), (0, 0, 0));
    assert!(rig.commands.is_empty());
    // Allowed from now on, without a break.
    rig.network.apply(&osc_at(&at));
    rig.wait(|status| {
        sender.send_to(&freeze, &at).expect("sent");
        status.osc_in.counts.obeyed > 0
    });
    assert_eq!(rig.commands.try_recv(), Ok(Command::Freeze(true)));
}

#[test]
fn a_flood_is_limited() {
    let (rig, at, sender) = listening("127.0.0.1");
    let fader = message("/impasto/parameter/dry", vec![OscType::Float(0.5)]);
    let limited = rig.wait(|status| {
        for _ in 0..1000 {
            sender.send_to(&fader, &at).expect("sent");
        }
        status.osc_in.counts.limited > 50
    });
    let counts = limited.osc_in.counts;
    assert!(
        counts.obeyed <= 256,
        "as many as the inbox holds, which nobody empties"
    );
    assert!(rig.commands.recv_timeout(PATIENCE).is_ok());
}

#[test]
fn a_flood_from_who_is_not_allowed_keeps_nobody_from_being_heard() {
    const ROUNDS: u64 = 60;
    // Fewer than the system keeps waiting, so that none is lost on the way.
    const FLOOD: u64 = 100;
    let Ok(flooder) = UdpSocket::bind("127.0.0.2:0") else {
        println!("this machine has one loopback address");
        return;
    };
    let (rig, at, sender) = listening("127.0.0.1");
    let freeze = message("/impasto/freeze", vec![OscType::Bool(true)]);
    for round in 1..=ROUNDS {
        for _ in 0..FLOOD {
            flooder.send_to(&freeze, &at).expect("sent");
        }
        sender.send_to(&freeze, &at).expect("sent");
        let counts = rig.wait(|status| {
            let counts = &status.osc_in.counts;
            counts.refused + counts.obeyed + counts.limited == round * (FLOOD + 1)
        });
        let counts = counts.osc_in.counts;
        let expected = (round * FLOOD, round, 0);
        assert_eq!((counts.refused, counts.obeyed, counts.limited), expected);
        assert_eq!(counts.last_refused, Some([127, 0, 0, 2].into()));
    }
}

#[test]
fn a_refresh_goes_to_the_target_and_not_to_who_asked() {
    let target = receiver();
    let at = free_address();
    let mut settings = osc_at(&at);
    settings.osc.enabled = true;
    settings.osc.target = address(&target);
    let rig = Rig::with(&settings);
    rig.wait(|status| status.osc_in.state == RouteState::On);
    let first = messages(&packet(&target));
    assert!(packets(&target, Duration::from_millis(100)).is_empty());
    let sender = receiver();
    sender
        .send_to(&message("/impasto/refresh", vec![]), &at)
        .expect("sent");
    assert_eq!(messages(&packet(&target)), first);
    assert!(packets(&sender, Duration::from_millis(50)).is_empty());
}

#[test]
fn a_port_that_is_taken_is_a_sentence_and_is_tried_again() {
    let taken = receiver();
    let at = address(&taken);
    let rig = Rig::with(&osc_at(&at));
    let status = rig.wait(|status| matches!(status.osc_in.state, RouteState::Failed { .. }));
    let RouteState::Failed { reason } = status.osc_in.state else {
        unreachable!();
    };
    assert!(
        reason.contains("taken") && reason.contains("choose another port"),
        "{reason}"
    );
    drop(taken);
    rig.wait(|status| status.osc_in.state == RouteState::On);
}

#[test]
fn an_address_that_is_not_ours_is_a_sentence() {
    #[track_caller]
    fn check(listen: &str, allowed: &[&str], says: &str) {
        let mut settings = osc_at(listen);
        settings.osc.allowed = allowed.iter().map(|text| (*text).to_owned()).collect();
        let rig = Rig::with(&settings);
        let status = rig.wait(|status| status.osc_in.state != RouteState::Off);
        match status.osc_in.state {
            RouteState::Failed { reason } => assert!(reason.contains(says), "{reason}"),
            other => panic!("{other:?}"),
        }
    }
    // From the range kept for documentation (RFC 5737).
    check(
        "192.0.2.1:9001",
        &["127.0.0.1"],
        "no address of this machine",
    );
    check("9001", &["127.0.0.1"], "IP address and a port");
    check("127.0.0.1:9001", &[], "Nobody is allowed");
    check("127.0.0.1:9001", &["stage"], "names are not looked up");
}
