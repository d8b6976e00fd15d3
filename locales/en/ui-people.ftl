# People: search, a new person, the page, opening a case.
people-woman = woman
people-man = man
people-girl = girl
people-boy = boy
people-child = child
people-somebody = person
people-about-age = { $who }, { $n }
people-search = Search
people-found = { $n ->
    [0] Nobody found
    [one] { $n } person found
   *[other] { $n } people found
}
people-none = Nobody found whom you may see
people-none-body = Try another spelling, a telephone or the number of a case. Cyrillic and Latin letters are searched together.
people-open = Page
people-open-page = Open the person
people-known-only = you see only that they are here
people-no-case = No case yet
people-new-lead = Write down what you know. Before it is saved, we check whether the person is here already.
people-from-signal = Filled in from the signal
people-from-signal-body = Check the data with the person before you save.
people-part-number = Number and document
people-part-contact = Address and contact
people-part-needs = Languages and needs
people-save = Check and save
people-maybe = Perhaps already here
people-maybe-lead = There are people with similar names or the same number.
people-maybe-body = If it is one of these people, open that page and nothing new is written. If not, save the new person.
people-is-new = This is a new person
people-back = Back to the form
people-open-case = Open a case
people-later = Later
people-has-cases = This person already has cases
people-has-cases-body = If the work goes on there, do not open a new one.
people-identity-reveal = Names, address and contact open with “Show the name” and a reason.
people-identity-closed = Names, address and contact open from the page of the case.
