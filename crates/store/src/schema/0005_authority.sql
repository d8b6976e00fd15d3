-- Sharing with partners: what was agreed, for how long, on which ground. `access` repeats how far and how
-- long a row reaches, so that lists filter in their one walk; 9223372036854775807 has no end. A row of a
-- share names it; its terms stand in `shares` under a keyed digest.

alter table access add column mask bigint not null default 63;
alter table access add column since bigint not null default 0;
alter table access add column until bigint not null default 9223372036854775807;
alter table access add column share_id {id};

create table shares (
  id {id} primary key not null,
  case_id {id} not null,
  organisation_id {id} not null,
  field_groups bigint not null,
  purpose text not null,
  ground text not null,
  consent_id {id},
  note {blob},
  since bigint not null,
  asked_until bigint not null,
  until bigint not null,
  opened_by {id} not null,
  mac {blob} not null,
  ended_at bigint,
  ended_by {id},
  ended_why text,
  deleted_at bigint,
  deleted_by {id}
) {strict};
create index shares_case on shares (case_id, since);
create index shares_organisation on shares (organisation_id, until);
create index shares_consent on shares (consent_id) where consent_id is not null;
