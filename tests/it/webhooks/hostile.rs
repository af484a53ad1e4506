//! Addresses that lead inside, in the spellings that attackers use: none is registered, and none is called.

use super::{call_to, secret};
use crate::kit::world::on_both_databases;
use relais::delivery::webhook::{LIMITS, call};
use relais::domain::delivery::AttemptResult;
use relais::domain::time::Timestamp;
use relais::domain::webhook::check_url;
use relais::egress::{Client, PrivateHosts, is_public, judge};
use serde_json::{Value, json};
use std::net::IpAddr;

/// URLs that nobody may register.
const URLS: [&str; 53] = [
    // Not encrypted, or another protocol.
    "http://hooks.example.org/",
    "ftp://hooks.example.org/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_INFO",
    "data:text/plain,x",
    "javascript://hooks.example.org/%0aalert(1)",
    // Loopback as a number.
    "https://127.0.0.1/",
    "https://127.1/",
    "https://127.0.1/",
    "https://2130706433/",
    "https://017700000001/",
    "https://0177.0.0.1/",
    "https://0x7f000001/",
    "https://0x7f.0x0.0x0.0x1/",
    "https://0/",
    "https://0.0.0.0/",
    "https://127.0.0.1./",
    // In other digits and dots.
    "https://１２７.０.０.１/",
    "https://127。0。0。1/",
    "https://①②⑦.⓪.⓪.①/",
    "https://%31%32%37.0.0.1/",
    // As IPv6.
    "https://[::]/",
    "https://[::1]/",
    "https://[0000:0000:0000:0000:0000:0000:0000:0001]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[::127.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[2002:7f00:1::]/",
    "https://[2001:0:7f00:1::]/",
    "https://[fe80::1]/",
    "https://[fd00:ec2::254]/",
    // Names of one's own machine, network and cloud.
    "https://localhost/",
    "https://LOCALHOST/",
    "https://localhost./",
    "https://any.localhost/",
    "https://ｌｏｃａｌｈｏｓｔ/",
    "https://printer.local/",
    "https://router.home.arpa/",
    "https://metadata.google.internal/computeMetadata/v1/",
    "https://instance-data/latest/meta-data/",
    "https://metadata/",
    "https://169.254.169.254/latest/meta-data/",
    "https://0xa9fea9fe/latest/meta-data/",
    "https://100.100.100.200/latest/meta-data/",
    "https://168.63.129.16/machine",
    // What looks like another host.
    "https://hooks.example.org@127.0.0.1/",
    "https://hooks.example.org:443@127.0.0.1/",
    "https://hooks.example.org\\@127.0.0.1/",
    "https://127.0.0.1\\@hooks.example.org/",
    // Where other services listen.
    "https://hooks.example.org:22/",
    "https://hooks.example.org:6379/",
    "https://hooks.example.org:80/",
];

/// Addresses that nobody may be led to, one of each kind of place.
const ADDRESSES: [&str; 30] = [
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.254",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:10.0.0.1",
    "::10.0.0.1",
    "64:ff9b::a00:1",
    "64:ff9b:1::a00:1",
    "2001:0:a00:1::",
    "2002:a00:1::1",
    "2001:db8::1",
    "fc00::1",
    "fe80::1",
    "ff02::1",
];

/// Addresses that somebody may really mean.
const GOOD: [&str; 4] = [
    "https://hooks.example.org/relais?key=1",
    "https://hooks.example.org:443/",
    "https://8.8.8.8/relais",
    "https://[2606:4700:4700::1111]/relais",
];

fn url_of(address: &str) -> String {
    if address.contains(':') { format!("https://[{address}]/") } else { format!("https://{address}/") }
}

fn all() -> impl Iterator<Item = String> {
    URLS.iter().map(|url| (*url).to_owned()).chain(ADDRESSES.iter().map(|address| url_of(address)))
}

#[test]
fn no_address_that_leads_inside_passes_as_it_is_typed() {
    let passes = |url: &str| check_url(url).is_ok_and(|url| judge(&url, &PrivateHosts::default()).is_ok());
    let passed: Vec<String> = all().filter(|url| passes(url)).collect();
    assert_eq!(passed, Vec::<String>::new());
    for address in ADDRESSES {
        assert!(!is_public(address.parse::<IpAddr>().expect("an address")), "{address}");
    }
    let refused: Vec<&str> = GOOD.into_iter().filter(|url| !passes(url)).collect();
    assert!(refused.is_empty(), "{refused:?}");
}

/// Whatever has come to stand in the database, it is judged again.
#[tokio::test]
async fn none_of_them_is_called() {
    let client = Client::to_public_hosts(LIMITS).expect("a client");
    let now = Timestamp::parse("2026-11-28T10:00:00Z").expect("an instant");
    for url in all() {
        // A parser reads a turned stroke as a straight one: what is called then is another host, on the internet.
        if url.contains("\\@127") {
            continue;
        }
        let answer = call(&client, &call_to(&url, vec![secret(1)], now), now).await;
        assert_eq!((answer.result, answer.http_status), (AttemptResult::Forbidden, None), "{url}");
    }
}

on_both_databases! {
    async fn none_of_them_is_registered_and_the_refusal_names_the_field(world: World) {
        let coordinator = world.person("coordinator");
        for url in all() {
            let answer = world.act(&coordinator, "webhookEndpointCreate", &json!({ "url": url })).await;
            let told = answer.at("webhookEndpointCreate");
            assert_eq!(told["webhookEndpoint"], Value::Null, "{url}");
            assert_eq!(told["errors"][0]["problem"], "WEBHOOK_ADDRESS", "{url}: {}", answer.text());
            assert_eq!(told["errors"][0]["path"], json!(["input", "url"]), "{url}");
        }
        let listed = world.ask(&coordinator, "{ webhookEndpoints { id } }", json!({})).await;
        assert_eq!(listed.at("webhookEndpoints"), &json!([]));
    }
}
