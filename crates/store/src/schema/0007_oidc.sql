-- Signing in through a partner's own identity provider. What a provider is called and the secret it knows us
-- by lie in one sealed blob: a dump does not say who trusts whom.
create table providers (
  id {id} primary key not null,
  organisation_id {id} not null,
  config {blob} not null,
  made_by {id} not null,
  made_at bigint not null,
  ended_at bigint not null
) {strict};
create unique index providers_organisation on providers (organisation_id);

-- Who somebody is there: keyed digest of issuer and subject. Only a confirmed one signs in.
create table provider_links (
  subject {blob} primary key not null,
  provider_id {id} not null,
  user_id {id} not null,
  confirmed_by {id} not null,
  confirmed_at bigint not null
) {strict};
create unique index provider_links_user on provider_links (user_id);
create index provider_links_provider on provider_links (provider_id);

-- Codes that an administrator makes; once used, they wait for a member of the organisation to confirm.
create table provider_invitations (
  digest {blob} primary key not null,
  provider_id {id} not null,
  organisation_id {id} not null,
  user_id {id} not null,
  made_by {id} not null,
  expires_at bigint not null,
  subject {blob},
  used_at bigint not null
) {strict};
create index provider_invitations_organisation on provider_invitations (organisation_id);
create index provider_invitations_user on provider_invitations (user_id);
create unique index provider_invitations_subject on provider_invitations (subject) where subject is not null;

-- Which sessions began through which provider.
create table provider_sessions (
  digest {blob} primary key not null,
  provider_id {id} not null,
  user_id {id} not null,
  sid {blob},
  at bigint not null
) {strict};
create index provider_sessions_sid on provider_sessions (provider_id, sid) where sid is not null;
create index provider_sessions_at on provider_sessions (at);

-- What may come once and not again: states of sign-ins, numbers of logout tokens.
create table provider_seen (
  digest {blob} primary key not null,
  at bigint not null
) {strict};
create index provider_seen_at on provider_seen (at);
