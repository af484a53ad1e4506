//! `relais doctor`: whether this installation works, line by line, and what to do where it does not.

use super::mail::mailer;
use super::open;
use crate::actions::Context;
use crate::config::Config;
use crate::domain::time::Timestamp;
use crate::egress::mail::MailFault;
use crate::store::Waiting;
use clap::Args;
use serde::Serialize;

#[derive(Debug, Args)]
pub(super) struct DoctorArguments {
    /// Print one JSON object instead of lines for people.
    #[arg(long)]
    json: bool,
}

/// Clocks further apart than this are not one time any more: links and codes would end too soon or too late.
const CLOCKS_APART_SECONDS: i64 = 60;

/// What waits for longer is not on its way: something that takes nothing, or nobody who sends.
const WAITING_MINUTES: i64 = 60;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Ok,
    Warning,
    Failure,
}

impl State {
    const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failure => "failure",
        }
    }
}

/// What was found of one thing, and what to do about it.
#[derive(Debug, Serialize)]
struct Finding {
    about: &'static str,
    state: State,
    told: String,
    advice: &'static str,
}

impl Finding {
    fn ok(about: &'static str, told: impl Into<String>) -> Self {
        Self { about, state: State::Ok, told: told.into(), advice: "" }
    }

    fn warning(about: &'static str, told: impl Into<String>, advice: &'static str) -> Self {
        Self { about, state: State::Warning, told: told.into(), advice }
    }

    fn failure(about: &'static str, told: impl Into<String>, advice: &'static str) -> Self {
        Self { about, state: State::Failure, told: told.into(), advice }
    }

    fn line(&self) -> String {
        let line = format!("{:<9}{:<10}{}", self.state.name(), self.about, self.told);
        if self.advice.is_empty() { line } else { format!("{line}: {}", self.advice) }
    }
}

/// Looks at everything, prints what was found, and fails where something fails.
pub(super) async fn run_doctor(config: &Config, arguments: &DoctorArguments) -> anyhow::Result<()> {
    let mut findings = look_at_database(config).await;
    findings.extend(look_at_mail(config).await);
    if arguments.json {
        println!("{}", serde_json::json!({ "findings": findings }));
    } else {
        findings.iter().for_each(|finding| println!("{}", finding.line()));
    }
    let failures = findings.iter().filter(|finding| finding.state == State::Failure).count();
    anyhow::ensure!(failures == 0, "what fails: {failures}");
    Ok(())
}

async fn look_at_database(config: &Config) -> Vec<Finding> {
    const ABOUT: &str = "database";
    let app = match open(config).await {
        Ok(app) => app,
        Err(error) => {
            return vec![Finding::failure(ABOUT, format!("{error:#}"), "see RELAIS_DATABASE_URL and the key settings")];
        }
    };
    let context = app.context();
    let schema = match context.store.has_current_schema().await {
        Ok(true) => Finding::ok(ABOUT, "reachable, its schema is current"),
        Ok(false) => Finding::failure(ABOUT, "its schema is another program's", "run `relais migrate` of one version"),
        Err(error) => Finding::failure(ABOUT, error.to_string(), "see RELAIS_DATABASE_URL"),
    };
    let findings = vec![schema, look_at_clocks(context).await, look_at_outbox(context).await];
    app.close().await;
    findings
}

async fn look_at_clocks(context: &Context) -> Finding {
    match context.store.read_database_time().await {
        Ok(database) => compare_clocks(context.clock.now(), database),
        Err(error) => Finding::failure("clock", error.to_string(), "see RELAIS_DATABASE_URL"),
    }
}

fn compare_clocks(machine: Timestamp, database: Timestamp) -> Finding {
    const ABOUT: &str = "clock";
    let apart = (machine.microseconds() - database.microseconds()).abs() / 1_000_000;
    if apart > CLOCKS_APART_SECONDS {
        let told = format!("this machine and the database are {apart} s apart");
        return Finding::warning(ABOUT, told, "let both be set by NTP");
    }
    Finding::ok(ABOUT, "this machine and the database agree")
}

async fn look_at_outbox(context: &Context) -> Finding {
    match context.store.count_waiting_deliveries().await {
        Ok(waiting) => judge_outbox(waiting, context.clock.now()),
        Err(error) => Finding::failure("outbox", error.to_string(), "see RELAIS_DATABASE_URL"),
    }
}

fn judge_outbox(waiting: Waiting, now: Timestamp) -> Finding {
    const ABOUT: &str = "outbox";
    let Some(oldest_at) = waiting.oldest_at else { return Finding::ok(ABOUT, "nothing waits") };
    let minutes = now.minutes_since(oldest_at).max(0);
    let told = format!("waiting: {}, the oldest for {} h {:02} min", waiting.count, minutes / 60, minutes % 60);
    if minutes < WAITING_MINUTES {
        return Finding::ok(ABOUT, told);
    }
    Finding::warning(ABOUT, told, "an endpoint takes nothing, or neither `relais serve` nor `relais worker` runs")
}

async fn look_at_mail(config: &Config) -> Vec<Finding> {
    const ABOUT: &str = "mail";
    let mailer = match mailer(config) {
        Ok(Some(mailer)) => mailer,
        Ok(None) => {
            let advice = "set RELAIS_SMTP__HOST and RELAIS_SMTP__FROM, or call partners by phone";
            return vec![Finding::warning(ABOUT, "no mail server is configured", advice)];
        }
        Err(error) => return vec![Finding::failure(ABOUT, format!("{error:#}"), "correct the configuration")],
    };
    let mail = match mailer.check().await {
        Ok(()) => Finding::ok(ABOUT, "the mail server answers, encrypted, and lets us in"),
        Err(fault) => Finding::failure(ABOUT, fault.to_string(), advice_on(fault)),
    };
    vec![mail, look_at_links(config)]
}

/// A link to this machine leads a partner nowhere.
fn look_at_links(config: &Config) -> Finding {
    const ABOUT: &str = "links";
    if config.server.public_url.is_empty() {
        let told = format!("in mails they lead to {}", config.server.public_address());
        return Finding::warning(ABOUT, told, "set RELAIS_SERVER__PUBLIC_URL");
    }
    Finding::ok(ABOUT, format!("in mails they lead to {}", config.server.public_address()))
}

const fn advice_on(fault: MailFault) -> &'static str {
    match fault {
        MailFault::Unreachable => "see RELAIS_SMTP__HOST, RELAIS_SMTP__PORT and what the firewall lets out",
        MailFault::NotTrusted => {
            "its certificate has to be for RELAIS_SMTP__HOST, not outdated, and of an authority of the system or of RELAIS_SMTP__CA_FILE"
        }
        MailFault::NotEncrypted => {
            "see RELAIS_SMTP__SECURITY (`tls` goes with port 465, `starttls` with 587), and who may sit on the line"
        }
        MailFault::TimedOut => "see RELAIS_SMTP__PORT and what the firewall lets out",
        MailFault::LoginRefused => "see RELAIS_SMTP__USERNAME and RELAIS_SMTP__PASSWORD_FILE",
        MailFault::Refused | MailFault::Rejected => "ask whoever runs it whether this machine may send",
        MailFault::Unsendable => "see RELAIS_SMTP__FROM",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).expect("an instant")
    }

    #[test]
    fn clocks_that_are_more_than_a_minute_apart_are_told() {
        let database = at("2026-11-28T10:00:00Z");
        for (machine, expected) in [
            ("2026-11-28T10:00:00Z", State::Ok),
            ("2026-11-28T10:01:00Z", State::Ok),
            ("2026-11-28T10:01:01Z", State::Warning),
            ("2026-11-28T09:58:59Z", State::Warning),
        ] {
            let found = compare_clocks(at(machine), database);
            assert_eq!(found.state, expected, "{machine}");
        }
        let line = compare_clocks(at("2026-11-28T11:00:00Z"), database).line();
        assert_eq!(line, "warning  clock     this machine and the database are 3600 s apart: let both be set by NTP");
    }

    #[test]
    fn what_waits_for_an_hour_is_told() {
        let now = at("2026-11-28T12:05:00Z");
        for (oldest_at, expected, told) in [
            (None, State::Ok, "nothing waits"),
            (Some("2026-11-28T11:05:01Z"), State::Ok, "waiting: 3, the oldest for 0 h 59 min"),
            (Some("2026-11-28T10:00:00Z"), State::Warning, "waiting: 3, the oldest for 2 h 05 min"),
        ] {
            let found = judge_outbox(Waiting { count: 3, oldest_at: oldest_at.map(at) }, now);
            assert_eq!((found.state, found.told.as_str()), (expected, told));
        }
    }
}
