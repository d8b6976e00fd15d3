-- The log, signed: checkpoints of the tree, what witnesses signed under them, and a clock that is
-- remembered. The head gets the hybrid clock of its last leaf, the highest time ever seen, and how far
-- checkpoints reach, so that signing costs no further statement.

create table checkpoints (
  size bigint primary key not null,
  at bigint not null,
  note text not null
) {strict};

create table cosignatures (
  witness text not null,
  size bigint not null,
  at bigint not null,
  line text not null,
  primary key (witness, size)
) {clustered};
create index cosignatures_at on cosignatures (witness, at);

alter table audit_head add column hlc bigint not null default 0;
alter table audit_head add column clock bigint not null default 0;
alter table audit_head add column signed_size bigint not null default 0;
alter table audit_head add column signed_at bigint not null default 0;
