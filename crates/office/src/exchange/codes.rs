//! The standard's codes beside ours. Forward takes the first pair with the standard's code, backward the
//! first pair with ours; a pair that serves one direction alone stands further down.

/// The standard's code, then ours.
pub type Table = &'static [(&'static str, &'static str)];

/// Our code for one of the standard's.
pub fn forward(table: Table, code: &str) -> Option<&'static str> {
    table.iter().find(|(theirs, _)| *theirs == code).map(|(_, ours)| *ours)
}

/// The standard's code for one of ours.
pub fn back(table: Table, code: &str) -> Option<&'static str> {
    table.iter().find(|(_, ours)| *ours == code).map(|(theirs, _)| *theirs)
}

pub static SEX: Table = &[
    ("Feminine", "female"),
    ("Masculine", "male"),
    ("NonConforming", "other"),
    ("TransgenderFeminine", "other"),
    ("TransgenderMasculine", "other"),
    ("NonSpecifiedUnknown", "unknown"),
];

/// A follow-up in the standard is what the monitoring visits of a reintegration are here.
pub static STATUS: Table = &[
    ("Active", "active"),
    ("FollowUp", "reintegration"),
    ("Closed", "closed"),
    ("ClosedReferred", "closed"),
    ("Active", "return"),
    ("Active", "no_contact"),
    ("FollowUp", "closing"),
];

pub static OUTCOME: Table = &[
    ("PossibleVictimOfTrafficking", "presumed"),
    ("ActualVictimOfTrafficking", "identified"),
    ("NotAVictimOfTrafficking", "not_victim"),
    ("PossibleVictimOfTrafficking", "potential"),
];

pub static FORMS: Table = &[
    ("ForcedLabour", "labour"),
    ("SexualExploitation", "sexual"),
    ("ChildLabour", "labour"),
    ("ForcedMarriage", "marriage"),
    ("Servitude", "servitude"),
    ("OrganRemoval", "organs"),
    ("ForcedBegging", "begging"),
    ("ForcedAdoption", "newborn"),
    ("Other", "other"),
    ("ForcedMilitaryByNonStateActors", "other"),
    ("Surrogacy", "other"),
    ("Other", "criminality"),
];

pub static MEANS: Table = &[
    ("DebtBondage", "debt"),
    ("TakesEarnings", "earnings"),
    ("RestrictsFinancialAccess", "earnings"),
    ("PhysicalThreats", "threats"),
    ("ThreatensChildrenFamily", "threats"),
    ("PsychologicalAbuse", "psychological"),
    ("PhysicalAbuse", "physical"),
    ("SexualAbuse", "sexual"),
    ("FalsePromises", "false_promises"),
    ("PsychoactiveSubstance", "substances"),
    ("RestrictsMovement", "movement"),
    ("RestrictsMedicalCare", "medical_care"),
    ("ExcessiveWorkingHours", "excessive_hours"),
    ("ThreatsLawEnforcement", "law_enforcement"),
    ("WithholdsNecessities", "necessities"),
    ("WithholdsDocuments", "documents"),
    ("UsesChildren", "children"),
    ("Other", "other"),
];

pub static SECTOR: Table = &[
    ("A_AgricultureForestryAndFishing", "agriculture"),
    ("C_Manufacturing", "manufacturing"),
    ("F_Construction", "construction"),
    ("H_TransportationAndStorage", "transport"),
    ("I_AccommodationAndFoodServiceActivities", "hospitality"),
    ("Q_HumanHealthAndSocialWorkActivities", "care"),
    ("T_ActivitiesOfHouseholdsAsEmployers", "domestic"),
    ("S_OtherServiceActivities", "other"),
];

pub static RECRUITER: Table = &[
    ("Familial", "relative"),
    ("Acquainted", "acquaintance"),
    // The standard's code is misspelled; it is what stands on the wire.
    ("Unaquainted", "stranger"),
    ("Acquainted", "friend"),
    ("Acquainted", "partner"),
    ("Unaquainted", "agency"),
    ("Unaquainted", "online"),
];

/// The standard asks where somebody was recruited, we ask how: only what says both is taken over.
pub static RECRUITMENT: Table = &[
    ("ThroughAnOnlineAdvertisement", "online_ad"),
    ("ThroughOnlineSocialNetworks", "online_ad"),
    ("ThroughFriendsOrSocialEvents", "relationship"),
    ("ThroughFamilyOrFamilyEvents", "relationship"),
    ("Other", "other"),
    ("AtAPlaceOfBusiness", "other"),
    ("AtAnEducationalInstitution", "other"),
    ("AtWork", "other"),
    ("ThroughATelevisionAdvert", "other"),
    ("ThroughANewspaperAdvert", "other"),
    ("Other", "job_offer"),
    ("Other", "sold"),
    ("Other", "abducted"),
    ("Other", "marriage_offer"),
];

pub static LANGUAGE: Table = &[
    ("bul", "bg"),
    ("eng", "en"),
    ("tur", "tr"),
    ("rom", "rom"),
    ("rus", "ru"),
    ("ukr", "uk"),
    ("ron", "ro"),
    ("ara", "ar"),
    ("fas", "fa"),
    ("fra", "fr"),
    ("deu", "de"),
    ("spa", "es"),
    ("vie", "vi"),
    ("sqi", "sq"),
    ("srp", "sr"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use domain::CodeList;
    use papers::htcds::{Cell, FieldId};

    /// Both sides of every pair exist, and every code of the standard's list is understood.
    #[test]
    fn every_code_exists_on_both_sides() {
        let tables: [(Table, &str, &CodeList, bool); 8] = [
            (SEX, "prs_Gender", &domain::codes::SEX, true),
            (STATUS, "cas_Status", &domain::codes::CASE_STATE, true),
            (OUTCOME, "vic_TraffickingStatus", &domain::codes::IDENTIFICATION_OUTCOME, true),
            (FORMS, "vic_TypeOfExploitation", &domain::codes::EXPLOITATION, true),
            (MEANS, "vic_MethodsOfControl", &domain::codes::MEANS, true),
            (RECRUITER, "vic_RelationshipToTrafficker", &domain::codes::RECRUITER, true),
            (RECRUITMENT, "vic_MethodOfRecruitment", &domain::codes::RECRUITMENT, true),
            (SECTOR, "vic_ForcedLabourIndustry", &domain::codes::SECTOR, false),
        ];
        for (table, field, list, complete) in tables {
            let field = FieldId::parse(field).unwrap();
            for (theirs, ours) in table {
                assert!(Cell::codes(field, [*theirs]).is_some(), "{field} {theirs}");
                assert!(list.known(ours).is_some(), "{} {ours}", list.name);
            }
            for choice in &field.field().unwrap().choices {
                assert!(!complete || forward(table, &choice.code).is_some(), "{field} {}", choice.code);
            }
        }
        for (theirs, ours) in LANGUAGE {
            assert!(
                Cell::codes(FieldId::parse("prs_PrimaryLanguage").unwrap(), [*theirs]).is_some(),
                "{theirs}"
            );
            assert!(domain::codes::LANGUAGE.known(ours).is_some(), "{ours}");
        }
    }
}
