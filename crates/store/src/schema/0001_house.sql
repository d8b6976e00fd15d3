-- The house: one table of records (head in the clear, compartments sealed), what lists join,
-- what searches find, what indicators count, the log, and sign-in. Migrations are only ever added.

create table settings (
  name text primary key not null,
  value text not null
) {strict};

create table records (
  id {id} primary key not null,
  kind text not null,
  case_id {id},
  person_id {id},
  parent_id {id},
  organisation_id {id} not null,
  assignee {id},
  state text not null,
  on_date text,
  due_on text,
  number text,
  version bigint not null,
  created_at bigint not null,
  created_by {id} not null,
  updated_at bigint not null,
  updated_by {id} not null,
  c1 {blob}, c2 {blob}, c3 {blob}, c4 {blob}, c5 {blob}
) {strict};
create index records_case on records (case_id, kind, on_date) where case_id is not null;
create index records_person on records (person_id, kind) where person_id is not null;
create index records_parent on records (parent_id, kind) where parent_id is not null;
create index records_kind on records (kind, created_at, id);
create index records_kind_organisation on records (kind, organisation_id, created_at, id);
create index records_due on records (assignee, kind, state, due_on) where assignee is not null;
create unique index records_number on records (number) where number is not null;

create table history (
  id {id} not null,
  version bigint not null,
  organisation_id {id} not null,
  state text not null,
  on_date text,
  due_on text,
  assignee {id},
  updated_at bigint not null,
  updated_by {id} not null,
  c1 {blob}, c2 {blob}, c3 {blob}, c4 {blob}, c5 {blob},
  primary key (id, version)
) {strict};

-- Who stands how to a case. Lists join it; state and touched_at repeat the case's so that a page
-- of a list is one walk along one index.
create table access (
  case_id {id} not null,
  holder {id} not null,
  relation text not null,
  state text not null,
  touched_at bigint not null,
  primary key (case_id, holder, relation)
) {clustered};
create index access_holder on access (holder, touched_at, case_id);
create index access_holder_state on access (holder, state, touched_at, case_id);

-- Blind search tokens. The target is sealed, so that a dump does not show which tokens belong together.
create table tokens (
  token bigint not null,
  target {blob} not null,
  primary key (token, target)
) {clustered};

-- Which subject fulfils which definition on which day; the code is keyed.
create table facts (
  code bigint not null,
  on_date text not null,
  subject {id} not null,
  case_id {id},
  owner {id} not null
) {strict};
create index facts_code on facts (code, on_date, subject);
create index facts_owner on facts (owner);

-- Which key seals which compartment of whom. The keys themselves are in the keystore, apart.
create table subject_keys (
  subject {id} not null,
  compartment bigint not null,
  key_id {id} not null,
  primary key (subject, compartment)
) {clustered};

create table keystore.keys (
  key_id {id} primary key not null,
  compartment bigint not null,
  wrapped {blob} not null
) {clustered};

-- The log: leaves linked by hash, and the head of the Merkle tree over them.
create table audit (
  idx bigint primary key not null,
  leaf {blob} not null,
  hash {blob} not null
) {strict};
create table audit_head (
  id bigint primary key not null,
  size bigint not null,
  last {blob} not null,
  frontier {blob} not null,
  root {blob} not null,
  mac {blob} not null
) {strict};
create table audit_cases (
  case_id {id} not null,
  idx bigint not null,
  primary key (case_id, idx)
) {clustered};

create table logins (
  login bigint primary key not null,
  user_id {id} not null,
  phc text not null,
  failed bigint not null,
  not_before bigint not null,
  ended bigint not null
) {strict};
create unique index logins_user on logins (user_id);
create table sessions (
  digest {blob} primary key not null,
  user_id {id} not null,
  created_at bigint not null,
  seen_at bigint not null,
  ended_at bigint not null
) {strict};
create index sessions_user on sessions (user_id);

create table drafts (
  user_id {id} not null,
  form text not null,
  body {blob} not null,
  saved_at bigint not null,
  primary key (user_id, form)
) {strict};

-- A form sent twice makes one record: the key remembers where the first went.
create table idempotency (
  key {id} primary key not null,
  user_id {id} not null,
  result text not null,
  at bigint not null
) {clustered};
create index idempotency_at on idempotency (at);

-- What an import has seen: keyed digest of who, and of the whole row.
create table imports (
  identity bigint primary key not null,
  case_id {id} not null,
  row_digest {blob} not null
) {strict};
