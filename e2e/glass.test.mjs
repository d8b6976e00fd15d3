// Emergency access on screen: officers, what has to be there before anybody is asked, and pages that say nothing to
// those who may not know. Sessions with keys of their own are walked in the tests of the office, on both engines.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkA11y, checkLayout, PHONE, shots, signIn, startServer, WIDE } from './harness.mjs';

const PAGES = ['/glass', '/glass/new', '/glass/recover', '/keys/officers'];

test('emergency access: pages in both languages and widths, and what has to be there first', { timeout: 300_000 }, async (t) => {
  const server = await startServer({ cases: 8, seed: 21 });
  t.after(() => server.stop());
  for (const lang of ['bg', 'en']) {
    const page = await server.page({ lang });
    await signIn(page, 'caseworker');
    for (const where of PAGES) {
      assert.equal((await page.goto(where)).status(), 200, where);
      for (const width of [WIDE, PHONE]) {
        await page.setViewportSize({ width, height: 900 });
        await checkLayout(page);
        await checkA11y(page, `${where} ${lang} ${width}`);
      }
      await shots(page, `glass${where.replaceAll('/', '-')}-${lang}`);
    }
    await page.context().close();
  }
  // Nothing is locked here, so nobody can be asked: said before anything is typed.
  for (const [lang, words] of [['bg', /Данните още не са заключени/], ['en', /The data is not locked yet/]]) {
    const page = await server.page({ lang, js: false });
    await signIn(page, 'caseworker');
    for (const where of ['/glass/new', '/glass/recover']) {
      await page.goto(where);
      assert.match(await page.locator('main').innerText(), words);
      assert.equal(await page.locator('main [name="reason"]').count(), 0, where);
    }
    await page.context().close();
  }
  // Who has no case content asks for none, and is told what everybody is told who looks for what is not there.
  const monitor = await server.page({});
  await signIn(monitor, 'monitor');
  assert.equal((await monitor.goto('/glass/new')).status(), 404);
  assert.equal((await monitor.goto('/keys/officers')).status(), 404);
});
