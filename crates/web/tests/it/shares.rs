//! Sharing on the screen: what a receiver is told, and that after the end there is nothing to see.

use crate::town::{Page, Town};
use domain::Id;
use testkit::house::Engine;

const RECEIVER: &str = "mission.iom-de";

/// A page without what differs from one request to the next, and without the address that was asked for.
fn bare(page: &Page, path: &str, csrf: &str) -> String {
    let mut body = page.body.replace(csrf, "CSRF").replace(path, "PATH");
    if let Some(once) = page.hidden("_once") {
        body = body.replace(once, "ONCE");
    }
    body
}

#[test]
fn after_the_end_a_shared_case_is_byte_for_byte_what_never_was() {
    for engine in Engine::BOTH {
        let Some(town) = Town::new(engine) else { continue };
        let (owner, receiver) = (town.session("caseworker"), town.session(RECEIVER));
        let path = format!("/cases/{}", town.ids["case"]);
        let open = town.get(&path, &receiver);
        assert_eq!(open.status, 200);
        assert!(open.body.contains("Споделено с вас от") && open.body.contains("Не го предавайте на никого"));
        assert!(!open.body.contains("Ружа") && !open.body.contains(&format!("{path}/share")));
        // The owner reads no such words.
        assert!(!town.get(&path, &owner).body.contains("Споделено с вас от"));

        let share = town.ids["share"].to_string();
        let ended = town.post(&format!("{path}/shares/end"), &owner, &[("share", &share)]);
        assert_eq!(
            (ended.status, ended.location()),
            (303, format!("{path}/shares?saved=share-ended").as_str())
        );

        let csrf = town.csrf(&receiver);
        let nowhere = format!("/cases/{}", Id([0x5a; 16]));
        let (gone, never) = (town.get(&path, &receiver), town.get(&nowhere, &receiver));
        assert_eq!((gone.status, never.status), (404, 404));
        assert_eq!(bare(&gone, &path, &csrf), bare(&never, &nowhere, &csrf));
        assert_eq!(gone.headers, never.headers);

        // The receiver is told by number, and says that its copies are gone.
        let home = town.get("/", &receiver);
        assert!(home.body.contains("href=\"/shares\""));
        let notices = town.get("/shares", &receiver);
        let number = town
            .house
            .store
            .read("test.case", |tx| store::records::head(tx, town.ids["case"]))
            .unwrap()
            .unwrap()
            .number
            .unwrap();
        assert!(notices.body.contains(&number));
        assert!(!notices.body.contains("Ружа") && !notices.body.contains(&town.ids["case"].to_string()));
        for id in ["share", "ended"] {
            let path = format!("/shares/{}/deleted", town.ids[id]);
            assert_eq!(town.post(&path, &receiver, &[]).location(), "/shares?saved=copies-deleted");
        }
        assert!(!town.get("/shares", &receiver).body.contains(&number));
        assert!(!town.get("/", &receiver).body.contains("href=\"/shares\""));

        let shares = town.get(&format!("{path}/shares"), &owner);
        assert!(shares.body.contains("изтрити, потвърдено"));
        let paper = town.get(&format!("{path}/disclosed"), &owner);
        assert!(paper.status == 200 && paper.body.contains("IOM-DE") && paper.body.contains(&number));
        assert!(!paper.body.contains("Ружа") && !paper.body.contains("Тонева"));
    }
}

#[test]
fn a_refused_form_says_what_is_too_much_and_keeps_what_was_chosen() {
    let town = Town::new(Engine::Sqlite).unwrap();
    let owner = town.session("caseworker");
    let path = format!("/cases/{}/share", town.ids["case"]);
    let (mission, agreed) = (town.ids["mission"].to_string(), town.ids["agreed"].to_string());
    let form = |ground: &'static str, extra: &[(&'static str, &'static str)]| {
        let ground = if ground.is_empty() { agreed.clone() } else { ground.to_owned() };
        let mut pairs = vec![("organisation", mission.as_str()), ("ground", ground.as_str())];
        pairs.extend_from_slice(extra);
        town.post(&path, &owner, &pairs)
    };
    let more = form("", &[("purpose", "return"), ("groups", "needs"), ("groups", "location")]);
    assert_eq!(more.status, 422);
    assert!(more.body.contains("Това е повече"), "the words beside the field");
    assert!(more.body.contains("value=\"location\" checked"), "the choice is kept");
    let why = form("life_health", &[("groups", "needs"), ("until", "20.03.2017")]);
    assert_eq!(why.status, 422);
    assert!(why.body.contains("20.03.2017") && why.body.contains("href=\"#f-reason\""));
    let fits = form("", &[("purpose", "return"), ("groups", "needs")]);
    assert_eq!(fits.status, 303);
}

/// Whoever comes home first lets go of what has run out, keys of her own or not.
#[test]
fn a_home_page_lets_go_of_what_has_run_out() {
    for engine in Engine::BOTH {
        let Some(town) = Town::new(engine) else { continue };
        let owner = town.session("caseworker");
        let [mission, agreed] = ["mission", "agreed"].map(|id| town.ids[id].to_string());
        let path = format!("/cases/{}/share", town.ids["case"]);
        let asked = [
            ("organisation", mission.as_str()),
            ("ground", agreed.as_str()),
            ("purpose", "return"),
            ("groups", "needs"),
            ("until", "2017-03-16"),
        ];
        assert_eq!(town.post(&path, &owner, &asked).status, 303);
        let over =
            || town.house.store.read("test.over", |tx| store::access::over(tx, town.now(), 9)).unwrap();
        // 16 March, 14:10 in Sofia: the day is over after 590 minutes.
        town.later(589);
        assert!(over().is_empty());
        town.later(1);
        assert_eq!(over().len(), 1, "the control");
        assert_eq!(town.get("/", &town.session("hotline")).status, 200);
        assert!(over().is_empty());
    }
}
