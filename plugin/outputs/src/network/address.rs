//! Which addresses are sent to, received at and obeyed.
//!
//! Addresses are numbers, never names: looking a name up asks machines that the user
//! has not named, and may take seconds.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use sacn::packet::{ACN_SDT_MULTICAST_PORT, universe_to_ipv4_multicast_addr};
use thiserror::Error;

use crate::settings::LightSettings;

/// As much of a wrong text as a message repeats, in characters.
const QUOTED: usize = 60;

/// Why an address is not used, in a sentence that says what to do.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum AddressError {
    /// No IP address with a port.
    #[error(
        "“{0}” is not an IP address and a port: write for example 127.0.0.1:9000 or [::1]:9000; names are not looked up"
    )]
    NotAnEndpoint(String),
    /// No IP address.
    #[error("“{0}” is not an IP address: write for example 192.168.1.20; names are not looked up")]
    NotAnAddress(String),
    /// Port 0.
    #[error("Nothing can be sent to or received at port 0: choose a port from 1 to 65535")]
    NoPort,
    /// 0.0.0.0 or [::].
    #[error("{0} means no machine in particular: write the address of the one that is to receive")]
    Unspecified(IpAddr),
    /// A group of machines.
    #[error(
        "{0} is the address of a group of machines: write the address of the one that is to receive"
    )]
    Multicast(IpAddr),
    /// All machines.
    #[error("{0} reaches every machine: write the address of the one that is to receive")]
    Broadcast(IpAddr),
    /// An empty list of senders.
    #[error("Nobody is allowed to send: add the IP address of the machine that sends")]
    NobodyAllowed,
    /// IPv6 where only IPv4 will do.
    #[error(
        "Groups of light are sent to by IPv4: write an IPv4 address of this machine for the interface, or leave it empty"
    )]
    Interface,
}

/// Where packets of light go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LightTarget {
    /// One machine, or a universe's group.
    pub address: SocketAddr,
    /// This machine's address on the network that carries the group; `None` leaves the
    /// choice to the system.
    pub interface: Option<Ipv4Addr>,
}

/// The one machine that OSC is sent to.
///
/// # Errors
/// If `text` is no IP address with a port, or not one machine's.
pub fn target(text: &str) -> Result<SocketAddr, AddressError> {
    let address = endpoint(text)?;
    one_machine(address.ip())?;
    Ok(address)
}

/// Where OSC is received: an address of this machine, or 0.0.0.0 or [::] for all it has.
///
/// # Errors
/// If `text` is no IP address with a port, or cannot be this machine's own.
pub fn listen(text: &str) -> Result<SocketAddr, AddressError> {
    let address = endpoint(text)?;
    if !address.ip().is_unspecified() {
        one_machine(address.ip())?;
    }
    Ok(address)
}

/// Whose OSC is obeyed.
///
/// # Errors
/// If there is none, or one is no IP address.
pub fn allowed(texts: &[String]) -> Result<Vec<IpAddr>, AddressError> {
    let written = texts.iter().filter(|text| !text.trim().is_empty());
    let addresses = written
        .map(|text| address(text))
        .collect::<Result<Vec<_>, _>>()?;
    if addresses.is_empty() {
        return Err(AddressError::NobodyAllowed);
    }
    Ok(addresses)
}

/// Where `settings` have light sent: to the target, at port 5568 (ANSI E1.31-2018,
/// section 9.1.1) unless it names another, or to the universe's group (section 9.3.1).
///
/// # Errors
/// If the target is not one machine's address, or the interface no IPv4 address.
pub fn light(settings: &LightSettings) -> Result<LightTarget, AddressError> {
    if settings.multicast {
        let group = universe_to_ipv4_multicast_addr(settings.universe)
            .ok()
            .and_then(|address| address.as_socket());
        return Ok(LightTarget {
            // Universes are in range once they are checked.
            address: group.ok_or(AddressError::NoPort)?,
            interface: interface(&settings.interface)?,
        });
    }
    let text = settings.target.trim();
    let address = match text.parse::<SocketAddr>() {
        Ok(_) => endpoint(text)?,
        Err(_) => SocketAddr::new(address(text)?, ACN_SDT_MULTICAST_PORT),
    };
    one_machine(address.ip())?;
    Ok(LightTarget {
        address,
        interface: None,
    })
}

fn interface(text: &str) -> Result<Option<Ipv4Addr>, AddressError> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    match address(text)? {
        IpAddr::V4(address) => Ok(Some(address)),
        IpAddr::V6(_) => Err(AddressError::Interface),
    }
}

fn endpoint(text: &str) -> Result<SocketAddr, AddressError> {
    let mut address: SocketAddr = text
        .trim()
        .parse()
        .map_err(|_| AddressError::NotAnEndpoint(quoted(text)))?;
    if address.port() == 0 {
        return Err(AddressError::NoPort);
    }
    // Only where it is an IPv4 address in disguise, as setting it loses the scope.
    if address.ip().to_canonical() != address.ip() {
        address.set_ip(address.ip().to_canonical());
    }
    Ok(address)
}

fn address(text: &str) -> Result<IpAddr, AddressError> {
    let address: Result<IpAddr, _> = text.trim().parse();
    address
        .map(|address| address.to_canonical())
        .map_err(|_| AddressError::NotAnAddress(quoted(text)))
}

fn one_machine(ip: IpAddr) -> Result<(), AddressError> {
    if ip.is_unspecified() {
        Err(AddressError::Unspecified(ip))
    } else if ip.is_multicast() {
        Err(AddressError::Multicast(ip))
    } else if ip == IpAddr::V4(Ipv4Addr::BROADCAST) {
        Err(AddressError::Broadcast(ip))
    } else {
        Ok(())
    }
}

fn quoted(text: &str) -> String {
    let text = text.trim();
    let mut cut: String = text.chars().take(QUOTED).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_machine_is_sent_to() {
        for good in [
            "127.0.0.1:9000",
            " 192.168.1.20:1 ",
            "[::1]:9000",
            "[fe80::1%2]:9000",
        ] {
            target(good).unwrap_or_else(|error| panic!("{good}: {error}"));
        }
        assert_eq!(
            target("[::ffff:10.0.0.1]:9000"),
            Ok(SocketAddr::from(([10, 0, 0, 1], 9000)))
        );
        let refused = |text: &str| target(text).expect_err(text);
        for text in [
            "localhost:9000",
            "127.0.0.1",
            "",
            "127.0.0.1:99999",
            "::1:9000",
        ] {
            assert!(
                matches!(refused(text), AddressError::NotAnEndpoint(_)),
                "{text}"
            );
        }
        assert_eq!(refused("127.0.0.1:0"), AddressError::NoPort);
        for text in ["0.0.0.0:9000", "[::]:9000", "[::ffff:0.0.0.0]:9000"] {
            assert!(
                matches!(refused(text), AddressError::Unspecified(_)),
                "{text}"
            );
        }
        for text in [
            "239.255.0.1:9000",
            "[ff02::1]:9000",
            "[::ffff:224.0.0.1]:9000",
        ] {
            assert!(
                matches!(refused(text), AddressError::Multicast(_)),
                "{text}"
            );
        }
        for text in ["255.255.255.255:9000", "[::ffff:255.255.255.255]:9000"] {
            assert!(
                matches!(refused(text), AddressError::Broadcast(_)),
                "{text}"
            );
        }
    }

    #[test]
    fn all_interfaces_are_received_at_if_asked_for() {
        assert!(listen("0.0.0.0:9001").is_ok() && listen("[::]:9001").is_ok());
        assert!(listen("239.255.0.1:9001").is_err() && listen("0.0.0.0:0").is_err());
    }

    #[test]
    fn somebody_is_allowed() {
        let list = |texts: &[&str]| {
            texts
                .iter()
                .map(|text| (*text).to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(allowed(&list(&[" "])), Err(AddressError::NobodyAllowed));
        assert_eq!(
            allowed(&list(&["", "::ffff:10.0.0.1"])).map(|all| all.len()),
            Ok(1)
        );
        assert!(allowed(&list(&["10.0.0.1", "a mixer"])).is_err());
    }

    #[test]
    fn light_goes_to_the_target_unless_a_group_is_asked_for() {
        let mut settings = LightSettings {
            universe: 513,
            ..LightSettings::default()
        };
        let unicast = light(&settings).expect("the default");
        assert_eq!(unicast.address, SocketAddr::from(([127, 0, 0, 1], 5568)));
        settings.target = "[::1]:7000".to_owned();
        assert_eq!(light(&settings).expect("good").address.port(), 7000);
        settings.target = "239.255.0.1".to_owned();
        assert!(matches!(light(&settings), Err(AddressError::Multicast(_))));
        settings.multicast = true;
        let group = light(&settings).expect("asked for");
        assert_eq!(group.address, SocketAddr::from(([239, 255, 2, 1], 5568)));
        settings.interface = "::1".to_owned();
        assert_eq!(light(&settings), Err(AddressError::Interface));
    }

    #[test]
    fn a_long_text_is_cut() {
        let message = target(&"ä".repeat(100_000))
            .expect_err("no address")
            .to_string();
        assert!(message.chars().count() < 250, "{message}");
    }
}
