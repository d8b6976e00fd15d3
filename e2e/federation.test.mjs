// Signing in through a partner's own identity provider: a real one (oidc-provider), and one that misbehaves.

import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, test } from 'node:test';
import Provider from 'oidc-provider';
import { door } from './door.mjs';
import { fill, press, signOut, startServer, submit } from './harness.mjs';
import { startProvider } from './provider.mjs';

let server;
let way;
let base;
let house;
/** Two providers of two partners, that can be told to misbehave; the first one's user is linked. */
let first;
let second;

before(async () => {
  server = await startServer({ env: { PRISTAN_LOOPBACK_PROVIDERS: 'yes' } });
  // Providers live on another site than the house, as in life: cookies have to cope with that.
  base = server.url.replace('127.0.0.1', 'localhost');
  way = door(server);
  house = await visitor();
  await passwordIn(house, server.account('admin'));
  [first, second] = [await startProvider(), await startProvider()];
  await join(first, 'ngo', 'somebody');
  await join(second, 'police', null);
});
after(async () => {
  await Promise.all([first?.close(), second?.close()]);
  await server?.stop();
});

/** A browser of somebody's own, in English. */
async function visitor(options = {}) {
  const context = await server.context({ lang: 'en', ...options });
  await context.addCookies([{ name: 'pristan_lang', value: 'en', url: base, sameSite: 'Lax' }]);
  return context.newPage();
}

async function passwordIn(page, account) {
  await page.goto(`${base}/sign-in`);
  await fill(page, { login: account.login, password: account.password });
  await submit(page, 'form:has([name="password"])');
  assert.doesNotMatch(page.url(), /sign-in/, 'the password is right');
}

/** The organisation of an account: its address and its code. */
async function organisationOf(account) {
  await house.goto(`${base}/organisations`);
  const links = await house.locator('main a[href^="/organisations/"]').evaluateAll((all) => all.map((a) => a.getAttribute('href')));
  for (const href of [...new Set(links)].filter((h) => /^\/organisations\/[^/]+$/.test(h))) {
    await house.goto(base + href);
    if ((await house.locator('#users td', { hasText: account.login }).count()) > 0) {
      await house.goto(`${base}/records/${href.split('/').pop()}/edit`);
      const code = await house.locator('[name="code"]').inputValue();
      return { href, code };
    }
  }
  throw new Error(`no organisation has ${account.login}`);
}

/** Writes a provider down for the organisation of the first account with a role; gives our addresses. */
async function write(provider, role, more = {}) {
  const account = server.account(role);
  const place = await organisationOf(account);
  await house.goto(`${base}${place.href}/provider`);
  await fill(house, { issuer: provider.issuer, client: 'pristan', secret: 'a secret of two', ...more });
  await submit(house, 'main form');
  const addresses = await house.locator('#ours dd, [aria-labelledby="ours-h"] dd').allInnerTexts();
  return { ...place, account, addresses };
}

/** Makes an invitation for the first user of the page. */
async function invited(place) {
  await house.goto(`${base}${place.href}/provider`);
  await submit(house, `form[action="${place.href}/provider/invite"]`);
  return (await house.locator('[data-invitation]').innerText()).trim();
}

/** Writes down, and where `who` is given links the account to that subject. */
async function join(provider, role, who) {
  provider.place = await write(provider, role);
  if (!who) return;
  provider.who = who;
  const page = await visitor();
  await go(page, provider, await invited(provider.place));
  assert.match(await page.locator('h1').innerText(), /One step is left/);
  // Not linked before the organisation itself has said so.
  await go(page, provider);
  assert.match(await page.locator('h1').innerText(), /One step is left/);
  // Her word counts with a passkey given just now.
  const member = await visitor();
  await way.device(member);
  await passwordIn(member, provider.place.account);
  await way.enrol(member);
  await member.goto(`${base}/partner-sign-in`);
  await press(member, member.getByRole('button', { name: 'It is our colleague' }));
  await member.context().close();
  await page.context().close();
}

/** From the door to the provider and back. */
async function go(page, provider, invitation = '') {
  await away(page, provider, invitation);
  await page.getByRole('link', { name: 'Go on' }).click();
  await page.waitForLoadState('load');
}

async function away(page, provider, invitation = '') {
  await page.goto(`${base}/sign-in/partner`);
  await fill(page, { organisation: provider.place.code, invitation });
  return submit(page, 'main form');
}

async function isIn(page) {
  await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'), { timeout: 15_000 });
  await page.goto(`${base}/`);
  assert.equal(new URL(page.url()).pathname, '/');
}

async function isRefused(page, why, title = /did not go through/) {
  assert.match(await page.locator('h1').innerText(), title, why);
  await page.goto(`${base}/cases`);
  assert.match(page.url(), /\/sign-in/, `${why}: no session`);
}

/** Does something with a provider that is put right afterwards. */
async function oddly(odd, work) {
  first.odd = odd;
  try {
    await work(await visitor());
  } finally {
    first.odd = {};
  }
}

test('through the organisation and in, without a password; and out again', async () => {
  const page = await visitor();
  await away(page, first);
  assert.match(await page.locator('main').innerText(), /127\.0\.0\.1/, 'says where it goes');
  await page.getByRole('link', { name: 'Go on' }).click();
  await isIn(page);
  await signOut(page);
  assert.match(page.url(), /\/left$/);
  assert.match(await page.locator('main a.button').getAttribute('href'), /\/end\?client_id=pristan&post_logout/);
  // Without scripts as well.
  const plain = await visitor({ js: false });
  await plain.goto(`${base}/sign-in/partner`);
  await plain.locator('[name="organisation"]').fill(first.place.code);
  await plain.locator('main form button').click();
  await plain.getByRole('link', { name: 'Go on' }).click();
  await isIn(plain);
});

test('a token that is not to be believed opens nothing', async () => {
  const past = Math.floor(Date.now() / 1000) - 3600;
  for (const [why, odd] of [
    ['another issuer in the token', { claims: { iss: 'http://127.0.0.1:1' } }],
    ['another nonce', { claims: { nonce: 'of another sign-in' } }],
    ['for somebody else', { claims: { aud: 'another' } }],
    ['over', { claims: { exp: past } }],
    ['no algorithm', { head: { alg: 'none' } }],
    ['the public key as a shared secret', { head: { alg: 'HS256' } }],
    ['another issuer sends the browser back', { iss: 'http://127.0.0.1:1' }],
    ['another state', { state: 'made-up' }],
  ]) {
    await oddly(odd, async (page) => {
      await go(page, first);
      await isRefused(page, why);
    });
  }
  // The control: the same way with nothing odd about it.
  const page = await visitor();
  await go(page, first);
  await isIn(page);
});

test('a provider that names itself as somebody else, or sends us inside, is not used', async () => {
  // A provider of its own, since what is known of one is kept for an hour.
  for (const odd of [{ names: 'http://127.0.0.1:1' }, { tokenEndpoint: 'http://192.168.0.1/token' }, { tokenEndpoint: 'http://127.0.0.1:1/token' }]) {
    const provider = await startProvider();
    provider.odd = odd;
    provider.place = await write(provider, 'consul');
    const page = await visitor();
    await away(page, provider);
    assert.match(await page.locator('h1').innerText(), /does not answer now/);
    assert.ok(!provider.asked.includes('/auth'));
    await provider.close();
  }
});

test('a code and a state work once, in one browser', async () => {
  await oddly({ keep: true }, async (page) => {
    await go(page, first);
    await isIn(page);
    const sent = first.sent;
    const other = await visitor();
    await other.goto(sent);
    await isRefused(other, 'in another browser');
    // The same browser, with its cookie as it was before it came back.
    const again = await visitor();
    await away(again, first);
    const held = (await again.context().cookies(base)).filter((c) => c.name === '__Host-pristan-partner');
    assert.equal(held.length, 1);
    await again.getByRole('link', { name: 'Go on' }).click();
    await isIn(again);
    await again.context().clearCookies();
    await again.context().addCookies(held);
    await again.context().addCookies([{ name: 'pristan_lang', value: 'en', url: base, sameSite: 'Lax' }]);
    await again.goto(first.sent);
    await isRefused(again, 'a second time');
  });
});

test('the code of one provider is worth nothing at the other', async () => {
  const page = await visitor();
  await away(page, first);
  const href = await page.locator('main a.button').getAttribute('href');
  const answer = await fetch(href, { redirect: 'manual' });
  const back = new URL(answer.headers.get('location'));
  back.pathname = back.pathname.replace(/[^/]+$/, second.place.addresses[0].split('/').pop());
  const asked = second.asked.length;
  await page.goto(back.href);
  await isRefused(page, 'sent to the callback of the other');
  assert.equal(second.asked.length, asked, 'the other provider never sees the code');
});

test('new keys of the provider are found', async () => {
  first.rotate();
  const page = await visitor();
  await go(page, first);
  await isIn(page);
});

test('a logout token ends every session within a second, once, and only a right one', async () => {
  const [page, other] = [await visitor(), await visitor()];
  await go(page, first);
  await isIn(page);
  await passwordIn(other, first.place.account);
  const send = async (logout_token) => {
    const body = new URLSearchParams({ logout_token });
    return (await fetch(first.place.addresses[1].replace('localhost', '127.0.0.1'), { method: 'POST', body })).status;
  };
  for (const [why, wrong] of [
    ['a nonce', first.logout({ nonce: 'x' })],
    ['no event', first.logout({ events: {} })],
    ['of another kind', first.logout({}, { typ: 'JWT' })],
    ['for somebody else', first.logout({ aud: 'another' })],
    ['no algorithm', first.logout({}, { alg: 'none' })],
    ['a shared secret', first.logout({}, { alg: 'HS256' })],
    ['nothing', ''],
  ]) {
    assert.equal(await send(wrong), 400, why);
  }
  await page.goto(`${base}/`);
  assert.equal(new URL(page.url()).pathname, '/', 'the control: still in');
  const right = first.logout();
  const began = performance.now();
  assert.equal(await send(right), 200);
  await page.goto(`${base}/`);
  assert.match(page.url(), /\/sign-in/);
  const took = performance.now() - began;
  await other.goto(`${base}/`);
  assert.match(other.url(), /\/sign-in/, 'the session that began with a password as well');
  assert.equal(await send(right), 400, 'the same one again');
  console.log(`signed out after ${Math.round(took)} ms`);
});

test('known there and nobody here; a provider that is down: calm pages with the password still offered', async () => {
  first.who = 'a stranger';
  const page = await visitor();
  await go(page, first);
  assert.match(await page.locator('h1').innerText(), /does not yet/);
  await go(page, first, 'ABCD-EFGH-JKLM-NPQR');
  assert.match(await page.locator('h1').innerText(), /invitation does not hold/);
  assert.equal(await page.getByRole('link', { name: 'Sign in with a password' }).count(), 1);
  first.who = 'somebody';
  await oddly({ down: true }, async (tired) => {
    await go(tired, first);
    assert.match(await tired.locator('h1').innerText(), /does not answer now/);
    assert.equal(await tired.getByRole('link', { name: 'Sign in with a password' }).count(), 1);
  });
  const gone = await startProvider();
  gone.place = await write(gone, 'prosecutor');
  await gone.close();
  const late = await visitor();
  await away(late, gone);
  assert.match(await late.locator('h1').innerText(), /does not answer now/);
  await press(late, late.getByRole('link', { name: 'Sign in with a password' }));
  await fill(late, { login: gone.place.account.login, password: gone.place.account.password });
  await submit(late, 'form:has([name="password"])');
  assert.doesNotMatch(late.url(), /sign-in/);
  // Ended only after it was said what ends.
  await house.goto(`${base}${gone.place.href}/provider`);
  await press(house, house.getByRole('link', { name: 'End this way of signing in' }));
  assert.match(await house.locator('main').innerText(), /Nobody signs in this way yet/);
  await submit(house);
  assert.equal(new URL(house.url()).pathname, gone.place.href);
  // An organisation that does not sign in this way says no more than one that does not exist.
  const nobody = await visitor();
  for (const code of ['NOBODY', '', '"><script>']) {
    await away(nobody, { place: { code } });
    assert.equal(await nobody.locator('.govuk-error-message').count(), 1, code);
    assert.equal(await nobody.locator('[name="organisation"]').inputValue(), code);
  }
});

test('with oidc-provider: signing in, and its back-channel logout', async () => {
  const listener = http.createServer();
  await new Promise((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${listener.address().port}`;
  const own = { issuer };
  own.place = await write(own, 'child_social');
  const [redirect, logout, home] = own.place.addresses;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'pristan',
        client_secret: 'a secret of two',
        redirect_uris: [redirect],
        post_logout_redirect_uris: [home],
        backchannel_logout_uri: logout.replace('localhost', '127.0.0.1'),
        backchannel_logout_session_required: true,
      },
    ],
    features: { backchannelLogout: { enabled: true } },
    // Its own way out refuses addresses of this machine, which is where this test has us.
    fetch: (url, { dispatcher, ...options }) => fetch(url, options),
    findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  });
  listener.on('request', provider.callback());
  try {
    const at = async (page) => {
      for (let step = 0; step < 3 && page.url().startsWith(issuer); step += 1) {
        const login = page.locator('[name="login"]');
        if (await login.count()) {
          await login.fill('officer-1');
          await page.locator('[name="password"]').fill('any');
        }
        await page.locator('button[type="submit"], form button').first().click();
        await page.waitForLoadState('load');
      }
    };
    const page = await visitor();
    await go(page, own, await invited(own.place));
    await at(page);
    assert.match(await page.locator('h1').innerText(), /One step is left/);
    const member = await visitor();
    await way.device(member);
    await passwordIn(member, own.place.account);
    await way.enrol(member);
    await member.goto(`${base}/partner-sign-in`);
    await press(member, member.getByRole('button', { name: 'It is our colleague' }));
    await go(page, own);
    await at(page);
    await isIn(page);
    // Out at the provider, in a window of its own: it tells us by itself.
    const out = await page.context().newPage();
    await out.goto(`${issuer}/session/end?client_id=pristan`);
    await out.locator('button[type="submit"]').first().click();
    await out.waitForLoadState('load');
    await page.goto(`${base}/`);
    assert.match(page.url(), /\/sign-in/, 'signed out by the provider');
  } finally {
    listener.closeAllConnections();
    listener.close();
  }
});
