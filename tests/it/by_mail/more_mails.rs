//! What the mailbox is written to after the first mail: a reminder, an answer, an end.

use super::{agreed, as_it_stands, deliveries, in_france, link, mails, opened, post_to, press, settings, tell};
use crate::clocks;
use crate::kit::browser::Browser;
use crate::kit::loop_calls::to_the_lawyers;
use crate::kit::world::on_both_databases;
use crate::mail::header;
use crate::mail::sink::{Described, Sink};
use crate::partner_pages::{address, done, forms};
use axum::http::StatusCode;
use relais::i18n::Language;
use serde_json::json;

on_both_databases! {
    async fn who_gives_no_sign_is_written_to_once_more_and_either_link_opens(world: World) {
        let Some(sink) = Sink::start(&Described::by("tls")) else { return };
        in_france(&world).await;
        agreed(&world, settings(Language::English)).await;
        let (sent, post) = (world.sent(&to_the_lawyers()).await, post_to(&world, &sink));
        tell(&post).await;
        let first = sink.mail();
        world.set_clock("2026-11-25T18:50:12.345678Z");
        clocks::run(&world).await;
        tell(&post).await;
        let second = sink.mail();
        assert_eq!(header(&second, "Subject"), "[PASS-2] Relais: something waits for you", "the time it had is over");
        assert_ne!(header(&first, "Message-ID"), header(&second, "Message-ID"));
        assert_eq!(
            deliveries(&world, &sent).await,
            ["REFERRAL_OFFERED DELIVERED 1 TAKEN", "REFERRAL_REMINDED DELIVERED 1 TAKEN"]
        );
        for mail in [&first, &second] {
            let mut browser = opened(&world, &link(mail), Language::English).await;
            assert!(forms(&browser.get(&address(&sent)).await).contains(&"decide"));
        }
        assert_eq!(mails(sink), 2);
    }

    async fn the_answer_to_a_question_is_told_by_mail_and_read_by_its_link(world: World) {
        let Some(sink) = Sink::start(&Described::by("tls")) else { return };
        in_france(&world).await;
        agreed(&world, settings(Language::English)).await;
        let (sent, post) = (world.sent(&to_the_lawyers()).await, post_to(&world, &sink));
        tell(&post).await;
        let mut browser = opened(&world, &link(&sink.mail()), Language::English).await;
        done(&mut browser, &sent, "decide", &[("choice", "acknowledge")]).await;
        done(&mut browser, &sent, "ask", &[("choice", "escort_needed"), ("typed", "")]).await;
        tell(&post).await;
        let asked = as_it_stands(&world, &sent).await;
        world.change("caseworker", "referralAnswerQuestion", &asked, json!({ "answer": { "word": "YES" } })).await.done();
        tell(&post).await;
        let mail = sink.mail();
        assert_eq!(header(&mail, "Subject"), "[PASS-2] Relais: reply before Monday 19:00");
        let mut later = opened(&world, &link(&mail), Language::English).await;
        let page = later.get(&address(&sent)).await;
        let text = page.text();
        let answer = text.split_once("Does she need somebody to come with her?").expect("the question").1;
        assert!(answer.contains("the team\nnew\nYes\n"), "{text}");
        assert_eq!(mails(sink), 2, "their own question is no news there");
    }

    async fn what_was_taken_back_is_told_and_opens_nothing_of_it(world: World) {
        let Some(sink) = Sink::start(&Described::by("tls")) else { return };
        in_france(&world).await;
        agreed(&world, settings(Language::English)).await;
        let (sent, post) = (world.sent(&to_the_lawyers()).await, post_to(&world, &sink));
        tell(&post).await;
        let first = link(&sink.mail());
        world.change("caseworker", "referralCancel", &sent, json!({ "reason": "NO_LONGER_NEEDED" })).await.done();
        tell(&post).await;
        let mail = sink.mail();
        assert_eq!(header(&mail, "Subject"), "[PASS-2] Relais: something waits for you");
        assert_eq!(press(&mut Browser::of(&world), &first).await.status, StatusCode::GONE);
        let page = press(&mut Browser::of(&world), &link(&mail)).await;
        assert_eq!(page.status, StatusCode::GONE, "it says that it is over");
        for fact in ["minor", "Pantin", "Bambara"] {
            assert!(!page.text().contains(fact), "{fact}: {}", page.text());
        }
        assert_eq!(mails(sink), 2);
    }
}
