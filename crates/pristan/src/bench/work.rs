//! The eight workloads, as requests.

use super::house;
use super::names::Names;
use super::wire::{Client, form};
use crate::cli::Failure;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Workload {
    /// My open cases.
    MyCases,
    /// Search by name across scripts.
    NameSearch,
    /// Look-up of a case number or telephone.
    NumberSearch,
    /// Page of a case.
    CasePage,
    /// A note is added.
    AddNote,
    /// A hotline contact is logged.
    HotlineContact,
    /// The home page.
    Home,
    /// The programme page.
    Programme,
}

use Workload::{AddNote, CasePage, Home, HotlineContact, MyCases, NameSearch, NumberSearch, Programme};

impl Workload {
    /// Those that read, then those that write: what is written must not weigh on what is read.
    pub const READS: [Workload; 6] = [MyCases, NameSearch, NumberSearch, CasePage, Home, Programme];
    /// Those that write.
    pub const WRITES: [Workload; 2] = [AddNote, HotlineContact];

    /// Code in the table.
    pub fn code(self) -> &'static str {
        match self {
            MyCases => "W1",
            NameSearch => "W2",
            NumberSearch => "W3",
            CasePage => "W4",
            AddNote => "W5",
            HotlineContact => "W6",
            Home => "W7",
            Programme => "W8",
        }
    }

    /// Does it change something on purpose? (Reading writes leaves of the log as well.)
    pub fn writes(self) -> bool {
        Self::WRITES.contains(&self)
    }
}

/// What the requests are about.
pub struct Subject {
    /// Own open cases of the case worker, as in addresses.
    pub own: Vec<String>,
    /// Their numbers.
    pub numbers: Vec<String>,
    /// How many cases there are.
    pub cases: u64,
    /// Token of the session's forms.
    pub csrf: String,
    /// The day it is, as forms send it.
    pub today: String,
}

fn once() -> String {
    vault::random::bytes::<16>().iter().map(|b| format!("{b:02x}")).collect()
}

fn pick<'a>(list: &'a [String], names: &mut Names) -> &'a str {
    let at = names.below(u64::try_from(list.len()).unwrap_or(1));
    usize::try_from(at).ok().and_then(|i| list.get(i)).map_or("", String::as_str)
}

/// Cases that are read and cases that are written to are not the same: what was written before must not weigh
/// on what is read after the house has locked.
fn halves(own: &[String]) -> (&[String], &[String]) {
    own.split_at(own.len() / 2)
}

/// Signs in through the door; the client has the session's cookies afterwards. Gives the token of the forms.
pub fn sign_in(client: &mut Client) -> Result<String, Failure> {
    client.get("/sign-in")?;
    let guard = client.hidden("_csrf").ok_or_else(|| Failure::new("the sign-in page has no form"))?;
    let answer = client.post(
        "/sign-in",
        &form(&[("_csrf", &guard), ("login", house::LOGIN), ("password", house::PASSWORD)]),
    )?;
    if answer.status != 303 {
        return Err(Failure::new(format!("sign-in was answered with {}", answer.status)));
    }
    client.get("/cases?list=mine")?;
    client.hidden("_csrf").ok_or_else(|| Failure::new("no page after sign-in"))
}

/// One request of a workload; a failure when it was not answered as it should be.
pub fn request(
    client: &mut Client,
    what: Workload,
    about: &Subject,
    names: &mut Names,
) -> Result<(), Failure> {
    let (status, answer) = match what {
        MyCases => (200, client.get("/cases?list=mine")?),
        Home => (200, client.get("/")?),
        Programme => (200, client.get("/programme")?),
        CasePage => (200, client.get(&format!("/cases/{}", pick(halves(&about.own).0, names)))?),
        NameSearch => {
            let words = names.query();
            (200, client.post("/search", &form(&[("_csrf", &about.csrf), ("q", &words)]))?)
        }
        NumberSearch => {
            let words = if names.below(2) == 0 {
                pick(&about.numbers, names).to_owned()
            } else {
                house::phone(names.below(about.cases)).replacen("+359", "0", 1)
            };
            (200, client.post("/search", &form(&[("_csrf", &about.csrf), ("q", &words)]))?)
        }
        AddNote => {
            let path = format!("/cases/{}/add/note", pick(halves(&about.own).1, names));
            let key = once();
            let note = [
                ("_csrf", about.csrf.as_str()),
                ("_once", &key),
                ("on_date", &about.today),
                ("contact_kind", "phone"),
                (
                    "text",
                    "Разговор по телефона: всичко е наред, следващата среща остава уговорена за четвъртък.",
                ),
            ];
            (303, client.post(&path, &form(&note))?)
        }
        HotlineContact => {
            let key = once();
            let contact = [
                ("_csrf", about.csrf.as_str()),
                ("_once", &key),
                ("on_date", &about.today),
                ("channel", "phone"),
                ("caller", "relative"),
                ("topic", "job_abroad"),
                ("confidentiality", "line_only"),
                ("danger_now", "no"),
                ("note", "Пита за обява за работа в чужбина; обяснени са проверките преди заминаване."),
                ("state", "closed"),
            ];
            (303, client.post("/hotline/new", &form(&contact))?)
        }
    };
    let away = answer.location.starts_with("/sign-in");
    // A look-up with one answer may lead there at once.
    let found = matches!(what, NameSearch | NumberSearch) && answer.status == 303;
    if (answer.status == status || found) && !away {
        return Ok(());
    }
    Err(Failure::new(format!("{} was answered with {} instead of {status}", what.code(), answer.status)))
}
