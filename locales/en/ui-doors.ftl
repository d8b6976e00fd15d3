# Signing in, the locked screen, the password.
door-title = Sign in
door-login = User name
door-password = Password
door-enter = Sign in
door-wrong = User name and password do not match. Check both.
door-wait = { $n ->
    [one] Too many attempts. Try again in { $n } minute.
   *[other] Too many attempts. Try again in { $n } minutes.
}
door-ended-title = Your session has ended
door-ended-body = After 15 minutes without work the system signs out by itself. What you had written is kept as a draft.
door-forgotten = Forgot the password: call the administrator of the programme.
door-need-help = Looking for help for yourself or somebody close
door-locked = The screen is locked
door-unlock = Unlock
door-sign-out = Sign out
door-password-title = Change password
door-password-lead = Your other open sessions end after the change.
door-password-old = Present password
door-password-new = New password
    .hint = At least 15 characters. A few random words are easiest to remember.
door-password-save = Change password
saved-password = The password is changed.
