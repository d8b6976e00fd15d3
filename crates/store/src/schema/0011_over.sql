-- What ran out is found without walking through all that holds.
create index access_over on access (until) where relation = 'addressed';
