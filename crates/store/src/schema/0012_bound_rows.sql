-- What a role key was sealed to, and that somebody who holds the role key says so: the digest of the member's
-- public half, and a keyed digest under the role key itself over whose it is and who let her in. A new epoch is
-- handed on only to whom this vouches for.
alter table role_members add column holder_key {blob};
alter table role_members add column vouched {blob};

-- Keyed digests over rows of authority, under a key that is not in the database; see store::bound. Rows of before
-- get theirs once, when the program starts.
alter table logins add column mac {blob};
alter table sessions add column mac {blob};
alter table passkeys add column mac {blob};
alter table totp add column mac {blob};
alter table user_keys add column mac {blob};
alter table recovery_codes add column mac {blob};
alter table recoveries add column mac {blob};
alter table recovery_confirmations add column mac {blob};
alter table role_keys add column mac {blob};
alter table provider_links add column mac {blob};
alter table glass_circles add column mac {blob};
alter table glass_officers add column mac {blob};
alter table sealed_notes add column mac {blob};
alter table settings add column mac {blob};
