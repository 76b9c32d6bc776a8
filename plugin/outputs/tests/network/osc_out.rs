use std::time::{Duration, Instant, SystemTime};

use outputs::network::{Event, RouteState};
use outputs::{Shape, Signal};
use rosc::{OscPacket, OscType};

use crate::{Rig, messages, osc_to, packet, packets, receiver};

#[test]
fn nothing_is_sent_while_off() {
    let target = receiver();
    let mut settings = osc_to(&target);
    settings.osc.enabled = false;
    settings.light.target = crate::address(&target);
    let rig = Rig::with(&settings);
    rig.set(0.5);
    rig.network.announce(Event::Stroke(1.0));
    assert!(packets(&target, Duration::from_millis(300)).is_empty());
    assert_eq!(rig.network.status(), Default::default());
}

#[test]
fn a_change_is_sent_in_a_bundle_with_its_time_and_nothing_while_it_stands() {
    let target = receiver();
    let rig = Rig::with(&osc_to(&target));
    let first = messages(&packet(&target));
    assert_eq!(first.len(), Signal::COUNT);
    assert!(first.iter().all(|(_, args)| *args == [OscType::Int(0)]));
    rig.set(0.25);
    let bytes = packet(&target);
    let congruity = ("/impasto/congruity".to_owned(), vec![OscType::Float(0.25)]);
    assert!(messages(&bytes).contains(&congruity));
    let Ok((_, OscPacket::Bundle(bundle))) = rosc::decoder::decode_udp(&bytes) else {
        panic!("no bundle");
    };
    let age = SystemTime::now().duration_since(SystemTime::from(bundle.timetag));
    assert!(age.expect("not of the future") < Duration::from_secs(5));
    assert!(packets(&target, Duration::from_millis(500)).is_empty());
    let status = rig.network.status();
    assert_eq!(status.osc_out.state, RouteState::On);
    assert_eq!(
        (status.osc_out.counts.sent, status.osc_out.counts.dropped),
        (2, 0)
    );
}

#[test]
fn the_rate_is_never_above_the_limit() {
    let target = receiver();
    let mut settings = osc_to(&target);
    settings.osc.rate = 20.0;
    let rig = Rig::with(&settings);
    packet(&target);
    let start = Instant::now();
    let mut count = 0;
    let mut value = 0.0;
    while start.elapsed() < Duration::from_secs(2) {
        value = (value + 0.013) % 1.0;
        rig.set(value);
        count += packets(&target, Duration::from_millis(3)).len();
    }
    let most = start.elapsed().as_secs_f32() * 20.0 + 1.0;
    assert!((10.0..=most).contains(&(count as f32)), "{count} of {most}");
}

#[test]
fn the_rate_is_kept_over_changes_of_the_target_and_over_off_and_on() {
    #[track_caller]
    fn check(step: impl Fn(u32, &mut Rig, &mut outputs::OutputSettings, [String; 2])) {
        let targets = [receiver(), receiver()];
        let addresses = targets.each_ref().map(crate::address);
        let mut settings = osc_to(&targets[0]);
        settings.osc.rate = 10.0;
        let mut rig = Rig::with(&settings);
        packet(&targets[0]);
        let start = Instant::now();
        let mut count = 0;
        for turn in 0..100 {
            rig.set(turn as f32 / 100.0);
            step(turn, &mut rig, &mut settings, addresses.clone());
            for target in &targets {
                count += packets(target, Duration::from_millis(5)).len();
            }
        }
        let most = start.elapsed().as_secs_f32() * 10.0 + 1.0;
        assert!((3.0..=most).contains(&(count as f32)), "{count} of {most}");
    }
    check(|turn, rig, settings, addresses| {
        settings.osc.target = addresses[turn as usize % 2].clone();
        rig.network.apply(settings);
    });
    check(|_, rig, settings, _| {
        for enabled in [false, true] {
            settings.osc.enabled = enabled;
            rig.network.apply(settings);
        }
    });
}

#[test]
fn signals_are_shaped_by_the_senders_clock() {
    let target = receiver();
    let mut settings = osc_to(&target);
    settings.shapes[Signal::Congruity] = Shape {
        attack: 0.2,
        high: 0.5,
        ..Shape::default()
    };
    let rig = Rig::with(&settings);
    rig.set(0.0);
    packets(&target, Duration::from_millis(100));
    rig.set(1.0);
    let values: Vec<f32> = packets(&target, Duration::from_millis(1500))
        .iter()
        .flat_map(|packet| messages(packet))
        .filter(|(address, _)| address == "/impasto/congruity")
        .filter_map(|(_, args)| args[0].clone().float())
        .collect();
    assert!(values.len() > 10, "{values:?}");
    assert!(values.is_sorted() && values[0] < 0.45, "{values:?}");
    let last = *values.last().expect("some");
    assert!((0.49..=0.5).contains(&last), "{last}");
}

#[test]
fn news_is_told_and_told_again_to_a_new_target() {
    let target = receiver();
    let mut rig = Rig::new();
    rig.network
        .announce(Event::Painting(Some("sea.png".to_owned())));
    rig.network.announce(Event::Stroke(0.3));
    rig.network.apply(&osc_to(&target));
    let first = messages(&packet(&target));
    let painting = ("/impasto/painting".to_owned(), vec!["sea.png".into()]);
    assert!(first.contains(&painting));
    assert!(
        first
            .iter()
            .all(|(address, _)| address != "/impasto/stroke"),
        "an old stroke"
    );
    rig.network.announce(Event::Stroke(0.75));
    let stroke = ("/impasto/stroke".to_owned(), vec![OscType::Float(0.75)]);
    assert_eq!(messages(&packet(&target)), [stroke]);
    let track = "waves".to_owned();
    rig.network.announce(Event::Snippet { track, start: 12.5 });
    let snippet = (
        "/impasto/snippet".to_owned(),
        vec!["waves".into(), OscType::Float(12.5)],
    );
    assert_eq!(messages(&packet(&target))[0], snippet);
    let other = receiver();
    rig.network.apply(&osc_to(&other));
    let all = messages(&packet(&other));
    assert!(all.contains(&painting) && all.contains(&snippet));
    rig.network.announce(Event::Painting(None));
    let none = ("/impasto/painting".to_owned(), vec!["".into()]);
    assert_eq!(messages(&packet(&other)), [none]);
    assert!(packets(&target, Duration::from_millis(50)).is_empty());
}

#[test]
fn too_many_strokes_are_dropped_and_counted() {
    let target = receiver();
    let mut settings = osc_to(&target);
    settings.osc.rate = 1.0;
    let rig = Rig::with(&settings);
    packet(&target);
    for _ in 0..100 {
        rig.network.announce(Event::Stroke(0.5));
    }
    let dropped = rig.network.status().osc_out.counts.dropped;
    assert!((28..=36).contains(&dropped), "{dropped}");
}

#[test]
fn a_wrong_target_is_a_sentence_and_nothing_is_sent() {
    #[track_caller]
    fn check(target: &str, says: &str) {
        let mut settings = outputs::OutputSettings::default();
        settings.osc.enabled = true;
        settings.osc.target = target.to_owned();
        let rig = Rig::with(&settings);
        match rig.network.status().osc_out.state {
            RouteState::Failed { reason } => assert!(reason.contains(says), "{reason}"),
            other => panic!("{other:?}"),
        }
    }
    check("stage.local:9000", "names are not looked up");
    check("192.168.1.2:0", "choose a port");
    check("0.0.0.0:9000", "no machine in particular");
    check("239.1.1.1:9000", "group of machines");
    check("255.255.255.255:9000", "every machine");
}

#[test]
fn ipv6_is_sent_to() {
    let Ok(target) = std::net::UdpSocket::bind("[::1]:0") else {
        println!("this machine has no IPv6");
        return;
    };
    target
        .set_read_timeout(Some(crate::PATIENCE))
        .expect("a timeout");
    let _rig = Rig::with(&osc_to(&target));
    assert_eq!(messages(&packet(&target)).len(), Signal::COUNT);
}

#[test]
fn what_the_system_refuses_is_a_sentence_and_is_tried_again() {
    let target = receiver();
    let mut settings = osc_to(&target);
    // A network's broadcast address, which only the system can know for one.
    settings.osc.target = "127.255.255.255:9000".to_owned();
    let mut rig = Rig::with(&settings);
    rig.set(0.5);
    let failed = rig.wait(|status| matches!(status.osc_out.state, RouteState::Failed { .. }));
    assert!(failed.osc_out.counts.dropped >= 1);
    rig.network.apply(&osc_to(&target));
    assert!(!messages(&packet(&target)).is_empty());
    rig.wait(|status| status.osc_out.state == RouteState::On);
}
