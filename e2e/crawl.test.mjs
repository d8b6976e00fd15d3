// Every page of every role: usable without scripts, right headers, no name in title or address, and nothing
// for axe to find in either language on a wide screen and on a phone.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { checkAddress, findA11y } from './checks.mjs';
import {
  LANGUAGES,
  PHONE,
  WIDE,
  checkHeaders,
  checkLayout,
  checkStructure,
  everyPage,
  noJs,
  setLanguage,
  signIn,
  startServer,
} from './harness.mjs';

/** Rooms whose pages may carry the name of what they show: partners, trainings and the programme are public. */
const NAMED = /^\/(organisations|training|programme|components)\b|^\/language/;
const SIGNED_OUT = ['/sign-in', '/no-such-page'];

let server;
/** What each role can reach, found without scripts and used again for axe. */
const reached = new Map();

before(async () => {
  server = await startServer();
});
after(() => server?.stop());

function report(problems) {
  assert.equal(problems.length, 0, `${problems.length} problems\n  ${problems.join('\n  ')}`);
}

/** Titles of one kind of page may differ by a number, never by anything that somebody is called. */
function titlesThatVary(entries) {
  const kinds = new Map();
  for (const entry of entries) {
    if (!entry.html || NAMED.test(entry.pattern)) continue;
    const bare = entry.title.replace(/[\d-]+/g, '#');
    kinds.set(entry.pattern, (kinds.get(entry.pattern) ?? new Set()).add(bare));
  }
  return [...kinds]
    .filter(([, titles]) => titles.size > 1)
    .map(([kind, titles]) => `${kind}: the title depends on the record: ${[...titles].join(' | ')}`);
}

test('without scripts every page of every role works and has its headers', async (t) => {
  assert.ok(server.roles.length > 1, 'the demo prints accounts of several roles');
  for (const role of server.roles) {
    await t.test(role, async () => {
      const context = await noJs(server);
      const page = await context.newPage();
      await signIn(page, role);
      const problems = [];
      const entries = await everyPage(page, {
        visit: async (open, entry) => {
          const wrong = await checkStructure(open);
          problems.push(...wrong.map((what) => `${entry.pattern}: ${what}`));
        },
      });
      for (const entry of entries) {
        const wrong = [...checkHeaders(entry.headers, { page: true }), ...checkAddress(entry.url)];
        if (entry.status !== 200) wrong.push(`answered ${entry.status} to a link on ${entry.from || 'nothing'}`);
        problems.push(...wrong.map((what) => `${entry.pattern}: ${what}`));
      }
      problems.push(...titlesThatVary(entries));
      reached.set(role, entries);
      await context.close();
      assert.ok(entries.length > 1, 'the home page leads somewhere');
      report([...new Set(problems)]);
    });
  }
});

test('files and pages for nobody in particular have the headers too', async () => {
  const page = await server.page();
  const problems = [];
  page.on('response', (response) => {
    if (new URL(response.url()).origin !== new URL(server.url).origin) problems.push(`foreign host ${response.url()}`);
    const isPage = response.request().isNavigationRequest();
    const wrong = checkHeaders(response.headers(), { page: isPage });
    problems.push(...wrong.map((what) => `${new URL(response.url()).pathname}: ${what}`));
  });
  for (const path of SIGNED_OUT) {
    const response = await page.goto(path);
    assert.ok(response.status() < 500, `${path} answered ${response.status()}`);
    problems.push(...(await checkStructure(page)).map((what) => `${path}: ${what}`));
  }
  await page.context().close();
  report([...new Set(problems)]);
});

/** axe, width, language and the browser's own complaints, in both languages and widths. */
async function inspect(page, url, label, problems) {
  for (const lang of LANGUAGES) {
    await setLanguage(page, lang);
    await page.setViewportSize({ width: WIDE, height: 900 });
    await page.goto(url);
    const spoken = await page.evaluate(() => document.documentElement.lang);
    if (!spoken.startsWith(lang)) problems.push(`${label} ${lang}: the document says it is in "${spoken}"`);
    for (const [width, height] of [
      [WIDE, 900],
      [PHONE, 844],
    ]) {
      await page.setViewportSize({ width, height });
      const wrong = [...(await findA11y(page)), ...(await checkLayout(page))];
      problems.push(...wrong.map((what) => `${label} ${lang} ${width}: ${what}`));
    }
  }
}

function listenForComplaints(page, problems, where) {
  page.on('pageerror', (error) => problems.push(`${where()}: script error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`${where()}: console: ${message.text()}`);
  });
}

test('axe finds nothing, in both languages, wide and on a phone', async (t) => {
  // The same kind of page is looked at once for the first role that has it; a role's home is its own.
  const looked = new Set();
  await t.test('signed out', async () => {
    const page = await server.page();
    const problems = [];
    for (const path of SIGNED_OUT) await inspect(page, path, path, problems);
    await page.context().close();
    report([...new Set(problems)]);
  });
  for (const role of server.roles) {
    await t.test(role, async () => {
      const page = await server.page();
      const problems = [];
      let label = '/sign-in';
      listenForComplaints(page, problems, () => label);
      await signIn(page, role);
      for (const entry of reached.get(role) ?? []) {
        if (!entry.html || entry.status !== 200) continue;
        label = entry.pattern;
        const mark = label === '/' ? `${role} /` : label;
        if (looked.has(mark)) continue;
        looked.add(mark);
        await inspect(page, entry.url, label, problems);
      }
      await page.context().close();
      report([...new Set(problems)]);
    });
  }
});
