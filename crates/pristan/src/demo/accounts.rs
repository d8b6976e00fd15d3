//! The accounts of a demo: one for each role and two more case workers, with passwords that are printed.

use super::story::HISTORY;
use domain::{Actor, Decision, Id, Mask, OrganisationId, Record, RecordKind, Role, UserId, Values};
use office::upkeep::system_ctx;
use office::{Ctx, Office, OfficeError};

/// One account.
pub struct Account {
    /// Login.
    pub login: &'static str,
    /// Four words.
    pub password: &'static str,
    /// Role.
    pub role: Role,
    name: &'static str,
    organisation: &'static str,
}

const fn account(
    role: Role,
    login: &'static str,
    password: &'static str,
    name: &'static str,
    organisation: &'static str,
) -> Account {
    Account { login, password, role, name, organisation }
}

/// The demo's own shelter.
pub const SHELTER: &str = "PRIYUT";

/// Everybody. The administrator comes first: the installation begins with that account.
#[rustfmt::skip]
pub const ACCOUNTS: [Account; 15] = [
    account(Role::Admin, "admin", "pateka-oreh-vodenica-sniag", "Ася Демирева", "IOM-SOF"),
    account(Role::Caseworker, "maria", "kestena-lodka-izvor-zornica", "Мария Хаджиева", "IOM-SOF"),
    account(Role::Caseworker, "stefan", "malina-kanara-vihar-prozorec", "Стефан Бонев", "IOM-SOF"),
    account(Role::Caseworker, "yana", "lipova-gora-studena-reka", "Яна Тошева", "IOM-SOF"),
    account(Role::Manager, "rumen", "brezova-poliana-topal-hliab", "Румен Калев", "IOM-SOF"),
    account(Role::Mission, "mission.de", "zelena-kambana-tiho-ezero", "Anna Weber", "IOM-DE"),
    account(Role::Coordinator, "komisia", "slanchogled-peron-glina-most", "Ирена Владева", "NCCTHB"),
    account(Role::Police, "gdbop", "planinska-hizha-kafe-oblak", "Калин Дочев", "GDBOP"),
    account(Role::Prosecutor, "prokuror", "stara-biblioteka-lampa-dazhd", "Нели Савчева", "PRB"),
    account(Role::Consul, "konsul", "biala-hartia-sinio-mastilo", "Виктор Ганчев", "MFA"),
    account(Role::ChildSocial, "zakrila", "visoka-liulka-ribka-chereshi", "Лилия Донкова", "SACP"),
    account(Role::Refugees, "dab", "daleche-patnik-fener-brod", "Омар Искров", "SAR"),
    account(Role::Ngo, "priyut", "tiha-gradina-rozmarin-plet", "Нора Балева", SHELTER),
    account(Role::Hotline, "linia", "nezhna-slushalka-chai-proletno", "Теа Миладинова", "IOM-SOF"),
    account(Role::Monitor, "nabludenie", "merna-vezna-tebeshir-taban", "Павел Узунов", "IOM-SOF"),
];

/// The first administrator.
pub fn first() -> &'static Account {
    let [admin, ..] = &ACCOUNTS;
    admin
}

impl Account {
    /// Name on the screen.
    pub fn name(&self) -> &'static str {
        self.name
    }
}

const MADE: Decision = Decision::by("demo", Mask::PRIVILEGED);

/// Makes the shelter and all accounts but the administrator's.
///
/// # Errors
/// The database.
pub fn make(office: &Office, ctx: &Ctx) -> Result<(), OfficeError> {
    let system = system_ctx(ctx.now, ctx.today);
    let directory = office.directory(&system)?;
    // The slow hashes come before the transaction, two at a time.
    let hashes: Vec<String> = {
        let (left, right) = ACCOUNTS.split_at(ACCOUNTS.len() / 2);
        let hash = |some: &'static [Account]| -> Vec<String> {
            some.iter().map(|a| vault::password::hash(a.password, vault::Cost::PASSWORD)).collect()
        };
        let mut done = std::thread::scope(|scope| {
            let other = scope.spawn(|| hash(right));
            let mut done = hash(left);
            done.extend(other.join().unwrap_or_default());
            done
        });
        done.truncate(ACCOUNTS.len());
        done
    };
    office.reserve_keys(ACCOUNTS.len() + 8)?;
    office.act(&system, "demo.accounts", |desk| {
        let mut shelter = desk.new_head(RecordKind::Organisation);
        shelter.organisation_id = shelter.id;
        let shelter_id = shelter.id;
        let values = Values::default()
            .with("name", "Приют – София (демо)")
            .with("code", SHELTER)
            .with("kind", "shelter")
            .with("country", "BG")
            .with("city", "София")
            .with("services", "psychological social safe_environment");
        desk.insert(&Record { head: shelter, values, mask: Mask::PRIVILEGED, locked: Mask::NONE }, MADE)?;
        let home =
            directory.organisations.iter().find(|o| o.kind == "iom").or(directory.organisations.first());
        let home = home.map_or(shelter_id, |o| o.id);
        for (account, phc) in ACCOUNTS.iter().zip(&hashes) {
            let login = office::doors::login_key(office, account.login);
            if store::doors::login(desk.tx, login)?.is_some() {
                continue;
            }
            let organisation = match account.organisation {
                SHELTER => shelter_id,
                code => directory.organisations.iter().find(|o| o.code == code).map_or(home, |o| o.id),
            };
            let mut head = desk.new_head(RecordKind::User);
            head.organisation_id = organisation;
            // They have been here since before the first case: the word of a new account does not count yet.
            head.created_at -= (i64::from(HISTORY) + 30) * 24 * 3600 * 1_000_000;
            account.role.code().clone_into(&mut head.state);
            let id = head.id;
            let values = Values::default()
                .with("name", account.name)
                .with("login", account.login)
                .with("state", account.role.code());
            desk.insert(&Record { head, values, mask: Mask::PRIVILEGED, locked: Mask::NONE }, MADE)?;
            store::doors::insert_login(desk.tx, login, id, phc)?;
        }
        Ok(())
    })
}

/// Who writes the demo's records.
pub struct Staff {
    /// Case workers; the first one leads almost half of the cases.
    pub workers: Vec<Actor>,
    /// Who answers the hotline.
    pub hotline: Actor,
    /// All users, with their organisations, for tasks.
    pub everybody: Vec<Actor>,
    organisations: Vec<(String, Id)>,
}

impl Staff {
    /// Reads the users and organisations of an office.
    ///
    /// # Errors
    /// The database.
    pub fn of(office: &Office, ctx: &Ctx) -> Result<Staff, OfficeError> {
        let directory = office.directory(ctx)?;
        let mut everybody: Vec<Actor> = directory
            .users
            .iter()
            .filter_map(|user| {
                Some(Actor::new(
                    UserId(user.id),
                    OrganisationId(user.organisation),
                    Role::from_code(&user.kind)?,
                    [0; 8],
                ))
            })
            .collect();
        // In the order in which they are printed, which the names on the screen do not give.
        let place = |actor: &Actor| {
            let login = directory.users.iter().find(|u| u.id == actor.user.0).map_or("", |u| u.code.as_str());
            ACCOUNTS.iter().position(|a| a.login == login).unwrap_or(ACCOUNTS.len())
        };
        everybody.sort_by_key(|actor| (place(actor), actor.user));
        let of = |role: Role| everybody.iter().copied().filter(move |a| a.role == role);
        let mut workers: Vec<Actor> = of(Role::Caseworker).collect();
        if workers.is_empty() {
            workers.push(ctx.actor);
        }
        let hotline = of(Role::Hotline).next().unwrap_or(ctx.actor);
        let organisations = directory.organisations.iter().map(|o| (o.code.clone(), o.id)).collect();
        Ok(Staff { workers, hotline, everybody, organisations })
    }

    /// An organisation by code.
    pub fn organisation(&self, code: &str) -> Option<Id> {
        self.organisations.iter().find(|(c, _)| c == code).map(|(_, id)| *id)
    }
}

#[cfg(test)]
impl Staff {
    /// Somebody, for plans that are not written.
    pub fn for_tests(workers: Vec<Actor>, hotline: Actor, codes: &[&str]) -> Staff {
        let organisations =
            codes.iter().zip(1..).map(|(code, n)| ((*code).to_owned(), Id([n; 16]))).collect();
        let mut everybody = workers.clone();
        everybody.push(hotline);
        Staff { workers, hotline, everybody, organisations }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_has_an_account_that_the_rules_accept() {
        for role in Role::ALL {
            assert!(ACCOUNTS.iter().any(|a| a.role == role), "{role:?}");
        }
        for account in &ACCOUNTS {
            let words = account.password.split('-').count();
            assert_eq!(words, 4, "{}", account.login);
            assert_eq!(
                vault::password::check_new(account.password, &[account.login, "pristan"]),
                Ok(()),
                "{}",
                account.login
            );
        }
        assert_eq!(first().role, Role::Admin);
    }
}
