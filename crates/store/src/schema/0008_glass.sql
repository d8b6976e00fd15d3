-- Break-glass, escrow and notes that are sealed to persons.

-- The circle of officers of an organisation. Its key pair opens the organisation's role keys; the private
-- half is nowhere in one piece, its shares lie with the officers. A new circle has a new pair.
create table glass_circles (
  id {id} primary key not null,
  organisation_id {id} not null,
  state text not null,
  needed bigint not null,
  life bigint not null,
  commitment {blob},
  public {blob},
  made_by {id} not null,
  made_at bigint not null,
  accepted_by {id},
  accepted_at bigint,
  drilled_at bigint
) {strict};
create index glass_circles_organisation on glass_circles (organisation_id, state);

-- Each officer's share: its frame (number, checksum) in the clear, its value sealed to the officer. `whole` is
-- the private half itself, there only where the organisation turned on the mode for danger to life.
create table glass_officers (
  circle_id {id} not null,
  user_id {id} not null,
  dpo bigint not null,
  frame {blob},
  sealed {blob},
  whole {blob},
  checked_at bigint,
  primary key (circle_id, user_id)
) {strict};
create index glass_officers_user on glass_officers (user_id);

-- The organisation's role keys, sealed to its circle.
create table glass_keys (
  circle_id {id} not null,
  class bigint not null,
  epoch bigint not null,
  sealed {blob} not null,
  primary key (circle_id, class, epoch)
) {strict};

-- What officers are asked for: one case for a few hours, keys for somebody who lost them, a drill.
create table glass_requests (
  id {id} primary key not null,
  organisation_id {id} not null,
  kind text not null,
  case_id {id},
  asker {id} not null,
  state text not null,
  purpose text not null,
  reason {blob} not null,
  mask bigint not null,
  minutes bigint not null,
  life bigint not null,
  asked_at bigint not null,
  ask_until bigint not null,
  opened_at bigint,
  until bigint,
  ended_at bigint,
  reviewed_at bigint,
  reviewed_by {id},
  review {blob}
) {strict};
create index glass_requests_organisation on glass_requests (organisation_id, asked_at);
create index glass_requests_asker on glass_requests (asker, asked_at);
create index glass_requests_case on glass_requests (case_id) where case_id is not null;
create index glass_requests_until on glass_requests (state, until);

create table glass_approvals (
  request_id {id} not null,
  officer {id} not null,
  at bigint not null,
  primary key (request_id, officer)
) {strict};

-- An approving officer's share, sealed anew to each officer who may be the last one. Gone when the request is
-- settled.
create table glass_deposits (
  request_id {id} not null,
  officer {id} not null,
  recipient {id} not null,
  sealed {blob} not null,
  until bigint not null,
  primary key (request_id, officer, recipient)
) {strict};
create index glass_deposits_until on glass_deposits (until);

-- What somebody is told. Nothing about a person: the kind of news and the request.
create table glass_notices (
  id {id} primary key not null,
  user_id {id} not null,
  kind text not null,
  request_id {id},
  about {id},
  at bigint not null,
  seen_at bigint
) {strict};
create index glass_notices_user on glass_notices (user_id, at);

-- Notes for protected witnesses (C4): their keys are granted to named users alone. They lie apart from
-- `records`, so that no list, history, export or search can come upon them.
create table sealed_notes (
  id {id} primary key not null,
  case_id {id} not null,
  organisation_id {id} not null,
  written_by {id} not null,
  written_at bigint not null,
  sealed {blob} not null
) {strict};
create index sealed_notes_case on sealed_notes (case_id, written_at);
create table sealed_holders (
  note_id {id} not null,
  user_id {id} not null,
  named_by {id} not null,
  named_at bigint not null,
  primary key (note_id, user_id)
) {strict};
create index sealed_holders_user on sealed_holders (user_id);
