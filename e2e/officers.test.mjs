// Emergency access with real shares, in a real browser: an organisation locks, names three officers (one of a sister
// organisation), two approve from sessions of their own, one case opens to whoever asked and no other, it is ended
// and gone through. Then somebody loses everything and comes back with the officers' help.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { door } from './door.mjs';
import { checkA11y, checkLayout, LANGUAGES, PHONE, shots, startServer, WIDE } from './harness.mjs';

const NEW = 'седем чайки над сив покрив';
const STORY = 'Разказ, който стои зад ключовете.';
const SECRET = 'Къща край морето, при леля Ружа.';
const people = {};
let server;
let home, pathOf, go, device, byPassword, enrol, byPasskey;
before(async () => {
  server = await startServer({ cases: 10 });
  ({ home, pathOf, go, device, byPassword, enrol, byPasskey } = door(server));
});
after(() => server?.stop());

/** Somebody with a browser and a passkey of her own. */
async function person(login) {
  const page = await server.page();
  const key = await device(page);
  await byPassword(page, login);
  await enrol(page);
  people[login] = { page, key };
  return page;
}

/** The page as it stands, in both languages and widths: looked at by machine here, by people in e2e/out. */
async function look(page, name) {
  const back = page.url();
  for (const lang of LANGUAGES) {
    await page.context().addCookies([{ name: 'pristan_lang', value: lang, url: home, sameSite: 'Lax' }]);
    await page.goto(back);
    for (const width of [WIDE, PHONE]) {
      await page.setViewportSize({ width, height: 900 });
      await checkLayout(page);
      await checkA11y(page, `${name} ${lang} ${width}`);
    }
    await page.setViewportSize({ width: WIDE, height: 900 });
    await shots(page, `officers-${name}-${lang}`);
  }
  await page.context().addCookies([{ name: 'pristan_lang', value: 'bg', url: home, sameSite: 'Lax' }]);
  await page.goto(back);
}

/** Does something on a page; where the door asks for the passkey in between, shows it and does it again. */
async function act(page, what) {
  for (let turn = 0; turn < 2; turn += 1) {
    await Promise.all([page.waitForNavigation(), what()]);
    if (pathOf(page) !== '/step-up') return;
    await Promise.all([page.waitForURL((url) => url.pathname !== '/step-up'), byPasskey(page)]);
  }
  assert.fail('the door asked twice');
}

const press = (page, form) => act(page, () => page.locator(`${form} button`).first().click());
const status = async (page, path) => (await go(page, path)).status();
const text = (page) => page.locator('main').innerText();

/** Officers approve, one after the other, the newest that waits. */
async function approve(logins) {
  for (const login of logins) {
    const { page } = people[login];
    await go(page, '/glass');
    await press(page, 'form[action$="/approve"]');
    assert.match(pathOf(page), /^\/glass\/[0-9a-f]{32}$/);
  }
}

test('two of three officers open one case to one person, for a while', { timeout: 900_000 }, async () => {
  const maria = await person('maria');
  for (const login of ['stefan', 'yana', 'priyut', 'zakrila']) await person(login);
  await go(maria, '/keys');
  await look(maria, 'keys-open');
  await press(maria, 'form[action="/keys/lock"]');
  for (let turn = 0; turn < 120; turn += 1) {
    await go(maria, '/keys');
    if ((await maria.locator('main p.second > a[href="/keys"]').count()) === 0) break;
    await maria.waitForTimeout(500);
  }
  assert.equal(await maria.locator('form[action="/keys/go-on"]').count(), 0, 'everything is locked');

  // Named by one, accepted by another.
  await go(maria, '/keys/officers');
  const box = (name) => maria.locator('label', { hasText: name }).first();
  for (const name of ['Стефан Бонев', 'Яна Тошева', 'Нора Балева']) await box(name).click();
  await maria.locator('select[name="dpo"]').selectOption({ label: 'Яна Тошева' });
  await look(maria, 'naming');
  for (const name of ['Стефан Бонев', 'Яна Тошева', 'Нора Балева']) {
    if (!(await maria.getByLabel(name).first().isChecked())) await box(name).click();
  }
  await maria.locator('select[name="dpo"]').selectOption({ label: 'Яна Тошева' });
  await act(maria, () => maria.locator('form[action="/keys/officers"] button[type="submit"]').last().click());
  await look(maria, 'named');
  assert.equal(await maria.locator('form[action$="/accept"]').count(), 0, 'nobody accepts whom she named');
  const stefan = people.stefan.page;
  await go(stefan, '/keys/officers');
  await look(stefan, 'to-accept');
  await press(stefan, 'form[action$="/accept"]');
  await look(stefan, 'live');

  // A case of hers, and another one.
  await go(maria, '/cases?list=mine');
  const cases = await maria.locator('main table a[href^="/cases/"]').evaluateAll((all) => [...new Set(all.map((a) => a.pathname))]);
  const asker = people.zakrila.page;
  const foreign = [];
  for (const path of cases) if ((await status(asker, path)) === 404) foreign.push(path);
  assert.ok(foreign.length >= 2, 'two cases that the asker cannot see');
  const [wanted] = foreign;
  await go(maria, `${wanted}/add/note`);
  await maria.locator('main [name="text"]').fill(STORY);
  const kind = maria.locator('main [name="contact_kind"]').first();
  if ((await kind.evaluate((field) => field.tagName)) === 'SELECT') await kind.selectOption('phone');
  else await maria.locator('main [name="contact_kind"][value="phone"]').check();
  await act(maria, () => maria.locator('main form[method="post"] button[type="submit"]').last().click());
  await go(maria, wanted);
  const number = /\d[\d-]*\d/.exec(await maria.locator('.case-head .ref, .case-head').first().innerText())[0];

  // What is sealed for a protected witness: its writer, and one whom she names.
  await go(maria, `${wanted}/sealed/new`);
  await look(maria, 'sealing');
  await maria.locator('main [name="safe_place"]').fill(SECRET);
  await act(maria, () => maria.locator('form[action$="/sealed/new"] button[type="submit"]').last().click());
  await look(maria, 'sealed');
  await act(maria, () => maria.locator('main a[href^="/sealed/"]').click());
  assert.match(await text(maria), new RegExp(SECRET));
  await maria.locator('main [name="user"]').selectOption({ label: 'Яна Тошева, МОМ София' });
  await maria.locator('main [name="reason"]').fill('Придружава до съда.');
  await act(maria, () => maria.locator('form[action^="/sealed/"] button[type="submit"]').last().click());
  assert.match(await text(maria), /Яна Тошева/);
  await look(maria, 'sealed-note');
  const sealed = pathOf(maria);
  const yana = people.yana.page;
  await go(yana, '/glass');
  await look(yana, 'sealed-for-me');
  await act(yana, () => yana.locator('#sealed a').click());
  assert.equal(pathOf(yana), sealed);
  assert.match(await text(yana), new RegExp(SECRET));
  assert.equal(await status(yana, `${wanted}`), 404, 'and nothing of the case');

  await go(asker, '/glass/new');
  await asker.locator('main [name="number"]').fill(number);
  // What is not complete comes back with what was typed.
  await act(asker, () => asker.locator('main form[action="/glass/new"] button[type="submit"]').last().click());
  assert.equal(await asker.locator('main [name="number"]').inputValue(), number);
  assert.ok(await asker.locator('[name="purpose"][aria-invalid="true"]').count(), 'the message stands beside the field');
  await asker.locator('main [name="purpose"]').selectOption('life');
  await asker.locator('main [name="reason"]').fill('Обади се и каза, че е в опасност.');
  await asker.locator('main [name="minutes"][value="30"]').check();
  await act(asker, () => asker.locator('main form[action="/glass/new"] button[type="submit"]').last().click());
  assert.equal(pathOf(asker), '/glass');
  await look(asker, 'asked');
  const priyut = people.priyut.page;
  await go(priyut, '/');
  await look(priyut, 'home-officer');
  await go(priyut, '/glass');
  await look(priyut, 'waiting');
  await approve(['priyut']);
  await look(priyut, 'approved-one');
  assert.equal(await status(asker, wanted), 404, 'one officer opens nothing');
  await approve(['stefan']);
  await look(stefan, 'approved-both');

  assert.equal(await status(asker, wanted), 200);
  assert.match(await text(asker), new RegExp(STORY));
  await look(asker, 'opened-case');
  for (const path of [sealed, `${wanted}/sealed`]) assert.equal(await status(asker, path), 404, 'what is sealed stays so');
  for (const path of foreign.filter((path) => path !== wanted)) {
    assert.equal(await status(asker, path), 404, 'no other case');
  }
  await go(maria, '/');
  assert.ok((await maria.locator('main a[href="/glass"]').count()) > 0, 'whoever leads the case is told');
  await go(maria, '/glass');
  await look(maria, 'told');

  // Ended by the button, before its time.
  await go(asker, '/glass');
  await look(asker, 'open');
  await press(asker, 'form[action$="/end"]');
  await look(asker, 'ended');
  assert.equal(await status(asker, wanted), 404, 'shut again');
  await go(maria, '/glass');
  const review = await maria.locator('main .tasks a[href^="/glass/"]').first().getAttribute('href');
  await go(maria, review);
  assert.ok((await maria.locator('table tbody tr').count()) > 0, 'what was opened is listed');
  await look(maria, 'to-review');
  await maria.locator('main [name="review"]').fill('Отворено е само това, което трябваше.');
  await act(maria, () => maria.locator('form[action$="/review"] button[type="submit"]').last().click());
  assert.match(await text(maria), /Отворено е само това/);
  await look(maria, 'reviewed');
});

test('somebody who lost everything: officers say who she is, and a day passes', { timeout: 900_000 }, async () => {
  const { page, key } = people.maria;
  await key.remove();
  const account = server.account('maria');
  await page.context().clearCookies();
  await go(page, '/recover');
  await page.locator('[name="login"]').fill(account.login);
  await act(page, () => page.locator('button[name="with"][value="people"]').click());
  const claim = await page.locator('[data-claim]').innerText();
  const number = await page.locator('[data-number]').innerText();
  for (const login of ['priyut', 'yana']) {
    const by = people[login].page;
    await go(by, '/account/confirm');
    if (pathOf(by) === '/step-up') {
      await Promise.all([by.waitForURL((url) => url.pathname !== '/step-up'), byPasskey(by)]);
    }
    if (login === 'priyut') await look(by, 'confirm');
    await by.locator('main [name="login"]').fill(account.login);
    await by.locator('[name="door_number"]').fill(number);
    await by.locator('form[action="/account/confirm"] button').click();
    await by.locator('[name="sure"]').waitFor({ state: 'attached' });
    if (login === 'priyut') await shots(by, 'officers-confirm-who-bg');
    await Promise.all([
      by.waitForURL((url) => url.pathname === '/account'),
      by.locator('form[action="/account/confirm"] button').click(),
    ]);
  }
  // Two words are there, and a day for the owner to say no; what comes after that day is told without a browser,
  // where the clock can be moved (office tests, `glass_back`).
  await go(page, '/recover/back');
  await page.locator('[name="login"]').fill(account.login);
  await page.locator('[name="door_claim"]').fill(claim);
  await page.locator('[name="password"]').fill(NEW);
  await page.locator('form[action="/recover/back"] button').click();
  await page.locator('[data-errors], .govuk-error-summary').first().waitFor();
  assert.equal(pathOf(page), '/recover/back');
  await look(page, 'a-day');
});
