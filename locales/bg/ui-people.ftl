# Лица: търсене, ново лице, страница, откриване на случай.
people-woman = жена
people-man = мъж
people-girl = момиче
people-boy = момче
people-child = дете
people-somebody = лице
people-about-age = { $who }, { $n }{"\u00A0"}г.
people-search = Търсене
people-found = { $n ->
    [0] Няма намерени
    [one] Намерено е { $n } лице
   *[other] Намерени са { $n } лица
}
people-none = Не намерихме никого, когото може да виждате
people-none-body = Пробвайте с друго изписване, с телефон или с номер на случай. Кирилица и латиница се търсят заедно.
people-open = Страница
people-open-page = Отвори лицето
people-known-only = виждате само, че е тук
people-no-case = Още няма случай
people-new-lead = Запишете каквото знаете. Преди да го запазим, проверяваме дали лицето вече е тук.
people-from-signal = Попълнено от сигнала
people-from-signal-body = Проверете данните с лицето, преди да запазите.
people-part-number = Номер и документ
people-part-contact = Адрес и връзка
people-part-needs = Езици и потребности
people-save = Провери и запази
people-maybe = Може би вече е тук
people-maybe-lead = Има лица с подобни имена или същия номер.
people-maybe-body = Ако е едно от тези лица, отворете него и нищо ново не се записва. Ако не е, запишете новото лице.
people-is-new = Това е нов човек
people-back = Назад към формата
people-open-case = Открий случай
people-later = По-късно
people-has-cases = Лицето вече има случаи
people-has-cases-body = Ако работата продължава там, не откривайте нов.
people-identity-reveal = Имената, адресът и връзката се отварят с „Покажи името“ и с причина.
people-identity-closed = Имената, адресът и връзката се отварят от страницата на случая.
