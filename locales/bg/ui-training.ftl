# Обучения.
trainings-lead = Съберете партньорите и запишете кой присъства: броят се хора от държавата и от НПО.
trainings-list = Всички обучения
trainings-target = Напредък към целите
trainings-none-body = Първото ще се появи тук.
trainings-day = Кога
trainings-count = { $n ->
    [one] { $n } обучение на страницата
   *[other] { $n } обучения на страницата
}
trainings-next = Следващи
trainings-attendance = Присъствен списък
trainings-attendance-none = Добавете хората, докато са в залата.
trainings-tests = Тест преди → след
trainings-counts = Брои ли се за T1
trainings-counts-yes = Брои се
trainings-counts-not = Още не се брои, защото:
trainings-missing-held = още не е отбелязано като проведено
trainings-missing-cancelled = отменено е
trainings-missing-topic = темата не е идентификация или насочване
trainings-missing-state = още няма участник от държавна институция
trainings-missing-ngo = още няма участник от НПО
trainings-by-institution = Участници по институция
