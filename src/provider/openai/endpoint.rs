//! An address, what a person may see of it, and the HTTP client for it.
//!
//! Loopback addresses and sockets never go through a proxy, and redirects are never followed: what
//! is said to stay on this machine stays, and a key goes only where the person sent it.

use super::Settings;
use crate::base::{causes, is_loopback};
use reqwest::{Certificate, Client, Url, redirect};
use std::path::PathBuf;
use std::time::Duration;

#[derive(Clone)]
pub(super) struct Endpoint {
    /// What paths are appended to: no slash at the end. `None` when the address is unusable.
    pub(super) base: Option<String>,
    /// The query of the address, put behind every path.
    pub(super) query: Option<String>,
    /// Without password and query.
    pub(super) shown: String,
    /// Whether requests stay on this machine.
    pub(super) local: bool,
    pub(super) password: Option<String>,
    socket: Option<PathBuf>,
    tls: bool,
}

impl Endpoint {
    pub(super) fn parse(address: &str) -> Self {
        let address = address.trim();
        if let Some(path) = address.strip_prefix("unix:") {
            return Self {
                base: Some("http://localhost/v1".into()),
                query: None,
                shown: format!("unix:{path}"),
                local: true,
                password: None,
                socket: Some(path.trim_start_matches("//").into()),
                tls: false,
            };
        }
        let url = Url::parse(address)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        let Some(mut url) = url else {
            return Self {
                base: None,
                query: None,
                shown: shown(address),
                local: false,
                password: None,
                socket: None,
                tls: false,
            };
        };
        let query = url.query().map(str::to_owned);
        let password = url.password().map(str::to_owned);
        url.set_query(None);
        url.set_fragment(None);
        Self {
            base: Some(url.as_str().trim_end_matches('/').to_owned()),
            query,
            shown: shown(address),
            local: url.host_str().is_some_and(is_loopback),
            password,
            socket: None,
            tls: url.scheme() == "https",
        }
    }

    /// Makes the client. Reads files and the system's certificates: not for a thread that draws.
    ///
    /// # Errors
    /// Says in words which file or setting is to blame.
    pub(super) fn client(&self, settings: &Settings) -> Result<Client, String> {
        let mut builder = Client::builder()
            .connect_timeout(settings.connect_timeout)
            .redirect(redirect::Policy::none())
            .referer(false)
            .tcp_nodelay(true)
            // A connection that rested longer may be dead without anybody having said so.
            .pool_idle_timeout(Duration::from_secs(30))
            .tcp_keepalive(Duration::from_secs(15))
            // Servers near by close a connection at the moment it is used again, and a new one is
            // cheap there. With TLS it is not.
            .pool_max_idle_per_host(if self.tls { 4 } else { 0 })
            .user_agent(concat!("cowrite/", env!("CARGO_PKG_VERSION")));
        match settings.proxy.as_deref() {
            _ if self.local => builder = builder.no_proxy(),
            Some("none") => builder = builder.no_proxy(),
            Some(address) => {
                let proxy = reqwest::Proxy::all(address).map_err(|_| {
                    format!("{} is no proxy: write http://host:port.", shown(address))
                })?;
                builder = builder.no_proxy().proxy(proxy);
            }
            None => {}
        }
        if !self.tls && self.local {
            // Nothing to verify: skip reading the system's certificates.
            builder = builder.tls_certs_only([]);
        } else if let Some(file) = &settings.ca_file {
            let shown = file.display();
            let pem = std::fs::read(file)
                .map_err(|why| format!("The certificates in {shown} can't be read: {why}"))?;
            let certificates = Certificate::from_pem_bundle(&pem)
                .ok()
                .filter(|list| !list.is_empty())
                .ok_or_else(|| format!("{shown} holds no certificate in PEM form."))?;
            builder = builder.tls_certs_merge(certificates);
        }
        if let Some(socket) = &self.socket {
            builder = with_socket(builder, socket)?;
        }
        builder
            .build()
            .map_err(|why| format!("Secure connections could not be set up: {}", causes(&why)))
    }
}

#[cfg(unix)]
#[allow(clippy::unnecessary_wraps, reason = "other systems have no such sockets")]
fn with_socket(
    builder: reqwest::ClientBuilder,
    path: &std::path::Path,
) -> Result<reqwest::ClientBuilder, String> {
    Ok(builder.unix_socket(path))
}

#[cfg(not(unix))]
fn with_socket(
    _builder: reqwest::ClientBuilder,
    path: &std::path::Path,
) -> Result<reqwest::ClientBuilder, String> {
    Err(format!("This system has no sockets like {}.", path.display()))
}

/// The address without user, password, query and fragment.
pub(super) fn shown(address: &str) -> String {
    let address = address.trim();
    let end = address.find(['?', '#']).unwrap_or(address.len());
    let address = &address[..end];
    let shown = match address.split_once("://") {
        Some((scheme, rest)) => {
            let host_end = rest.find('/').unwrap_or(rest.len());
            let host = rest[..host_end].rsplit('@').next().unwrap_or_default();
            format!("{scheme}://{host}{}", &rest[host_end..])
        }
        None => address.rsplit('@').next().unwrap_or_default().to_owned(),
    };
    super::super::fault::clean(shown.trim_end_matches('/'), super::super::fault::MOST_CHARS)
}
