# Задачи.
tasks-title = Задачи
tasks-lead = { $n ->
    [0] Няма отворени задачи.
    [one] Имате { $n } отворена задача.
   *[other] Имате { $n } отворени задачи.
}
tasks-none-title = Всичко е свършено
tasks-none-body = Новите задачи ще се появят тук.
tasks-none-link = Към началото
task-group-overdue = Просрочени
task-group-today = За днес
task-group-coming = Предстоящи
task-overdue-yesterday = от вчера
task-overdue-days = { $n ->
    [one] от { $n } ден
   *[other] от { $n } дни
}
task-tomorrow = утре
saved-task-done = Задачата е изпълнена.
saved-task-open = Задачата пак е отворена.
