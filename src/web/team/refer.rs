//! Naming services to a person and referring her, on one page: what each would be told and what is known to follow is read
//! aloud line by line, and each is accepted or refused. Nothing of that is ticked beforehand.

use super::find::profile_in_words;
use super::naming::{Naming, Recipient};
use super::quest::Quest;
use super::{FIND, Team, WORK, area_of, words_at};
use crate::actions::consent::Conversation;
use crate::actions::geography::names_of_areas;
use crate::actions::input::ProfileInput;
use crate::actions::protection::withdrawal::withdraw_for_case;
use crate::actions::referral::{
    Made, MakeReferral, NamedService, NewPerson, Prefill, Referred, SendDeclarations, made_under, make, prefill,
};
use crate::actions::search::whereabouts;
use crate::actions::{ActionError, Context, case};
use crate::domain::code::CodeList;
use crate::domain::consent::{
    ALWAYS_EXPLAINED, Assent, ConsentBasis, ConsentField, ConsentGiver, ConsentModality, ContactRule, Explained,
    Interpreting, RecipientAnswer, usual_basis,
};
use crate::domain::directory::KnownConsequence;
use crate::domain::id::{Identifier as _, TeamId};
use crate::domain::lifecycle::Status;
use crate::domain::need::Need;
use crate::domain::place::AreaCode;
use crate::domain::profile::AgeBand;
use crate::domain::referral::{Channel, Urgency};
use crate::domain::refusal::{InputProblem, Refusal};
use crate::domain::sensitive::Sensitive;
use crate::domain::time::{Date, Timestamp};
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
    /// Where she is, as it would be told.
    area: Option<String>,
    problem: Option<String>,
    /// The referral that this very form has made already: going back shows it again.
    made_before: Option<String>,
    urgencies: Vec<Choice>,
    names_several: bool,
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
        let naming = Naming { team, words: *words, profile, need: *need, form };
        let recipients: Vec<Recipient> = prefilled.iter().map(|named| naming.recipient(named)).collect();
        let is_unchanged = recipients.iter().all(|recipient| recipient.is_as_read);
        // Of whom a child's guards may hold, somebody looks at how it was said.
        let may_be_child = profile.age_band.is_none_or(|band| band.years().is_none() || band.is_child());
        Ok(Self {
            quest: quest.seal(team.context, team.visit),
            back: format!("{FIND}/{}", quest.choosing(Vec::new()).seal(team.context, team.visit)),
            title: words.code("need", *need),
            person: profile_in_words(*words, profile),
            area: area_in_words(team, *words, profile),
            is_explained: typed("explained") == "yes" && is_unchanged,
            names_several: recipients.len() > 1,
            recipients,
            urgencies: choices(*words, "urgency", URGENCIES, typed("urgency")),
            made_before: made_before(team, quest).await?,
            capacity_in_doubt: prefilled.iter().any(|named| named.capacity_in_doubt),
            capacity_is_confirmed: typed("capacity") == "yes",
            is_called: typed("called") == "yes",
            lists: lists(*words, subject, form)?,
            details_are_open: problem.is_some()
                || may_be_child
                || teams.len() > 1
                || needs_interpreter(*words, profile),
            needed_by: typed("needed").to_owned(),
            file_number: typed("number").chars().take(40).collect(),
            opens_case,
            teams,
            problem,
            frame: team.visit.frame(),
        })
    }
}

fn area_in_words(team: &Team<'_>, words: Words, profile: &ProfileInput) -> Option<String> {
    let code = AreaCode::parse(profile.area.as_deref()?).ok()?;
    Some(words.listed(names_of_areas(team.context, &[code])))
}

/// The referral that a form under this key has made.
async fn made_before(team: &Team<'_>, quest: &Quest) -> Result<Option<String>, ActionError> {
    let made = made_under(team.context, &team.access, &quest.key).await?;
    Ok(made.map(|id| format!("{WORK}/{id}")))
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
    // Who speaks another language than the page was explained to by somebody: that is said, and not supposed.
    let has_common_language = language == words.language.tag();
    let interpreter = if has_common_language { Interpreting::None.code() } else { "" };
    let grounds = ConsentBasis::ALL.iter().copied().filter(|basis| !basis.is_override());
    let list = |name: &'static str, choices: Vec<Choice>, is_required| List {
        label: words.text(&format!("refer-{name}")),
        name,
        is_required,
        choices,
    };
    let of_language = languages(words, &chosen("language", language));
    Ok(vec![
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
            choices(words, "interpreting", Interpreting::ALL.iter().copied(), &chosen("interpreter", interpreter)),
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
    let quest = team.quest(sealed).await?;
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
            Ok(made) => Ok(made),
            Err(ActionError::Refused(Refusal::Input { problem: InputProblem::NobodyAccepted, .. })) => {
                return nobody_accepted(&team, &subject, &form).await;
            }
            Err(ActionError::Refused(refusal)) => Err(words.refusal(&refusal)),
            Err(error) => return refused(&context, &team.access, &form.visit, &error).await,
        },
    };
    match made {
        Ok(Made { referral, was_made_before }) => {
            let waits = *referral.tell(&referral.status) == ReferralStatus::Known(Status::Draft);
            let done = match (was_made_before, waits) {
                (true, _) => "again",
                (false, true) => "waits",
                (false, false) => channel(&form).code(),
            };
            answer::onward(&format!("{WORK}/{}?done={done}", referral.id))
        }
        Err(problem) => page(&team, StatusCode::UNPROCESSABLE_ENTITY, &subject, (Some(&form), Some(problem))).await,
    }
}

/// Nobody is told anything. Of a case that is known her no counts all the same: what she had agreed to for these before is
/// withdrawn.
async fn nobody_accepted(team: &Team<'_>, subject: &Subject, form: &Form) -> Response<Body> {
    if let Some(case) = subject.quest.case_id {
        let refused_now: Vec<_> = subject.prefilled.iter().map(|named| named.service.service.organization_id).collect();
        let withdrawn = withdraw_for_case(team.context, &team.access, case, Some(&refused_now)).await;
        if let Err(error) = withdrawn {
            return refused(team.context, &team.access, team.visit, &error).await;
        }
    }
    let problem = Some(subject.words.text("refer-nobody-accepted"));
    page(team, StatusCode::UNPROCESSABLE_ENTITY, subject, (Some(form), problem)).await
}

fn channel(form: &Form) -> Channel {
    Channel::from_code(form.get("channel")).unwrap_or(Channel::Electronic)
}

/// What the form says, or the key of what is missing.
fn read(form: &Form, subject: &Subject) -> Result<MakeReferral, &'static str> {
    if form.get("explained") != "yes" {
        return Err("refer-missing-explained");
    }
    if subject.prefilled.iter().any(|named| !is_of_whom_was_read(form, named)) {
        return Err("refer-changed");
    }
    let named = subject.prefilled.iter().map(|prefilled| named(form, prefilled));
    let urgency = URGENCIES.into_iter().find(|urgency| urgency.code() == form.get("urgency"));
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
        urgency: urgency.ok_or("missing-urgency")?,
        needed_by,
        declared: SendDeclarations {
            channel: channel(form),
            phone_called: form.get("called") == "yes" || channel(form) == Channel::Call,
            capacity_confirmed: form.get("capacity") == "yes",
        },
    })
}

fn conversation(form: &Form) -> Option<Conversation> {
    let basis = ConsentBasis::from_code(form.get("basis"))?;
    let given_by = ConsentGiver::from_code(form.get("giver"));
    // Who has the care of a child is not supposed to be its legal guardian.
    if basis == ConsentBasis::GuardianPlusAssent && given_by.is_none() {
        return None;
    }
    Some(Conversation {
        basis,
        given_by,
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

/// Whether the service is of the organisation whose name was read to her: a merged entry may be of another one.
fn is_of_whom_was_read(form: &Form, named: &Prefill) -> bool {
    form.get(&format!("organization-{}", named.number)) == named.service.service.organization_id.to_string()
}

/// What the person said of one service; `None` where nobody has asked her.
fn named(form: &Form, prefilled: &Prefill) -> Option<NamedService> {
    let Prefill { number, service, .. } = prefilled;
    let field = format!("consequence-{number}");
    let consequences = form.all(&field).filter_map(KnownConsequence::from_code);
    // What was read aloud, and not what the directory says by now: sending refuses what would tell more.
    let scope = form.get(&format!("told-{number}")).split(',').filter_map(ConsentField::from_code);
    Some(NamedService {
        service_id: service.service.id,
        location_id: None,
        answer: RecipientAnswer::from_code(form.get(&format!("answer-{number}")))?,
        field_scope: scope.collect(),
        consequences: consequences.collect(),
        third_country_acknowledged: form.get(&format!("country-{number}")) == "yes",
    })
}

/// Whether what was explained was explained in another language than that of the page.
fn needs_interpreter(words: Words, profile: &ProfileInput) -> bool {
    profile.languages.first().is_some_and(|tag| tag != words.language.tag())
}

/// The end of a day by the clock of the page.
fn end_of(words: Words, day: &str) -> Option<Timestamp> {
    let day: Date = day.trim().parse().ok()?;
    words.zone.map(|zone| zone.first_instant(day, END_OF_DAY))
}
