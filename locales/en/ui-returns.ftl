# Returns: list, readiness, departure, arrival; withdrawal of a consent.
returns-lead = The next ones come first. Nobody leaves before everything is ready.
returns-case = Case
returns-ready = Ready
returns-blocked = { $n ->
    [one] Held back: { $n } condition
   *[other] Held back: { $n } conditions
}
returns-none-body = A return is begun from its case.
returns-none-link = To the cases
returns-cut = These are the latest 200 returns. Older ones are in their cases.
return-page = Readiness
return-title-planned = Readiness to return
return-title-departed = On the way
return-title-arrived = The return is complete
return-title-cancelled = Return called off
return-met = { $met } of { $all } met
return-about-female-adult = woman
return-about-female-child = girl
return-about-male-adult = man
return-about-male-child = boy
return-about-other-adult = person
return-about-other-child = child
return-about-age = { $who }, { $age }
return-departure = Departure
return-in-days = { $n ->
    [one] tomorrow
   *[other] in { $n } days
}
return-late-days = { $n ->
    [one] the day passed yesterday
   *[other] the day passed { $n } days ago
}
return-days = { $n ->
    [one] { $n } day
   *[other] { $n } days
}
return-overdue = { $n ->
    [one] { $n } day overdue
   *[other] { $n } days overdue
}
return-until = by { $day }
return-until-departure = Until departure
return-clocks = Deadlines
return-depart-button = Allow departure
return-why = Why it is held back
return-forced = This is a removal by force
    .body = the programme assists voluntary return only
return-refused = Departure was not allowed
    .body = Some conditions are not met yet. See them below.
return-unlocks = The button unlocks by itself once everything is met.
return-who-may = Allowed by the lead of the case or by the mission.
return-all-met = Everything is met. The lead of the case or the mission has yet to allow the departure.
return-next = Next for you
    .body = First this:
return-done = How it went
return-local-times = All times are local.
return-depart = Departure
    .means = All conditions are met
    .body = After this the return is on its way and the conditions no longer change.
    .button = Allow departure
return-arrive = Record arrival
    .means = The return counts from the day of arrival
    .body = Write down who received the person. If something is not right, say so in the note.
    .button = Record arrival
return-cancel = Call the return off
    .means = This return can then no longer take place
    .body = What was written stays in the history. Another journey begins as a new return in the case.
    .button = Call the return off
saved-return-departed = Departure is allowed.
saved-return-arrived = Arrival is recorded.
saved-return-cancelled = The return is called off.
gate-provisional = from practice, not from a regulation
    .body = “From practice, not from a regulation”: the condition is customary in this work but stands in no legal act.
gate-automatic = Checked by the system
gate-automatic-who = the system
gate-automatic-owner = checked automatically
gate-automatic-consent = from the consents in the case
gate-automatic-itinerary = from the itinerary below
gate-automatic-voluntary_decision = from the decision written in the return
gate-automatic-asylum_clear = from the case
gate-no-owner = nobody is responsible yet
gate-done-on = on { $day }
gate-age-unknown = treated as a child until the date of birth is written down; the year is enough
gate-sealed = Sealed
leg-arrives = arrives at { $time }
consent-withdraw-given = Given on { $day }.
consent-withdraw-means = The consent ends at once and this cannot be undone
    .body = Nothing more is shared under it. A return that depends on it is held back until there is a new consent.
consent-withdraw-recipients = Nothing more is shared with { $who }. Tell them that the consent is withdrawn. A return that depends on it is held back until there is a new consent.
saved-consent-withdrawn = The consent is withdrawn. Sharing has stopped.
