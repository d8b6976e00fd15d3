-- Who was erased. It lies with the keys, so that an older copy of the data, put back beside today's keystore,
-- can be rid of the same people again.
create table if not exists keystore.erased (
  subject {id} primary key not null,
  erased_at bigint not null
) {clustered};
create index imports_case on imports (case_id);
