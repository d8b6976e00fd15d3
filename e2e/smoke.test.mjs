// The door: in, out, locked, and what it says to somebody who mistyped.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  checkA11y,
  fill,
  lock,
  noJs,
  setLanguage,
  signIn,
  signOut,
  startServer,
  submit,
  switchLanguage,
} from './harness.mjs';

let server;
before(async () => {
  server = await startServer({ cases: 5 });
});
after(() => server?.stop());

const SIGN_IN_FORM = 'form:has([name="password"])';
const pathOf = (page) => new URL(page.url()).pathname;
const asksForPassword = async (page) => (await page.locator('[name="password"]').count()) > 0;

for (const js of [true, false]) {
  test(`sign in, home, sign out ${js ? 'with' : 'without'} scripts`, async () => {
    const context = js ? await server.context() : await noJs(server);
    const page = await context.newPage();
    await page.goto('/');
    assert.equal(pathOf(page), '/sign-in', 'nobody gets in without signing in');

    await signIn(page, server.roles[0]);
    await page.goto('/');
    assert.equal(await page.getByRole('main').count(), 1);
    assert.equal(await page.getByRole('heading', { level: 1 }).count(), 1);
    assert.equal(await asksForPassword(page), false);

    await signOut(page);
    await page.goto('/');
    assert.equal(pathOf(page), '/sign-in', 'the session is over');
    await page.goBack();
    await page.reload();
    assert.ok(await asksForPassword(page), 'going back shows nothing of the session');
    await context.close();
  });
}

test('a wrong password says so, keeps the login and forgets the password', async () => {
  const page = await server.page();
  const { login } = server.accounts[0];
  await page.goto('/sign-in');
  await fill(page, { login, password: 'not the password at all' });
  const response = await submit(page, SIGN_IN_FORM);
  assert.ok(response.status() < 500, `answered ${response.status()}`);
  assert.equal(await page.locator('[name="login"]').inputValue(), login);
  assert.equal(await page.locator('[name="password"]').inputValue(), '');
  const said = await page.locator('main').innerText();
  await checkA11y(page, 'wrong password');

  // Somebody who guesses must not learn which logins exist.
  await page.goto('/sign-in');
  await fill(page, { login: 'nobody-of-that-name', password: 'not the password at all' });
  await submit(page, SIGN_IN_FORM);
  assert.equal(await page.locator('[name="login"]').inputValue(), 'nobody-of-that-name');
  assert.equal(await page.locator('main').innerText(), said);
  await page.context().close();
});

test('the session cookie cannot be read, sent elsewhere or set by another host', async () => {
  const page = await server.page();
  await signIn(page, server.roles[0]);
  const cookies = (await page.context().cookies()).filter((cookie) => cookie.name !== 'pristan_lang');
  assert.ok(cookies.length > 0, 'there is a session cookie');
  for (const cookie of cookies) {
    assert.match(cookie.name, /^__Host-/);
    assert.equal(cookie.httpOnly, true, `${cookie.name} is HttpOnly`);
    assert.equal(cookie.secure, true, `${cookie.name} is Secure`);
    assert.match(cookie.sameSite, /^(Strict|Lax)$/);
    assert.equal(cookie.path, '/');
  }
  await page.context().close();
});

test('a form without its token is refused', async () => {
  const page = await server.page();
  await signIn(page, server.roles[0]);
  await page.goto('/');
  await page.locator('form[action="/sign-out"] [name="_csrf"]').evaluate((field) => field.remove());
  const response = await signOut(page);
  assert.equal(response.status(), 403);
  await page.goto('/');
  assert.equal(await asksForPassword(page), false, 'the session goes on');
  await page.context().close();
});

test('a locked screen shows nothing until the password is given', async () => {
  const page = await server.page();
  const { login, password } = await signIn(page, server.roles[0]);
  await page.goto('/');
  await lock(page);
  await page.goto('/programme');
  assert.ok(await asksForPassword(page), 'the locked screen asks for the password');
  assert.equal(await page.locator('[data-indicator]').count(), 0);
  await checkA11y(page, 'locked');
  await fill(page, { login, password });
  await submit(page, SIGN_IN_FORM);
  await page.goto('/');
  assert.equal(await asksForPassword(page), false);
  await page.context().close();
});

test('both languages are one press apart, before and after signing in', async () => {
  const page = await server.page({ lang: 'bg' });
  const language = () => page.evaluate(() => document.documentElement.lang.slice(0, 2));
  await page.goto('/sign-in');
  assert.equal(await language(), 'bg');
  await switchLanguage(page, 'en');
  assert.equal(await language(), 'en');
  await signIn(page, server.roles[0]);
  assert.equal(await language(), 'en');
  await switchLanguage(page, 'bg');
  assert.equal(await language(), 'bg');
  await setLanguage(page, 'en');
  await page.reload();
  assert.equal(await language(), 'en');
  await page.context().close();
});
