# Начало.
home-title = Днес, { $day }
home-lead-nothing = Няма нищо просрочено и нищо за днес.
home-lead-have = Имате
home-lead-and = и
home-lead-overdue = { $n ->
    [one] { $n } просрочена задача
   *[other] { $n } просрочени задачи
}
home-lead-today = { $n } за днес
home-lead-today-alone = { $n ->
    [one] { $n } задача за днес
   *[other] { $n } задачи за днес
}
home-lead-next = Най-близкият срок изтича
home-lead-in-days = { $n ->
    [0] днес
    [1] утре
   *[other] след { $n } дни
}
home-days = { $n ->
    [0] днес
    [one] { $n } ден
   *[other] { $n } дни
}
home-new-call = Ново обаждане
home-new-case = Нов случай
home-figure-overdue = { $n ->
    [one] просрочена задача
   *[other] просрочени задачи
}
home-figure-today = { $n ->
    [one] задача за днес
   *[other] задачи за днес
}
home-figure-clocks = { $n ->
    [one] изтичащ срок
   *[other] изтичащи срока
}
home-figure-returns = { $n ->
    [one] планирано завръщане
   *[other] планирани завръщания
}
home-figure-mine = { $n ->
    [one] мой случай
   *[other] мои случая
}
home-figure-calls = { $n ->
    [one] обаждане с напомняне
   *[other] обаждания с напомняне
}
home-figure-signals = { $n ->
    [one] отворен сигнал
   *[other] отворени сигнала
}
home-figure-sent = { $n ->
    [one] случай, изпратен до вас
   *[other] случая, изпратени до вас
}
home-figure-partners = { $n ->
    [one] партньор
   *[other] партньори
}
home-figure-users = { $n ->
    [one] потребител
   *[other] потребители
}
home-todo = Какво да свърша
home-todo-none = Няма задачи за тази седмица
home-todo-none-body = Новите ще се появят тук.
home-all-tasks = Всички задачи
home-all-cases = { $n ->
    [one] Виж случая
   *[other] Всички { $n }
}
home-all = Всички
home-all-returns = Всички завръщания
home-all-figures = Всички показатели
home-clocks = Изтичащи срокове
home-clocks-none = През следващите 30 дни не изтича нищо.
home-clock-consent = Съгласие за споделяне
home-clock-plan = Преглед на плана
home-clock-note = { $number } · до { $day }
home-next-return = Следващото завръщане
home-cases-mine = Моите случаи
home-cases-organisation = Случаи на нашата организация
home-cases-national = Случаи в страната, без имена
home-cases-none = Няма отворени случаи
home-cases-none-body = Щом ви бъде поверен случай, ще го видите тук.
home-th-case = Случай
home-th-person = Лице
home-th-track = Път
home-th-state = Състояние
home-th-risk = Риск
home-th-touched = Последно
home-signals = Сигнали
home-calls = Последни обаждания
home-programme = Програмата дотук
home-programme-none = Програмата няма показатели с цел.
home-of-target = { $value } при цел { $target }
home-target-met = изпълнена
home-target-open = в ход
home-users = { $n ->
    [0] без потребители
    [one] { $n } потребител
   *[other] { $n } потребители
}
home-figure-organisation = { $n ->
    [one] случай на организацията
   *[other] случая на организацията
}
home-figure-national = { $n ->
    [one] случай в страната
   *[other] случая в страната
}
home-cases-sent = Случаи, изпратени до нас
home-lead-monitor = Докъде е стигнала програмата, без имена.
home-lead-admin = Партньорите, техните потребители и докъде е стигнала програмата.
