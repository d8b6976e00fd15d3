# Home.
home-title = Today, { $day }
home-lead-nothing = Nothing is overdue and nothing is due today.
home-lead-have = You have
home-lead-and = and
home-lead-overdue = { $n ->
    [one] { $n } overdue task
   *[other] { $n } overdue tasks
}
home-lead-today = { $n } for today
home-lead-today-alone = { $n ->
    [one] { $n } task for today
   *[other] { $n } tasks for today
}
home-lead-next = The next deadline is
home-lead-in-days = { $n ->
    [0] today
    [1] tomorrow
   *[other] in { $n } days
}
home-days = { $n ->
    [0] today
    [one] { $n } day
   *[other] { $n } days
}
home-new-call = New call
home-new-case = New case
home-figure-overdue = { $n ->
    [one] overdue task
   *[other] overdue tasks
}
home-figure-today = { $n ->
    [one] task for today
   *[other] tasks for today
}
home-figure-clocks = { $n ->
    [one] deadline running out
   *[other] deadlines running out
}
home-figure-returns = { $n ->
    [one] planned return
   *[other] planned returns
}
home-figure-mine = { $n ->
    [one] case of mine
   *[other] cases of mine
}
home-figure-calls = { $n ->
    [one] call to follow up
   *[other] calls to follow up
}
home-figure-signals = { $n ->
    [one] open signal
   *[other] open signals
}
home-figure-sent = { $n ->
    [one] case sent to you
   *[other] cases sent to you
}
home-figure-partners = { $n ->
    [one] partner
   *[other] partners
}
home-figure-users = { $n ->
    [one] user
   *[other] users
}
home-todo = What to do
home-todo-none = No tasks this week
home-todo-none-body = New ones will appear here.
home-all-tasks = All tasks
home-all-cases = { $n ->
    [one] See the case
   *[other] All { $n }
}
home-all = All
home-all-returns = All returns
home-all-figures = All indicators
home-clocks = Running out
home-clocks-none = Nothing runs out in the next 30 days.
home-clock-consent = Consent to share
home-clock-plan = Review of the plan
home-clock-note = { $number } · until { $day }
home-next-return = The next return
home-cases-mine = My cases
home-cases-organisation = Cases of our organisation
home-cases-national = Cases in the country, without names
home-cases-none = No open cases
home-cases-none-body = A case entrusted to you will appear here.
home-th-case = Case
home-th-person = Person
home-th-track = Track
home-th-state = State
home-th-risk = Risk
home-th-touched = Last touched
home-signals = Signals
home-calls = Latest calls
home-programme = The programme so far
home-programme-none = The programme has no indicators with a target.
home-of-target = { $value }, target { $target }
home-target-met = met
home-target-open = under way
home-users = { $n ->
    [0] no users
    [one] { $n } user
   *[other] { $n } users
}
home-figure-organisation = { $n ->
    [one] case of the organisation
   *[other] cases of the organisation
}
home-figure-national = { $n ->
    [one] case in the country
   *[other] cases in the country
}
home-cases-sent = Cases sent to us
home-lead-monitor = How far the programme has come, without names.
home-lead-admin = Partners, their users, and how far the programme has come.
