//! A mail server that is busy, that knows the mailbox no more, or that is dead for a day.

use super::{agreed, deliveries, link, mails, opened, post_by, post_to, settings, tell};
use crate::clocks;
use crate::kit::loop_calls::to_the_lawyers;
use crate::kit::world::on_both_databases;
use crate::mail::header;
use crate::mail::sink::{Described, PATIENT, Sink};
use crate::partner_pages::{address, forms};
use relais::egress::mail::{MailEncryption, MailServer, Mailer};
use relais::i18n::Language;
use std::collections::BTreeSet;

/// A mailer whose server is down.
fn mailer_to_nobody(sink: &Sink) -> Mailer {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let server = MailServer { port, ..sink.server(MailEncryption::Tls) };
    Mailer::new(server, PATIENT).expect("a mailer")
}

on_both_databases! {
    async fn a_mail_that_is_refused_for_now_comes_later_with_the_same_link_and_once(world: World) {
        let busy = Described { answers: &["DATA=451 4.3.0 later"], ..Described::by("tls") };
        let (Some(busy), Some(sink)) = (Sink::start(&busy), Sink::start(&Described::by("tls"))) else { return };
        agreed(&world, settings(Language::French)).await;
        let sent = world.sent(&to_the_lawyers()).await;
        tell(&post_to(&world, &busy)).await;
        let refused = busy.refused();
        assert_eq!(deliveries(&world, &sent).await, ["REFERRAL_OFFERED WAITING 1 REFUSED"]);
        world.pass_seconds(10);
        for _ in 0..3 {
            tell(&post_to(&world, &sink)).await;
            world.pass_hours(1);
        }
        let taken = sink.mail();
        assert_eq!(header(&taken, "Message-ID"), header(&refused, "Message-ID"));
        assert_eq!(link(&taken), link(&refused));
        assert_eq!(deliveries(&world, &sent).await, ["REFERRAL_OFFERED DELIVERED 2 TAKEN"]);
        assert_eq!((mails(busy), mails(sink)), (0, 1));
    }

    async fn a_mailbox_that_is_there_no_more_is_said_to_the_sender(world: World) {
        let unknown = Described { answers: &["RCPT=550 5.1.1 no such user"], ..Described::by("tls") };
        let Some(sink) = Sink::start(&unknown) else { return };
        let sent = world.sent(&to_the_lawyers()).await;
        for _ in 0..3 {
            tell(&post_to(&world, &sink)).await;
            world.pass_hours(12);
        }
        assert_eq!(deliveries(&world, &sent).await, ["REFERRAL_OFFERED GIVEN_UP 1 REJECTED"]);
        assert_eq!(sink.ended().len(), 1, "it was asked once");
    }

    async fn a_day_without_a_mail_server_loses_nothing_and_sends_nothing_twice(world: World) {
        let Some(sink) = Sink::start(&Described::by("tls")) else { return };
        agreed(&world, settings(Language::French)).await;
        let down = post_by(&world, mailer_to_nobody(&sink));
        let mut sent = vec![world.sent(&to_the_lawyers()).await];
        let mut attempts = Vec::new();
        for tick in 1..=144 {
            tell(&down).await;
            if tick % 6 == 0 {
                attempts.push(deliveries(&world, &sent[0]).await);
                clocks::run(&world).await;
            }
            if tick % 48 == 0 {
                sent.push(world.sent(&to_the_lawyers()).await);
            }
            world.pass_minutes(10);
        }
        attempts.dedup();
        let waits = |times| [format!("REFERRAL_OFFERED WAITING {times} UNREACHABLE")];
        assert_eq!(attempts.first().map(|told| told[..].to_vec()), Some(waits(3).to_vec()), "soon, while it may be brief");
        let last = attempts.last().expect("an hour");
        assert_eq!(last[..], waits(7)[..], "and then ever more seldom: {attempts:?}");

        let up = post_to(&world, &sink);
        for _ in 0..60 {
            tell(&up).await;
            world.pass_minutes(10);
        }
        let mut ids = BTreeSet::new();
        for _ in &sent {
            let mail = sink.mail();
            assert!(ids.insert(header(&mail, "Message-ID").to_owned()), "each once");
            opened(&world, &link(&mail), Language::French).await;
        }
        for referral in &sent {
            let told = deliveries(&world, referral).await;
            assert!(told.len() == 1 && told[0].contains(" DELIVERED ") && told[0].ends_with(" TAKEN"), "{told:?}");
        }
        assert_eq!(mails(sink), sent.len(), "one mail for each");
    }

    async fn a_link_that_came_late_opens_what_the_first_would_have(world: World) {
        let Some(sink) = Sink::start(&Described::by("tls")) else { return };
        agreed(&world, settings(Language::French)).await;
        let sent = world.sent(&to_the_lawyers()).await;
        tell(&post_by(&world, mailer_to_nobody(&sink))).await;
        world.pass_hours(24);
        tell(&post_to(&world, &sink)).await;
        let mut browser = opened(&world, &link(&sink.mail()), Language::French).await;
        assert!(forms(&browser.get(&address(&sent)).await).contains(&"decide"));
    }
}
