// Away at once: the quick exit on the pages behind the door, and the screen that locks by itself. In both the page is
// empty at once, and nothing of the case comes back.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { checkA11y, checkLayout, LANGUAGES, noJs, PHONE, signIn, startServer, WIDE } from './harness.mjs';

/** Stands for the page that says nothing; no test asks anybody outside. */
const AWAY = 'https://www.sinoptik.bg/';
const SAID = 'време';
const MINUTE = 60_000;

let server;
before(async () => {
  server = await startServer({ cases: 8 });
});
after(() => server?.stop());

const pathOf = (page) => new URL(page.url()).pathname;

/** What can be read; a page that goes on by itself is read once it has. */
async function text(page) {
  for (let turn = 0; ; turn += 1) {
    try {
      return await page.evaluate(() => document.body.innerText);
    } catch (error) {
      if (turn === 5 || !/context was destroyed/.test(error.message)) throw error;
      await page.waitForLoadState();
    }
  }
}

async function neutral(page) {
  const body = `<!doctype html><title>x</title><p>${SAID}`;
  await page.context().route(`${AWAY}**`, (route) => route.fulfill({ contentType: 'text/html; charset=utf-8', body }));
}

/** What stands on the page in the moment it is emptied, told from inside: while another page is on its way nothing answers. */
async function emptied(page) {
  let tell;
  const told = new Promise((resolve) => { tell = resolve; });
  await page.exposeFunction('tellEmptied', tell);
  await page.evaluate(() => {
    new MutationObserver(() => {
      if (document.querySelector('main')) return;
      window.tellEmptied({ text: document.body.innerText.trim(), title: document.title, parts: document.body.querySelectorAll(':not(input[type="hidden"])').length });
    }).observe(document.body, { childList: true });
  });
  return () => Promise.race([told, pause(10_000).then(() => 'never emptied')]);
}

/** Opens a case by way of the list, as one does; answers its number. */
async function openCase(page) {
  await page.goto('/cases?list=mine');
  await page.locator('main table a[href^="/cases/"]').first().click();
  await page.waitForURL(/\/cases\/[0-9a-f-]{30,}/);
  const title = await page.locator('h1').innerText();
  const number = /\d{3}-\d{4}/.exec(title)?.[0];
  assert.ok(number, `a case has a number: ${title}`);
  return number;
}

/** The whole way back shows nothing of the case, and the door is shut. */
async function nothingBehind(page, number, door) {
  for (let step = 0; step < 8; step += 1) {
    const answer = await page.goBack({ timeout: 5000 }).catch(() => null);
    if (!answer && page.url() === 'about:blank') break;
    await page.waitForLoadState();
    const shown = await text(page);
    assert.ok(!shown.includes(number), `the way back shows the case at ${page.url()}`);
    if (page.url().startsWith(server.url)) assert.match(pathOf(page), door, 'the way back ends at the door');
  }
  await page.goto('/cases?list=mine');
  assert.equal(pathOf(page), '/sign-in', 'the session is over');
}

async function escapes(page) {
  for (let press = 0; press < 3; press += 1) await page.keyboard.press('Escape');
}

test('three times Esc on a case: empty at once, away, and the way back is shut', async () => {
  const page = await server.page();
  await neutral(page);
  await signIn(page, 'caseworker');
  const number = await openCase(page);
  const address = page.url();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await page.keyboard.press('a');
  await page.keyboard.press('Escape');
  assert.ok((await text(page)).includes(number), 'not before the third in a row');
  const left = await emptied(page);
  const ended = page.waitForRequest((request) => new URL(request.url()).pathname === '/leave');
  await Promise.all([page.waitForURL(AWAY), escapes(page)]);
  assert.deepEqual(await left(), { text: '', title: '\u200B', parts: 0 }, 'the page is empty before it is left');
  await ended;
  assert.ok((await text(page)).includes(SAID));
  await nothingBehind(page, number, /^\/sign-in$/);
  assert.notEqual(page.url(), address);
  await page.context().close();
});

test('a form that was begun does not hold anybody, and its draft is kept', async () => {
  const page = await server.page();
  await neutral(page);
  await signIn(page, 'caseworker');
  const number = await openCase(page);
  const form = `${new URL(page.url()).pathname}/add/note`;
  await page.goto(form);
  const draft = page.waitForRequest((request) => new URL(request.url()).pathname === '/drafts');
  await page.locator('main [name="text"]').fill('Започната бележка');
  await page.locator('.exit-bar .exit').click();
  assert.match((await draft).postData(), /text=/, 'what was typed is sent along');
  await page.waitForURL(AWAY);
  await nothingBehind(page, number, /^\/sign-in$/);
  await page.context().close();
});

test('a changed form without a draft asks no question', async () => {
  const page = await server.page();
  await neutral(page);
  let asked = 0;
  page.on('dialog', (dialog) => {
    asked += 1;
    void dialog.dismiss();
  });
  await signIn(page, 'caseworker');
  // A form of the kind that warns, without the draft that makes the warning needless.
  await page.route('**/add/signal', async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, body: (await answer.text()).replace(/ data-draft="[^"]*"/, '') });
  });
  await page.goto('/add/signal');
  await page.locator('form[data-warn]:not([data-draft]) [name="summary"]').pressSequentially('Започнато');
  await page.locator('.rooms a').first().click({ noWaitAfter: true });
  for (let turn = 0; turn < 50 && asked === 0; turn += 1) await pause(100);
  assert.equal(asked, 1, 'the control: any other way is asked about');
  await escapes(page);
  await page.waitForURL(AWAY);
  assert.equal(asked, 1);
  await page.context().close();
});

test('the sign-in page is left as well', async () => {
  const page = await server.page();
  await neutral(page);
  await page.goto('/help-line');
  await page.goto('/sign-in');
  await page.locator('[name="login"]').fill('somebody');
  await escapes(page);
  await page.waitForURL(AWAY);
  await page.goBack();
  assert.equal(pathOf(page), '/help-line', 'the sign-in page is not in the history any more');
  await page.context().close();
});

test('without scripts the exit ends the session and leads away', async () => {
  const context = await noJs(server);
  const page = await context.newPage();
  await neutral(page);
  await signIn(page, 'caseworker');
  const number = await openCase(page);
  await page.locator('.exit-bar .exit').click();
  await page.waitForURL(AWAY);
  await page.goBack();
  assert.equal(pathOf(page), '/sign-in', 'the way back is shut');
  assert.ok(!(await page.locator('body').innerText()).includes(number));
  await page.locator('.exit-bar .exit').click();
  await page.waitForURL(AWAY);
  await context.close();
});

test('the exit is on every page behind the door, in reach, and in nobody’s way', async () => {
  for (const lang of LANGUAGES) {
    for (const width of [WIDE, PHONE]) {
      const page = await server.page({ width, lang });
      const reach = async (label) => {
        const exit = page.locator('.exit-bar .exit');
        assert.equal(await exit.count(), 1, label);
        const box = await exit.boundingBox();
        const { height } = page.viewportSize();
        assert.ok(box && box.y >= 0 && box.y + box.height <= height && box.x + box.width <= width, `${label}: in sight`);
        assert.ok(width > PHONE || box.height >= 44, `${label}: a finger finds it`);
        const covered = await page.evaluate(() => {
          const exit = document.querySelector('.exit-bar .exit').getBoundingClientRect();
          return [...document.querySelectorAll('.top a, .top button, .top summary')]
            .map((part) => [part, part.getBoundingClientRect()])
            .filter(([, box]) => box.width > 2 && box.height > 2)
            .filter(([, box]) => box.left < exit.right && exit.left < box.right && box.top < exit.bottom && exit.top < box.bottom)
            .map(([part]) => part.outerHTML.slice(0, 80));
        });
        assert.deepEqual(covered, [], `${label}: it lies over the header`);
        assert.deepEqual(await checkLayout(page), [], label);
      };
      for (const path of ['/sign-in', '/lock', '/recover']) {
        await page.goto(path);
        await reach(`${path} ${lang} ${width}`);
        await checkA11y(page, `${path} ${lang} ${width}`);
      }
      await signIn(page, 'caseworker');
      await openCase(page);
      await reach(`case ${lang} ${width}`);
      await checkA11y(page, `case ${lang} ${width}`);
      await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
      await reach(`case, scrolled ${lang} ${width}`);
      await page.context().close();
    }
  }
});

/** A page whose clock is the test's, with a case on it. */
async function clocked() {
  const page = await server.page();
  await page.clock.install();
  await signIn(page, 'caseworker');
  return page;
}

async function locksAfter(page, number, minutes) {
  await page.clock.runFor((minutes - 1) * MINUTE + 10_000);
  assert.ok((await text(page)).includes(number), `the case is there after ${minutes - 1} minutes`);
  assert.equal(await page.locator('[data-toasts] .toast').count(), 1, 'and the page says that it will lock');
  await page.clock.runFor(40_000);
  assert.ok((await text(page)).includes(number), 'still there ten seconds before');
  const left = await emptied(page);
  await Promise.all([page.waitForURL((url) => url.pathname === '/lock'), page.clock.runFor(15_000)]);
  const { text: words, title } = await left();
  assert.deepEqual([words, title], ['', '\u200B'], 'nothing stands on the screen while the lock is asked for');
  assert.equal(await page.locator('[name="password"]').count(), 1, 'the locked screen asks for the password');
  assert.ok(!(await page.content()).includes(number));
  await nothingBehind(page, number, /^\/(sign-in|lock)$/);
}

test('after a quarter of an hour without a stir the screen locks, and not before', async () => {
  const page = await clocked();
  const number = await openCase(page);
  // Whoever stirs in time goes on.
  await page.clock.runFor(14 * MINUTE + 10_000);
  await page.keyboard.press('Shift');
  assert.equal(await page.locator('[data-toasts] .toast').count(), 0, 'the warning is taken back');
  await locksAfter(page, number, 15);
  await page.context().close();
});

test('where a name was shown it locks after five minutes', async () => {
  const page = await clocked();
  const number = await openCase(page);
  assert.equal(await page.locator('body').getAttribute('data-lock-after'), '900');
  await page.locator('form[action$="/reveal"] [name="reason"]').first().evaluate((field) => {
    if (field.tagName === 'SELECT') field.selectedIndex = field.options.length - 1;
    else field.click();
  });
  await Promise.all([
    page.waitForNavigation(),
    page.locator('form[action$="/reveal"]').first().evaluate((form) => form.requestSubmit()),
  ]);
  assert.ok((await page.locator('[data-reveal]').count()) > 0, 'a name is shown');
  await page.goto(page.url().replace(/\/reveal$/, ''));
  assert.equal(await page.locator('body').getAttribute('data-lock-after'), '300');
  await locksAfter(page, number, 5);
  await page.context().close();
});

test('a page that the browser kept in memory comes back empty', async () => {
  const page = await server.page();
  await signIn(page, 'caseworker');
  const number = await openCase(page);
  const left = await emptied(page);
  // Headless Chromium keeps no page that must not be stored, other browsers may.
  const anew = page.waitForNavigation();
  await page.evaluate(() => {
    window.setTimeout(() => window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));
  });
  assert.equal((await left()).parts, 0, 'nothing is shown');
  await anew;
  assert.ok((await text(page)).includes(number), 'and the server is asked anew');
  await page.context().close();
});
