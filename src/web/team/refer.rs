//! Naming services to a person and referring her, on one page: what each would be told and what is known to follow is read
//! aloud line by line, and each is accepted or refused. Nothing of that is ticked beforehand.

use super::card::{Phone, capacity, phones};
use super::quest::Quest;
use super::{FIND, Team, WORK, area_of, words_at};
use crate::actions::consent::Conversation;
use crate::actions::input::ProfileInput;
use crate::actions::referral::{
    MakeReferral, NamedService, NewPerson, Prefill, Referred, SendDeclarations, make, prefill,
};
use crate::actions::search::whereabouts;
use crate::actions::{ActionError, Context, case};
use crate::domain::code::CodeList;
use crate::domain::consent::{
    ALWAYS_EXPLAINED, Assent, ConsentBasis, ConsentField, ConsentGiver, ConsentModality, ContactRule, Explained,
    Interpreting, RecipientAnswer, usual_basis,
};
use crate::domain::directory::KnownConsequence;
use crate::domain::id::{Identifier as _, ServiceId, TeamId};
use crate::domain::lifecycle::Status;
use crate::domain::need::Need;
use crate::domain::profile::AgeBand;
use crate::domain::referral::{Channel, Urgency};
use crate::domain::refusal::{InputProblem, Refusal};
use crate::domain::sensitive::Sensitive;
use crate::domain::time::{Date, Timestamp};
use crate::i18n::code_key;
use crate::policy::referral_view::ReferralStatus;
use crate::web::answer;
use crate::web::choice::{Choice, List, choices, languages};
use crate::web::form::Form;
use crate::web::frame::Frame;
use crate::web::recorded::{refused, sent};
use crate::web::visit::Visit;
use crate::web::words::Words;
use askama::Template;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{Response, StatusCode};

/// How urgent it can be said to be: months-long procedures are not begun on this page.
const URGENCIES: [Urgency; 3] = [Urgency::Normal, Urgency::Urgent, Urgency::Emergency];
/// Minute at which a day ends.
const END_OF_DAY: u16 = 1440;

#[derive(Template)]
#[template(path = "team_refer.html")]
struct ReferPage {
    frame: Frame,
    /// The quest of this page, and the one that it came from.
    quest: String,
    back: String,
    title: String,
    person: String,
    problem: Option<String>,
    recipients: Vec<Recipient>,
    is_explained: bool,
    capacity_in_doubt: bool,
    capacity_is_confirmed: bool,
    is_called: bool,
    /// How it was said; each has a usual value.
    lists: Vec<List>,
    details_are_open: bool,
    needed_by: String,
    /// For a case that is opened by it: the teams to choose from, and the team's own number.
    opens_case: bool,
    teams: Vec<Choice>,
    file_number: String,
}

/// One service that is named to the person.
struct Recipient {
    number: usize,
    name: String,
    organization: String,
    phones: Vec<Phone>,
    /// What it would be told, in a sentence, and as codes.
    told: String,
    scope: String,
    consequences: Vec<Choice>,
    leaves_protection: bool,
    leaving_is_accepted: bool,
    capacity: Option<String>,
    answers: Vec<Choice>,
}

/// What the page is about.
struct Subject {
    quest: Quest,
    need: Need,
    profile: ProfileInput,
    words: Words,
    prefilled: Vec<Prefill>,
}

impl Subject {
    async fn of(team: &Team<'_>, quest: Quest) -> Result<Self, ActionError> {
        let need = quest.need.ok_or(ActionError::NotVisible)?;
        let found = whereabouts(team.context, &team.access, &quest.search(None, &[])).await?;
        let words = words_at(team.language(), found.area.as_ref());
        let profile = match quest.case_id {
            Some(id) => profile_of_case(team, id).await?,
            None => quest.profile(area_of(&found)),
        };
        let prefilled = prefill(team.context, &team.access, (need, &profile), &quest.chosen).await?;
        if prefilled.is_empty() {
            return Err(ActionError::NotVisible);
        }
        Ok(Self { quest, need, profile, words, prefilled })
    }
}

/// What is told of a case that is open: it has the say over what was typed in a search.
async fn profile_of_case(team: &Team<'_>, id: crate::domain::id::CaseId) -> Result<ProfileInput, ActionError> {
    let view = case::find(team.context, &team.access, id).await?;
    let languages = view.reveal(&view.languages).cloned().unwrap_or_default();
    Ok(ProfileInput {
        age_band: view.reveal(&view.age_band).copied(),
        gender: view.reveal(&view.gender).copied(),
        household: view.reveal(&view.household).copied(),
        admin_status: view.reveal(&view.admin_status).copied(),
        situation: view.reveal(&view.situation).copied(),
        languages: languages.iter().map(|tag| tag.as_str().to_owned()).collect(),
        area: view.reveal(&view.area).map(|area| area.as_str().to_owned()),
    })
}

impl ReferPage {
    async fn new(
        team: &Team<'_>,
        subject: &Subject,
        (form, problem): (Option<&Form>, Option<String>),
    ) -> Result<Self, ActionError> {
        let Subject { quest, need, profile, words, prefilled } = subject;
        let typed = |name: &str| form.map_or("", |form| form.get(name));
        let opens_case = quest.case_id.is_none();
        let teams = if opens_case { super::tally::teams(team, typed("team")).await? } else { Vec::new() };
        let recipients =
            prefilled.iter().enumerate().map(|(number, named)| recipient(team, *words, (number, named), form));
        let asks_assent = usual_basis(&profile.clone().into_profile()?).usual_giver() != Some(ConsentGiver::Person);
        Ok(Self {
            quest: quest.seal(team.context, team.visit),
            back: format!("{FIND}/{}", quest.choosing(Vec::new()).seal(team.context, team.visit)),
            title: words.code("need", *need),
            person: person(*words, profile),
            recipients: recipients.collect(),
            is_explained: typed("explained") == "yes",
            capacity_in_doubt: prefilled.iter().any(|named| named.capacity_in_doubt),
            capacity_is_confirmed: typed("capacity") == "yes",
            is_called: typed("called") == "yes",
            lists: lists(*words, subject, form)?,
            details_are_open: problem.is_some() || asks_assent || teams.len() > 1,
            needed_by: typed("needed").to_owned(),
            file_number: typed("number").chars().take(40).collect(),
            opens_case,
            teams,
            problem,
            frame: team.visit.frame(),
        })
    }
}

fn person(words: Words, profile: &ProfileInput) -> String {
    let parts = [
        profile.age_band.map(|code| words.text(&code_key("accepted-age", code))),
        profile.gender.map(|code| words.text(&code_key("gender", code))),
        profile.household.map(|code| words.text(&code_key("household", code))),
        profile.admin_status.map(|code| words.text(&code_key("admin-status", code))),
        profile.situation.map(|code| words.text(&code_key("situation", code))),
    ];
    words.listed(parts.into_iter().flatten())
}

fn recipient(team: &Team<'_>, words: Words, (number, named): (usize, &Prefill), form: Option<&Form>) -> Recipient {
    let view = &named.service;
    let typed = |name: &str| form.map_or("", |form| form.get(&format!("{name}-{number}")));
    let is_ticked =
        |code: &str| form.is_some_and(|form| form.all(&format!("consequence-{number}")).any(|ticked| ticked == code));
    let organization = view.organization.as_ref().map_or_else(|| view.service.name.clone(), |it| it.name.clone());
    let fields = words.listed(named.told.iter().map(|field| words.code("field", *field)));
    let key = if named.told.is_empty() { "refer-told-nothing" } else { "refer-told" };
    let told = words.with(key, &[("organization", organization.clone()), ("fields", fields)]);
    let scope: Vec<&str> = named.told.iter().map(|field| field.code()).collect();
    let consequence = |known: &KnownConsequence| Choice {
        value: known.code().to_owned(),
        label: words.code("consequence", *known),
        is_chosen: is_ticked(known.code()),
    };
    let answer = |code: RecipientAnswer| Choice {
        value: code.code().to_owned(),
        label: words.with(&code_key("refer-answer", code), &[("organization", organization.clone())]),
        is_chosen: typed("answer") == code.code(),
    };
    let of_service = Words::of(words.language, Some(&view.service));
    Recipient {
        number,
        name: view.service.name.clone(),
        phones: phones(&view.service),
        told,
        scope: scope.join(","),
        consequences: named.consequences.iter().map(consequence).collect(),
        leaves_protection: named.leaves_protection,
        leaving_is_accepted: typed("country") == "yes",
        capacity: capacity(of_service, view, team.context.clock.now()),
        answers: RecipientAnswer::ALL.iter().copied().map(answer).collect(),
        organization,
    }
}

/// How it was said, with what is usual for this person already in its place: none of it is the person's own word, but the
/// child's, which has none.
fn lists(words: Words, subject: &Subject, form: Option<&Form>) -> Result<Vec<List>, ActionError> {
    let Subject { profile, quest, .. } = subject;
    let basis = usual_basis(&profile.clone().into_profile()?);
    let is_own_word = basis.usual_giver() == Some(ConsentGiver::Person);
    let is_in_writing = profile.age_band == Some(AgeBand::From12To14);
    let modality = if is_in_writing { ConsentModality::Written } else { ConsentModality::Verbal };
    let assent = if is_own_word { Assent::NotApplicable.code() } else { "" };
    let chosen = |name: &str, usual: &str| form.map_or_else(|| usual.to_owned(), |form| form.get(name).to_owned());
    let spoken = profile.languages.first().map_or(&quest.language, |tag| tag);
    let language = if spoken.is_empty() { words.language.tag() } else { spoken.as_str() };
    let grounds = ConsentBasis::ALL.iter().copied().filter(|basis| !basis.is_override());
    let list = |name: &'static str, choices: Vec<Choice>, is_required| List {
        label: words.text(&format!("refer-{name}")),
        name,
        is_required,
        choices,
    };
    let of_language = languages(words, &chosen("language", language));
    Ok(vec![
        list("urgency", choices(words, "urgency", URGENCIES, &chosen("urgency", Urgency::Normal.code())), true),
        list("basis", choices(words, "basis", grounds, &chosen("basis", basis.code())), true),
        list("giver", choices(words, "giver", ConsentGiver::ALL.iter().copied(), &chosen("giver", "")), false),
        list("assent", choices(words, "assent", Assent::ALL.iter().copied(), &chosen("assent", assent)), true),
        list(
            "modality",
            choices(words, "modality", ConsentModality::ALL.iter().copied(), &chosen("modality", modality.code())),
            true,
        ),
        List { label: words.text("refer-language"), is_required: true, ..of_language },
        list(
            "interpreter",
            choices(
                words,
                "interpreting",
                Interpreting::ALL.iter().copied(),
                &chosen("interpreter", Interpreting::None.code()),
            ),
            true,
        ),
        list(
            "contact",
            choices(
                words,
                "contact",
                ContactRule::ALL.iter().copied(),
                &chosen("contact", ContactRule::ViaCaseworker.code()),
            ),
            true,
        ),
    ])
}

async fn page(
    team: &Team<'_>,
    status: StatusCode,
    subject: &Subject,
    typed: (Option<&Form>, Option<String>),
) -> Response<Body> {
    match ReferPage::new(team, subject, typed).await {
        Ok(page) => sent(team.context, &team.access, (team.visit, status), &page).await,
        Err(error) => refused(team.context, &team.access, team.visit, &error).await,
    }
}

async fn subject_of(team: &Team<'_>, sealed: Result<Path<String>, PathRejection>) -> Result<Subject, Response<Body>> {
    let quest = team.quest(sealed)?;
    match Subject::of(team, quest).await {
        Ok(subject) => Ok(subject),
        Err(error) => Err(refused(team.context, &team.access, team.visit, &error).await),
    }
}

pub(in crate::web) async fn show(
    State(context): State<Context>,
    sealed: Result<Path<String>, PathRejection>,
    visit: Visit,
) -> Response<Body> {
    let team = match Team::of(&context, &visit) {
        Ok(team) => team,
        Err(elsewhere) => return elsewhere,
    };
    match subject_of(&team, sealed).await {
        Ok(subject) => page(&team, StatusCode::OK, &subject, (None, None)).await,
        Err(elsewhere) => elsewhere,
    }
}

pub(in crate::web) async fn refer(
    State(context): State<Context>,
    sealed: Result<Path<String>, PathRejection>,
    form: Form,
) -> Response<Body> {
    let team = match Team::of(&context, &form.visit) {
        Ok(team) => team,
        Err(elsewhere) => return elsewhere,
    };
    let subject = match subject_of(&team, sealed).await {
        Ok(subject) => subject,
        Err(elsewhere) => return elsewhere,
    };
    let words = subject.words;
    let made = match read(&form, &subject) {
        Err(missing) => Err(words.text(missing)),
        Ok(input) => match make(&context, &team.access, input).await {
            Ok(view) => Ok(view),
            Err(ActionError::Refused(Refusal::Input { problem: InputProblem::NobodyAccepted, .. })) => {
                Err(words.text("refer-nobody-accepted"))
            }
            Err(ActionError::Refused(refusal)) => Err(words.refusal(&refusal)),
            Err(error) => return refused(&context, &team.access, &form.visit, &error).await,
        },
    };
    match made {
        Ok(view) => {
            let waits = *view.tell(&view.status) == ReferralStatus::Known(Status::Draft);
            let done = if waits { "waits" } else { channel(&form).code() };
            answer::onward(&format!("{WORK}/{}?done=refer-{done}", view.id))
        }
        Err(problem) => page(&team, StatusCode::UNPROCESSABLE_ENTITY, &subject, (Some(&form), Some(problem))).await,
    }
}

fn channel(form: &Form) -> Channel {
    Channel::from_code(form.get("channel")).unwrap_or(Channel::Electronic)
}

/// What the form says, or the key of what is missing.
fn read(form: &Form, subject: &Subject) -> Result<MakeReferral, &'static str> {
    if form.get("explained") != "yes" {
        return Err("refer-missing-explained");
    }
    let named = subject.quest.chosen.iter().enumerate().map(|(number, id)| named(form, number, *id));
    let needed_by = match form.get("needed") {
        "" => None,
        day => Some(end_of(subject.words, day).ok_or("missing-day")?),
    };
    Ok(MakeReferral {
        idempotency_key: subject.quest.key.clone(),
        person: match subject.quest.case_id {
            Some(id) => Referred::Known(id),
            None => Referred::New(NewPerson {
                profile: subject.profile.clone(),
                age_basis: None,
                protection_flags: Vec::new(),
                file_number: Some(form.get("number").trim())
                    .filter(|number| !number.is_empty())
                    .map(|number| Sensitive::new(number.to_owned())),
                team_id: TeamId::parse(form.get("team")).ok(),
            }),
        },
        conversation: conversation(form).ok_or("missing-choice")?,
        named: named.collect::<Option<_>>().ok_or("refer-missing-answer")?,
        need: subject.need,
        urgency: URGENCIES.into_iter().find(|it| it.code() == form.get("urgency")).unwrap_or(Urgency::Normal),
        needed_by,
        declared: SendDeclarations {
            channel: channel(form),
            phone_called: form.get("called") == "yes" || channel(form) == Channel::Call,
            capacity_confirmed: form.get("capacity") == "yes",
        },
    })
}

fn conversation(form: &Form) -> Option<Conversation> {
    Some(Conversation {
        basis: ConsentBasis::from_code(form.get("basis"))?,
        given_by: ConsentGiver::from_code(form.get("giver")),
        assent: Assent::from_code(form.get("assent"))?,
        modality: ConsentModality::from_code(form.get("modality"))?,
        language: form.get("language").to_owned(),
        interpreter: Interpreting::from_code(form.get("interpreter"))?,
        explained: ALWAYS_EXPLAINED.into_iter().chain([Explained::Limits]).collect(),
        restrictions: Vec::new(),
        contact_rule: ContactRule::from_code(form.get("contact"))?,
        expires_at: None,
    })
}

/// What the person said of one service; `None` where nobody has asked her.
fn named(form: &Form, number: usize, service_id: ServiceId) -> Option<NamedService> {
    let field = format!("consequence-{number}");
    let consequences = form.all(&field).filter_map(KnownConsequence::from_code);
    // What was read aloud, and not what the directory says by now: sending refuses what would tell more.
    let scope = form.get(&format!("told-{number}")).split(',').filter_map(ConsentField::from_code);
    Some(NamedService {
        service_id,
        location_id: None,
        answer: RecipientAnswer::from_code(form.get(&format!("answer-{number}")))?,
        field_scope: scope.collect(),
        consequences: consequences.collect(),
        third_country_acknowledged: form.get(&format!("country-{number}")) == "yes",
    })
}

/// The end of a day by the clock of the page.
fn end_of(words: Words, day: &str) -> Option<Timestamp> {
    let day: Date = day.trim().parse().ok()?;
    words.zone.map(|zone| zone.first_instant(day, END_OF_DAY))
}
