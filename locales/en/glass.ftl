# Emergency access, officers, notes sealed to persons.
glass-title = Emergency access
glass-lead = When somebody is in danger and nobody of the team can help: one case, for a few hours, with a reason. The officers decide together, and everything is gone through afterwards.
glass-home =
    { $n ->
        [one] There is { $n } notice about emergency access.
       *[other] There are { $n } notices about emergency access.
    }
glass-home-body = Read them today. They name nobody.
glass-home-act = To the notices
glass-not-done = Not done
glass-wrong-state = This cannot be done any more: it was answered, its time is over, or it takes another person.
glass-no-keys = Somebody here has no key for names yet, or lost it less than a day ago. A passkey makes one; after a loss, names wait a day.
glass-no-identity = With this password, names stay locked. Sign in with your passkey and try again.
glass-wrong-share = One of the shares is not the one that was handed out. Nothing was opened, everybody has been told.
glass-too-few = One officer is not enough. Nothing was opened, everybody has been told.

glass-officers-title = Officers for emergency access
glass-officers-lead = At least three people together keep a key that none of them has alone. One person names them, another accepts them.
glass-not-locked = The data is not locked yet
glass-not-locked-body = Officers are chosen after the organisation has locked its data.
glass-to-keys = To the keys
glass-named = Waits to be accepted
glass-live = Officers now
glass-rule = It takes { $k } of { $n } people.
glass-made-by = Named by { $who }, { $when }.
glass-accepted-by = Accepted by { $who }.
glass-share-checked = Share checked { $when }
glass-share-unchecked = Share not checked yet
glass-never-drilled = No drill yet
glass-drilled-at = Last drill that went well: { $when }
glass-drill = Drill
glass-waits-for-another = Whoever named them cannot accept them too. It takes one more person with keys.
glass-accept = Accept the officers
glass-life-on = When a life is in danger, one officer is enough
glass-life-body = Everybody in the organisation is told at once. It is turned off by choosing officers anew.
glass-name-new = Choose officers anew
glass-name-first = Choose officers
glass-name-first-note = Each gets a share of the key, sealed to that person. One share alone opens nothing.
glass-name-note = A new choice makes a new key. The old shares end as soon as somebody else accepts the choice.
glass-name = Name the officers
glass-officers = Officers
    .hint = At least three. People with keys of their own, of your organisation or a sister organisation.
glass-dpo = Answers for data protection
    .hint = One of the chosen. Is asked to go through every access.
glass-needed = How many people it takes
    .hint = At least two.
glass-life = Danger to life
    .hint = Faster, but one person can open a case alone. Turn it on only if there is no other way.
    .yes = One officer is enough when somebody's life is in danger

glass-ask = Ask for access to a case
glass-ask-lead = The officers get your request at once. Until they answer you see nothing.
glass-ask-note = Whatever you open is written down and gone through later. The access ends by itself.
glass-number = Number of the case
    .hint = As you know it, or as it was told to you.
glass-purpose = What for
glass-purpose-life = Danger to life
glass-purpose-health = Health that cannot wait
glass-purpose-safety = Threat or pursuit
glass-purpose-child = A child in danger
glass-purpose-authority = Request of a court or prosecutor
glass-purpose-recover = Lost keys
glass-purpose-drill = Drill
glass-reason = What has happened
    .hint = No names, no addresses. The officers read it.
glass-minutes = For how long
glass-minutes-n =
    { $n ->
        [60] 1 hour
        [120] 2 hours
        [180] 3 hours
        [240] 4 hours
       *[other] { $n } minutes
    }
glass-names = Names
    .hint = Only if nobody can help without them.
    .yes = I need the names, addresses and telephone numbers too
glass-send = Send to the officers
glass-recover = Give my keys back
glass-recover-lead = For people who lost their key, when there is no colleague with keys to let them in.
glass-recover-note = The officers will make sure that it is you.
glass-recover-key = First set up a new passkey
glass-first-nobody = There is nobody to ask yet
glass-ask-unlocked = The data is not locked yet, so there are no officers who could open a case in the place of its team. Call the organisation that leads the case.
glass-recover-unlocked = The data is not locked yet, so there are no officers and nothing to give back.
glass-ask-no-officers = No organisation has chosen officers yet. Call the organisation that leads the case.
glass-recover-no-officers = Your organisation has not chosen officers yet. A colleague with keys can let you in.
glass-first-no-key = First set up a new passkey
glass-first-no-key-body = Whatever is opened is sealed to your key, and you have none yet.
glass-recover-wait-title = Names wait a day
glass-recover-wait = You came back with new keys. Case work can be given back at once. Names wait until { $when } and are asked for once more then: so nobody who comes in your place gets to them before you hear of it.

glass-title-case = Case { $number }
    .lead = Request for emergency access
glass-title-recover = Giving keys back
glass-title-drill = Drill of the shares
glass-asked-at = Asked
glass-asker = Who asks
glass-scope = What opens
glass-scope-work = Case work, no names
glass-scope-names = Case work and names
glass-answer-until = Can be answered until
glass-open-until = Open until
glass-approved = Approved by
glass-approved-n = { $have } of the { $need } it takes
glass-state-asked = waiting
glass-state-open = open
glass-state-ended = over
glass-state-refused = refused
glass-state-done = done
glass-state-late = no answer
glass-approve = Approve
glass-refuse = Refuse
glass-alone = Open it alone, now
glass-alone-note = Only when a life is in danger. Everybody in the organisation learns of it at once.
glass-to-case = To the case
glass-end = End it now

glass-notices = Notices
glass-seen = I have read it
glass-waiting = Waiting for your answer
glass-waiting-none = Nobody is waiting.
glass-mine = What I asked for
glass-mine-none = You have not asked for emergency access.
glass-sealed = Sealed notes you were named for
glass-past = Earlier
glass-looked = What was opened
glass-looked-none = Nothing was opened.
glass-look-when = When
glass-look-what = What
glass-look-mark = Note
glass-look-identity = name opened
glass-look-refused = refused
glass-review = Review
    .hint = Was it needed? Is there something left to do?
glass-review-save = Save the review

glass-told-asked = Emergency access was asked for. It waits for your answer.
glass-told-recover-asked = A colleague has lost the keys and waits for your answer.
glass-told-drill-asked = It is time for a drill of the shares. Confirm from your session.
glass-told-opened = Emergency access was opened for { $who }.
glass-told-opened-alone = Emergency access for { $who } was opened by one officer alone.
glass-told-granted = The access that you asked for is open.
glass-told-refused = The request for emergency access was refused.
glass-told-over = The emergency access is over. Thank you for helping.
glass-told-review = The emergency access for { $who } is over. Go through what was opened.
glass-told-wrong-share = Alarm: the share of { $who } is not the one that was handed out.
glass-told-too-few = Alarm: { $who } tried to open without enough officers. Nothing was opened.
glass-told-officers-named = { $who } named new officers. Somebody else has to accept them.
glass-told-officers-accepted = { $who } accepted the new officers.
glass-told-officer = You are an officer for emergency access. Your share is sealed to your key.
glass-told-life-mode = { $who } turned the emergency mode on: when a life is in danger, one officer is enough.
glass-told-recovered = The officers gave the keys back to { $who }.
glass-told-recovered-work = The officers gave the keys for case work back to { $who }. Names wait until a day has passed.
glass-told-drilled = The drill of the shares went well.
glass-told-named = { $who } named you for a sealed note.

saved-officers-named = The officers are named. Somebody else has to accept them.
saved-officers-accepted = The officers are accepted.
saved-glass-asked = Your request is sent.
saved-glass-approved = Your approval is saved. One more is awaited.
saved-glass-done = Done.
glass-open-now = Access is open until { $when }.
saved-glass-refused = The request is refused.
saved-glass-ended = The access is ended.
saved-glass-reviewed = The review is saved.

sealed-title = Sealed
sealed-lead = Notes for a protected witness. Only people who were named can open them.
sealed-new = New sealed note
sealed-new-lead = Only you and those you name open it. The organisation, its officers and the server cannot. No draft is kept.
sealed-none = Nothing is sealed here.
sealed-note = Sealed note
sealed-open = Open the sealed note
sealed-tag = sealed
sealed-holders = Kept by
sealed-holders-hidden = people who were named
sealed-new_identity = New identity
sealed-safe_place = Safe place
sealed-threats = Threats
    .hint = From whom, when, how.
sealed-save = Seal it
sealed-by = Written by { $who }, { $when }.
sealed-name-title = Name one more person
sealed-name-note = Each further person is a further risk. Name only who really has to know.
sealed-name = Name
sealed-user = Whom
sealed-reason = Why
    .hint = In a few words. The log keeps only a digest of them.
sealed-no-keys = This person has no keys yet.
saved-sealed-added = The note is sealed.
saved-sealed-named = The person is named.
