# Lists of codes: the words behind each code.

# sex
sex-female = Female
sex-male = Male
sex-other = Other
sex-unknown = Not known

# age-band
age-band-child = Child, under 18
age-band-unclear = Unclear, perhaps a child
age-band-18-24 = 18–24
age-band-25-34 = 25–34
age-band-35-49 = 35–49
age-band-50-plus = 50 and over
age-band-unknown = Not known

# yes-no
yes-no-yes = Yes
yes-no-no = No
yes-no-unknown = Does not know

# organisation-kind
organisation-kind-iom = IOM
organisation-kind-iom_mission = IOM mission
organisation-kind-ncctb = National Commission (NCCTHB)
organisation-kind-border_police = Border Police
organisation-kind-organised_crime = Combating Organised Crime
organisation-kind-migration = Migration Directorate
organisation-kind-embassy = Embassy or consular service
organisation-kind-child_protection = Child protection (SACP)
organisation-kind-social_assistance = Social assistance (ASA)
organisation-kind-refugees = Agency for Refugees (SAR)
organisation-kind-prosecution = Prosecutor's Office
organisation-kind-ngo = Non-governmental organisation (NGO)
organisation-kind-shelter = Shelter
organisation-kind-other = Other

# institution
institution-state = State institution
institution-ngo = NGO
institution-international = International organisation
institution-other = Other

# service-type
service-type-humanitarian = Humanitarian assistance
service-type-medical = Medical care
service-type-psychological = Psychological counselling
service-type-social = Social support
service-type-vocational = Qualification (vocational) course
service-type-legal = Legal counselling
service-type-employment = Employment counselling
service-type-safe_environment = Provision of a safe environment
service-type-witness_protection = Witness protection
service-type-other = Other

# identifier-kind
identifier-kind-egn = EGN (Bulgarian personal number)
identifier-kind-lnch = LNCh (personal number of a foreigner)
identifier-kind-passport = Passport
identifier-kind-id_card = Identity card
identifier-kind-other = Other document

# special-needs
special-needs-pregnancy = Pregnancy
special-needs-disability = Disability
special-needs-medical = Medical care
special-needs-interpreter = Interpreter
special-needs-with_children = With children
special-needs-literacy = Help with reading and writing
special-needs-addiction = Support with addiction

# person-role
person-role-victim = Victim
person-role-witness = Witness
person-role-accompanying_child = Accompanying child
person-role-relative = Relative
person-role-suspect = Suspect

# track
track-adults = Adults
track-children = Children
track-foreigners = Foreigners

# case-state
case-state-active = Active
case-state-return = Return
case-state-reintegration = Reintegration
case-state-no_contact = No contact
case-state-closing = To be closed
case-state-closed = Closed

# closure-reason
closure-reason-goals_reached = Goals reached
closure-reason-referred_on = Referred to another organisation
closure-reason-refused_help = Refused assistance
closure-reason-lost_contact = Lost contact
closure-reason-not_a_victim = Not trafficking
closure-reason-re_emigrated = Left the country again
closure-reason-re_trafficked = Re-trafficking (new case)
closure-reason-deceased = The person has died
closure-reason-outside_mandate = Outside the programme's mandate
closure-reason-duplicate = Duplicate record

# risk
risk-high = High
risk-medium = Medium
risk-low = Low

# intake
intake-hotline = Hotline
intake-iom_mission = IOM mission
intake-partner = Partner
intake-police = Police
intake-consul = Consular service
intake-self = The person themselves
intake-outreach = Outreach
intake-import = Imported from a file

# exploitation
exploitation-sexual = Sexual exploitation
exploitation-labour = Labour exploitation
exploitation-begging = Forced begging
exploitation-criminality = Exploitation of criminal activities
exploitation-servitude = Forced servitude
exploitation-newborn = Sale of a newborn
exploitation-marriage = Forced marriage
exploitation-organs = Organ removal
exploitation-other = Other
exploitation-unknown = Not known

# means
means-debt = Debt bondage
means-earnings = Takes earnings
means-threats = Threats
means-psychological = Psychological abuse
means-physical = Physical abuse
means-sexual = Sexual abuse
means-false_promises = False promises
means-substances = Drugs or alcohol
means-movement = Restricts movement
means-medical_care = Restricts medical care
means-excessive_hours = Excessive working hours
means-law_enforcement = Threat of law enforcement
means-necessities = Withholds food, water, sleep
means-documents = Withholds documents
means-children = Uses the children
means-other = Other means

# sector
sector-agriculture = Agriculture
sector-construction = Construction
sector-domestic = Domestic work
sector-hospitality = Hotels and restaurants
sector-manufacturing = Manufacturing
sector-transport = Transport
sector-care = Care work
sector-other = Other sector
sector-unknown = Not known

# recruiter
recruiter-partner = Intimate partner
recruiter-relative = Relative
recruiter-friend = Friend
recruiter-acquaintance = Acquaintance
recruiter-agency = Employment intermediary
recruiter-stranger = Stranger
recruiter-online = Stranger online
recruiter-unknown = Not known

# recruitment
recruitment-job_offer = Job offer
recruitment-relationship = Through a relationship
recruitment-sold = The person was sold
recruitment-abducted = Abduction
recruitment-marriage_offer = Marriage offer
recruitment-online_ad = Online advert
recruitment-other = Another way
recruitment-unknown = Not known

# asylum
asylum-none = No protection sought
asylum-claimed = Claim lodged
asylum-granted = Protection granted
asylum-ended = Procedure ended

# contact-kind
contact-kind-meeting = Meeting
contact-kind-phone = Telephone call
contact-kind-message = Message
contact-kind-visit = Visit
contact-kind-partner = Talk with a partner
contact-kind-court = Court hearing
contact-kind-other = Other contact

# consent-kind
consent-kind-written = In writing
consent-kind-oral = Orally
consent-kind-guardian = By a legal representative
consent-kind-proxy = By proxy

# consent-scope
consent-scope-contact = Contact details
consent-scope-identity = Identity
consent-scope-needs = Needs
consent-scope-story = The person's account
consent-scope-health = Health
consent-scope-location = Whereabouts
consent-scope-documents = Documents
consent-scope-statistics = Data without a name for statistics

# consent-purpose
consent-purpose-assistance = Assistance
consent-purpose-return = Return
consent-purpose-referral = Referral
consent-purpose-protection = Protection
consent-purpose-proceedings = Criminal proceedings
consent-purpose-statistics = Statistics

# consent-state
consent-state-given = Given
consent-state-withdrawn = Withdrawn

# identification-kind
identification-kind-informal = Informal identification
identification-kind-formal = Formal identification
identification-kind-self = Self-identification

# identification-outcome
identification-outcome-presumed = Presumed victim
identification-outcome-identified = Identified victim
identification-outcome-potential = Potential victim
identification-outcome-not_victim = Not a victim of trafficking

# return-direction
return-direction-to_bulgaria = To Bulgaria
return-direction-to_origin = From Bulgaria to the country of origin
return-direction-internal = Inside the country

# return-will
return-will-voluntary = Voluntary return
return-will-forced = Forced removal (not counted)

# return-state
return-state-planned = Planned
return-state-departed = On the way
return-state-arrived = Arrived
return-state-cancelled = Cancelled

# gate-state
gate-state-missing = Missing
gate-state-waiting = Waiting
gate-state-met = Met
gate-state-not_needed = Not needed

# travel-mode
travel-mode-plane = Plane
travel-mode-car = Car
travel-mode-train = Train
travel-mode-bus = Bus
travel-mode-ship = Ship
travel-mode-foot = On foot

# need-state
need-state-open = Open
need-state-met = Met
need-state-dropped = Dropped

# service-state
service-state-planned = Planned
service-state-delivered = Delivered
service-state-cancelled = Cancelled

# urgency
urgency-now = Now
urgency-today = Urgent, today
urgency-week = Within a week
urgency-later = Not urgent

# plan-state
plan-state-draft = Draft
plan-state-signed = Signed
plan-state-closed = Closed

# goal-area
goal-area-safety = Safety
goal-area-housing = Housing
goal-area-health = Health
goal-area-psychological = Emotional wellbeing
goal-area-education = Education
goal-area-work = Work
goal-area-income = Income
goal-area-family = Family
goal-area-legal = Rights and proceedings
goal-area-documents = Documents

# goal-state
goal-state-open = Under way
goal-state-reached = Reached
goal-state-partly = Partly reached
goal-state-dropped = Dropped

# visit-kind
visit-kind-home = At home
visit-kind-office = At the office
visit-kind-phone = By telephone
visit-kind-partner = Through a partner

# visit-state
visit-state-planned = Planned
visit-state-done = Done
visit-state-missed = Missed

# condition
condition-good = Good
condition-fair = Fair
condition-poor = Poor
condition-unknown = Not known

# training-topic
training-topic-identification = Identification
training-topic-referral = Referral
training-topic-interview = Talking with those affected
training-topic-children = Children
training-topic-law = Law and rights
training-topic-safety = Safety
training-topic-data_protection = Protection of personal data
training-topic-other = Other

# training-state
training-state-planned = Planned
training-state-held = Held
training-state-cancelled = Cancelled

# task-state
task-state-open = To do
task-state-done = Done
task-state-cancelled = Cancelled

# task-kind
task-kind-call = Call
task-kind-notify = Notification
task-kind-document = Document
task-kind-meeting = Meeting
task-kind-review = Review
task-kind-transport = Transport
task-kind-other = Other

# channel
channel-phone = Telephone
channel-message = Message
channel-mail = E-mail
channel-form = Form on the site
channel-in_person = In person

# caller
caller-self = For themselves
caller-relative = Relative
caller-friend = Friend
caller-professional = Professional
caller-other = Other

# confidentiality
confidentiality-anonymous = Anonymous
confidentiality-line_only = Only for the line
confidentiality-may_share = We share with those named…

# topic
topic-job_abroad = Work abroad
topic-agency_check = Check of an agency
topic-work_rights = Rights at work
topic-return_home = Return home
topic-possible_trafficking = Possible trafficking
topic-missing = Missing relative
topic-child = Child
topic-information = Information
topic-other = Other

# no-content
no-content-silence = Silence
no-content-hung_up = Hung up
no-content-wrong_number = Wrong number
no-content-joke = Prank
no-content-abusive = Abusive
no-content-test = Test
no-content-advert = Advert

# red-flags
red-flags-documents_kept = Somebody else will keep the documents
red-flags-no_contract = No written contract
red-flags-no_language_needed = No language or experience asked
red-flags-fee_first = They want a fee first
red-flags-no_contact_allowed = They forbid contact with family
red-flags-travel_arranged = Somebody else arranges travel and housing

# checks
checks-agency_register = Register of intermediaries
checks-eures = EURES
checks-consulate = Consulate

# call-back
call-back-no = No
call-back-yes = Yes
call-back-only_she_calls = Only if she calls

# contact-state
contact-state-closed = Closed
contact-state-follow_up = To be followed up
contact-state-converted = Became a signal

# signal-state
signal-state-new = New
signal-state-in_work = Being checked
signal-state-confirmed = Confirmed
signal-state-not_trafficking = Not trafficking

# district
district-blagoevgrad = Blagoevgrad
district-burgas = Burgas
district-varna = Varna
district-veliko_tarnovo = Veliko Tarnovo
district-vidin = Vidin
district-vratsa = Vratsa
district-gabrovo = Gabrovo
district-dobrich = Dobrich
district-kardzhali = Kardzhali
district-kyustendil = Kyustendil
district-lovech = Lovech
district-montana = Montana
district-pazardzhik = Pazardzhik
district-pernik = Pernik
district-pleven = Pleven
district-plovdiv = Plovdiv
district-razgrad = Razgrad
district-ruse = Ruse
district-silistra = Silistra
district-sliven = Sliven
district-smolyan = Smolyan
district-sofia_city = Sofia (capital)
district-sofia_region = Sofia Province
district-stara_zagora = Stara Zagora
district-targovishte = Targovishte
district-haskovo = Haskovo
district-shumen = Shumen
district-yambol = Yambol
district-abroad = Outside Bulgaria

# language
language-bg = Bulgarian
language-en = English
language-tr = Turkish
language-rom = Romani
language-ru = Russian
language-uk = Ukrainian
language-ro = Romanian
language-ar = Arabic
language-fa = Persian
language-fr = French
language-de = German
language-es = Spanish
language-vi = Vietnamese
language-sq = Albanian
language-sr = Serbian
language-other = Other

# role
role-caseworker = Case lead
role-manager = Programme manager
role-mission = IOM mission
role-coordinator = National Commission (NCCTHB)
role-police = Police (MoI)
role-prosecutor = Prosecutor's Office
role-consul = Consular service
role-child_social = Child protection and social assistance
role-refugees = Agency for Refugees (SAR)
role-ngo = NGO or shelter
role-hotline = Hotline counsellor
role-monitor = Monitoring and donor
role-admin = Administrator

# Conditions before departure; `.missing` and `.waiting` say why the journey is held back.
gate-travel_document = Travel document
    .missing = No travel document
    .waiting = The travel document is awaited
gate-voluntary_decision = Voluntary decision
    .missing = The person's voluntary decision is not written down
    .waiting = The person's decision is awaited
gate-consent = Consent to the return
    .missing = No consent that is valid on the day of departure
    .waiting = The consent is awaited
gate-risk_assessment = Risk assessment of the place of return
    .missing = No risk assessment of the place of return
    .waiting = The risk assessment is awaited or older than 30 days
gate-reception = Reception
    .missing = Nobody has confirmed the reception
    .waiting = Whoever meets has not confirmed yet
gate-itinerary = Itinerary
    .missing = No itinerary
    .waiting = The itinerary is being prepared
gate-allowance = Travel allowance
    .missing = No travel allowance
    .waiting = The travel allowance is awaited
gate-fit_to_travel = Fitness to travel
    .missing = No doctor's judgement on the journey
    .waiting = The doctor's judgement is awaited
gate-escort = Escort
    .missing = No escort
    .waiting = The escort has not confirmed yet
gate-guardian = Consent of the legal representative
    .missing = No consent of the legal representative
    .waiting = The legal representative's consent is awaited
gate-child_notice = Child notice, 24 h
    .missing = No child notice was sent
    .waiting = The child notice is not confirmed yet
gate-asylum_clear = No open claim for protection
    .missing = A claim for protection was lodged
    .waiting = The claim for protection is still open
gate-protection_clear = Special protection allows the journey
    .missing = Special protection without the prosecutor's opinion
    .waiting = The prosecutor's opinion is awaited
gate-exit_formalities = Exit formalities
    .missing = The exit formalities are not settled
    .waiting = The exit formalities are being settled

# The blocks and measures of the national referral mechanism.
measures-block-1 = I. Identification and referral
measures-block-2 = II. Protection and support
measures-block-3 = III. Social inclusion
measure-1-1 = Identification
measure-1-2 = Risk assessment
measure-1-3 = Immediate needs
measure-1-4 = Referral
measure-2-1 = Crisis intervention
measure-2-2 = Reflection period
measure-3-1 = Long-term support
measure-3-2 = Safe return
measure-3-3 = Criminal proceedings
measure-3-4 = Compensation

# Rooms: the words of the main menu.
room-home = Home
room-organisations = Partners
room-people = Persons
room-signals = Signals
room-cases = Cases
room-consents = Consents
room-screening = Identification
room-returns = Returns
room-assistance = Assistance
room-reintegration = Reintegration
room-hotline = Hotline
room-training = Trainings
room-programme = Programme
room-tasks = Tasks

# share-end
share-end-by_hand = ended by the team
share-end-replaced = replaced by a new one
share-end-consent_withdrawn = the consent was withdrawn
share-end-consent_changed = the consent was changed
share-end-asylum = she asked for asylum: nothing goes to her country of origin
# Erasure and legal holds.
hold-state-set = Set
hold-state-lifted = Lifted
hold-ground-proceedings = Proceedings before a court
hold-ground-investigation = Investigation by police or prosecution
hold-ground-claim = A claim for compensation or another legal claim
hold-ground-audit = An audit that asks for this file
erasure-state-asked = Waits for a decision
erasure-state-refused = Refused
erasure-state-done = Erased
erasure-by-self = The person herself or himself
erasure-by-guardian = A parent or guardian
erasure-by-lawyer = A lawyer with power of attorney
erasure-by-retention = Nobody: the time of keeping is over
erasure-ground-open_proceedings = Proceedings are open
    .letter = Court or criminal proceedings in which these data are needed are still open.
erasure-ground-legal_claims = Needed for legal claims
    .letter = The data are needed to establish, exercise or defend legal claims, perhaps your own.
erasure-ground-legal_duty = The law obliges us to keep it
    .letter = A law obliges us to keep the data for a time.
erasure-ground-public_interest = Task in the public interest
    .letter = The data are needed for a task in the public interest that the law gives us.

# Requests of authorities, exports.
authority-kind-court = Court
authority-kind-prosecution = Prosecution
authority-kind-investigating = Investigating authority
authority-kind-police = Police
authority-kind-supervision = Data protection supervision
authority-kind-other = Another authority
request-ground-court_order = Act of a court
request-ground-prosecutor_act = Order of a prosecutor
request-ground-investigating_act = Written request of an investigating authority
request-ground-police_letter = Letter of the police
request-ground-data_protection = Data protection check
request-ground-child_protection = Protection of a child
request-ground-other = Another one, named in the paper
request-telling-may_tell = The person may be told
request-telling-forbidden = The paper forbids telling the person
legal-state-received = Received
legal-state-answered = Answered
legal-state-refused = Refused
request-refusal-no_ground = The paper names no ground
request-refusal-too_wide = It asks for more than is needed
request-refusal-privileged = It asks for what is privileged: treatment, therapy, defence
request-refusal-not_here = We have no such data
request-refusal-danger = An answer would put somebody in danger
request-refusal-other = Something else
export-purpose-own_records = Own archive
export-purpose-other_system = Move to another system
export-purpose-report = Report
export-purpose-partner = By agreement with a partner
export-purpose-check = Check of the data
export-state-prepared = Prepared
export-state-taken = Taken out
