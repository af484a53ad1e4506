//! The closed lists that entries of the directory are coded with.

use crate::domain::code::code_list;

code_list! {
    /// What kind of organisation it is.
    OrganizationKind {
        Ngo = "ngo": "a non-governmental organisation",
        UnAgency = "un_agency": "agency of the United Nations",
        PublicHealth = "public_health": "public hospital or clinic",
        ChildWelfare = "child_welfare": "child welfare service or guardian",
        PublicSocial = "public_social": "public social service",
        Judicial = "judicial": "children's judge or legal aid office",
        LawOffice = "law_office": "law office or legal clinic",
        CommunityGroup = "community_group": "collective, faith or diaspora group",
        RedCrossCrescent = "red_cross_crescent": "Red Cross or Red Crescent society",
        ReceptionNetwork = "reception_network": "reception network or citizen hosting",
        AuthorityEnforcement = "authority_enforcement": "police, border or detention authority: listed for mapping, never a recipient",
    }
}

code_list! {
    /// Ties of an organisation with public authority, to be known before a referral.
    AuthorityLink {
        None = "none": "no tie known",
        PublicService = "public_service": "runs a public service",
        ChildWelfare = "child_welfare": "a child-welfare authority",
        Judicial = "judicial": "courts and prosecutors",
        PoliceImmigration = "police_immigration": "police or immigration authority",
    }
}

code_list! {
    /// Whether the service works at present.
    ServiceStatus {
        Open = "open": "it is in operation",
        Paused = "paused": "stopped for a time",
        Closed = "closed": "it has ended",
        Suspended = "suspended": "suspended by its organisation or by an editor",
    }
}

code_list! {
    /// How the service treats people outside the public that it names.
    Welcome {
        Unconditional = "unconditional": "takes everybody alike",
        Preferential = "preferential": "serves its public first, and others",
        Exclusive = "exclusive": "serves only its public",
    }
}

code_list! {
    /// Whether the service can take somebody now.
    CapacityStatus {
        Open = "open": "can take people",
        Limited = "limited": "few places are left",
        Waitlist = "waitlist": "only by waiting list",
        Full = "full": "no place is left",
        AssessmentNeeded = "assessment_needed": "an assessment comes first",
        Unknown = "unknown": "not told, or told too long ago",
    }
}

code_list! {
    /// In what capacity is counted.
    CapacityUnit {
        Bed = "bed": "beds for a night",
        Place = "place": "places in a house or group",
        Slot = "slot": "slots of a session",
        Appointment = "appointment": "appointments with somebody",
        Case = "case": "cases followed at once",
    }
}

code_list! {
    /// Who may know that an entry exists. Each value is stricter than the one before.
    Tier named "VisibilityTier" {
        Public = "public": "anyone at all",
        Network = "network": "any member of staff of the network",
        Project = "project": "the named projects",
        Restricted = "restricted": "trained members of the network, such as for safe houses",
        Sealed = "sealed": "nobody but coordinators",
    }
}

code_list! {
    /// Whether a place is somewhere, or only an address for letters or a line.
    LocationKind {
        Physical = "physical": "a place where people go",
        Postal = "postal": "a postal address",
        Virtual = "virtual": "by phone or online",
    }
}

code_list! {
    /// Fields in which a service is specialised.
    Specialisation {
        Gbv = "gbv": "survivors of gender-based violence",
        Child = "child": "children and adolescents",
        Torture = "torture": "survivors of torture",
    }
}

code_list! {
    /// What may follow from turning to the service, to be explained before consent.
    KnownConsequence {
        BiometricsTaken = "biometrics_taken": "fingerprints are taken",
        AuthorityInformed = "authority_informed": "an authority is informed",
        ProsecutorInformed = "prosecutor_informed": "the prosecutor is informed",
        RelocationFar = "relocation_far": "moved far away",
        ComplaintExpected = "complaint_expected": "a complaint is expected",
        AgeAssessment = "age_assessment": "age is assessed",
        FamilyContacted = "family_contacted": "the family is contacted",
        IdRequired = "id_required": "an identity document is asked for",
        RecordedInSharedDb = "recorded_in_shared_db": "recorded in a shared database",
    }
}

code_list! {
    /// How a service reaches people.
    ServiceMode {
        InPerson = "in_person": "people come to a place",
        Remote = "remote": "by phone or online",
        Outreach = "outreach": "the team goes to people",
    }
}

code_list! {
    /// What a place or team offers to whom a body or a language bars the way.
    Accessibility {
        StepFree = "step_free": "entered and used without a step",
        SignLanguage = "sign_language": "a sign language is spoken",
        EscortAdmitted = "escort_admitted": "whoever has to be escorted may bring the escort",
    }
}

code_list! {
    /// Over which time capacity is counted.
    CapacityPeriod {
        Now = "now": "at this moment",
        Week = "week": "counted per week",
        Month = "month": "counted per month",
    }
}

code_list! {
    /// Who has told something about a service. The person is in the audit trail and nowhere else.
    Teller {
        Source = "source": "the feed or register that the entry comes from",
        Team = "team": "a team that sends people there",
        Partner = "partner": "the organisation that gives the service",
        Editor = "editor": "an editor of the directory",
    }
}

code_list! {
    /// What the last change has made of an entry.
    ChangeKind named "DirectoryChangeKind" {
        Present = "present": "it is there, and reads as told",
        Gone = "gone": "it is gone, or no longer for the viewer",
    }
}

code_list! {
    /// How near the point of a place is to the place.
    Precision named "PlacePrecision" {
        Exact = "exact": "the door itself",
        Street = "street": "somewhere along the street",
        Area = "area": "the middle of a town or larger area, which stands for many places",
    }
}
