-- What officers are asked for, and that they approved, are rows of authority as well; see store::bound. Rows of
-- before get their digests once, when the program starts.
alter table glass_requests add column mac {blob};
alter table glass_approvals add column mac {blob};

-- Whose key is whose, under the same keyed digest as rows of authority: a key that another hand gave to another
-- subject opens nothing there. Rows of before get theirs once, when the program starts.
alter table data_keys add column mac {blob};
