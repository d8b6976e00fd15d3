-- Whose key is whose, under the same keyed digest as rows of authority: a key that another hand gave to another
-- subject opens nothing there. Rows of before get theirs once, when the program starts.
alter table data_keys add column mac {blob};
