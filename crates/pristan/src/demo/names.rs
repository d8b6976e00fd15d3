//! Invented names of many origins. Lists of common names, put together by chance: nobody is meant.

use super::rng::Rng;

/// Where a name comes from.
struct Origin {
    women: &'static [&'static str],
    men: &'static [&'static str],
    /// As men have it.
    families: &'static [&'static str],
    /// Family names of women end in another way.
    bends: bool,
}

static BULGARIAN: Origin = Origin {
    women: &[
        "Мария",
        "Йорданка",
        "Елена",
        "Десислава",
        "Гергана",
        "Радостина",
        "Виктория",
        "Надежда",
        "Петя",
        "Цветелина",
        "Ралица",
        "Силвия",
        "Даниела",
        "Ивелина",
        "Теодора",
        "Галина",
        "Росица",
        "Веселина",
        "Антония",
        "Калина",
        "Милена",
        "Боряна",
        "Яна",
        "Биляна",
        "Христина",
        "Жанета",
        "Ваня",
        "Снежана",
        "Стефка",
        "Пламена",
        "Магдалена",
        "Людмила",
    ],
    men: &[
        "Иван",
        "Георги",
        "Димитър",
        "Петър",
        "Николай",
        "Стоян",
        "Христо",
        "Тодор",
        "Васил",
        "Пламен",
        "Красимир",
        "Емил",
        "Борис",
        "Веселин",
        "Любомир",
        "Кирил",
        "Радослав",
        "Илия",
        "Йордан",
        "Атанас",
        "Мартин",
        "Калоян",
        "Светослав",
        "Румен",
    ],
    families: &[
        "Иванов",
        "Георгиев",
        "Димитров",
        "Петров",
        "Николов",
        "Стоянов",
        "Христов",
        "Тодоров",
        "Василев",
        "Ангелов",
        "Кръстев",
        "Маринов",
        "Илиев",
        "Йорданов",
        "Колев",
        "Русев",
        "Цветков",
        "Благоев",
        "Чернев",
        "Златев",
        "Попов",
        "Младенов",
        "Гюров",
        "Щерев",
        "Желев",
        "Савов",
        "Тонев",
        "Лазаров",
        "Рилски",
        "Балкански",
        "Загорски",
        "Горанов",
    ],
    bends: true,
};
static TURKISH: Origin = Origin {
    women: &[
        "Айше",
        "Фатме",
        "Емине",
        "Севгин",
        "Гюлсюм",
        "Неврие",
        "Шенай",
        "Мерал",
        "Айсел",
        "Хатидже",
        "Зейнеб",
        "Нурджан",
        "Сехер",
        "Гюлтен",
    ],
    men: &[
        "Мехмед",
        "Ахмед",
        "Хасан",
        "Хюсеин",
        "Мустафа",
        "Исмаил",
        "Шабан",
        "Орхан",
        "Тунджай",
        "Ремзи",
        "Сунай",
        "Ерджан",
    ],
    families: &[
        "Мехмедов",
        "Ахмедов",
        "Хасанов",
        "Хюсеинов",
        "Османов",
        "Юсеинов",
        "Адемов",
        "Исмаилов",
        "Мустафов",
        "Юмеров",
        "Сабриев",
        "Рафетов",
    ],
    bends: true,
};
static ROMA: Origin = Origin {
    women: &[
        "Роза",
        "Златка",
        "Фидана",
        "Анелия",
        "Силвана",
        "Сузана",
        "Кремена",
        "Звезда",
        "Минка",
        "Софка",
        "Айла",
        "Катя",
        "Румяна",
        "Невена",
    ],
    men: &[
        "Асен",
        "Митко",
        "Сашо",
        "Ангел",
        "Рамадан",
        "Стефан",
        "Анчо",
        "Огнян",
        "Кольо",
        "Демир",
        "Юлиян",
        "Борислав",
    ],
    families: &[
        "Асенов",
        "Митков",
        "Ангелов",
        "Рашидов",
        "Демиров",
        "Кирилов",
        "Огнянов",
        "Зарков",
        "Шакиров",
        "Манушев",
        "Алексов",
        "Янков",
    ],
    bends: true,
};
static UKRAINIAN: Origin = Origin {
    women: &[
        "Оксана",
        "Наталія",
        "Ірина",
        "Олена",
        "Світлана",
        "Юлія",
        "Тетяна",
        "Анастасія",
        "Катерина",
        "Людмила",
    ],
    men: &["Олександр", "Сергій", "Андрій", "Віталій", "Микола", "Ігор", "Тарас", "Богдан"],
    families: &[
        "Коваленко",
        "Бондаренко",
        "Ткаченко",
        "Шевчук",
        "Кравчук",
        "Мельник",
        "Савчук",
        "Гончар",
        "Лисенко",
        "Романюк",
    ],
    bends: false,
};
static ROMANIAN: Origin = Origin {
    women: &["Ionela", "Mihaela", "Andreea", "Florentina", "Crina", "Ștefania", "Loredana", "Mădălina"],
    men: &["Ionuț", "Marius", "Florin", "Cătălin", "Adrian", "Nicolae", "Vasile", "Sorin"],
    families: &[
        "Popescu",
        "Ionescu",
        "Dumitrescu",
        "Stan",
        "Munteanu",
        "Lăcătuș",
        "Țurcanu",
        "Voicu",
        "Șerban",
    ],
    bends: false,
};
static MOLDOVAN: Origin = Origin {
    women: &["Doina", "Natalia", "Iulia", "Aliona", "Snejana", "Tatiana", "Viorica", "Ludmila"],
    men: &["Vadim", "Sergiu", "Igor", "Ruslan", "Dumitru", "Veaceslav", "Oleg"],
    families: &["Rusu", "Ceban", "Cojocaru", "Ciobanu", "Balan", "Bejan", "Gîrlea", "Sîrbu", "Moraru"],
    bends: false,
};
static NIGERIAN: Origin = Origin {
    women: &[
        "Blessing", "Joy", "Precious", "Osarugue", "Patience", "Faith", "Ifeoma", "Abiola", "Gift",
        "Chiamaka",
    ],
    men: &["Emeka", "Tunde", "Osaze", "Chinedu", "Ibrahim", "Samuel", "Kelechi", "Femi"],
    families: &[
        "Osagie",
        "Igbinovia",
        "Okafor",
        "Adeyemi",
        "Ehigiator",
        "Eze",
        "Balogun",
        "Omoregie",
        "Nwosu",
        "Idemudia",
    ],
    bends: false,
};
static VIETNAMESE: Origin = Origin {
    women: &["Hoa", "Lan", "Thảo", "Hương", "Ngọc", "Mai", "Linh", "Yến"],
    men: &["Hùng", "Minh", "Tuấn", "Dũng", "Long", "Quân", "Thành"],
    families: &["Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi"],
    bends: false,
};
static SYRIAN: Origin = Origin {
    women: &["Amal", "Rima", "Hala", "Salma", "Nour", "Yasmin", "Lina"],
    men: &["Khaled", "Omar", "Samir", "Ahmad", "Yousef", "Tarek", "Hussein"],
    families: &["Al-Hassan", "Haddad", "Al-Khatib", "Najjar", "Darwish", "Shami", "Khoury"],
    bends: false,
};
static PHILIPPINE: Origin = Origin {
    women: &["Maricel", "Jocelyn", "Rowena", "Analyn", "Marites", "Cherry", "Liezl"],
    men: &["Rodel", "Jun", "Arnel", "Reynaldo", "Jomar", "Dennis"],
    families: &["Santos", "Reyes", "dela Cruz", "Bautista", "Mendoza", "Villanueva", "Macaraeg"],
    bends: false,
};

/// How Syrian names above are written at home.
static ARABIC: &[(&str, &str)] = &[
    ("Amal", "أمل"),
    ("Rima", "ريما"),
    ("Hala", "هالة"),
    ("Salma", "سلمى"),
    ("Nour", "نور"),
    ("Yasmin", "ياسمين"),
    ("Lina", "لينا"),
    ("Khaled", "خالد"),
    ("Omar", "عمر"),
    ("Samir", "سمير"),
    ("Ahmad", "أحمد"),
    ("Yousef", "يوسف"),
    ("Tarek", "طارق"),
    ("Hussein", "حسين"),
    ("Al-Hassan", "الحسن"),
    ("Haddad", "حداد"),
    ("Al-Khatib", "الخطيب"),
    ("Najjar", "نجار"),
    ("Darwish", "درويش"),
    ("Shami", "شامي"),
    ("Khoury", "خوري"),
];

/// A name.
pub struct Name {
    /// Given.
    pub given: &'static str,
    /// Middle: patronymic, or what else stands there.
    pub middle: Option<String>,
    /// Family.
    pub family: String,
    /// As written at home.
    pub other: Option<String>,
}

/// The form women have: Иванов, Иванова; Рилски, Рилска.
fn bend(family: &str, woman: bool) -> String {
    match (woman, family.strip_suffix("ки")) {
        (false, _) => family.to_owned(),
        (true, Some(stem)) => format!("{stem}ка"),
        (true, None) => format!("{family}а"),
    }
}

impl Name {
    /// Draws one for a citizen of that country.
    pub fn draw(rng: &mut Rng, citizenship: &str, woman: bool) -> Name {
        let origin = match citizenship {
            "UA" => &UKRAINIAN,
            "RO" => &ROMANIAN,
            "MD" => &MOLDOVAN,
            "NG" => &NIGERIAN,
            "VN" => &VIETNAMESE,
            "SY" => &SYRIAN,
            "PH" => &PHILIPPINE,
            // Shares of the communities among citizens: a judgement, so that searches meet all of them.
            _ => match rng.below(100) {
                0..=67 => &BULGARIAN,
                68..=79 => &TURKISH,
                _ => &ROMA,
            },
        };
        let given = rng.pick(if woman { origin.women } else { origin.men });
        let family = rng.pick(origin.families);
        let middle = match citizenship {
            "VN" => Some(if woman { "Thị".to_owned() } else { "Văn".to_owned() }),
            _ if origin.bends => {
                let father = rng.pick(origin.families);
                Some(bend(father, woman))
            }
            _ => None,
        };
        let arabic = |latin: &str| ARABIC.iter().find(|(l, _)| *l == latin).map(|(_, a)| *a);
        let other = match (arabic(given), arabic(family)) {
            (Some(g), Some(f)) if citizenship == "SY" => Some(format!("{g} {f}")),
            _ => None,
        };
        let family = if origin.bends { bend(family, woman) } else { family.to_owned() };
        Name { given, middle, family, other }
    }
}

/// A colleague's or participant's name in one line.
pub fn colleague(rng: &mut Rng) -> (String, &'static str) {
    let woman = rng.chance(640);
    let given = rng.pick(if woman { BULGARIAN.women } else { BULGARIAN.men });
    let family = rng.pick(BULGARIAN.families);
    (format!("{given} {}", bend(family, woman)), if woman { "female" } else { "male" })
}

/// Languages a citizen of that country speaks.
pub fn languages(citizenship: &str) -> &'static str {
    match citizenship {
        "UA" => "ru uk",
        "RO" | "MD" => "ro",
        "NG" | "PH" => "en",
        "VN" => "vi",
        "SY" => "ar",
        _ => "bg",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn family_names_bend() {
        assert_eq!(bend("Иванов", true), "Иванова");
        assert_eq!(bend("Рилски", true), "Рилска");
        assert_eq!(bend("Иванов", false), "Иванов");
    }

    #[test]
    fn syrian_names_are_known_in_their_own_script() {
        for name in SYRIAN.women.iter().chain(SYRIAN.men).chain(SYRIAN.families) {
            assert!(ARABIC.iter().any(|(latin, _)| latin == name), "{name}");
        }
    }
}
