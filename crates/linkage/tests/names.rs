//! Names as people write them, in tables.

use linkage::{TokenKind, fold, normalise, phone, query_tokens, tokens};

fn texts(tokens: &[linkage::Token], kind: TokenKind) -> Vec<&str> {
    tokens.iter().filter(|t| t.kind == kind).map(|t| t.text.as_str()).collect()
}

#[test]
fn normal_forms() {
    for (given, wanted) in [
        ("Щъркелов", "shtarkelov"),
        ("Йорданка", "yordanka"),
        ("И\u{306}орданка", "yordanka"),
        ("Кольо Ньов", "kolyo nyov"),
        ("Юлия Ямболска", "yulia yambolska"),
        ("Юлиян, Мария-Антония", "yuliyan, maria-antonia"),
        ("Христо Цветков", "hristo tsvetkov"),
        ("Жечо Чавдаров Шишков", "zhecho chavdarov shishkov"),
        ("Ѝ", "i"),
        ("Эльвира Рыжова Фёдорова", "elyvira ryzhova fyodorova"),
        ("Ганна Їжак Євген Ґалаґан Сергій", "ganna yizhak yevgen galagan sergiy"),
        ("Ђорђе Ћирић Љиља Њ Џ Ѓ Ќ Ѕ Ј", "djordje chirich ljilja nj dzh gj kj dz j"),
        ("Γεώργιος Παπαδόπουλος", "georgios papadopoulos"),
        ("Ευαγγελία", "evaggelia"),
        ("Nguyễn Thị Đặng", "nguyen thi dang"),
        ("Łódź Straße Ærø Işık Þór ÐJÚR", "lodz strasse aero isik thor djur"),
        ("Ɓala Ƙofar", "bala kofar"),
        ("  Ana\t\n Maria \u{a0}", "ana maria"),
        ("O’Neil Мар’яна", "oneil maryana"),
        ("ＦＵＬＬ ﬁ", "full fi"),
        ("İstanbul", "istanbul"),
        ("أحمد", "احمد"),
        ("मोहन", "मोहन"),
        ("", ""),
    ] {
        assert_eq!(normalise(given), wanted, "{given}");
        assert_eq!(normalise(wanted), wanted, "{wanted} is not stable");
    }
}

#[test]
fn one_sound() {
    for group in [
        &["Йорданка", "Yordanka", "Jordanka", "Iordanca", "Iordanka"][..],
        &["Христо", "Hristo", "Christo", "Khristo"],
        &["Цветелина", "Tsvetelina", "Cvetelina", "Zwetelina", "Tzvetelina"],
        &["Юлия", "Yulia", "Yuliya", "Julia", "Iulia", "Julija"],
        &["Яна", "Yana", "Jana", "Iana"],
        &["Жана", "Zhana"],
        &["Екатерина", "Ekaterina", "Jekaterina", "Yekaterina", "Iecaterina"],
        &["Елена", "Jelena", "Yelena", "Єлена"],
        &["Щерев", "Shterev", "Shtereff"],
        &["Ђорђевић", "Djordjević", "Djordjevic"],
        &["Живко", "Zhivko", "Jivko"],
        &["Стоянов", "Stoyanov", "Stojanov", "Stoianov", "Stoyanoff", "Stojanow"],
        &["Георги", "Georgi", "Georgy", "Georgij", "Georgiy", "Gheorghi"],
        &["Nguyễn", "Nguyen", "NGUYEN"],
        &["Đặng", "Dang"],
        &["Анна", "Ana", "Anna"],
        &["Стефка", "Stephka", "Stefcka"],
        &["Александра", "Aleksandra", "Alexandra"],
        &["Виктория", "Victoria", "Viktoriya", "Wiktorija"],
        &["Хаджиев", "Hadzhiev", "Hadjiev"],
        &["Йованович", "Јовановић", "Jovanović", "Jovanovic"],
        &["Чавдар", "Chavdar", "Tchavdar", "Tschawdar"],
        &["Румен", "Rumen", "Roumen"],
        &["Дмитрий", "Dmitry", "Dmitrij", "Dmitri"],
    ] {
        let first = fold(group[0]);
        for other in group {
            assert_eq!(fold(other), first, "{other} and {}", group[0]);
        }
    }
}

#[test]
fn other_sounds_stay_apart() {
    for (a, b) in [
        ("Stoyanov", "Stoyanev"),
        ("Ivanov", "Ivanova"),
        ("Жана", "Яна"),
        ("Шишков", "Чичков"),
        ("Цанка", "Ганка"),
        ("Звезда", "Цвета"),
        ("Мария", "Марин"),
        ("11", "1"),
    ] {
        assert_ne!(fold(a), fold(b), "{a} and {b}");
    }
}

#[test]
fn tokens_of_a_name() {
    let found = tokens(&["Мария", "Иванова-Петрова", "мария"]);
    assert_eq!(texts(&found, TokenKind::Full), ["ivanova", "maria", "petrova"]);
    assert_eq!(texts(&found, TokenKind::Phonetic), ["ivanova", "maria", "petrova"]);
    assert_eq!(texts(&found, TokenKind::Prefix), ["iva", "mar", "pet"]);
    assert_eq!(texts(&found, TokenKind::Pair), ["ivanova maria", "ivanova petrova", "maria petrova"]);
    assert!(found.is_sorted() && tokens(&[]).is_empty() && tokens(&["", " - "]).is_empty());
}

#[test]
fn a_query_meets_the_tokens_across_scripts() {
    for (written, asked) in [
        ("Йорданка Стоянова", "Jordanka Stojanova"),
        ("Nguyễn Thị Đặng", "dang nguyen"),
        ("Tsvetelina Petrova", "ПЕТРОВА цветелина"),
        ("Христо", "Christo"),
    ] {
        let index = tokens(&[written]);
        let first = query_tokens(asked);
        assert!(first.iter().any(|t| index.contains(t)), "{written} {asked}");
        if asked.contains(' ') {
            assert!(first[0].kind == TokenKind::Pair && index.contains(&first[0]), "{written} {asked}");
        }
    }
    let other = tokens(&["Мария Иванова"]);
    assert!(!query_tokens("Христо Стоянов").iter().any(|t| other.contains(t)));
}

#[test]
fn order_of_a_query() {
    let kinds = |text: &str| query_tokens(text).iter().map(|t| t.kind.code()).collect::<Vec<_>>();
    assert_eq!(kinds("Ева"), ["full", "phonetic", "prefix"]);
    assert_eq!(kinds("Еваа"), ["full", "phonetic", "prefix"]);
    assert_eq!(kinds("Мария"), ["full", "phonetic"]);
    assert_eq!(kinds("Мария Maria"), ["full", "phonetic"]);
    assert_eq!(kinds("Ева Мария Стоянова"), ["pair", "pair", "pair", "phonetic", "phonetic", "phonetic"]);
    let asked = query_tokens("Ева Стоянова Мария");
    assert_eq!(texts(&asked, TokenKind::Phonetic), ["stoianova", "maria", "eva"]);
    assert_eq!(texts(&asked, TokenKind::Pair), ["maria stoianova", "eva stoianova", "eva maria"]);
    assert_eq!(query_tokens("aa bb cc dd ee ff gg hh ii").len(), 15 + 6);
    assert!(query_tokens(" .. ").is_empty());
}

#[test]
fn telephone_numbers() {
    for (given, wanted) in [
        ("02 93 94 777", Some("+35929394777")),
        ("02/939-47-77", Some("+35929394777")),
        ("0888 123 456", Some("+359888123456")),
        ("00359 888 123456", Some("+359888123456")),
        ("+359 888 123 456", Some("+359888123456")),
        ("+359 (0)888 123 456", Some("+359888123456")),
        ("+359 (00) 888 123 456", Some("+359888123456")),
        ("(+359) 888.123.456", Some("+359888123456")),
        ("359888123456", Some("+359888123456")),
        ("888123456", Some("+359888123456")),
        ("+44 20 7946 0958", Some("+442079460958")),
        ("0044 20 7946 0958", Some("+442079460958")),
        ("112", None),
        ("+12345", None),
        ("000000", None),
        ("0888 123 456 Мария", None),
        ("call 0888123456", None),
        ("0888123456, 0887123456", None),
        ("", None),
    ] {
        assert_eq!(phone(given).as_deref(), wanted, "{given}");
    }
}

#[test]
fn a_pasted_page_is_no_trouble() {
    let page = "Йорданка Стоянова, Nguyễn. ".repeat(1000);
    assert!(page.len() > 40_000);
    assert_eq!(texts(&tokens(&[&page]), TokenKind::Full).len(), 3);
    // One word without an end, in marks and in letters.
    for piece in ["щ", "a\u{301}", "\u{301}", "ж\u{200d}"] {
        let word = piece.repeat(20_000);
        let once = normalise(&word);
        assert_eq!(normalise(&once), once);
        assert!(query_tokens(&word).len() <= 3);
    }
    let many = (0..8000).map(|n| format!("w{n}")).collect::<Vec<_>>().join(" ");
    assert_eq!(texts(&tokens(&[&many]), TokenKind::Pair).len(), 15);
    assert_eq!(query_tokens(&many).len(), 21);
}
