# Cases: list, page, team, who looked.
cases-lists = Lists
cases-list-mine = Mine
cases-list-organisation = My organisation
cases-list-national = All
cases-state-open = All open
cases-line = { $n ->
    [one] { $n } case on this page, latest touched first
   *[other] { $n } cases on this page, latest touched first
}
cases-line-state = { $n ->
    [one] { $n } case on this page
   *[other] { $n } cases on this page
}
cases-none = No cases here
cases-none-body = New ones will appear here. You can choose another state under Filters.
cases-risk = Risk
cases-lead-head = Lead
cases-touched = Last worked on
cases-colleague = you see only that it exists
cases-first = To the beginning
cases-next = Next
cases-yours = your case
cases-lead = led by { $who }
cases-flag-risk = High risk
cases-flag-protection = Special protection
cases-flag-asylum = Seeks protection
cases-flag-witness = Witness
cases-flag-closed = Closed on { $day }. { $why }
cases-story = Timeline
cases-story-none = No records yet.
cases-facts = Case data
cases-identity = Identity
cases-identity-note = hides after 2 minutes
cases-behind-mask = behind the mask, opens with a reason
cases-section = Section
cases-group-overview = Overview
cases-group-person = Person
cases-group-measures = Measures
cases-group-file = File
cases-missing = missing
cases-missing-risk = risk?
cases-tasks-late = { $n } overdue
cases-open-record = Open
cases-today = Today, { $day }
cases-opened = Case opened
cases-closed = Case closed
cases-task-late = overdue
cases-older = { $n ->
    [one] Show { $n } older record
   *[other] Show { $n } older records
}
cases-add = Add
cases-more = More
cases-change = Change the data
cases-team = Team
cases-team-change = Change the team
cases-log = Who looked
cases-log-open = Log
cases-close = Close the case
cases-reopen = Open a new episode
cases-rail = Deadlines and team
cases-clocks = Deadlines
cases-others = Other cases of this person
cases-looked = Who looked
cases-clock-consent = runs out on { $day }
cases-clock-due = by { $day }
cases-clock-plan-name = Review of the plan
cases-days-left = { $n ->
    [one] { $n } day
   *[other] { $n } days
}
cases-days-over = { $n ->
    [one] overdue { $n } day
   *[other] overdue { $n } days
}
cases-validity = In force
cases-consent-valid = in force
cases-consent-over = run out
cases-consent-later = not yet
cases-goals = { $n ->
    [0] none
   *[other] { $reached } of { $n } reached
}
cases-by = Written by
cases-total-delivered = Delivered: { $sum }
cases-total-planned = Planned: { $sum }
cases-measure-done = done
cases-measure-begun = begun
cases-measure-empty = not yet
cases-measure-here = Measure { $code } · { $name }
cases-measures-done = { $n ->
    [one] { $n } of 10 measures done
   *[other] { $n } of 10 measures done
}
cases-reason-missing = Choose a reason
cases-reason-missing-body = A name is shown only with a reason; it stays in the log.
cases-reveal-contact = I am contacting this person
cases-reveal-papers = I am preparing a document
cases-reveal-meeting = Meeting or escort
cases-reveal-danger = There is danger
cases-reveal-check = I am checking whether it is the same person
cases-reveal-other = Other
cases-reveal-correct = I am correcting what is written
cases-reveal-history = I am reading what was written before
cases-asylum-lock = Protection has been applied for
cases-asylum-lock-body = Contact with the embassy is stopped. The country of origin learns nothing about this person.
cases-asylum-lock-act = Check
cases-no-consent = No consent in force
cases-no-consent-body = What was given has run out or was withdrawn. Nothing is shared with partners until there is a new one.
cases-no-consent-act = New consent
cases-close-lead = The person and the records stay. Should she come back, a new episode opens with the same history.
cases-close-tasks = { $n ->
    [one] { $n } task is still open
   *[other] { $n } tasks are still open
}
cases-close-tasks-body = They stay visible after closing. Mark what is already done.
cases-relation-own = leads the case
cases-relation-team = in the team, sees all of the work
cases-relation-organisation = organisation of the case
cases-relation-addressed = shared with them, they see what was allowed
cases-relation-break_glass = opened in an emergency for a few hours
cases-relation-national = national list, without names
cases-relation-general = general
cases-relation-nothing = no access
cases-team-lead = Whoever is here can open the case as far as the role allows. The lead is changed in the case data.
cases-team-now = In the team now
cases-team-remove = Remove
cases-team-add-colleague = Add a colleague
cases-team-colleague = Colleague
    .hint = Will see the case and write in it.
cases-team-add = Add
cases-log-lead = The last 200 views, entries and refusals, newest first.
cases-log-none = Nobody has looked yet.
cases-log-who = Who
cases-log-what = What
cases-log-when = When
cases-log-note = Note
cases-look-you = you
cases-look-refused = access refused
cases-look-identity = identity opened
cases-look-view = opened { $what }
cases-look-list = saw { $what } in a list
cases-look-create = added { $what }
cases-look-edit = changed { $what }
cases-look-history = read what was changed: { $what }
cases-look-reveal = showed the name
cases-look-search = found { $what } by a search
cases-look-close = closed { $what }
cases-look-grant = gave access: { $what }
cases-look-revoke = took access away: { $what }
cases-look-link = linked { $what }
cases-look-state = changed the state: { $what }
cases-look-log = looked at who looked
cases-look-paper = made the paper for the person
cases-look-review = reviewed the emergency access
cases-look-conditions = worked on the conditions before departure
cases-look-move = wrote down a movement
cases-look-depart = wrote down the departure
cases-look-arrive = wrote down the arrival
cases-look-cancel = called off { $what }
cases-look-withdraw = wrote down a withdrawal: { $what }
cases-look-export = exported { $what }
cases-look-other = something else: { $what }
cases-looked-case = the case
cases-looked-person = personal data
cases-looked-contact = a call
cases-looked-signal = a signal
cases-looked-signal-person = a person in a signal
cases-looked-note = a note
cases-looked-consent = a consent
cases-looked-identification = an identification
cases-looked-exploitation-record = a record of exploitation
cases-looked-return = a return
cases-looked-gate = a condition before departure
cases-looked-leg = a part of the journey
cases-looked-need = a need
cases-looked-service = a service
cases-looked-plan = a reintegration plan
cases-looked-goal = a goal
cases-looked-visit = a monitoring visit
cases-looked-task = a task
cases-looked-hold = a legal hold
cases-looked-erasure = a request for erasure
cases-looked-legal-request = a request of an authority
cases-looked-export = an export
cases-looked-user = a user
cases-looked-organisation = a partner
saved-case-closed = The case is closed.
saved-case-reopened = A new episode is open.
saved-case-team = The team is changed.
cases-month-1 = Jan
cases-month-2 = Feb
cases-month-3 = Mar
cases-month-4 = Apr
cases-month-5 = May
cases-month-6 = Jun
cases-month-7 = Jul
cases-month-8 = Aug
cases-month-9 = Sep
cases-month-10 = Oct
cases-month-11 = Nov
cases-month-12 = Dec
cases-short-day = { $day }{"\u00A0"}{ $month }
cases-year = { $year }
cases-step-1-1 = Identifi{"\u00AD"}cation
cases-clock-consent-over = ran out on { $day }
