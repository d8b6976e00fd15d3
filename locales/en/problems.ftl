# What to correct: no blame, one next step.
problem-required = Fill in this field.
problem-impossible-date = There is no such day. Write it like this: 16.03.2017.
problem-date-out-of-range = This day is not possible here. Check it against the other dates.
problem-too-long = The text is too long. Shorten it; what you wrote stays here.
problem-own-step = It is closed and reopened on a page of its own only: by the button in the case.
problem-kind-stays = This kind cannot be changed: which roles people have depends on it.
problem-kind-taken = There is an organisation of this kind already, and only one.
problem-role-elsewhere = Only people of the programme or of the national commission have this role.
problem-unknown-choice = Choose an answer from the list.
problem-not-a-number = Write a whole number within the bounds given.
problem-not-money = Write an amount, for example 120.00, and choose a currency.
problem-not-a-phone = Write a telephone number in digits, for example +359 88 000 0000.
problem-number-length = The number has 10 digits. Check whether one is missing.
problem-number-date = The date in the personal number does not exist. Check the first six digits.
problem-number-check = One digit does not match. Check the personal number.
problem-number-birth-date = The date of birth and the personal number differ. Check both.
problem-login = This user name cannot be used. Choose another.
problem-password-short = The password is too short. A few random words make it stronger.
problem-password-common = This password is easily guessed. Choose another.
problem-password-same = Choose a password other than the present one.
problem-not-agreed = This is more than the person agreed to, or than the ground allows. Take the rest out.
problem-no-consent = The consent is not in force, or does not name this organisation. Choose another or write a new one down.
problem-wrong-recipient = Nothing goes to such an organisation on this ground. Choose another one.
problem-asylum-lock = The person seeks protection: nothing goes to their country of origin.
problem-too-few-officers = At least three officers are needed.

problem-too-many = That is more than goes out at once. Choose a shorter period.
