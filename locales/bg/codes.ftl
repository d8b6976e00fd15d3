# Lists of codes: the words behind each code.

# sex
sex-female = Жена
sex-male = Мъж
sex-other = Друг
sex-unknown = Не е известно

# age-band
age-band-child = Дете, под 18 г.
age-band-unclear = Неясно, може да е дете
age-band-18-24 = 18–24 г.
age-band-25-34 = 25–34 г.
age-band-35-49 = 35–49 г.
age-band-50-plus = 50 и повече г.
age-band-unknown = Не е известна

# yes-no
yes-no-yes = Да
yes-no-no = Не
yes-no-unknown = Не знае

# organisation-kind
organisation-kind-iom = МОМ
organisation-kind-iom_mission = Мисия на МОМ
organisation-kind-ncctb = Национална комисия (НКБТХ)
organisation-kind-border_police = Гранична полиция (ГДГП)
organisation-kind-organised_crime = Борба с организираната престъпност (ГДБОП)
organisation-kind-migration = Дирекция „Миграция“
organisation-kind-embassy = Посолство или консулска служба
organisation-kind-child_protection = Закрила на детето (ДАЗД)
organisation-kind-social_assistance = Социално подпомагане (АСП)
organisation-kind-refugees = Агенция за бежанците (ДАБ)
organisation-kind-prosecution = Прокуратура
organisation-kind-ngo = Неправителствена организация (НПО)
organisation-kind-shelter = Приют
organisation-kind-other = Друга

# institution
institution-state = Държавна институция
institution-ngo = НПО
institution-international = Международна организация
institution-other = Друга

# service-type
service-type-humanitarian = Хуманитарна помощ
service-type-medical = Медицински грижи
service-type-psychological = Психологическа консултация
service-type-social = Социална подкрепа
service-type-vocational = Квалификационен курс
service-type-legal = Правно консултиране
service-type-employment = Трудово консултиране
service-type-safe_environment = Осигуряване на безопасна среда
service-type-witness_protection = Защита на свидетели
service-type-other = Друго

# identifier-kind
identifier-kind-egn = ЕГН
identifier-kind-lnch = ЛНЧ
identifier-kind-passport = Паспорт
identifier-kind-id_card = Лична карта
identifier-kind-other = Друг документ

# special-needs
special-needs-pregnancy = Бременност
special-needs-disability = Увреждане
special-needs-medical = Медицински грижи
special-needs-interpreter = Преводач
special-needs-with_children = С деца
special-needs-literacy = Помощ при четене и писане
special-needs-addiction = Подкрепа при зависимост

# person-role
person-role-victim = Пострадало лице
person-role-witness = Свидетел
person-role-accompanying_child = Придружаващо дете
person-role-relative = Близък
person-role-suspect = Заподозрян

# track
track-adults = Лица
track-children = Деца
track-foreigners = Чужденци

# case-state
case-state-active = Активен
case-state-return = Завръщане
case-state-reintegration = Реинтеграция
case-state-no_contact = Без контакт
case-state-closing = За приключване
case-state-closed = Приключен

# closure-reason
closure-reason-goals_reached = Целите са постигнати
closure-reason-referred_on = Насочване към друга организация
closure-reason-refused_help = Отказ от помощ
closure-reason-lost_contact = Прекъснат контакт
closure-reason-not_a_victim = Не е трафик на хора
closure-reason-re_emigrated = Ново заминаване в чужбина
closure-reason-re_trafficked = Повторен трафик (нов случай)
closure-reason-deceased = Лицето е починало
closure-reason-outside_mandate = Извън мандата на програмата
closure-reason-duplicate = Повторен запис

# risk
risk-high = Висок
risk-medium = Среден
risk-low = Нисък

# intake
intake-hotline = Гореща линия
intake-iom_mission = Мисия на МОМ
intake-partner = Партньор
intake-police = Полиция
intake-consul = Консулска служба
intake-self = Само лицето
intake-outreach = Работа на терен
intake-import = Внесен от файл

# exploitation
exploitation-sexual = Сексуална експлоатация
exploitation-labour = Трудова експлоатация
exploitation-begging = Принудителна просия
exploitation-criminality = Използване за престъпна дейност
exploitation-servitude = Принудително подчинение
exploitation-newborn = Продажба на новородено
exploitation-marriage = Принудителен брак
exploitation-organs = Отнемане на орган
exploitation-other = Друга
exploitation-unknown = Не е известна

# means
means-debt = Дългова зависимост
means-earnings = Отнемане на заработеното
means-threats = Заплахи
means-psychological = Психически натиск
means-physical = Физическо насилие
means-sexual = Сексуално насилие
means-false_promises = Лъжливи обещания
means-substances = Наркотици или алкохол
means-movement = Ограничено движение
means-medical_care = Отказ на лечение
means-excessive_hours = Прекомерно работно време
means-law_enforcement = Заплаха с полиция или власти
means-necessities = Отказ на храна, вода, сън
means-documents = Отнети документи
means-children = Натиск чрез децата
means-other = Друг начин

# sector
sector-agriculture = Земеделие
sector-construction = Строителство
sector-domestic = Домашна работа
sector-hospitality = Хотели и заведения
sector-manufacturing = Производство
sector-transport = Транспорт
sector-care = Грижи за хора
sector-other = Друг сектор
sector-unknown = Не е известен

# recruiter
recruiter-partner = Интимен партньор
recruiter-relative = Роднина
recruiter-friend = Приятел
recruiter-acquaintance = Познат
recruiter-agency = Посредник за работа
recruiter-stranger = Непознат
recruiter-online = Непознат от интернет
recruiter-unknown = Не е известен

# recruitment
recruitment-job_offer = Предложение за работа
recruitment-relationship = Чрез интимна връзка
recruitment-sold = Лицето е продадено
recruitment-abducted = Отвличане
recruitment-marriage_offer = Предложение за брак
recruitment-online_ad = Обява в интернет
recruitment-other = По друг начин
recruitment-unknown = Не е известно

# asylum
asylum-none = Не е търсена закрила
asylum-claimed = Подадена е молба
asylum-granted = Предоставена закрила
asylum-ended = Производството е приключило

# contact-kind
contact-kind-meeting = Среща
contact-kind-phone = Телефонен разговор
contact-kind-message = Съобщение
contact-kind-visit = Посещение
contact-kind-partner = Разговор с партньор
contact-kind-court = Съдебно заседание
contact-kind-other = Друг контакт

# consent-kind
consent-kind-written = Писмено
consent-kind-oral = Устно
consent-kind-guardian = От законен представител
consent-kind-proxy = От упълномощено лице

# consent-scope
consent-scope-contact = Данни за връзка
consent-scope-identity = Самоличност
consent-scope-needs = Потребности
consent-scope-story = Разказът на лицето
consent-scope-health = Здраве
consent-scope-location = Местонахождение
consent-scope-documents = Документи
consent-scope-statistics = Данни без име за статистика

# consent-purpose
consent-purpose-assistance = Помощ
consent-purpose-return = Завръщане
consent-purpose-referral = Насочване
consent-purpose-protection = Закрила
consent-purpose-proceedings = Наказателно производство
consent-purpose-statistics = Статистика

# consent-state
consent-state-given = Дадено
consent-state-withdrawn = Оттеглено

# identification-kind
identification-kind-informal = Неформална идентификация
identification-kind-formal = Формална идентификация
identification-kind-self = Самоидентификация

# identification-outcome
identification-outcome-presumed = Предполагаема жертва
identification-outcome-identified = Идентифицирана жертва
identification-outcome-potential = Потенциална жертва
identification-outcome-not_victim = Не е жертва на трафик

# return-direction
return-direction-to_bulgaria = Към България
return-direction-to_origin = От България към държавата на произход
return-direction-internal = Вътре в страната

# return-will
return-will-voluntary = Доброволно завръщане
return-will-forced = Принудително извеждане (не се брои)

# return-state
return-state-planned = Предстои
return-state-departed = На път
return-state-arrived = Пристигане
return-state-cancelled = Отменено

# gate-state
gate-state-missing = Липсва
gate-state-waiting = Чака
gate-state-met = Изпълнено
gate-state-not_needed = Не се изисква

# travel-mode
travel-mode-plane = Самолет
travel-mode-car = Автомобил
travel-mode-train = Влак
travel-mode-bus = Автобус
travel-mode-ship = Кораб
travel-mode-foot = Пеша

# need-state
need-state-open = Чака
need-state-met = Удовлетворена
need-state-dropped = Отпаднала

# service-state
service-state-planned = Предстои
service-state-delivered = Предоставена
service-state-cancelled = Отменена

# urgency
urgency-now = Веднага
urgency-today = Спешно, днес
urgency-week = До седмица
urgency-later = Не е спешно

# plan-state
plan-state-draft = Чернова
plan-state-signed = Подписан
plan-state-closed = Приключен

# goal-area
goal-area-safety = Безопасност
goal-area-housing = Жилище
goal-area-health = Здраве
goal-area-psychological = Душевно състояние
goal-area-education = Образование
goal-area-work = Работа
goal-area-income = Доход
goal-area-family = Семейство
goal-area-legal = Права и дела
goal-area-documents = Документи

# goal-state
goal-state-open = В ход
goal-state-reached = Постигната
goal-state-partly = Постигната отчасти
goal-state-dropped = Отпаднала

# visit-kind
visit-kind-home = В дома
visit-kind-office = В офиса
visit-kind-phone = По телефона
visit-kind-partner = Чрез партньор

# visit-state
visit-state-planned = Предстои
visit-state-done = Проведено
visit-state-missed = Пропуснато

# condition
condition-good = Добре
condition-fair = Задоволително
condition-poor = Тревожно
condition-unknown = Не е известно

# training-topic
training-topic-identification = Идентификация
training-topic-referral = Насочване
training-topic-interview = Разговор с пострадали
training-topic-children = Деца
training-topic-law = Закони и права
training-topic-safety = Безопасност
training-topic-data_protection = Защита на личните данни
training-topic-other = Друга

# training-state
training-state-planned = Предстои
training-state-held = Проведено
training-state-cancelled = Отменено

# task-state
task-state-open = За изпълнение
task-state-done = Изпълнена
task-state-cancelled = Отменена

# task-kind
task-kind-call = Обаждане
task-kind-notify = Уведомяване
task-kind-document = Документ
task-kind-meeting = Среща
task-kind-review = Преглед
task-kind-transport = Превоз
task-kind-other = Друга

# channel
channel-phone = Телефон
channel-message = Съобщение
channel-mail = Имейл
channel-form = Форма на сайта
channel-in_person = На място

# caller
caller-self = За себе си
caller-relative = Близък
caller-friend = Приятел
caller-professional = Специалист
caller-other = Друг

# confidentiality
confidentiality-anonymous = Анонимно
confidentiality-line_only = Само за линията
confidentiality-may_share = Споделяме с посочени…

# topic
topic-job_abroad = Работа в чужбина
topic-agency_check = Проверка на агенция
topic-work_rights = Права на работа
topic-return_home = Връщане у дома
topic-possible_trafficking = Възможен трафик
topic-missing = Изчезнал близък
topic-child = Дете
topic-information = Информация
topic-other = Друго

# no-content
no-content-silence = Мълчание
no-content-hung_up = Затвори
no-content-wrong_number = Грешен номер
no-content-joke = Шега
no-content-abusive = Обидно
no-content-test = Проба
no-content-advert = Реклама

# red-flags
red-flags-documents_kept = Документите ще пази друг
red-flags-no_contract = Няма писмен договор
red-flags-no_language_needed = Не се иска език или опит
red-flags-fee_first = Искат такса предварително
red-flags-no_contact_allowed = Забраняват контакт с близки
red-flags-travel_arranged = Друг урежда път и жилище

# checks
checks-agency_register = Регистър на посредниците
checks-eures = EURES
checks-consulate = Консулство

# call-back
call-back-no = Не
call-back-yes = Да
call-back-only_she_calls = Само ако тя се обади

# contact-state
contact-state-closed = Приключено
contact-state-follow_up = Има напомняне
contact-state-converted = Станало сигнал

# signal-state
signal-state-new = Нов
signal-state-in_work = Проверява се
signal-state-confirmed = Потвърден
signal-state-not_trafficking = Не е трафик

# district
district-blagoevgrad = Благоевград
district-burgas = Бургас
district-varna = Варна
district-veliko_tarnovo = Велико Търново
district-vidin = Видин
district-vratsa = Враца
district-gabrovo = Габрово
district-dobrich = Добрич
district-kardzhali = Кърджали
district-kyustendil = Кюстендил
district-lovech = Ловеч
district-montana = Монтана
district-pazardzhik = Пазарджик
district-pernik = Перник
district-pleven = Плевен
district-plovdiv = Пловдив
district-razgrad = Разград
district-ruse = Русе
district-silistra = Силистра
district-sliven = Сливен
district-smolyan = Смолян
district-sofia_city = София (столица)
district-sofia_region = Софийска област
district-stara_zagora = Стара Загора
district-targovishte = Търговище
district-haskovo = Хасково
district-shumen = Шумен
district-yambol = Ямбол
district-abroad = Извън България

# language
language-bg = български
language-en = английски
language-tr = турски
language-rom = ромски
language-ru = руски
language-uk = украински
language-ro = румънски
language-ar = арабски
language-fa = персийски
language-fr = френски
language-de = немски
language-es = испански
language-vi = виетнамски
language-sq = албански
language-sr = сръбски
language-other = друг

# role
role-caseworker = Водещ на случая
role-manager = Ръководител на програмата
role-mission = Мисия на МОМ
role-coordinator = Национална комисия (НКБТХ)
role-police = Полиция (МВР)
role-prosecutor = Прокуратура
role-consul = Консулска служба
role-child_social = Закрила на детето и социално подпомагане
role-refugees = Агенция за бежанците (ДАБ)
role-ngo = НПО или приют
role-hotline = Консултант на линията
role-monitor = Мониторинг и донор
role-admin = Администратор

# Conditions before departure; `.missing` and `.waiting` say why the journey is held back.
gate-travel_document = Документ за пътуване
    .missing = Няма документ за пътуване
    .waiting = Документът за пътуване се чака
gate-voluntary_decision = Доброволно решение
    .missing = Няма записано доброволно решение на лицето
    .waiting = Решението на лицето се чака
gate-consent = Съгласие за завръщане
    .missing = Няма съгласие, което важи в деня на отпътуване
    .waiting = Съгласието се чака
gate-risk_assessment = Оценка на риска в мястото на завръщане
    .missing = Няма оценка на риска в мястото на завръщане
    .waiting = Оценката на риска чака или е по-стара от 30 дни
gate-reception = Посрещане
    .missing = Няма потвърден посрещащ
    .waiting = Посрещащият не е потвърдил
gate-itinerary = Маршрут
    .missing = Няма маршрут
    .waiting = Маршрутът се подготвя
gate-allowance = Средства за пътя
    .missing = Няма осигурени средства за пътя
    .waiting = Средствата за пътя се чакат
gate-fit_to_travel = Годност за пътуване
    .missing = Няма лекарска преценка за пътуването
    .waiting = Преценката на лекаря се чака
gate-escort = Придружител
    .missing = Няма придружител
    .waiting = Придружителят не е потвърдил
gate-guardian = Съгласие на законен представител
    .missing = Няма съгласие на законен представител
    .waiting = Съгласието на законния представител се чака
gate-child_notice = Уведомяване за дете, 24 ч.
    .missing = Няма уведомяване за дете
    .waiting = Уведомяването за дете не е потвърдено
gate-asylum_clear = Няма открита молба за закрила
    .missing = Подадена е молба за закрила
    .waiting = Молбата за закрила още се разглежда
gate-protection_clear = Специалната закрила допуска пътуване
    .missing = Има специална закрила без становище на прокурора
    .waiting = Становището на прокурора се чака
gate-exit_formalities = Формалности при напускане
    .missing = Формалностите при напускане не са уредени
    .waiting = Формалностите при напускане се уреждат

# The blocks and measures of the national referral mechanism.
measures-block-1 = I. Идентификация и насочване
measures-block-2 = II. Закрила и подкрепа
measures-block-3 = III. Социално включване
measure-1-1 = Идентифи{"\u00AD"}кация
measure-1-2 = Оценка на риска
measure-1-3 = Неотложни потребности
measure-1-4 = Насочване
measure-2-1 = Кризисна интервенция
measure-2-2 = Период за размисъл
measure-3-1 = Дългосрочна подкрепа
measure-3-2 = Безопасно завръщане
measure-3-3 = Наказателно производство
measure-3-4 = Компенсация

# Rooms: the words of the main menu.
room-home = Начало
room-organisations = Партньори
room-people = Лица
room-signals = Сигнали
room-cases = Случаи
room-consents = Съгласия
room-screening = Идентификация
room-returns = Завръщане
room-assistance = Помощ
room-reintegration = Реинтеграция
room-hotline = Гореща линия
room-training = Обучения
room-programme = Програма
room-tasks = Задачи

# share-end
share-end-by_hand = прекратено от екипа
share-end-replaced = заменено с ново споделяне
share-end-consent_withdrawn = съгласието е оттеглено
share-end-consent_changed = съгласието е променено
share-end-asylum = потърсена е закрила: нищо не отива към страната на произход
# Изтриване и правно задържане.
hold-state-set = В сила
hold-state-lifted = Вдигнато
hold-ground-proceedings = Дело пред съда
hold-ground-investigation = Разследване от полицията или прокуратурата
hold-ground-claim = Иск за обезщетение или друга правна претенция
hold-ground-audit = Проверка, която иска това досие
erasure-state-asked = Чака решение
erasure-state-refused = Отказано
erasure-state-done = Изтрито
erasure-by-self = Самото лице
erasure-by-guardian = Родител или настойник
erasure-by-lawyer = Адвокат с пълномощно
erasure-by-retention = Никой: срокът за пазене изтече
erasure-ground-open_proceedings = Има открито производство
    .letter = Още тече съдебно или наказателно производство, за което тези данни са нужни.
erasure-ground-legal_claims = Нужни са за правни претенции
    .letter = Данните са нужни за установяване, упражняване или защита на правни претенции, може би и на вашите.
erasure-ground-legal_duty = Законът ни задължава да ги пазим
    .letter = Закон ни задължава да пазим данните определено време.
erasure-ground-public_interest = Задача от обществен интерес
    .letter = Данните са нужни за задача от обществен интерес, която законът ни възлага.

# Искания от органи и изнасяне.
authority-kind-court = Съд
authority-kind-prosecution = Прокуратура
authority-kind-investigating = Разследващ орган
authority-kind-police = Полиция
authority-kind-supervision = Надзор по защита на данните
authority-kind-other = Друг орган
request-ground-court_order = Акт на съда
request-ground-prosecutor_act = Постановление на прокурор
request-ground-investigating_act = Писмено искане на разследващ орган
request-ground-police_letter = Писмо на полицията
request-ground-data_protection = Проверка по защита на данните
request-ground-child_protection = Закрила на дете
request-ground-other = Друго, посочено в документа
request-telling-may_tell = Може да се каже на лицето
request-telling-forbidden = Документът забранява да се казва на лицето
legal-state-received = Получено
legal-state-answered = Отговорено
legal-state-refused = Отказано
request-refusal-no_ground = Документът не посочва основание
request-refusal-too_wide = Иска се повече от нужното
request-refusal-privileged = Иска се поверителното: лечение, терапия, правна защита
request-refusal-not_here = Нямаме такива данни
request-refusal-danger = Отговорът би застрашил някого
request-refusal-other = Друго
export-purpose-own_records = Собствен архив
export-purpose-other_system = Прехвърляне в друга система
export-purpose-report = Отчет
export-purpose-partner = По споразумение с партньор
export-purpose-check = Проверка на данните
export-state-prepared = Подготвено
export-state-taken = Изнесено
