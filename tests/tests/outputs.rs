//! The signals' way out of the real bundle: automation, controllers, control voltage and
//! OSC. The brush's level is the signal: it needs no networks and is known in advance.

use std::net::UdpSocket;
use std::time::{Duration, Instant};

use impasto_tests::bundle::Bundle;
use impasto_tests::host::{Activation, Block, Instance, OutputEvent, parameter_id};
use impasto_tests::signal::{Clip, Noise, Rendered, render};
use impasto_tests::state::State;
use impasto_tests::{Error, Result};
use rosc::{OscMessage, OscPacket, OscType};
use serde_json::{Value, json};

const RATE: f64 = 48_000.0;
/// Contacts of the brush, in seconds, and how long each lasts.
const CONTACTS: [f64; 3] = [1.0, 3.0, 4.0];
const CONTACT: f64 = 0.4;
const SECONDS: f64 = 6.0;

/// Noise of one level while the brush is on the canvas, else silence.
fn brush(seconds: f64) -> Clip {
    let mut noise = Noise::new(0x0B5E_55ED);
    Clip::made(RATE, seconds, |t| {
        let painted = CONTACTS.iter().any(|at| (*at..at + CONTACT).contains(&t));
        noise.sample() * if painted { 0.2 } else { 0.0 }
    })
}

/// An instance with these routes and this mode of automation.
fn routed(bundle: &Bundle, outputs: &Value, automation: &str) -> Result<Instance> {
    let mut instance = bundle.instantiate()?;
    let state = State::of(&mut instance)?
        .with_entry("outputs", outputs.clone())
        .with_parameter("automation", "string", json!(automation));
    instance.load_state(&state.to_bytes())?;
    Ok(instance)
}

/// Paints offline, where the output is a function of the input.
fn paint(instance: &mut Instance, block: usize) -> Result<Rendered> {
    instance.set_offline(true)?;
    let brush = brush(SECONDS);
    let music = Clip::silence(RATE, SECONDS);
    instance.run(Activation::stereo(RATE, block), |processor| {
        render(processor, &music, &brush, block, &[], |_| ())
    })
}

fn out_brush() -> u32 {
    parameter_id("out-brush")
}

fn automated() -> Value {
    json!({"automation": {"rate": 20, "deadband": 0.01,
                          "signals": {"congruity": false, "brush": true}}})
}

/// Every value of the brush's parameter lies in a gesture, and nothing else is told;
/// whether it is held after `events`, as it was `held` before them.
#[track_caller]
fn held_after(events: &[OutputEvent], mut held: bool) -> bool {
    for event in events {
        match event {
            OutputEvent::Gesture { id, begin, .. } => {
                assert_eq!((*id, held), (out_brush(), !begin), "{event:?}");
                held = *begin;
            }
            OutputEvent::Value { id, .. } => assert!(held && *id == out_brush(), "{event:?}"),
            other => panic!("{other:?}"),
        }
    }
    held
}

fn midi(events: &[OutputEvent]) -> Vec<(u64, [u8; 3])> {
    let messages = events.iter().filter_map(|event| match event {
        OutputEvent::Midi { frame, data } => Some((*frame, *data)),
        _ => None,
    });
    messages.collect()
}

#[test]
fn automation_comes_in_the_block_of_the_change_and_within_gestures() -> Result<()> {
    let bundle = Bundle::load()?;
    for block in [64, 441, 1024] {
        let out = paint(&mut routed(&bundle, &automated(), "native")?, block)?;
        let values = out.values_of(out_brush());
        let contact = (CONTACTS[0] * RATE) as u64;
        let first = values.iter().find(|(frame, _)| *frame >= contact);
        let late = first.map(|(frame, _)| frame / block as u64 - contact / block as u64);
        assert_eq!(
            late,
            Some(0),
            "{block}: blocks from the change to its value"
        );
        assert!(values.iter().any(|(_, value)| *value > 0.5), "{values:?}");

        assert!(!held_after(&out.events, false), "it rests, and is held");
        // The brush's meter falls for some tenths of a second after it is lifted.
        let rest = 2.5 * RATE..2.999 * RATE;
        let told = values
            .iter()
            .filter(|(frame, _)| rest.contains(&(*frame as f64)));
        assert_eq!(told.count(), 0, "{block}: told while nothing changed");
        for window in values.windows(21) {
            let span = window[20].0 - window[0].0;
            assert!(span >= RATE as u64 - 1024, "21 values in {span} frames");
        }
    }
    Ok(())
}

#[test]
fn a_gesture_that_an_activation_cuts_off_ends_before_the_next_begins() -> Result<()> {
    let bundle = Bundle::load()?;
    let mut instance = routed(&bundle, &automated(), "native")?;
    instance.set_offline(true)?;
    // It is cut off while the brush is on the canvas.
    let (brush, music) = (brush(1.2), Clip::silence(RATE, 1.2));
    let mut held = false;
    for _ in 0..2 {
        let out = instance.run(Activation::stereo(RATE, 256), |processor| {
            render(processor, &music, &brush, 256, &[], |_| ())
        })?;
        held = held_after(&out.events, held);
        assert!(held, "painting");
    }
    assert!(!held_after(&instance.serve_flush()?, held));
    Ok(())
}

#[test]
fn nothing_goes_out_while_everything_is_off() -> Result<()> {
    let bundle = Bundle::load()?;
    let mut instance = routed(&bundle, &json!({}), "off")?;
    let before = instance.save_state()?;
    let out = paint(&mut instance, 512)?;
    assert_eq!(out.events, []);
    assert_eq!(out.control.rms(), 0.0);
    assert_eq!(instance.save_state()?, before, "the state is as it was");
    Ok(())
}

#[test]
fn controllers_carry_7_or_14_bits() -> Result<()> {
    let bundle = Bundle::load()?;
    let settings = |resolution: &str| {
        json!({"cc": {"enabled": true, "resolution": resolution, "channel": 3, "rate": 50,
                      "controllers": {"congruity": null, "brush": 20}}})
    };
    let out = paint(&mut routed(&bundle, &settings("coarse"), "off")?, 256)?;
    let coarse = midi(&out.events);
    assert!(
        coarse.iter().all(|(_, data)| data[..2] == [0xB2, 20]),
        "{coarse:?}"
    );
    assert!(coarse.iter().any(|(_, data)| data[2] > 64), "{coarse:?}");
    assert_eq!(
        coarse.last().map(|(_, data)| data[2]),
        Some(0),
        "at rest again"
    );

    let out = paint(&mut routed(&bundle, &settings("fine"), "off")?, 256)?;
    let fine = midi(&out.events);
    assert!(
        fine.len() > 2 && fine.len().is_multiple_of(2),
        "{}",
        fine.len()
    );
    for pair in fine.chunks(2) {
        assert_eq!(pair[0].0, pair[1].0, "at one time");
        assert_eq!((pair[0].1[..2] == [0xB2, 20], pair[1].1[1]), (true, 52));
    }
    for second in 0..SECONDS as u64 {
        let within = |frame: u64| frame / RATE as u64 == second;
        let sent = fine.chunks(2).filter(|pair| within(pair[0].0)).count();
        assert!(sent <= 51, "{sent} values in a second");
    }
    Ok(())
}

#[test]
fn a_voltage_follows_without_a_jump_and_is_the_same_in_any_block() -> Result<()> {
    let bundle = Bundle::load()?;
    let settings = json!({"cv": [{"source": "brush", "scale": 0.5},
                                 {"source": "brush", "polarity": "bipolar"}]});
    let mut first: Option<Clip> = None;
    for block in [64, 333, 1024] {
        let out = paint(&mut routed(&bundle, &settings, "off")?, block)?;
        let [left, right] = &out.control.channels;
        let at = |seconds: f64| (seconds * RATE) as usize;
        assert_eq!(left[at(0.9)], 0.0);
        assert_eq!(right[at(0.9)], -1.0);
        let painted = left[at(CONTACTS[0] + 0.3)];
        assert!(painted > 0.25 && painted < 0.5, "{painted}");
        let level = 2.0 * 2.0 * painted - 1.0;
        assert!((right[at(CONTACTS[0] + 0.3)] - level).abs() < 0.02);
        let steps = right.windows(2).map(|pair| (pair[1] - pair[0]).abs());
        let largest = steps.fold(0.0, f32::max);
        assert!(largest < 0.03, "{block}: a jump of {largest}");
        match &first {
            None => first = Some(out.control),
            Some(first) => assert!(first.bits() == out.control.bits(), "{block}"),
        }
    }
    Ok(())
}

/// Streams `seconds` in real time, with everything that an audio thread must not do
/// counted; when each block was done.
fn stream(instance: &mut Instance, seconds: f64) -> Result<(Vec<OutputEvent>, Vec<Instant>)> {
    const BLOCK: usize = 240;
    let brush = brush(seconds);
    let music = Clip::silence(RATE, seconds);
    instance.run(Activation::stereo(RATE, BLOCK), |processor| {
        let mut done = Vec::new();
        let begin = Instant::now();
        for start in (0..brush.len()).step_by(BLOCK) {
            let due = begin + Duration::from_secs_f64(start as f64 / RATE);
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            let within = start..start + BLOCK;
            processor.process(Block {
                music: music.cut(within.clone()),
                brush: brush.cut(within),
                changes: &[],
            })?;
            done.push(Instant::now());
        }
        Ok((processor.take_events(), done))
    })
}

#[test]
fn automation_in_compatibility_comes_within_gestures() -> Result<()> {
    let bundle = Bundle::load()?;
    let mut instance = routed(&bundle, &automated(), "compatibility")?;
    let (events, _) = stream(&mut instance, 2.5)?;
    let contact = (CONTACTS[0] * RATE) as u64;
    let first = events.iter().find_map(|event| match event {
        OutputEvent::Value { frame, id, .. } if *id == out_brush() && *frame >= contact => {
            Some(frame - contact)
        }
        _ => None,
    });
    let late = first.map(|frames| frames as f64 / RATE);
    println!("compatibility: {late:?} s from the change to its value");
    // The measure is in the benchmark; here, that it comes at all, on a busy machine.
    assert!(late.is_some_and(|late| late < 1.0), "{late:?}");
    held_after(&events, false);
    Ok(())
}

fn socket() -> Result<UdpSocket> {
    let failed = |error| Error::plugin("get a socket for its test", error);
    let socket = UdpSocket::bind("127.0.0.1:0").map_err(failed)?;
    let patience = Some(Duration::from_secs(5));
    socket.set_read_timeout(patience).map_err(failed)?;
    Ok(socket)
}

fn port(socket: &UdpSocket) -> u16 {
    socket.local_addr().expect("bound").port()
}

fn message(addr: &str, value: f32) -> Vec<u8> {
    let addr = addr.to_owned();
    let args = vec![OscType::Float(value)];
    rosc::encoder::encode(&OscPacket::Message(OscMessage { addr, args })).expect("OSC")
}

fn messages(packet: OscPacket) -> Vec<OscMessage> {
    match packet {
        OscPacket::Message(message) => vec![message],
        OscPacket::Bundle(bundle) => bundle.content.into_iter().flat_map(messages).collect(),
    }
}

#[test]
fn every_route_at_once_leaves_the_audio_thread_clean_and_osc_arrives() -> Result<()> {
    let bundle = Bundle::load()?;
    let (osc, light) = (socket()?, socket()?);
    let mut outputs = automated();
    outputs["cc"] = json!({"enabled": true, "controllers": {"brush": 2}});
    outputs["cv"] = json!([{"source": "brush"}, {"source": "congruity"}]);
    outputs["osc"] = json!({"enabled": true, "target": format!("127.0.0.1:{}", port(&osc))});
    outputs["light"] = json!({"enabled": true, "target": "127.0.0.1",
                              "slots": {"brush": 7}});
    drop(light);
    let mut instance = routed(&bundle, &outputs, "native")?;
    let (events, _) = stream(&mut instance, 2.0)?;
    assert!(!midi(&events).is_empty());
    let mut loudest = 0.0f32;
    let mut packet = [0; 2048];
    let _ = osc.set_read_timeout(Some(Duration::from_millis(200)));
    while let Ok(length) = osc.recv(&mut packet) {
        let (_, packet) = rosc::decoder::decode_udp(&packet[..length]).expect("OSC");
        for message in messages(packet) {
            if let ("/impasto/brush", [OscType::Float(value)]) =
                (message.addr.as_str(), &message.args[..])
            {
                loudest = loudest.max(*value);
            }
        }
    }
    assert!(loudest > 0.5, "{loudest}");
    Ok(())
}

/// The value that the state holds for the parameter `id`.
fn saved(instance: &mut Instance, id: &str) -> Result<f64> {
    let id = parameter_id(id);
    instance.value(id)
}

#[test]
fn a_tap_by_osc_lasts_for_a_block() -> Result<()> {
    let bundle = Bundle::load()?;
    let listen = format!("127.0.0.1:{}", port(&socket()?));
    let outputs = json!({"osc": {"listening": true, "listen": listen}});
    let mut instance = routed(&bundle, &outputs, "off")?;
    let sender = socket()?;
    let tapping = std::thread::spawn(move || {
        for _ in 0..5 {
            std::thread::sleep(Duration::from_millis(300));
            for value in [1.0, 0.0] {
                let _ = sender.send_to(&message("/impasto/trigger", value), &listen);
            }
        }
    });
    let (events, _) = stream(&mut instance, 2.0)?;
    tapping.join().expect("no panic");
    let told: Vec<(u64, f64)> = events
        .iter()
        .filter_map(|event| match event {
            OutputEvent::Value { frame, id, value } if *id == parameter_id("trigger") => {
                Some((*frame, *value))
            }
            _ => None,
        })
        .collect();
    let taps: Vec<_> = told.chunks(2).collect();
    assert!(!taps.is_empty(), "no tap came");
    for tap in taps {
        let [(down, 1.0), (up, 0.0)] = tap else {
            panic!("{told:?}");
        };
        assert!(up - down >= 240, "{told:?}");
    }
    Ok(())
}

#[test]
fn a_flood_of_commands_leaves_every_gesture_whole() -> Result<()> {
    let bundle = Bundle::load()?;
    let listen = format!("127.0.0.1:{}", port(&socket()?));
    let outputs = json!({"osc": {"listening": true, "listen": listen}});
    let mut instance = routed(&bundle, &outputs, "off")?;
    let sender = socket()?;
    let end = Instant::now() + Duration::from_secs(10);
    let mut told = Vec::new();
    // The host does not fetch anything meanwhile, and all there is room for waits.
    for round in 0.. {
        let ids = ["dry", "snippets", "fade", "hold", "filter"];
        for (place, id) in ids.into_iter().cycle().take(500).enumerate() {
            let value = (place % 7) as f32 / 7.0;
            let set = message(&format!("/impasto/parameter/{id}"), value);
            let _ = sender.send_to(&set, &listen);
        }
        std::thread::sleep(Duration::from_millis(300));
        if round >= 3 {
            told.extend(instance.serve_flush()?);
        }
        if told.len() > 100 || Instant::now() > end {
            break;
        }
    }
    assert!(told.len() > 100, "{} edits", told.len());
    let mut held = Vec::new();
    for event in &told {
        if let OutputEvent::Gesture { id, begin, .. } = event {
            match held.iter().position(|known| known == id) {
                Some(place) if !begin => drop(held.remove(place)),
                None if *begin => held.push(*id),
                _ => panic!("{event:?} while {held:?} are held"),
            }
        }
    }
    assert!(held.is_empty(), "{held:?} are held for ever");
    Ok(())
}

#[test]
fn what_is_asked_for_by_osc_is_told_to_a_host_that_rests() -> Result<()> {
    let bundle = Bundle::load()?;
    // A port that is free now.
    let listen = format!("127.0.0.1:{}", port(&socket()?));
    let outputs = json!({"osc": {"listening": true, "listen": listen}});
    let mut instance = routed(&bundle, &outputs, "off")?;
    let sender = socket()?;
    let freeze = message("/impasto/freeze", 1.0);
    // The output parameters are Impasto's own.
    let foreign = message("/impasto/parameter/congruity", 0.5);
    let end = Instant::now() + Duration::from_secs(10);
    let mut told = Vec::new();
    while told.is_empty() && Instant::now() < end {
        let _ = sender.send_to(&foreign, &listen);
        let _ = sender.send_to(&freeze, &listen);
        std::thread::sleep(Duration::from_millis(50));
        told = instance.serve_flush()?;
    }
    let id = parameter_id("freeze");
    let gesture = |begin| OutputEvent::Gesture {
        frame: 0,
        id,
        begin,
    };
    let value = OutputEvent::Value {
        frame: 0,
        id,
        value: 1.0,
    };
    assert_eq!(told[..3], [gesture(true), value, gesture(false)]);
    assert_eq!(saved(&mut instance, "freeze")?, 1.0);
    assert_eq!(saved(&mut instance, "congruity")?, 0.0);
    Ok(())
}
