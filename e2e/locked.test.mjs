// An organisation locks its data, in a real browser: with a passkey everything goes on, without one it stays shut
// and says why.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { door } from './door.mjs';
import { checkA11y, startServer } from './harness.mjs';

const STORY = 'Разказ, който сървърът сам не отваря.';
let server;
before(async () => {
  server = await startServer({ cases: 8 });
});
after(() => server?.stop());

test('locking, working with the keys, and what is shown without them', async () => {
  const { pathOf, go, device, byPassword, enrol, byPasskey, signOut } = door(server);
  const page = await server.page();
  await device(page);
  await byPassword(page, 'caseworker');
  await go(page, '/keys');
  assert.equal(await page.locator('form[action="/keys/lock"]').count(), 0, 'a password cannot lock names away');
  await checkA11y(page, 'keys, open');
  await enrol(page);
  await signOut(page);
  await Promise.all([page.waitForURL((url) => url.pathname === '/'), byPasskey(page)]);
  await go(page, '/keys');
  await Promise.all([page.waitForNavigation(), page.locator('form[action="/keys/lock"] button').click()]);
  assert.equal(pathOf(page), '/keys');
  // What was written before follows in the background.
  for (let turn = 0; turn < 60; turn += 1) {
    await go(page, '/keys');
    if ((await page.locator('main a[href="/keys"]').count()) === 0) break;
    await page.waitForTimeout(500);
  }
  assert.equal(await page.locator('form[action="/keys/go-on"]').count(), 0, 'nothing is left to the server');
  await checkA11y(page, 'keys, locked');

  await go(page, '/cases?list=mine');
  const home = await page.locator('main table a[href^="/cases/"]').first().getAttribute('href');
  await go(page, home);
  const locked = (where) => where.locator('.alert--violet a[href="/keys"]').count();
  assert.equal(await locked(page), 0, 'with the passkey nothing is locked');
  assert.match(await page.locator('.case-head').innerText(), /\p{Lu}\. •••••/u, 'an initial is shown');
  await go(page, `${home}/add/note`);
  await page.locator('main [name="text"]').fill(STORY);
  const kind = page.locator('main [name="contact_kind"]').first();
  if ((await kind.evaluate((field) => field.tagName)) === 'SELECT') await kind.selectOption('phone');
  else await page.locator('main [name="contact_kind"][value="phone"]').check();
  await Promise.all([page.waitForNavigation(), page.locator('main form[method="post"] button[type="submit"]').last().click()]);
  await go(page, home);
  assert.match(await page.locator('main').innerText(), new RegExp(STORY));

  // The same person by her password alone: she is in, and her keys are not.
  const other = await server.page();
  await byPassword(other, 'caseworker');
  await go(other, home);
  assert.equal(await locked(other), 1, 'the page says what is locked and where to turn');
  const text = await other.locator('main').innerText();
  assert.ok(!text.includes(STORY), 'no text');
  assert.doesNotMatch(await other.locator('.case-head').innerText(), /\p{Lu}\. •••••/u, 'not even an initial');
  await checkA11y(other, 'case, locked');
  await go(other, '/cases?list=mine');
  assert.ok((await other.locator('main table a[href^="/cases/"]').count()) > 0, 'the work is still known');
  await other.context().close();
  await page.context().close();
});
