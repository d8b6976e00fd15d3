// The worst that people, browsers and chance send: a clear message beside the field, everything typed still
// there, nothing half-saved.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fill, press, shots, signIn, startServer, submit } from './harness.mjs';

let server;
before(async () => {
  server = await startServer({ cases: 12, seed: 13 });
});
after(() => server?.stop());

async function firstCase(page) {
  await page.goto('/cases');
  return page.locator('table a[href^="/cases/"]').first().getAttribute('href');
}

for (const lang of ['bg', 'en']) {
  test(`impossible dates and wrong digits are said beside the field (${lang})`, async () => {
    const page = await server.page({ lang });
    await signIn(page, 'caseworker');
    const home = await firstCase(page);
    await page.goto(`${home}/add/note`);
    await fill(page, { on_date: '31.02.2024', contact_kind: 'meeting', text: 'Дълъг разговор.' }, 'main');
    assert.equal((await submit(page)).status(), 422);
    assert.equal(await page.locator('#f-on-date-error').count(), 1);
    assert.equal(await page.locator('[name="on_date"]').inputValue(), '31.02.2024');
    assert.equal(await page.locator('[name="text"]').inputValue(), 'Дълъг разговор.');
    await shots(page, `bad-date-${lang}`);

    await page.goto('/people/new');
    await fill(page, { given_name: 'Проба', sex: 'female', identifier_kind: 'egn', identifier: '8503126549' }, 'main');
    assert.equal((await submit(page)).status(), 422);
    assert.match(await page.locator('#f-identifier-error').innerText(), lang === 'bg' ? /цифра/ : /digit/);
    assert.equal(await page.locator('[name="identifier"]').inputValue(), '8503126549');
    await fill(page, { identifier_overruled: 'така е в паспорта' }, 'main');
    assert.ok((await submit(page)).status() < 400, 'a reason overrules');
    await page.context().close();
  });
}

test('40 KB with emoji and right-to-left text come back as they were', async () => {
  const page = await server.page();
  await signIn(page, 'caseworker');
  const home = await firstCase(page);
  const story = 'Тя каза 😔 שלום مرحبا <b>не е удебелено</b> & "кавички"\n'.repeat(700);
  await page.goto(`${home}/add/note`);
  await fill(page, { contact_kind: 'meeting', text: story }, 'main');
  assert.ok((await submit(page)).status() < 400);
  await page.goto(`${home}?show=note`);
  const record = await page.locator('main table a[href^="/records/"]').first().getAttribute('href');
  await page.goto(`${record.replace(/\/edit$/, '')}/edit`);
  assert.equal((await page.locator('[name="text"]').inputValue()).trim(), story.trim());
  assert.equal(await page.locator('main b', { hasText: 'не е удебелено' }).count(), 0);
  await page.context().close();
});

test('a double click makes one record', async () => {
  const page = await server.page({ js: false });
  await signIn(page, 'caseworker');
  const home = await firstCase(page);
  await page.goto(`${home}/add/task`);
  await fill(page, { text: 'Само веднъж', kind: 'call', due_on: '01.01.2031' }, 'main');
  const form = await page.locator('main form:has([name="text"])').evaluate((f) => Object.fromEntries(new FormData(f)));
  const sent = await Promise.all([1, 2, 3].map(() => page.request.post(`${home}/add/task`, { form, headers: { 'sec-fetch-site': 'same-origin' } })));
  assert.ok(sent.every((r) => r.status() < 400), sent.map((r) => r.status()).join());
  await page.goto('/tasks');
  assert.equal(await page.locator('main a', { hasText: 'Само веднъж' }).count(), 1);
  await page.context().close();
});

test('two people change the same record: both versions are shown, neither is lost', async () => {
  const one = await server.page();
  await signIn(one, 'caseworker');
  const home = await firstCase(one);
  await one.goto(`${home}/add/note`);
  await fill(one, { contact_kind: 'phone', text: 'Първа версия' }, 'main');
  await submit(one);
  await one.goto(`${home}?show=note`);
  const record = await one.locator('main table a[href^="/records/"]').first().getAttribute('href');
  const edit = `${record.replace(/\/edit$/, '')}/edit`;
  await one.goto(edit);
  const two = await one.context().newPage();
  await two.goto(edit);
  await fill(two, { text: 'Втора версия' }, 'main');
  assert.ok((await submit(two)).status() < 400);
  await fill(one, { text: 'Трета версия' }, 'main');
  assert.equal((await submit(one)).status(), 409);
  const shown = await one.locator('main').innerText();
  assert.match(shown, /Втора версия/);
  assert.match(shown, /Трета версия/);
  await shots(one, 'conflict');
  await one.locator('[name="keep"][value="mine"]').check();
  assert.ok((await submit(one, 'main form:has([name="keep"])')).status() < 400);
  await one.goto(`${edit.replace(/edit$/, 'history')}`);
  const history = await one.locator('main').innerText();
  for (const version of ['Първа', 'Втора', 'Трета']) assert.match(history, new RegExp(`${version} версия`));
  await one.context().close();
});

test('a session that ended in the middle of a form loses nothing', async () => {
  const page = await server.page({ js: false });
  const { login, password } = await signIn(page, 'caseworker');
  const home = await firstCase(page);
  await page.goto(`${home}/add/note`);
  await fill(page, { contact_kind: 'visit', text: 'Написано преди изхода.' }, 'main');
  // The same session is ended on the server while this window still holds its cookie.
  const jar = await page.context().cookies();
  const other = await page.context().newPage();
  await other.goto('/');
  await submit(other, 'form[action="/sign-out"]');
  await other.close();
  await page.context().addCookies(jar);
  await submit(page);
  assert.equal(new URL(page.url()).pathname, '/sign-in');
  await fill(page, { login, password }, 'main');
  await submit(page, 'form:has([name="password"])');
  assert.equal(new URL(page.url()).pathname, `${home}/add/note`, 'back where the form was');
  assert.equal(await page.locator('[name="text"]').inputValue(), 'Написано преди изхода.', 'the draft is there');
  await page.context().close();
});

test("another organisation's id in an address looks like one that does not exist", async () => {
  const mine = await server.page();
  await signIn(mine, 'caseworker');
  const home = await firstCase(mine);
  const stranger = await server.page();
  await signIn(stranger, 'refugees');
  const bare = (html) => html.replace(/ data-(challenge|proven)="[^"]*"| data-bound/g, '').replace(/[0-9a-f]{32,64}/g, '#').replace(/\d\d:\d\d/g, '#');
  const hidden = await stranger.request.get(home);
  const absent = await stranger.request.get('/cases/0123456789abcdef0123456789abcdef');
  const broken = await stranger.request.get('/cases/not-an-id');
  assert.deepEqual([hidden.status(), absent.status(), broken.status()], [404, 404, 404]);
  assert.equal(bare(await hidden.text()), bare(await absent.text()));
  await mine.context().close();
  await stranger.context().close();
});

test('names are found in any script and shown masked', async () => {
  const page = await server.page({ js: false });
  await signIn(page, 'caseworker');
  await page.goto('/people/new');
  await fill(page, { given_name: 'Йорданка', family_name: 'Щерева', sex: 'female' }, 'main');
  await submit(page);
  const sure = page.locator('main button[name="confirm"]');
  if (await sure.count()) await press(page, sure);
  await fill(page, { track: 'adults', role: 'victim', intake: 'partner' }, 'main');
  await submit(page);
  const home = new URL(page.url()).pathname;
  for (const query of ['Йорданка Щерева', 'Yordanka Shtereva', 'Jordanka Shtereva', 'Iordanca Stereva', 'Iordanka']) {
    await page.goto('/');
    await fill(page, { q: query }, 'form[action="/search"]');
    await Promise.all([page.waitForURL('**/search'), page.locator('[name="q"]').first().press('Enter')]);
    assert.equal(new URL(page.url()).pathname, '/search');
    const text = await page.locator('main').innerText();
    if (query !== 'Iordanca Stereva') {
      assert.ok(await page.locator(`main a[href="${home}"]`).count(), `${query} finds her`);
    }
    assert.doesNotMatch(text, /Щерева/, 'the list shows no full name');
  }
  await page.context().close();
});
