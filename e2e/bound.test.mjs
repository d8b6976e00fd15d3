// A session belongs to the browser it began in: a copied cookie shows nothing, its owner notices nothing.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { checkA11y, checkLayout, PHONE, shots, signIn, startServer, WIDE } from './harness.mjs';

const PROOF = '__Host-pristan-proof';

/** The session is bound once the page has said so. */
const isBound = (page) => page.waitForFunction(() => document.body.hasAttribute('data-bound'));

test('a copied cookie shows nothing, and its owner notices nothing', { timeout: 180_000 }, async (t) => {
  const server = await startServer({ cases: 8 });
  t.after(() => server.stop());
  const page = await server.page({ lang: 'bg' });
  await signIn(page, 'caseworker');
  await page.goto('/cases');
  await isBound(page);
  await page.goto('/account');
  assert.match(await page.locator('main').innerText(), /важи само в своя браузър/);

  // A second profile of the same kind of browser, with the cookies of the first.
  const cookies = await page.context().cookies();
  assert.ok(cookies.some((c) => c.name === PROOF), 'the control: there is a proof');
  await pause(11_000);
  for (const lang of ['bg', 'en']) {
    const thief = await server.page({ lang });
    await thief.context().addCookies(cookies.filter((c) => c.name === '__Host-pristan'));
    const answer = await thief.goto('/cases');
    assert.equal(answer.status(), 403);
    await thief.locator('[data-prove-failed]').waitFor({ state: 'visible' });
    assert.equal(await thief.locator('table').count(), 0);
    for (const width of [WIDE, PHONE]) {
      await thief.setViewportSize({ width, height: 900 });
      await checkLayout(thief);
      await checkA11y(thief, `prove ${lang} ${width}`);
    }
    await shots(thief, `prove-${lang}`);
    await thief.context().close();
  }
  // Without scripts there is a sentence that says what to do.
  const plain = await server.page({ js: false });
  await plain.context().addCookies(cookies.filter((c) => c.name === '__Host-pristan'));
  assert.equal((await plain.goto('/cases')).status(), 403);
  assert.ok(await plain.locator('noscript, main').first().isVisible());

  // The owner's proof has run out (the machine slept): the page she wanted comes all the same.
  await page.context().clearCookies({ name: PROOF });
  await page.goto('/cases?list=mine');
  await page.waitForURL((url) => url.pathname === '/cases' && url.search === '?list=mine');
  await page.locator('table, .empty').first().waitFor();
  await isBound(page);

  // A form that is late by a proof waits as a draft, and its page comes back with what was typed.
  await page.goto('/people/new');
  const field = page.locator('main form[data-draft] input[type="text"]').first();
  await field.fill('Проба Проба');
  await page.context().clearCookies({ name: PROOF });
  await page.locator('main form[data-draft] button[type="submit"]').first().click();
  await page.waitForURL((url) => url.pathname === '/people/new');
  await page.waitForFunction(() => document.querySelector('main form[data-draft] input[type="text"]')?.value === 'Проба Проба');

  // Signing out needs no proof.
  await page.goto('/account');
  await page.context().clearCookies({ name: PROOF });
  await page.locator('form[action="/sign-out"] button').click();
  await page.waitForURL((url) => url.pathname === '/sign-in');
});
