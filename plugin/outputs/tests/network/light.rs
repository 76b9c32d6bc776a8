use std::time::{Duration, Instant};

use outputs::network::RouteState;

use crate::{Rig, light_to, packet, packets, receiver, slots};

#[test]
fn a_change_is_sent_and_what_stands_is_kept_alive() {
    let target = receiver();
    let rig = Rig::with(&light_to(&target));
    rig.set(1.0);
    let sent = packets(&target, Duration::from_millis(2600));
    let last = slots(sent.last().expect("packets"));
    assert_eq!((last.0.len(), last.0[1], last.1), (513, 255, false));
    // Darkness before the signal, three of the change, and one each 0.9 s.
    assert!((4..=8).contains(&sent.len()), "{}", sent.len());
    assert_eq!(rig.network.status().light.state, RouteState::On);
}

#[test]
fn the_rate_is_never_above_the_limit() {
    let target = receiver();
    let mut settings = light_to(&target);
    settings.light.rate = 30.0;
    let rig = Rig::with(&settings);
    let start = Instant::now();
    let (mut count, mut value) = (0, 0.0);
    while start.elapsed() < Duration::from_secs(2) {
        value = (value + 0.017) % 1.0;
        rig.set(value);
        count += packets(&target, Duration::from_millis(3)).len();
    }
    let most = start.elapsed().as_secs_f32() * 30.0 + 1.0;
    assert!((15.0..=most).contains(&(count as f32)), "{count} of {most}");
}

#[test]
fn it_is_dark_while_the_transport_stands_still() {
    let target = receiver();
    let mut settings = light_to(&target);
    settings.light.blackout = true;
    let rig = Rig::with(&settings);
    rig.set(1.0);
    assert_eq!(slots(&packet(&target)).0[1], 0);
    for (playing, slot) in [(true, 255), (false, 0)] {
        rig.network.set_playing(playing);
        let sent = packets(&target, Duration::from_millis(400));
        assert_eq!(slots(sent.last().expect("packets")).0[1], slot);
    }
}

#[test]
fn it_ends_dark_and_says_so_when_it_is_turned_off_or_goes_elsewhere() {
    let ended = |target: &std::net::UdpSocket| {
        let sent = packets(target, Duration::from_millis(600));
        let read: Vec<_> = sent.iter().map(|packet| slots(packet)).collect();
        let last = &read[read.len() - 6..];
        assert!(
            last.iter()
                .all(|(slots, _)| slots.iter().all(|slot| *slot == 0))
        );
        let ends: Vec<_> = last.iter().map(|(_, end)| *end).collect();
        assert_eq!(ends, [false, false, false, true, true, true]);
    };
    let [first, second] = [receiver(), receiver()];
    let mut rig = Rig::with(&light_to(&first));
    rig.set(1.0);
    packet(&first);
    rig.network.apply(&light_to(&second));
    ended(&first);
    assert!(!slots(&packet(&second)).1);
    rig.network.apply(&Default::default());
    ended(&second);
    assert!(packets(&second, Duration::from_millis(1100)).is_empty());
    rig.network.apply(&light_to(&second));
    packet(&second);
    drop(rig);
    ended(&second);
}

#[test]
fn another_shape_or_slot_does_not_end_the_stream() {
    let target = receiver();
    let mut settings = light_to(&target);
    let mut rig = Rig::with(&settings);
    rig.set(1.0);
    packet(&target);
    for step in 1..=20_u8 {
        settings.shapes.0[0].high = f32::from(step) / 20.0;
        settings.light.slots.0[0] = Some(u16::from(step));
        rig.network.apply(&settings);
        std::thread::sleep(Duration::from_millis(10));
    }
    let sent = packets(&target, Duration::from_millis(200));
    let read: Vec<_> = sent.iter().map(|packet| slots(packet)).collect();
    assert!(read.iter().all(|(_, end)| !end));
    assert_eq!(read.last().expect("packets").0[20], 255);
}

#[test]
fn a_group_is_sent_to_only_through_an_interface_of_this_machine() {
    let mut settings = light_to(&receiver());
    settings.light.multicast = true;
    settings.light.interface = "192.0.2.1".to_owned();
    let rig = Rig::with(&settings);
    let status = rig.wait(|status| matches!(status.light.state, RouteState::Failed { .. }));
    let RouteState::Failed { reason } = status.light.state else {
        unreachable!();
    };
    assert!(reason.contains("no address of this machine"), "{reason}");
}
