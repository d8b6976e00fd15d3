-- Guesses are counted for every login name alike, whether somebody has it or not, so that no node and no restart
-- tells one from the other; under the same keyed digest as in logins.
create table guesses (
  login bigint primary key not null,
  failed bigint not null,
  not_before bigint not null,
  at bigint not null
) {strict};
create index guesses_at on guesses (at);
insert into guesses (login, failed, not_before, at)
  select login, failed, not_before, not_before from logins where failed > 0;
alter table logins drop column failed;
alter table logins drop column not_before;

-- Whose names somebody opened on a day: far more of them than her work needs is a sign that somebody copies.
create table names_opened (
  user_id {id} not null,
  day bigint not null,
  person_id {id} not null,
  primary key (user_id, day, person_id)
) {strict};
