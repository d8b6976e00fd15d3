# Случаи: списък, страница, екип, кой е гледал.
cases-lists = Списъци
cases-list-mine = Моите
cases-list-organisation = В моята организация
cases-list-national = Всички
cases-state-open = Всички отворени
cases-line = { $n ->
    [one] { $n } случай на тази страница, последно променените са първи
   *[other] { $n } случая на тази страница, последно променените са първи
}
cases-line-state = { $n ->
    [one] { $n } случай на тази страница
   *[other] { $n } случая на тази страница
}
cases-none = Тук няма случаи
cases-none-body = Новите ще се появят тук. Може да смените състоянието от „Филтри“.
cases-risk = Риск
cases-lead-head = Водещ
cases-touched = Последна работа
cases-colleague = виждате само, че съществува
cases-first = Към началото
cases-next = Следващи
cases-yours = ваш случай
cases-lead = води { $who }
cases-flag-risk = Висок риск
cases-flag-protection = Специална закрила
cases-flag-asylum = Търси закрила
cases-flag-witness = Свидетел
cases-flag-closed = Приключен на { $day }. { $why }
cases-story = Хронология
cases-story-none = Още няма записи.
cases-facts = Данни на случая
cases-identity = Самоличност
cases-identity-note = скрива се след 2 минути
cases-behind-mask = зад маска, отваря се с причина
cases-section = Раздел
cases-group-overview = Преглед
cases-group-person = Лице
cases-group-measures = Мерки
cases-group-file = Досие
cases-missing = липсва
cases-missing-risk = риск?
cases-tasks-late = { $n ->
    [one] { $n } просрочена
   *[other] { $n } просрочени
}
cases-open-record = Отвори
cases-today = Днес, { $day }
cases-opened = Случаят е открит
cases-closed = Случаят е приключен
cases-task-late = просрочена
cases-older = { $n ->
    [one] Покажи още { $n } по-стар запис
   *[other] Покажи по-старите { $n } записа
}
cases-add = Добави
cases-more = Още
cases-change = Промени данните
cases-team = Екип
cases-team-change = Промени екипа
cases-log = Кой е гледал
cases-log-open = Дневник
cases-close = Приключи случая
cases-reopen = Отвори нов епизод
cases-rail = Срокове и екип
cases-clocks = Срокове
cases-others = Други случаи на лицето
cases-looked = Кой е гледал
cases-clock-consent = изтича на { $day }
cases-clock-due = до { $day }
cases-clock-plan-name = Преглед на плана
cases-days-left = { $n ->
    [one] { $n } ден
   *[other] { $n } дни
}
cases-days-over = { $n ->
    [one] просрочен { $n } ден
   *[other] просрочен { $n } дни
}
cases-validity = Сила
cases-consent-valid = в сила
cases-consent-over = изтекло
cases-consent-later = още не тече
cases-goals = { $n ->
    [0] няма
   *[other] постигнати { $reached } от { $n }
}
cases-by = Записал
cases-total-delivered = Предоставени: { $sum }
cases-total-planned = Планирани: { $sum }
cases-measure-done = готово
cases-measure-begun = започнато
cases-measure-empty = още не
cases-measure-here = Мярка { $code } · { $name }
cases-measures-done = { $n ->
    [one] Изпълнена { $n } от 10 мерки
   *[other] Изпълнени { $n } от 10 мерки
}
cases-reason-missing = Изберете причина
cases-reason-missing-body = Името се показва само с причина; тя остава в дневника.
cases-reveal-contact = Свързвам се с лицето
cases-reveal-papers = Подготвям документ
cases-reveal-meeting = Среща или придружаване
cases-reveal-danger = Има опасност
cases-reveal-check = Проверявам дали е същото лице
cases-reveal-other = Друго
cases-reveal-correct = Поправям записаното
cases-reveal-history = Чета какво е било записано преди
cases-asylum-lock = Подадена е молба за закрила
cases-asylum-lock-body = Връзката с посолството е спряна. Държавата на произход не научава нищо за лицето.
cases-asylum-lock-act = Провери
cases-no-consent = Няма съгласие в сила
cases-no-consent-body = Даденото е изтекло или оттеглено. Нищо не се споделя с партньори, докато няма ново.
cases-no-consent-act = Ново съгласие
cases-close-lead = Лицето и записите остават. Ако се върне, се отваря нов епизод със същата история.
cases-close-tasks = { $n ->
    [one] Има { $n } отворена задача
   *[other] Има { $n } отворени задачи
}
cases-close-tasks-body = Те остават видими и след приключването. Отбележете каквото вече е свършено.
cases-relation-own = води случая
cases-relation-team = в екипа, вижда всичко за работата
cases-relation-organisation = организация на случая
cases-relation-addressed = споделен с тях, виждат каквото е позволено
cases-relation-break_glass = отворен спешно за няколко часа
cases-relation-national = национален списък, без имена
cases-relation-general = общо
cases-relation-nothing = без достъп
cases-team-lead = Който е тук, може да отваря случая според ролята си. Водещият се сменя в данните на случая.
cases-team-now = Сега в екипа
cases-team-remove = Махни
cases-team-add-colleague = Добави колега
cases-team-colleague = Колега
    .hint = Ще вижда случая и ще пише в него.
cases-team-add = Добави
cases-log-lead = Последните 200 отваряния, записи и откази, най-новите са първи.
cases-log-none = Още никой не е гледал.
cases-log-who = Кой
cases-log-what = Какво
cases-log-when = Кога
cases-log-note = Бележка
cases-look-you = вие
cases-look-refused = отказан достъп
cases-look-identity = отворена самоличност
cases-look-view = отвори { $what }
cases-look-list = видя { $what } в списък
cases-look-create = добави { $what }
cases-look-edit = промени { $what }
cases-look-history = прочете какво е променяно: { $what }
cases-look-reveal = показа името
cases-look-search = намери { $what } при търсене
cases-look-close = приключи { $what }
cases-look-grant = даде достъп: { $what }
cases-look-revoke = отне достъп: { $what }
cases-look-link = свърза { $what }
cases-look-state = смени състоянието: { $what }
cases-look-log = прегледа кой е гледал
cases-look-paper = направи листа за лицето
cases-look-review = прегледа спешния достъп
cases-look-conditions = работи по условията за отпътуване
cases-look-move = записа движение
cases-look-depart = записа отпътуването
cases-look-arrive = записа пристигането
cases-look-cancel = отмени { $what }
cases-look-withdraw = записа оттегляне: { $what }
cases-look-export = изнесе { $what }
cases-look-other = друго действие: { $what }
cases-looked-case = случая
cases-looked-person = личните данни
cases-looked-contact = обаждане
cases-looked-signal = сигнал
cases-looked-signal-person = лице в сигнал
cases-looked-note = бележка
cases-looked-consent = съгласие
cases-looked-identification = идентификация
cases-looked-exploitation-record = запис за експлоатация
cases-looked-return = завръщане
cases-looked-gate = условие преди отпътуване
cases-looked-leg = част от пътуването
cases-looked-need = потребност
cases-looked-service = услуга
cases-looked-plan = реинтеграционен план
cases-looked-goal = цел
cases-looked-visit = мониторингово посещение
cases-looked-task = задача
cases-looked-hold = правно задържане
cases-looked-erasure = искане за изтриване
cases-looked-legal-request = искане от орган
cases-looked-export = изнасяне
cases-looked-user = потребител
cases-looked-organisation = партньор
saved-case-closed = Случаят е приключен.
saved-case-reopened = Отворен е нов епизод.
saved-case-team = Екипът е променен.
cases-month-1 = ян.
cases-month-2 = февр.
cases-month-3 = март
cases-month-4 = апр.
cases-month-5 = май
cases-month-6 = юни
cases-month-7 = юли
cases-month-8 = авг.
cases-month-9 = септ.
cases-month-10 = окт.
cases-month-11 = ноем.
cases-month-12 = дек.
cases-short-day = { $day }{"\u00A0"}{ $month }
cases-year = { $year }{"\u00A0"}г.
cases-step-1-1 = Идентифи{"\u00AD"}кация
cases-clock-consent-over = изтече на { $day }
