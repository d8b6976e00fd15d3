// Scenario D: a call about a job offer, by keyboard alone, in under sixty seconds of keystrokes; she calls back,
// and the second call becomes a signal with her friend in it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { figures, fill, press, shots, signIn, startServer, submit } from './harness.mjs';

let server;
before(async () => {
  server = await startServer({ cases: 12, seed: 12 });
});
after(() => server?.stop());

/** What somebody who types calmly needs: 4 keystrokes a second. Keystrokes are counted, not seconds. */
const KEYSTROKES = 60 * 4;

test('the call about a waitress job in Cyprus', async () => {
  const page = await server.page();
  await signIn(page, 'hotline');
  const before = await figures(page, ['H1', 'H1s', 'R3']);
  await page.goto('/hotline/new');
  let keys = 0;
  const type = async (name, text) => {
    await page.locator(`[name="${name}"]`).first().focus();
    await page.keyboard.type(text);
    keys += text.length + 1;
  };
  const choose = async (name, code) => {
    await page.locator(`[name="${name}"][value="${code}"]`).first().focus();
    await page.keyboard.press('Space');
    keys += 2;
  };
  await choose('can_talk', 'yes');
  await choose('danger_now', 'no');
  await choose('travel_soon', 'yes');
  await choose('topic', 'job_abroad');
  await choose('caller', 'self');
  await type('offer_place', 'Кипър');
  await type('offer_job', 'келнерка');
  await type('offer_pay', '1800 евро');
  await choose('red_flags', 'documents_kept');
  await choose('red_flags', 'no_language_needed');
  await type('note', 'Пази ѝ паспорта агенцията. Ще звънне пак.');
  await shots(page, 'hotline-call');
  await page.keyboard.press('Control+Enter');
  keys += 1;
  await page.waitForURL((url) => !url.pathname.endsWith('/new'));
  assert.ok(keys < KEYSTROKES, `${keys} keystrokes`);
  const first = await figures(page, ['H1', 'H1s', 'R3']);
  assert.deepEqual([first.H1 - before.H1, first.H1s - before.H1s, first.R3 - before.R3], [1, 0, 0]);
  await page.context().close();
});

test('she calls back about a friend, and the call becomes a signal once', async () => {
  const page = await server.page({ js: false });
  await signIn(page, 'hotline');
  const before = await figures(page, ['H1', 'H1s', 'R3']);
  await page.goto('/hotline/new');
  await fill(page, { topic: 'possible_trafficking', caller: 'friend', locked_in: 'yes', note: 'Приятелка не може да излезе от жилището.' }, 'main');
  await submit(page, 'main form:has([name="topic"])', { button: /Запази и приключи/ });
  const after = new URL(page.url()).pathname;
  const contact = /^\/hotline\/[0-9a-f]{32}$/.test(after) ? after : await page.locator('main a[href^="/hotline/"]:not([href$="/new"])').first().getAttribute('href');
  await page.goto(contact);
  await submit(page, `main form[action="${contact}/convert"]`);
  const signal = new URL(page.url()).pathname;
  assert.match(signal, /^\/signals\//);
  await page.goto(`${signal.replace('/signals/', '/records/')}/add/signal-person`);
  await fill(page, { role: 'victim', sex: 'female', age_band: '18-24' }, 'main');
  await submit(page);
  assert.match(await page.locator('main').innerText(), /18/);
  const now = await figures(page, ['H1', 'H1s', 'R3']);
  assert.deepEqual([now.H1 - before.H1, now.H1s - before.H1s, now.R3 - before.R3], [1, 1, 0], 'information alone is no service');
  await page.context().close();
});

test('a call without content is one press', async () => {
  const page = await server.page({ js: false });
  await signIn(page, 'hotline');
  const before = await figures(page, ['H1']);
  await page.goto('/hotline/new');
  await press(page, page.locator('button[name="no_content"]').first());
  assert.equal((await figures(page, ['H1'])).H1 - before.H1, 1);
  await page.context().close();
});
