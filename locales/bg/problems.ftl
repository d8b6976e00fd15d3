# What to correct: no blame, one next step.
problem-required = Попълнете това поле.
problem-impossible-date = Няма такъв ден. Напишете го така: 16.03.2017.
problem-date-out-of-range = Този ден не е възможен тук. Проверете го спрямо другите дати.
problem-too-long = Текстът е твърде дълъг. Съкратете го, написаното остава тук.
problem-unknown-choice = Изберете отговор от списъка.
problem-not-a-number = Напишете цяло число в посочените граници.
problem-not-money = Напишете сума, например 120,00, и изберете валута.
problem-not-a-phone = Напишете телефон с цифри, например +359 88 000 0000.
problem-number-length = Номерът има 10 цифри. Проверете дали не липсва някоя.
problem-number-date = Датата в ЕГН не съществува. Проверете първите шест цифри.
problem-number-check = Една цифра не съвпада. Проверете ЕГН или ЛНЧ.
problem-number-birth-date = Датата на раждане и ЕГН се различават. Проверете и двете.
problem-login = Това потребителско име не може да се използва. Изберете друго.
problem-password-short = Паролата е твърде кратка. Няколко случайни думи я правят по-сигурна.
problem-password-common = Тази парола се отгатва лесно. Изберете друга.
