use std::time::{Duration, Instant};

use outputs::OutputSettings;
use outputs::network::{NetworkStatus, RouteState};

use crate::{Rig, address, free_address, osc_at, osc_to, packet, receiver};

/// The threads of this process that are Impasto's, by name.
#[cfg(target_os = "linux")]
fn threads() -> Vec<String> {
    let tasks = std::fs::read_dir("/proc/self/task").expect("Linux");
    tasks
        .filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("comm")).ok())
        .map(|name| name.trim().to_owned())
        .filter(|name| name.starts_with("impasto-"))
        .collect()
}

/// Everything on, to and at ports of this machine.
fn all() -> OutputSettings {
    let mut settings = osc_at(&free_address());
    settings.osc.enabled = true;
    settings.osc.target = free_address();
    settings.light.enabled = true;
    settings.light.target = free_address();
    settings
}

fn all_on(status: &NetworkStatus) -> bool {
    let states = [
        &status.osc_out.state,
        &status.osc_in.state,
        &status.light.state,
    ];
    states.iter().all(|state| **state == RouteState::On)
}

/// In a process of its own, as other tests have threads of the same names.
#[cfg(target_os = "linux")]
#[test]
fn threads_are_there_only_while_something_is_on() {
    const CHILD: &str = "IMPASTO_TEST_THREADS";
    if std::env::var_os(CHILD).is_none() {
        let name = "lifetime::threads_are_there_only_while_something_is_on";
        let status = std::process::Command::new(std::env::current_exe().expect("this test"))
            .args([name, "--exact"])
            .env(CHILD, "1")
            .status();
        assert!(status.expect("run").success());
        return;
    }
    let mut rig = Rig::with(&OutputSettings::default());
    assert!(threads().is_empty());
    rig.network.apply(&all());
    rig.wait(all_on);
    let mut names = threads();
    names.sort();
    assert_eq!(names, ["impasto-receive", "impasto-send"]);
    rig.network.apply(&OutputSettings::default());
    let start = Instant::now();
    while !threads().is_empty() {
        assert!(start.elapsed() < Duration::from_secs(2), "{:?}", threads());
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn it_goes_quickly() {
    for _ in 0..5 {
        let rig = Rig::with(&all());
        rig.wait(all_on);
        let start = Instant::now();
        drop(rig);
        let taken = start.elapsed();
        assert!(taken < Duration::from_millis(200), "{taken:?}");
    }
}

#[test]
fn applying_waits_for_nothing() {
    let mut rig = Rig::new();
    let settings = [
        all(),
        OutputSettings::default(),
        all(),
        OutputSettings::default(),
    ];
    let start = Instant::now();
    for settings in settings.iter().cycle().take(40) {
        rig.network.apply(settings);
    }
    let taken = start.elapsed() / 40;
    assert!(taken < Duration::from_millis(20), "{taken:?}");
}

#[test]
fn off_and_on_again_takes_the_same_port() {
    let at = free_address();
    let mut rig = Rig::new();
    for _ in 0..5 {
        rig.network.apply(&osc_at(&at));
        rig.wait(|status| status.osc_in.state == RouteState::On);
        rig.network.apply(&OutputSettings::default());
        assert_eq!(rig.network.status().osc_in.state, RouteState::Off);
    }
}

#[test]
fn two_instances_cannot_listen_at_one_port_but_both_can_send() {
    let (at, target) = (free_address(), receiver());
    let mut settings = osc_at(&at);
    settings.osc.enabled = true;
    settings.osc.target = address(&target);
    let first = Rig::with(&settings);
    first.wait(|status| status.osc_in.state == RouteState::On);
    packet(&target);
    let second = Rig::with(&settings);
    second.wait(|status| matches!(status.osc_in.state, RouteState::Failed { .. }));
    packet(&target);
    drop(first);
    second.wait(|status| status.osc_in.state == RouteState::On);
}

#[test]
fn the_same_settings_change_nothing() {
    let target = receiver();
    let mut rig = Rig::with(&osc_to(&target));
    packet(&target);
    for _ in 0..1000 {
        rig.network.apply(&osc_to(&target));
    }
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(rig.network.status().osc_out.counts.sent, 1);
}
