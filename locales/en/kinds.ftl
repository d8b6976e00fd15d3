# Kinds of records: name, plural, button, message after saving, empty list.

kind-organisation = Partner
    .plural = Partners
    .new = New partner
    .saved = The partner is saved.
    .none = No partners yet.

kind-user = User
    .plural = Users
    .new = New user
    .saved = The user is saved.
    .none = No users yet.

kind-contact = Call
    .plural = Calls
    .new = New call
    .saved = The call is saved.
    .none = No calls yet.

kind-signal = Signal
    .plural = Signals
    .new = New signal
    .saved = The signal is saved.
    .none = No signals yet.

kind-signal-person = Person in the signal
    .plural = Persons in the signal
    .new = Add a person
    .saved = The person is added to the signal.
    .none = No persons in the signal yet.

kind-person = Person
    .plural = Persons
    .new = New person
    .saved = The person's details are saved.
    .none = No persons yet.

kind-case = Case
    .plural = Cases
    .new = New case
    .saved = The case is saved.
    .none = No cases yet.

kind-note = Note
    .plural = Notes
    .new = New note
    .saved = The note is saved.
    .none = No notes yet.

kind-consent = Consent
    .plural = Consents
    .new = New consent
    .saved = The consent is saved.
    .none = No consents yet.

kind-identification = Identification
    .plural = Identifications
    .new = New identification
    .saved = The identification is saved.
    .none = No identification yet.

kind-exploitation-record = Exploitation
    .plural = Exploitation
    .new = Record exploitation
    .saved = The record of exploitation is saved.
    .none = Nothing is recorded about the exploitation yet.

kind-return = Return
    .plural = Returns
    .new = New return
    .saved = The return is saved.
    .none = No returns yet.

kind-gate = Condition before departure
    .plural = Conditions before departure
    .new = Note a condition
    .saved = The condition is saved.
    .none = No conditions noted yet.

kind-leg = Part of the journey
    .plural = Itinerary
    .new = Add a part of the journey
    .saved = The part of the journey is saved.
    .none = No itinerary yet.

kind-need = Need
    .plural = Needs
    .new = New need
    .saved = The need is saved.
    .none = No needs assessed yet.

kind-service = Service
    .plural = Services
    .new = New service
    .saved = The service is saved.
    .none = No services yet.

kind-plan = Reintegration plan
    .plural = Reintegration plans
    .new = New plan
    .saved = The plan is saved.
    .none = No reintegration plan yet.

kind-goal = Goal
    .plural = Goals
    .new = New goal
    .saved = The goal is saved.
    .none = No goals yet.

kind-visit = Monitoring visit
    .plural = Monitoring visits
    .new = New visit
    .saved = The visit is saved.
    .none = No visits yet.

kind-training = Training
    .plural = Trainings
    .new = New training
    .saved = The training is saved.
    .none = No trainings yet.

kind-training-session = Session
    .plural = Sessions
    .new = New session
    .saved = The session is saved.
    .none = No sessions yet.

kind-attendance = Participant
    .plural = Participants
    .new = New participant
    .saved = The participant is saved.
    .none = No participants yet.

kind-task = Task
    .plural = Tasks
    .new = New task
    .saved = The task is saved.
    .none = No tasks yet.

kind-hold = Legal hold
    .plural = Legal holds
    .new = Set a legal hold
    .saved = The legal hold is set.
    .none = No legal hold.

kind-erasure = Request to erase
    .plural = Requests to erase
    .new = New request to erase
    .saved = The request is saved.
    .none = No requests yet.

kind-legal-request = Request of an authority
    .plural = Requests of authorities
    .new = Write down a request of an authority
    .saved = The request is written down. Two others decide on it.
    .none = No requests of authorities yet.

kind-export = Export
    .plural = Exports
    .new = Take cases out
    .saved = The export is prepared.
    .none = Nothing has been taken out yet.
