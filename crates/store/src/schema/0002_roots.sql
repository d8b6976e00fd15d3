-- Keys that hang from people: which key seals what, who was granted its half, and whose keys those are.

-- Every data key there is. `half_id` names the half that the keystore has: the key itself where the server
-- alone opens it (rooted = 0), else a half that says nothing without a grant.
create table data_keys (
  key_id {id} primary key not null,
  subject {id} not null,
  compartment bigint not null,
  rooted bigint not null,
  half_id {id} not null
) {clustered};
insert into data_keys (key_id, subject, compartment, rooted, half_id)
  select key_id, subject, compartment, 0, key_id from subject_keys;
create index data_keys_subject on data_keys (subject, compartment);

-- The people's half of a key, sealed to an organisation's role key or to a user by name (epoch 0).
create table grants (
  key_id {id} not null,
  holder {id} not null,
  epoch bigint not null,
  sealed {blob} not null,
  primary key (key_id, holder)
) {clustered};
create index grants_holder on grants (holder, epoch, key_id);

-- Public halves of users' two pairs; the private ones lie in unlock slots.
create table user_keys (
  user_id {id} primary key not null,
  work {blob} not null,
  identity {blob} not null,
  made_at bigint not null
) {strict};

-- Role keys of organisations by class and epoch. An organisation is locked once it has one.
create table role_keys (
  organisation_id {id} not null,
  class bigint not null,
  epoch bigint not null,
  public {blob} not null,
  made_at bigint not null,
  ended_at bigint not null,
  primary key (organisation_id, class, epoch)
) {strict};

-- The role keys sealed to those who may use them.
create table role_members (
  user_id {id} not null,
  organisation_id {id} not null,
  class bigint not null,
  epoch bigint not null,
  sealed {blob} not null,
  admitted_by {id} not null,
  admitted_at bigint not null,
  primary key (user_id, organisation_id, class, epoch)
) {strict};
create index role_members_organisation on role_members (organisation_id, class, epoch);

-- Somebody has left: the epoch has to turn when a holder of the keys comes by.
create table epochs_due (
  organisation_id {id} primary key not null,
  since bigint not null
) {strict};

-- People whom an organisation may search for, and whom nobody with its search key has indexed yet.
create table unindexed (
  organisation_id {id} not null,
  person_id {id} not null,
  primary key (organisation_id, person_id)
) {clustered};

-- The version at which each compartment was sealed, where they differ: somebody who cannot open a
-- compartment leaves it as it is. Null: all at the record's own version.
alter table records add column parts {blob};
alter table history add column parts {blob};
