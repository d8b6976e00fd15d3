// Emergency access on screen: officers, asking, what is typed stays, and pages that say nothing to those who may not
// know. Sessions with keys of their own are walked in the tests of the office, on both engines.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkA11y, checkLayout, fill, PHONE, shots, signIn, startServer, submit, WIDE } from './harness.mjs';

const PAGES = ['/glass', '/glass/new', '/glass/recover', '/keys/officers'];

test('emergency access: pages in both languages and widths, and a request that is not complete', { timeout: 300_000 }, async (t) => {
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
  for (const js of [true, false]) {
    const page = await server.page({ js });
    await signIn(page, 'caseworker');
    await page.goto('/glass/new');
    await fill(page, { number: '123', reason: 'обади се съседка' }, 'main');
    const answer = await submit(page);
    assert.equal(answer.status(), 422);
    assert.equal(await page.locator('[name="number"]').inputValue(), '123');
    assert.equal(await page.locator('[name="reason"]').inputValue(), 'обади се съседка');
    assert.ok(await page.locator('[name="purpose"][aria-invalid="true"]').count(), 'the message stands beside the field');
    await page.context().close();
  }
  // Who has no case content asks for none, and is told what everybody is told who looks for what is not there.
  const monitor = await server.page({});
  await signIn(monitor, 'monitor');
  assert.equal((await monitor.goto('/glass/new')).status(), 404);
  assert.equal((await monitor.goto('/keys/officers')).status(), 404);
});
