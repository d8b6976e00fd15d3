//! Closed lists of codes. Texts are `{name}-{code}` in `locales/`.

use crate::field::CodeList;

macro_rules! lists {
    ($($(#[$doc:meta])* $ident:ident = $name:literal [$($code:literal),* $(,)?]),+ $(,)?) => {
        $( $(#[$doc])* pub static $ident: CodeList = CodeList { name: $name, codes: &[$($code),*] }; )+
        /// Every list, so that a test can look for missing texts.
        pub static ALL: &[&CodeList] = &[$(&$ident),+];
    };
}

lists! {
    /// Sex.
    SEX = "sex" ["female", "male", "other", "unknown"],
    /// Age bands of somebody whose birth date is not known.
    AGE_BAND = "age-band" ["child", "unclear", "18-24", "25-34", "35-49", "50-plus", "unknown"],
    /// Yes, no, not known.
    YES_NO = "yes-no" ["yes", "no", "unknown"],
    /// Kinds of partner organisations (the programme's ten, and training hosts).
    ORGANISATION_KIND = "organisation-kind" ["iom", "iom_mission", "ncctb", "border_police", "organised_crime",
        "migration", "embassy", "child_protection", "social_assistance", "refugees", "prosecution", "ngo", "shelter", "other"],
    /// Institution kinds for attendance: both state and NGO must be present.
    INSTITUTION = "institution" ["state", "ngo", "international", "other"],
    /// The programme's service types and "other".
    SERVICE_TYPE = "service-type" ["humanitarian", "medical", "psychological", "social", "vocational", "legal",
        "employment", "safe_environment", "witness_protection", "other"],
    /// Kinds of personal identifiers.
    IDENTIFIER_KIND = "identifier-kind" ["egn", "lnch", "passport", "id_card", "other"],
    /// Special needs.
    SPECIAL_NEEDS = "special-needs" ["pregnancy", "disability", "medical", "interpreter", "with_children", "literacy", "addiction"],
    /// What somebody is in a case.
    PERSON_ROLE = "person-role" ["victim", "witness", "accompanying_child", "relative", "suspect"],
    /// The referral mechanism's tracks.
    TRACK = "track" ["adults", "children", "foreigners"],
    /// States of a case.
    CASE_STATE = "case-state" ["active", "return", "reintegration", "no_contact", "closing", "closed"],
    /// Why a case ends (list marked [K] in the domain reference).
    CLOSURE_REASON = "closure-reason" ["goals_reached", "referred_on", "refused_help", "lost_contact", "not_a_victim",
        "re_emigrated", "re_trafficked", "deceased", "outside_mandate", "duplicate"],
    /// Risk.
    RISK = "risk" ["high", "medium", "low"],
    /// How a case came in.
    INTAKE = "intake" ["hotline", "iom_mission", "partner", "police", "consul", "self", "outreach", "import"],
    /// Forms of exploitation.
    EXPLOITATION = "exploitation" ["sexual", "labour", "begging", "criminality", "servitude", "newborn", "marriage",
        "organs", "other", "unknown"],
    /// Means of control, after the case data standard.
    MEANS = "means" ["debt", "earnings", "threats", "psychological", "physical", "sexual", "false_promises",
        "substances", "movement", "medical_care", "excessive_hours", "law_enforcement", "necessities", "documents", "children", "other"],
    /// Sector of work.
    SECTOR = "sector" ["agriculture", "construction", "domestic", "hospitality", "manufacturing", "transport", "care", "other", "unknown"],
    /// Who recruited.
    RECRUITER = "recruiter" ["partner", "relative", "friend", "acquaintance", "agency", "stranger", "online", "unknown"],
    /// How recruited.
    RECRUITMENT = "recruitment" ["job_offer", "relationship", "sold", "abducted", "marriage_offer", "online_ad", "other", "unknown"],
    /// State of asylum.
    ASYLUM = "asylum" ["none", "claimed", "granted", "ended"],
    /// Kinds of contact in a note.
    CONTACT_KIND = "contact-kind" ["meeting", "phone", "message", "visit", "partner", "court", "other"],
    /// How consent was given.
    CONSENT_KIND = "consent-kind" ["written", "oral", "guardian", "proxy"],
    /// What may be shared.
    CONSENT_SCOPE = "consent-scope" ["contact", "identity", "needs", "story", "health", "location", "documents", "statistics"],
    /// What for.
    CONSENT_PURPOSE = "consent-purpose" ["assistance", "return", "referral", "protection", "proceedings", "statistics"],
    /// Why a share ended.
    SHARE_END = "share-end" ["by_hand", "replaced", "consent_withdrawn", "consent_changed"],
    /// States of a consent.
    CONSENT_STATE = "consent-state" ["given", "withdrawn"],
    /// Kinds of identification.
    IDENTIFICATION_KIND = "identification-kind" ["informal", "formal", "self"],
    /// What an identification found.
    IDENTIFICATION_OUTCOME = "identification-outcome" ["presumed", "identified", "potential", "not_victim"],
    /// Which way a return goes.
    RETURN_DIRECTION = "return-direction" ["to_bulgaria", "to_origin", "internal"],
    /// Whose will a return is; a forced removal is never counted.
    RETURN_WILL = "return-will" ["voluntary", "forced"],
    /// States of a return.
    RETURN_STATE = "return-state" ["planned", "departed", "arrived", "cancelled"],
    /// States of a condition before departure.
    GATE_STATE = "gate-state" ["missing", "waiting", "met", "not_needed"],
    /// How people travel.
    TRAVEL_MODE = "travel-mode" ["plane", "car", "train", "bus", "ship", "foot"],
    /// States of a need.
    NEED_STATE = "need-state" ["open", "met", "dropped"],
    /// States of a service.
    SERVICE_STATE = "service-state" ["planned", "delivered", "cancelled"],
    /// How urgent.
    URGENCY = "urgency" ["now", "today", "week", "later"],
    /// States of a plan.
    PLAN_STATE = "plan-state" ["draft", "signed", "closed"],
    /// Areas of a goal.
    GOAL_AREA = "goal-area" ["safety", "housing", "health", "psychological", "education", "work", "income", "family", "legal", "documents"],
    /// States of a goal.
    GOAL_STATE = "goal-state" ["open", "reached", "partly", "dropped"],
    /// Kinds of monitoring visit.
    VISIT_KIND = "visit-kind" ["home", "office", "phone", "partner"],
    /// States of a visit.
    VISIT_STATE = "visit-state" ["planned", "done", "missed"],
    /// Plain judgement in a visit.
    CONDITION = "condition" ["good", "fair", "poor", "unknown"],
    /// Topics of a training.
    TRAINING_TOPIC = "training-topic" ["identification", "referral", "interview", "children", "law", "safety", "data_protection", "other"],
    /// States of a training.
    TRAINING_STATE = "training-state" ["planned", "held", "cancelled"],
    /// States of a task.
    TASK_STATE = "task-state" ["open", "done", "cancelled"],
    /// Kinds of task.
    TASK_KIND = "task-kind" ["call", "notify", "document", "meeting", "review", "transport", "other"],
    /// Hotline: how the contact came.
    CHANNEL = "channel" ["phone", "message", "mail", "form", "in_person"],
    /// Hotline: who calls.
    CALLER = "caller" ["self", "relative", "friend", "professional", "other"],
    /// Hotline: what stays secret, asked first.
    CONFIDENTIALITY = "confidentiality" ["anonymous", "line_only", "may_share"],
    /// Hotline: what about.
    TOPIC = "topic" ["job_abroad", "agency_check", "work_rights", "return_home", "possible_trafficking", "missing", "child", "information", "other"],
    /// Hotline: a call without content.
    NO_CONTENT = "no-content" ["silence", "hung_up", "wrong_number", "joke", "abusive", "test", "advert"],
    /// Hotline: warning signs in an offer.
    RED_FLAGS = "red-flags" ["documents_kept", "no_contract", "no_language_needed", "fee_first", "no_contact_allowed", "travel_arranged"],
    /// Hotline: checks made.
    CHECKS = "checks" ["agency_register", "eures", "consulate"],
    /// Hotline: may we call back?
    CALL_BACK = "call-back" ["no", "yes", "only_she_calls"],
    /// Hotline: what became of it.
    CONTACT_STATE = "contact-state" ["closed", "follow_up", "converted"],
    /// States of a signal.
    SIGNAL_STATE = "signal-state" ["new", "in_work", "confirmed", "not_trafficking"],
    /// States of a legal hold.
    HOLD_STATE = "hold-state" ["set", "lifted"],
    /// Why a legal hold is set.
    HOLD_GROUND = "hold-ground" ["proceedings", "investigation", "claim", "audit"],
    /// States of a request to erase.
    ERASURE_STATE = "erasure-state" ["asked", "refused", "done"],
    /// Who asks for erasure.
    ERASURE_BY = "erasure-by" ["self", "guardian", "lawyer", "retention"],
    /// Grounds on which erasure may be refused (GDPR, article 17(3)).
    ERASURE_GROUND = "erasure-ground" ["open_proceedings", "legal_claims", "legal_duty", "public_interest"],
    /// Kinds of authority that ask.
    AUTHORITY_KIND = "authority-kind" ["court", "prosecution", "investigating", "police", "supervision", "other"],
    /// Grounds that the paper of an authority names. [K]: which oblige to answer is to be confirmed.
    REQUEST_GROUND = "request-ground" ["court_order", "prosecutor_act", "investigating_act", "police_letter",
        "data_protection", "child_protection", "other"],
    /// May the person be told that somebody asked?
    REQUEST_TELLING = "request-telling" ["may_tell", "forbidden"],
    /// States of a request of an authority.
    LEGAL_STATE = "legal-state" ["received", "answered", "refused"],
    /// Why a request is refused.
    REQUEST_REFUSAL = "request-refusal" ["no_ground", "too_wide", "privileged", "not_here", "danger", "other"],
    /// What something is taken out for.
    EXPORT_PURPOSE = "export-purpose" ["own_records", "other_system", "report", "partner", "check"],
    /// States of something taken out.
    EXPORT_STATE = "export-state" ["prepared", "taken"],
    /// Bulgarian districts.
    DISTRICT = "district" ["blagoevgrad", "burgas", "varna", "veliko_tarnovo", "vidin", "vratsa", "gabrovo", "dobrich",
        "kardzhali", "kyustendil", "lovech", "montana", "pazardzhik", "pernik", "pleven", "plovdiv", "razgrad", "ruse",
        "silistra", "sliven", "smolyan", "sofia_city", "sofia_region", "stara_zagora", "targovishte", "haskovo", "shumen", "yambol", "abroad"],
    /// Spoken languages, ISO 639-1.
    LANGUAGE = "language" ["bg", "en", "tr", "rom", "ru", "uk", "ro", "ar", "fa", "fr", "de", "es", "vi", "sq", "sr", "other"],
    /// ISO 3166-1 alpha-2; Namibia is NA.
    COUNTRIES = "country" ["BG", "AF", "AL", "DZ", "AD", "AO", "AG", "AR", "AM", "AU", "AT", "AZ", "BS", "BH", "BD", "BB", "BY", "BE", "BZ",
        "BJ", "BT", "BO", "BA", "BW", "BR", "BN", "BF", "BI", "CV", "KH", "CM", "CA", "CF", "TD", "CL", "CN", "CO", "KM", "CG", "CD",
        "CR", "CI", "HR", "CU", "CY", "CZ", "DK", "DJ", "DM", "DO", "EC", "EG", "SV", "GQ", "ER", "EE", "SZ", "ET", "FJ", "FI", "FR",
        "GA", "GM", "GE", "DE", "GH", "GR", "GD", "GT", "GN", "GW", "GY", "HT", "HN", "HK", "HU", "IS", "IN", "ID", "IR", "IQ", "IE", "IL",
        "IT", "JM", "JP", "JO", "KZ", "KE", "KI", "KP", "KR", "KW", "KG", "LA", "LV", "LB", "LS", "LR", "LY", "LI", "LT", "LU", "MG",
        "MW", "MY", "MV", "ML", "MT", "MH", "MR", "MU", "MX", "FM", "MD", "MC", "MN", "ME", "MA", "MZ", "MM", "NA", "NR", "NP", "NL",
        "NZ", "NI", "NE", "NG", "MK", "NO", "OM", "PK", "PW", "PS", "PA", "PG", "PY", "PE", "PH", "PL", "PT", "QA", "RO", "RU", "RW",
        "KN", "LC", "VC", "WS", "SM", "ST", "SA", "SN", "RS", "SC", "SL", "SG", "SK", "SI", "SB", "SO", "ZA", "SS", "ES", "LK", "SD",
        "SR", "SE", "CH", "SY", "TW", "TJ", "TZ", "TH", "TL", "TG", "TO", "TT", "TN", "TR", "TM", "TV", "UG", "UA", "AE", "GB", "US",
        "UY", "UZ", "VU", "VA", "VE", "VN", "XK", "YE", "ZM", "ZW", "PR"],
    /// Roles of users.
    ROLE = "role" ["caseworker", "manager", "mission", "coordinator", "police", "prosecutor", "consul", "child_social",
        "refugees", "ngo", "hotline", "monitor", "admin"],
}
