//! Guessing at the door: however many come at once, at whichever node.

use crate::doors::{ctx, enter, given, houses, later};
use office::doors::{Caller, enter as enter_at};
use office::{OfficeError, Result};
use testkit::house::PASSWORD;

#[test]
fn of_fifty_guesses_at_once_five_are_weighed() {
    for house in houses() {
        let now = ctx(&house);
        for login in ["caseworker", "nobody.here"] {
            let answers: Vec<Result<String>> = std::thread::scope(|scope| {
                let guess = || scope.spawn(|| enter(&house, &now, given(login, "x", "")));
                let all: Vec<_> = (0..50).map(|_| guess()).collect();
                all.into_iter().map(|one| one.join().unwrap()).collect()
            });
            let weighed = answers.iter().filter(|a| matches!(a, Err(OfficeError::WrongLogin))).count();
            let turned_away = answers
                .iter()
                .filter(|a| matches!(a, Err(OfficeError::Wait(1..) | OfficeError::Crowded)))
                .count();
            assert_eq!((weighed, turned_away), (5, 45), "{login}");
        }
        let right = given("caseworker", PASSWORD, "");
        assert!(matches!(enter(&house, &now, right), Err(OfficeError::Wait(1..))));
        enter(&house, &later(&now, 61), right).unwrap();
        // The right one came: counted from the beginning again.
        for _ in 0..5 {
            let wrong = enter(&house, &later(&now, 62), given("caseworker", "x", ""));
            assert!(matches!(wrong, Err(OfficeError::WrongLogin)));
        }
    }
}

/// What one node and one process counted, the other knows, and of a name that nobody has as much as of another.
#[test]
fn a_guess_counts_at_every_node_and_tells_nothing() {
    for house in houses() {
        let (now, there) = (ctx(&house), house.another());
        let guess = |login| enter_at(&there, &now, &Caller::default(), given(login, "x", ""));
        for login in ["caseworker", "nobody.here"] {
            for _ in 0..5 {
                assert!(matches!(enter(&house, &now, given(login, "x", "")), Err(OfficeError::WrongLogin)));
            }
            assert!(matches!(guess(login), Err(OfficeError::Wait(1..))), "{login}");
        }
        // After a day without any, both begin anew.
        let tomorrow = later(&now, 24 * 3600 + 1);
        for login in ["caseworker", "nobody.here"] {
            for _ in 0..5 {
                let wrong = enter_at(&there, &tomorrow, &Caller::default(), given(login, "x", ""));
                assert!(matches!(wrong, Err(OfficeError::WrongLogin)), "{login}");
            }
        }
    }
}
