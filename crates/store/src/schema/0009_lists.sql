-- Lists and their counts are answered from an index alone: how long a relation holds stands in it, and what is
-- closed (most of what a house has after some years) is not walked past.
drop index access_holder;
drop index access_holder_state;
create index access_open on access (holder, touched_at, case_id, relation, state, since, until) where state <> 'closed';
create index access_state on access (holder, state, touched_at, case_id, relation, since, until);
