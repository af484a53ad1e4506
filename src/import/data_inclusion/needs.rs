//! What the thématiques of data·inclusion mean in our need codes, in the spellings of version 1 and of 2022.
//!
//! A thématique gets a code only where it is the same thing; where it is near one it gets the family, which
//! matches as "to confirm" (ruling R19). Mobility is mostly licences and repairs, so that it is no transport
//! to a service; work and digital skills are in none of our families.

use crate::domain::code_set::CodeSet;
use crate::domain::need::{Need, NeedFamily};
use Meaning::{Code, Family};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Meaning {
    Code(Need),
    Family(NeedFamily),
}

/// Thématiques, the longer form before the category that it belongs to.
const THEMATIQUES: [(&str, Meaning); 40] = [
    ("sante--sante-sexuelle", Code(Need::HealthSrh)),
    ("sante--addictions", Code(Need::HealthAddiction)),
    ("sante--faire-face-a-une-situation-daddiction", Code(Need::HealthAddiction)),
    ("sante--obtenir-la-prise-en-charge-de-frais-medicaux", Code(Need::HealthCoverage)),
    ("sante--sante-mentale", Family(NeedFamily::Mhpss)),
    ("sante--bien-etre-psychologique", Family(NeedFamily::Mhpss)),
    ("sante--accompagner-les-traumatismes", Family(NeedFamily::Mhpss)),
    ("sante--constituer-un-dossier-mdph-invalidite", Family(NeedFamily::Social)),
    ("sante", Family(NeedFamily::Health)),
    (
        "difficultes-administratives-ou-juridiques--accompagnement-aux-demarches-administratives",
        Code(Need::SocialAccompaniment),
    ),
    (
        "difficultes-administratives-ou-juridiques--beneficier-dune-mesure-daccompagnement-adapte",
        Family(NeedFamily::Social),
    ),
    ("difficultes-administratives-ou-juridiques", Family(NeedFamily::Legal)),
    (
        "acces-aux-droits-et-citoyennete--accompagnement-dans-les-demarches-administratives",
        Code(Need::SocialAccompaniment),
    ),
    ("acces-aux-droits-et-citoyennete--developpement-durable", Family(NeedFamily::Social)),
    ("acces-aux-droits-et-citoyennete--faciliter-laction-citoyenne", Family(NeedFamily::Social)),
    ("acces-aux-droits-et-citoyennete", Family(NeedFamily::Legal)),
    ("logement-hebergement--rechercher-une-solution-dhebergement-temporaire", Code(Need::ShelterEmergencyNight)),
    ("logement-hebergement", Family(NeedFamily::Shelter)),
    ("famille--surmonter-conflits-separation-violence", Family(NeedFamily::Prot)),
    ("famille--violences-intrafamiliales", Family(NeedFamily::Prot)),
    ("famille--jeunes-sans-soutien-familial", Family(NeedFamily::Prot)),
    ("famille", Family(NeedFamily::Social)),
    ("lecture-ecriture-calcul--maitriser-le-francais", Code(Need::SocialSchool)),
    ("lecture-ecriture-calcul", Family(NeedFamily::Social)),
    ("apprendre-francais", Code(Need::SocialSchool)),
    ("illettrisme--accompagner-scolarite", Code(Need::SocialSchool)),
    ("illettrisme", Family(NeedFamily::Social)),
    ("equipement-et-alimentation--alimentation", Code(Need::BasicFood)),
    ("equipement-et-alimentation--habillement", Code(Need::BasicNfi)),
    ("equipement-et-alimentation", Family(NeedFamily::Basic)),
    ("gestion-financiere--obtenir-une-aide-alimentaire", Code(Need::BasicFood)),
    ("gestion-financiere--beneficier-daides-financieres", Code(Need::SocialCash)),
    ("gestion-financiere", Family(NeedFamily::Social)),
    ("difficultes-financieres", Family(NeedFamily::Social)),
    ("mobilite", Family(NeedFamily::Basic)),
    ("remobilisation--lien-social", Family(NeedFamily::Social)),
    ("remobilisation", Family(NeedFamily::Social)),
    ("handicap", Family(NeedFamily::Social)),
    ("accompagnement-social-et-professionnel-personnalise", Family(NeedFamily::Social)),
    ("numerique--accompagner-les-demarches-de-sante", Family(NeedFamily::Social)),
];

/// Needs and families of a service; a family is held only where no need of it is told.
pub(super) fn answer<'a>(thematiques: impl Iterator<Item = &'a str>) -> (CodeSet<Need>, CodeSet<NeedFamily>) {
    let (mut needs, mut families) = (CodeSet::<Need>::new(), CodeSet::<NeedFamily>::new());
    for thematique in thematiques {
        match meaning(thematique) {
            Some(Code(need)) => needs.push(need),
            Some(Family(family)) => families.push(family),
            None => {}
        }
    }
    families.retain(|family| !needs.iter().any(|need| need.family() == *family));
    (needs, families)
}

fn meaning(thematique: &str) -> Option<Meaning> {
    let category = thematique.split("--").next().unwrap_or_default();
    let find = |name: &str| THEMATIQUES.iter().find(|(known, _)| *known == name).map(|(_, meaning)| *meaning);
    find(thematique).or_else(|| find(category))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thematiques_mean_a_code_a_family_or_nothing() {
        for (thematiques, needs, families) in [
            (&["sante--addictions"][..], &[Need::HealthAddiction][..], &[][..]),
            (&["sante--acces-aux-soins"], &[], &[NeedFamily::Health]),
            (&["sante--addictions", "sante"], &[Need::HealthAddiction], &[]),
            (&["mobilite--preparer-un-permis"], &[], &[NeedFamily::Basic]),
            (&["numerique--acceder-a-du-materiel", "trouver-un-emploi"], &[], &[]),
            (&["apprendre-francais--suivre-formation"], &[Need::SocialSchool], &[]),
            (&["unheard-of", ""], &[], &[]),
        ] {
            assert_eq!(
                answer(thematiques.iter().copied()),
                (needs.to_vec().into(), families.to_vec().into()),
                "{thematiques:?}"
            );
        }
        let mut seen = std::collections::BTreeSet::new();
        assert!(THEMATIQUES.iter().all(|(name, _)| seen.insert(name)));
    }
}
