# Signals.
signals-lead = First information, before there is a person and a case.
signals-none-body = New ones will appear here.
signals-title = Signal of { $day }
signals-persons-none-body = Add whom the signal is about, even without a name. A case is opened from there.
signals-rail = What comes next
signals-next = What comes next
signals-set-in_work = I am checking it
signals-set-confirmed = Confirm the signal
signals-set-not_trafficking = Not trafficking
signals-cases = Cases from this signal
signals-origin = Where it comes from
signals-origin-open = The call to the hotline
saved-signal-state = The state of the signal is changed.
