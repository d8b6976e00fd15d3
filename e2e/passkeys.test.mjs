// Passkeys in a real browser, with its virtual authenticator: enrolled, used at the door and for step-up, lost
// and recovered, copied, and one that does not ask its user anything.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { door } from './door.mjs';
import { checkA11y, startServer } from './harness.mjs';

const NEW = 'седем чайки над сив покрив';
let server;
let home, pathOf, go, device, byPassword, enrol, byPasskey, signOut;
before(async () => {
  server = await startServer({ cases: 8 });
  ({ home, pathOf, go, device, byPassword, enrol, byPasskey, signOut } = door(server));
});
after(() => server?.stop());

async function cases(page) {
  await go(page, '/cases');
  const links = await page.locator('main a[href^="/cases/"]').evaluateAll((all) => all.map((a) => a.pathname));
  return [...new Set(links)].filter((path) => /^\/cases\/[0-9a-f]{32}$/.test(path)).sort();
}

/** Asks for the name as the dialog of the case does. */
async function reveal(page) {
  await Promise.all([
    page.waitForNavigation(),
    page.locator('form[action$="/reveal"]').first().evaluate((form) => {
      for (const field of form.querySelectorAll('[name="reason"]')) {
        if (field instanceof HTMLSelectElement) field.selectedIndex = field.options.length - 1;
        else if (field instanceof HTMLInputElement && field.type === 'radio') field.checked = true;
      }
      form.submit();
    }),
  ]);
}

test('enrol, sign in, step up, lose it, recover, and find everything where it was', async () => {
  const page = await server.page();
  let key = await device(page);
  const account = await byPassword(page, 'caseworker');
  const before = await cases(page);
  assert.ok(before.length > 0, 'there are cases');
  await enrol(page);
  assert.equal(await page.locator('[data-passkey]').count(), 1);
  assert.equal(await page.locator('[data-passkey] .tag').count(), 0, 'it opens the keys');
  await checkA11y(page, 'account');

  // Whoever takes the only one away is asked first, and told what it means.
  await page.locator('[data-passkey] a').click();
  await page.locator('main form[action$="/remove"] .button--red').waitFor();
  assert.match(await page.locator('main').innerText(), /След това имената няма да се отварят/);
  await checkA11y(page, 'removing a passkey');
  await go(page, '/account');
  assert.equal(await page.locator('[data-passkey]').count(), 1, 'asking takes nothing away');

  await go(page, '/account/code');
  await page.locator('main form[action="/account/code"] button').click();
  const printed = await page.locator('[data-printed-code]').innerText();
  assert.match(printed, /^([0-9A-Z]{5}-){6}[0-9A-Z]{5}$/);

  // Without a login, without a password.
  await signOut(page);
  await Promise.all([page.waitForURL((url) => url.pathname === '/'), byPasskey(page)]);
  assert.deepEqual(await cases(page), before);

  // With the password alone a name asks for the passkey first, and comes back to the case.
  await signOut(page);
  await byPassword(page, 'caseworker');
  await go(page, before[0]);
  await reveal(page);
  assert.equal(pathOf(page), '/step-up');
  await checkA11y(page, 'step-up');
  const old = (await page.context().cookies(home)).find((c) => c.name === '__Host-pristan').value;
  await Promise.all([page.waitForURL((url) => url.pathname === before[0]), byPasskey(page)]);
  const fresh = (await page.context().cookies(home)).find((c) => c.name === '__Host-pristan').value;
  assert.notEqual(fresh, old, 'another session id');
  await reveal(page);
  assert.equal(pathOf(page), `${before[0]}/reveal`, 'now it is shown');

  // Lost.
  await key.remove();
  await signOut(page);
  await go(page, '/recover');
  await page.locator('[name="login"]').fill(account.login);
  await page.locator('button[name="with"][value="code"]').click();
  const claim = await page.locator('[data-claim]').innerText();
  const number = await page.locator('[data-number]').innerText();
  const second = await server.page();
  // Whoever confirms has a passkey and has just given it.
  await device(second);
  await byPassword(second, 'manager');
  await enrol(second);
  await go(second, '/account/confirm');
  await second.locator('main [name="login"]').fill(account.login);
  await second.locator('[name="door_number"]').fill(number);
  await second.locator('form[action="/account/confirm"] button').click();
  await second.locator('[name="sure"]').waitFor({ state: 'attached' });
  await Promise.all([
    second.waitForURL((url) => url.pathname === '/account'),
    second.locator('form[action="/account/confirm"] button').click(),
  ]);
  await go(page, '/recover/back');
  await page.locator('[name="login"]').fill(account.login);
  await page.locator('[name="door_claim"]').fill(claim);
  await page.locator('[name="door_print"]').fill(printed.toLowerCase());
  await page.locator('[name="password"]').fill(NEW);
  await Promise.all([
    page.waitForURL((url) => url.pathname === '/account'),
    page.locator('form[action="/recover/back"] button').click(),
  ]);
  assert.deepEqual(await cases(page), before);
  key = await device(page);
  await enrol(page);
  await signOut(page);
  await Promise.all([page.waitForURL((url) => url.pathname === '/'), byPasskey(page)]);
  assert.deepEqual(await cases(page), before, 'every case where it was');

  // Somebody has a copy of the key: the count shows it.
  const { credentials } = await key.call('getCredentials');
  await signOut(page);
  await key.call('removeCredential', { credentialId: credentials[0].credentialId });
  await key.call('addCredential', { credential: { ...credentials[0], signCount: 1 } });
  await Promise.all([page.waitForNavigation(), byPasskey(page)]);
  assert.equal(pathOf(page), '/sign-in/passkey', 'refused');
  await byPassword(page, 'caseworker', NEW);
  await go(page, '/account');
  assert.equal(await page.locator('[data-passkey]').count(), 0, 'and stopped');
  assert.ok((await page.locator('#notices li').count()) > 0, 'and said');
  await page.context().close();
  await second.context().close();
});

test('a device that does not ask its user is refused by the server', async () => {
  const page = await server.page();
  const key = await device(page, { isUserVerified: false, hasUserVerification: false, transport: 'usb' });
  await byPassword(page, 'hotline');
  const press = async (wish) => {
    await go(page, '/account/passkeys/new');
    await page.locator('form[data-key="create"]').evaluate((form, uv) => {
      const options = JSON.parse(form.dataset.options);
      options.authenticatorSelection.userVerification = uv;
      // For these the browser itself would insist on asking, and the server would never see the answer.
      if (uv === 'discouraged') {
        delete options.extensions;
        Object.assign(options.authenticatorSelection, { residentKey: 'discouraged', requireResidentKey: false });
      }
      form.dataset.options = JSON.stringify(options);
    }, wish);
    await Promise.all([
      page.waitForRequest((r) => r.method() === 'POST' && r.url().endsWith('/account/passkeys/new')),
      page.locator('form[data-key="create"] button[type="submit"]').click(),
    ]);
  };
  await press('discouraged');
  await page.locator('[data-errors]').waitFor();
  assert.equal(pathOf(page), '/account/passkeys/new');
  // The control: one that asks.
  await key.remove();
  await device(page);
  await press('required');
  await page.locator('[data-passkey]').waitFor();
  assert.equal(pathOf(page), '/account');
  await page.context().close();
});
