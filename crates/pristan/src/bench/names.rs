//! Invented names, drawn reproducibly and as unevenly as real ones are: some are everywhere, most
//! are rare. And the same names as somebody else would spell them.

/// Given names: as stored, female, and in another spelling.
const GIVEN: [(&str, bool, &str); 24] = [
    ("Мария", true, "Maria"),
    ("Йорданка", true, "Yordanka"),
    ("Стефка", true, "Stefka"),
    ("Десислава", true, "Desislava"),
    ("Цветелина", true, "Tsvetelina"),
    ("Галина", true, "Galina"),
    ("Силвия", true, "Silviya"),
    ("Оксана", true, "Oksana"),
    ("Фатме", true, "Fatme"),
    ("Юлия", true, "Julia"),
    ("Живка", true, "Zhivka"),
    ("Щилияна", true, "Shtiliyana"),
    ("Христина", true, "Hristina"),
    ("Amina", true, "Амина"),
    ("Ioana", true, "Йоана"),
    ("Надежда", true, "Nadezhda"),
    ("Иван", false, "Ivan"),
    ("Георги", false, "Georgi"),
    ("Йордан", false, "Jordan"),
    ("Димитър", false, "Dimitar"),
    ("Христо", false, "Hristo"),
    ("Асен", false, "Asen"),
    ("Ахмед", false, "Ahmed"),
    ("Вълчо", false, "Valcho"),
];
/// Parts of family names, in two alphabets.
const FIRST: [(&str, &str); 20] = [
    ("Пе", "Pe"),
    ("Ра", "Ra"),
    ("Ми", "Mi"),
    ("До", "Do"),
    ("Ко", "Ko"),
    ("Ла", "La"),
    ("Бо", "Bo"),
    ("Га", "Ga"),
    ("Сте", "Ste"),
    ("Же", "Zhe"),
    ("Ха", "Ha"),
    ("Цве", "Tsve"),
    ("Чо", "Cho"),
    ("Шо", "Sho"),
    ("Ву", "Vu"),
    ("Не", "Ne"),
    ("Си", "Si"),
    ("То", "To"),
    ("Фи", "Fi"),
    ("Ру", "Ru"),
];
const SECOND: [(&str, &str); 20] = [
    ("тр", "tr"),
    ("дойк", "doyk"),
    ("лан", "lan"),
    ("бр", "br"),
    ("ст", "st"),
    ("зар", "zar"),
    ("жил", "zhil"),
    ("вр", "vr"),
    ("фан", "fan"),
    ("лев", "lev"),
    ("джи", "dzhi"),
    ("тан", "tan"),
    ("мак", "mak"),
    ("п", "p"),
    ("л", "l"),
    ("дял", "dyal"),
    ("мон", "mon"),
    ("дор", "dor"),
    ("лип", "lip"),
    ("мен", "men"),
];
const END: [(&str, &str); 4] = [("ов", "ov"), ("ев", "ev"), ("анов", "anov"), ("инск", "insk")];

/// A small generator (SplitMix64): the same numbers on every machine.
pub struct Names(u64);

impl Names {
    /// The numbers of one case.
    pub fn new(seed: u64, n: u64) -> Names {
        Names(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ n.wrapping_mul(0xD1B5_4A32_D192_ED03))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below another.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    /// An index below a length; small ones come far more often.
    fn uneven(&mut self, length: usize) -> usize {
        let length = u64::try_from(length).unwrap_or(1);
        let squared = self.below(length) * self.below(length) / length.max(1);
        usize::try_from(squared).unwrap_or(0)
    }

    fn parts(&mut self, female: bool) -> [(&'static str, &'static str); 5] {
        let of_sex: Vec<(&str, &str)> = GIVEN.iter().filter(|g| g.1 == female).map(|g| (g.0, g.2)).collect();
        let given = self.uneven(of_sex.len());
        let given = of_sex.get(given).copied().unwrap_or_default();
        let (a, b, c) = (self.uneven(FIRST.len()), self.uneven(SECOND.len()), self.uneven(END.len()));
        let pick =
            |list: &[(&'static str, &'static str)], at: usize| list.get(at).copied().unwrap_or_default();
        let ending = match (female, c) {
            (true, _) => ("а", "a"),
            (false, 3) => ("и", "i"),
            (false, _) => ("", ""),
        };
        [given, pick(&FIRST, a), pick(&SECOND, b), pick(&END, c), ending]
    }

    /// Given and family name as they are stored.
    pub fn name(&mut self, female: bool) -> (String, String) {
        let [given, a, b, c, d] = self.parts(female);
        (given.0.to_owned(), [a.0, b.0, c.0, d.0].concat())
    }

    /// A name as it is typed into a search, in the other alphabet.
    pub fn query(&mut self) -> String {
        let female = self.below(100) < 70;
        let [given, a, b, c, d] = self.parts(female);
        format!("{} {}", given.1, [a.1, b.1, c.1, d.1].concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn the_same_seed_makes_the_same_names_and_some_are_everywhere() {
        assert_eq!(Names::new(1, 7).name(true), Names::new(1, 7).name(true));
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for n in 0..2000 {
            *seen.entry(Names::new(1, n).name(true).1).or_default() += 1;
        }
        let most = seen.values().max().copied().unwrap_or(0);
        assert!(seen.len() > 300 && most > 20, "{} {most}", seen.len());
    }
}
