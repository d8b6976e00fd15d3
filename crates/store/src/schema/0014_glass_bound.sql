-- What officers are asked for, and that they approved, are rows of authority as well; see store::bound. Rows of
-- before get their digests once, when the program starts.
alter table glass_requests add column mac {blob};
alter table glass_approvals add column mac {blob};
