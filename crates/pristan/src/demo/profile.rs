//! How the invented people are distributed: a judgement for demo data, an estimate of nothing.
//!
//! Shares of forms, sexes, children and foreigners follow national counts published for 2022 to 2024;
//! ages, destinations, means of control, sectors and durations follow observed frequencies in public data
//! of the Counter-Trafficking Data Collaborative (CTDC), "Global Synthetic Dataset" (2021) and "Global
//! K-anonymized Dataset" (2021), <https://www.ctdatacollaborative.org>. CTDC terms: non-commercial use,
//! derivative materials allowed, the datasets themselves may not be redistributed; none of their rows are
//! here. Where the data says nothing (recruiters, asylum, what is done for whom) the numbers are ours.

use super::rng::Rng;

type Weights = &'static [(&'static str, u32)];

/// Form of exploitation, per mille.
pub const FORMS: Weights =
    &[("sexual", 500), ("labour", 380), ("newborn", 50), ("begging", 40), ("criminality", 30)];
/// Children, per mille of everybody.
pub const CHILDREN: u32 = 100;
/// Foreigners, per mille of everybody.
pub const FOREIGNERS: u32 = 60;

/// Women among those exploited in that form, per mille. For the forms other than sexual and labour the
/// source says 750 together; newborn babies are sold by pregnant women, so the rest is lower.
fn women(form: &str) -> u32 {
    match form {
        "sexual" => 960,
        "labour" => 360,
        "newborn" => 1000,
        _ => 571,
    }
}

/// Ages of adult women: youngest and oldest year of a band, and its weight.
const AGES_OF_WOMEN: &[((i32, i32), u32)] =
    &[((18, 20), 112), ((21, 23), 66), ((24, 26), 59), ((27, 29), 28), ((30, 38), 49)];
/// Ages of adult men.
const AGES_OF_MEN: &[((i32, i32), u32)] = &[
    ((18, 20), 289),
    ((21, 23), 399),
    ((24, 26), 594),
    ((27, 29), 800),
    ((30, 38), 3446),
    ((39, 47), 1999),
    ((48, 62), 1204),
];

/// Where citizens of Bulgaria were exploited; the last five are named in reports without numbers, and
/// Bulgaria itself stands for internal trafficking.
const DESTINATIONS: Weights = &[
    ("DE", 139),
    ("SE", 75),
    ("FR", 50),
    ("GR", 34),
    ("IT", 31),
    ("MK", 29),
    ("PL", 26),
    ("ES", 18),
    ("RS", 11),
    ("AT", 14),
    ("NL", 22),
    ("BE", 16),
    ("GB", 16),
    ("CY", 8),
    ("NO", 6),
    ("BG", 36),
];
/// Citizenships of foreigners found in Bulgaria.
const ORIGINS: Weights = &[("UA", 30), ("NG", 18), ("RO", 12), ("MD", 14), ("VN", 10), ("SY", 10), ("PH", 6)];

/// Means of control among those who said anything about them, per mille.
pub const MEANS: Weights = &[
    ("debt", 335),
    ("earnings", 792),
    ("threats", 751),
    ("psychological", 820),
    ("physical", 494),
    ("sexual", 93),
    ("false_promises", 875),
    ("substances", 45),
    ("movement", 795),
    ("medical_care", 516),
    ("excessive_hours", 800),
    ("law_enforcement", 347),
    ("necessities", 219),
    ("documents", 786),
    ("other", 4),
];
/// Sector of labour exploitation.
pub const SECTORS: Weights = &[
    ("agriculture", 117),
    ("construction", 463),
    ("domestic", 49),
    ("hospitality", 76),
    ("manufacturing", 120),
    ("transport", 60),
    ("other", 118),
];
/// Recruiters: friends as observed; what the data calls "other" is parted by judgement.
pub const RECRUITERS: Weights = &[
    ("friend", 140),
    ("acquaintance", 280),
    ("relative", 120),
    ("partner", 150),
    ("online", 130),
    ("agency", 90),
    ("stranger", 40),
    ("unknown", 50),
];
/// Months of exploitation: shortest, longest, weight.
pub const MONTHS: &[((i32, i32), u32)] =
    &[((1, 12), 2694), ((13, 24), 1974), ((25, 60), 481), ((61, 90), 238)];

/// Bulgarian districts by how many cases come from them (judgement).
pub const DISTRICTS: Weights = &[
    ("pleven", 9),
    ("sliven", 9),
    ("plovdiv", 8),
    ("burgas", 8),
    ("varna", 8),
    ("pazardzhik", 7),
    ("stara_zagora", 6),
    ("dobrich", 6),
    ("montana", 6),
    ("vratsa", 6),
    ("ruse", 5),
    ("shumen", 5),
    ("sofia_city", 7),
    ("haskovo", 4),
    ("yambol", 3),
    ("vidin", 4),
    ("razgrad", 3),
    ("kyustendil", 3),
    ("blagoevgrad", 4),
    ("lovech", 2),
    ("targovishte", 3),
    ("silistra", 2),
];

/// What is decided about somebody before anything is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Life {
    /// Form of exploitation.
    pub form: &'static str,
    /// `female` or `male`.
    pub sex: &'static str,
    /// Completed years.
    pub age: i32,
    /// Alpha-2 code.
    pub citizenship: &'static str,
    /// Where it happened.
    pub country: &'static str,
}

impl Life {
    /// Draws one.
    pub fn draw(rng: &mut Rng) -> Life {
        let form = rng.weighted(FORMS);
        let sex = if rng.chance(women(form)) { "female" } else { "male" };
        // Nobody under age in the one form whose share is taken out: the others carry the whole share.
        let child = form != "newborn" && rng.chance(CHILDREN * 1000 / 950);
        let (low, high) = match (child, sex) {
            (true, _) => rng.weighted(&[((5, 11), 15), ((12, 15), 35), ((16, 17), 50)]),
            (_, "female") => rng.weighted(AGES_OF_WOMEN),
            _ => rng.weighted(AGES_OF_MEN),
        };
        let age = rng.between(low, high);
        let (citizenship, country) = if rng.chance(FOREIGNERS) {
            (rng.weighted(ORIGINS), "BG")
        } else {
            ("BG", rng.weighted(DESTINATIONS))
        };
        Life { form, sex, age, citizenship, country }
    }

    /// Under eighteen.
    pub fn child(&self) -> bool {
        self.age < 18
    }

    /// Citizen of another country.
    pub fn foreign(&self) -> bool {
        self.citizenship != "BG"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_lives_have_the_shares_of_the_profile() {
        let n = 20_000;
        let lives: Vec<Life> = (0..n).map(|i| Life::draw(&mut Rng::new(7, i))).collect();
        let share = |of: &dyn Fn(&Life) -> bool, among: &dyn Fn(&Life) -> bool| {
            let all = lives.iter().filter(|l| among(l)).count();
            lives.iter().filter(|l| among(l) && of(l)).count() * 1000 / all.max(1)
        };
        let everybody = |_: &Life| true;
        let near = |found: usize, wanted: usize, what: &str| {
            assert!(found.abs_diff(wanted) <= 15, "{what}: {found} rather than {wanted} of 1000");
        };
        for (form, weight) in FORMS {
            near(share(&|l| l.form == *form, &everybody), *weight as usize, form);
        }
        near(share(&|l| l.child(), &everybody), 100, "children");
        near(share(&|l| l.foreign(), &everybody), 60, "foreigners");
        near(share(&|l| l.sex == "female", &|l| l.form == "sexual"), 960, "women, sexual");
        near(share(&|l| l.sex == "female", &|l| l.form == "labour"), 360, "women, labour");
        let others = |l: &Life| !matches!(l.form, "sexual" | "labour");
        let women = share(&|l| l.sex == "female", &others);
        assert!(women.abs_diff(750) <= 30, "women, other forms: {women}");
        let young = share(&|l| l.age <= 20, &|l| l.sex == "female" && !l.child());
        near(young, 112 * 1000 / 314, "women of 18 to 20");
    }
}
