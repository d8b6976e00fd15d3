-- A session may be bound to a key that its browser keeps and gives to nobody: the public half, and since when.
alter table sessions add column bound {blob};
alter table sessions add column bound_at bigint not null default 0;
