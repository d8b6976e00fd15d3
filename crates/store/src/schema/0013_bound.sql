-- What a role key was sealed to, and that somebody who holds the role key says so: the digest of the member's
-- public half, and a keyed digest under the role key itself over whose it is and who let her in. A new epoch is
-- handed on only to whom this vouches for.
alter table role_members add column holder_key {blob};
alter table role_members add column vouched {blob};
