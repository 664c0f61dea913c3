//! What every client of the network here agrees on: which hosts are this machine, and how the causes
//! of an error are said. Opens no connection.

use core::net::IpAddr;
use std::error::Error;

/// Whether a host is this machine, whatever network there is.
pub fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']').trim_end_matches('.');
    if host == "localhost" || host.ends_with(".localhost") {
        return true;
    }
    match host.parse() {
        Ok(IpAddr::V4(ip)) => ip.is_loopback(),
        Ok(IpAddr::V6(ip)) => {
            ip.is_loopback() || ip.to_ipv4_mapped().is_some_and(|ip| ip.is_loopback())
        }
        Err(_) => false,
    }
}

/// The causes of an error, the outermost (which repeats the address) left out where there are
/// others.
pub fn causes(error: &dyn Error) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut cause = error.source();
    // Real chains have five links.
    for _ in 0..16 {
        let Some(at) = cause else { break };
        let text = at.to_string();
        // The HTTP library's own layer only says that there is a cause.
        if !text.starts_with("client error") && !parts.iter().any(|part| part.contains(&text)) {
            parts.push(text);
        }
        cause = at.source();
    }
    let all = if parts.is_empty() { error.to_string() } else { parts.join(": ") };
    // The sentence around it has an end of its own.
    all.trim_end_matches('.').to_owned()
}
