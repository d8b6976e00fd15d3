# Сигнали.
signals-lead = Първа информация, преди да има лице и случай.
signals-none-body = Новите ще се появят тук.
signals-title = Сигнал от { $day }
signals-persons-none-body = Добавете за кого е сигналът, дори без име. После оттам се открива случай.
signals-rail = Какво следва
signals-next = Какво следва
signals-set-in_work = Проверявам го
signals-set-confirmed = Потвърди сигнала
signals-set-not_trafficking = Не е трафик
signals-cases = Случаи от сигнала
signals-origin = Откъде идва
signals-origin-open = Обаждането на горещата линия
saved-signal-state = Състоянието на сигнала е променено.
