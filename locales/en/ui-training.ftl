# Trainings.
trainings-lead = Bring the partners together and write down who was there: people of the state and of NGOs count.
trainings-list = All trainings
trainings-target = Progress to the targets
trainings-none-body = The first one will appear here.
trainings-day = When
trainings-count = { $n ->
    [one] { $n } training on this page
   *[other] { $n } trainings on this page
}
trainings-next = Next
trainings-attendance = Attendance list
trainings-attendance-none = Add the people while they are in the room.
trainings-tests = Test before → after
trainings-counts = Does it count for T1
trainings-counts-yes = It counts
trainings-counts-not = It does not count yet, because:
trainings-missing-held = it is not marked as held yet
trainings-missing-cancelled = it was cancelled
trainings-missing-topic = its topic is neither identification nor referral
trainings-missing-state = no participant of a state institution yet
trainings-missing-ngo = no participant of an NGO yet
trainings-by-institution = Participants by institution
