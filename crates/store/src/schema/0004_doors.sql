-- Ways of signing in, what each of them unlocks, and what a session is worth.

-- The identity half of a user's public keys is empty until there is a passkey to hold its other half. Names
-- may be granted to it from identity_from on: after a recovery without the printed code that is a day later.
alter table user_keys add column identity_from bigint not null default 0;

-- Private halves, sealed: one row for each way of signing in and half. The source is the passkey or the
-- printed code; the password's is the user's own id.
create table slots (
  user_id {id} not null,
  kind text not null,
  source {id} not null,
  half bigint not null,
  sealed {blob} not null,
  primary key (user_id, kind, source, half)
) {strict};

create table passkeys (
  id {id} primary key not null,
  user_id {id} not null,
  credential {blob} not null unique,
  data {blob} not null,
  counter bigint not null,
  label text not null,
  opens bigint not null,
  created_at bigint not null,
  used_at bigint not null,
  ended_at bigint not null,
  ended_why text not null
) {strict};
create index passkeys_user on passkeys (user_id);

-- Authenticator apps. A code is used once: used_step only ever moves forward.
create table totp (
  user_id {id} primary key not null,
  secret {blob} not null,
  used_step bigint not null,
  confirmed_at bigint not null
) {strict};

-- The printed code, as a keyed digest. "second" is what the second person adds before it opens names.
create table recovery_codes (
  user_id {id} primary key not null,
  id {id} not null,
  digest {blob} not null,
  second {blob} not null,
  made_at bigint not null
) {strict};

-- Somebody has lost a factor and asks to come in again; the claim is a code that only that person was shown.
create table recoveries (
  id {id} primary key not null,
  login bigint not null,
  user_id {id},
  kind text not null,
  claim {blob} not null unique,
  number text not null,
  second {blob},
  begun_at bigint not null,
  done_at bigint not null
) {strict};
create index recoveries_login on recoveries (login, begun_at);
create index recoveries_user on recoveries (user_id, begun_at) where user_id is not null;

create table recovery_confirmations (
  recovery {id} not null,
  by_user {id} not null,
  at bigint not null,
  primary key (recovery, by_user)
) {clustered};

-- A challenge is answered once.
create table answered (
  id {id} primary key not null,
  at bigint not null
) {clustered};
create index answered_at on answered (at);

-- What a user should know about the own account, without names or cases in it.
create table notices (
  id {id} primary key not null,
  user_id {id} not null,
  code text not null,
  about {id},
  at bigint not null,
  seen_at bigint not null
) {strict};
create index notices_user on notices (user_id, seen_at);

-- A second password that opens a quiet house and calls for help. Hashed beside the first, same salt.
alter table logins add column quiet text;

alter table sessions add column kind text not null default 'full';
alter table sessions add column assurance bigint not null default 1;
alter table sessions add column proven_at bigint not null default 0;
alter table sessions add column revealed_at bigint not null default 0;
alter table sessions add column label text not null default '';
alter table sessions add column device {blob};
alter table sessions add column keyring {blob};
