# Завръщане: списък, готовност, отпътуване, пристигане; оттегляне на съгласие.
returns-lead = Предстоящите са най-отгоре. Никой не тръгва, преди всичко да е готово.
returns-case = Случай
returns-ready = Готово
returns-blocked = { $n ->
    [one] Спряно: { $n } условие
   *[other] Спряно: { $n } условия
}
returns-none-body = Завръщането се започва от случая.
returns-none-link = Към случаите
returns-cut = Показани са последните 200 завръщания. По-старите са в своите случаи.
return-page = Готовност
return-title-planned = Готовност за завръщане
return-title-departed = На път
return-title-arrived = Завръщането е приключило
return-title-cancelled = Отменено завръщане
return-met = изпълнени { $met } от { $all }
return-about-female-adult = жена
return-about-female-child = момиче
return-about-male-adult = мъж
return-about-male-child = момче
return-about-other-adult = лице
return-about-other-child = дете
return-about-age = { $who }, { $age } г.
return-departure = Отпътуване
return-in-days = { $n ->
    [one] утре
   *[other] след { $n } дни
}
return-late-days = { $n ->
    [one] денят мина вчера
   *[other] денят мина преди { $n } дни
}
return-days = { $n ->
    [one] { $n } ден
   *[other] { $n } дни
}
return-overdue = { $n ->
    [one] просрочен { $n } ден
   *[other] просрочен { $n } дни
}
return-until = до { $day }
return-until-departure = До отпътуване
return-clocks = Срокове
return-depart-button = Разреши отпътуване
return-why = Защо е спряно
return-forced = Това е принудително извеждане
    .body = програмата подпомага само доброволно завръщане
return-refused = Отпътуването не е разрешено
    .body = Още има неизпълнени условия. Вижте ги по-долу.
return-unlocks = Бутонът се отключва сам, щом всичко бъде изпълнено.
return-who-may = Разрешава водещият на случая или мисията.
return-all-met = Всичко е изпълнено. Чака се водещият на случая или мисията да разреши отпътуването.
return-next = Следва от вас
    .body = Първо това:
return-done = Как мина
return-local-times = Всички часове са местни.
return-depart = Отпътуване
    .means = Всички условия са изпълнени
    .body = След това завръщането е „На път“ и условията вече не се променят.
    .button = Разреши отпътуване
return-arrive = Запиши пристигане
    .means = Завръщането се брои от деня на пристигане
    .body = Запишете кой посрещна лицето. Ако нещо не е наред, напишете го в бележката.
    .button = Запиши пристигане
return-cancel = Отмени завръщането
    .means = Това завръщане вече няма да може да се осъществи
    .body = Написаното остава в историята. За друго пътуване се започва ново завръщане в случая.
    .button = Отмени завръщането
saved-return-departed = Отпътуването е разрешено.
saved-return-arrived = Пристигането е записано.
saved-return-cancelled = Завръщането е отменено.
gate-provisional = от практиката, не от наредба
    .body = „От практиката, не от наредба“: условието е възприето в работата, но не е записано в нормативен акт.
gate-automatic = Проверка в системата
gate-automatic-who = системата
gate-automatic-owner = проверява се автоматично
gate-automatic-consent = според съгласията в случая
gate-automatic-itinerary = според маршрута по-долу
gate-automatic-voluntary_decision = според решението, записано в завръщането
gate-automatic-asylum_clear = според случая
gate-no-owner = няма отговорник
gate-done-on = на { $day }
gate-age-unknown = смята се за дете, докато не се запише датата на раждане; стига и годината
gate-sealed = Запечатано
leg-arrives = пристигане в { $time } ч.
consent-withdraw-given = Дадено на { $day }.
consent-withdraw-means = Съгласието спира да важи веднага и това не може да се върне
    .body = Нищо повече не се споделя по него. Ако от него зависи завръщане, то се спира, докато има ново съгласие.
consent-withdraw-recipients = Нищо повече не се споделя с { $who }. Кажете им, че съгласието е оттеглено. Ако от него зависи завръщане, то се спира, докато има ново съгласие.
saved-consent-withdrawn = Съгласието е оттеглено. Споделянето е спряно.
