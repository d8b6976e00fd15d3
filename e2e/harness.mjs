// What every browser test starts from: a server, a browser, somebody signed in, forms filled by field name.
//
//   const server = await startServer();
//   const page = await server.page({ width: 390, lang: 'en' });
//   await signIn(page, 'case_worker');
//   after(() => server.stop());

import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { startProgram } from './server.mjs';

export { checkA11y, checkHeaders, checkLayout, checkStructure } from './checks.mjs';
export { everyPage, pattern } from './crawler.mjs';

const out = path.join(path.dirname(fileURLToPath(import.meta.url)), 'out');

export const WIDE = 1280;
export const PHONE = 390;
export const LANGUAGES = ['bg', 'en'];
const HEIGHTS = { [WIDE]: 900, [PHONE]: 844 };
const WAIT_MS = 30_000;

let browser = null;
let users = 0;
/** Which server a browser context belongs to. */
const servers = new WeakMap();

async function openBrowser() {
  users += 1;
  browser ??= chromium.launch({
    executablePath: process.env.PRISTAN_CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    // Without the background flags Chromium looks for hosts of its own at every start.
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  return browser;
}

async function closeBrowser() {
  users -= 1;
  if (users > 0 || browser === null) return;
  const closing = browser;
  browser = null;
  await (await closing).close();
}

/**
 * Starts a demo server and a browser for it. Beside what `startProgram` answers:
 * `context({ width, lang, js })`, `page({ .. })`, `account(role)`.
 */
export async function startServer(options = {}) {
  const program = await startProgram(options);
  let chrome;
  try {
    chrome = await openBrowser();
  } catch (error) {
    browser = null;
    users = 0;
    await program.stop();
    throw error;
  }
  const contexts = new Set();
  const server = {
    ...program,
    account(role) {
      const found = program.accounts.find((account) => account.role === role || account.login === role);
      if (!found) throw new Error(`no account has the role or the login ${role}; there are: ${program.roles.join(', ')}`);
      return found;
    },
    async context({ width = WIDE, lang = 'bg', js = true } = {}) {
      const context = await chrome.newContext({
        baseURL: program.url,
        viewport: { width, height: HEIGHTS[width] ?? 900 },
        locale: lang === 'bg' ? 'bg-BG' : 'en-GB',
        javaScriptEnabled: js,
        reducedMotion: 'reduce',
        isMobile: false,
      });
      context.setDefaultTimeout(WAIT_MS);
      contexts.add(context);
      context.once('close', () => contexts.delete(context));
      servers.set(context, server);
      await setLanguage(context, lang);
      return context;
    },
    async page(options) {
      return (await server.context(options)).newPage();
    },
    async stop() {
      for (const context of [...contexts]) await context.close();
      await closeBrowser();
      await program.stop();
    },
  };
  return server;
}

/** The server a page talks to. */
export function serverOf(page) {
  return servers.get(page.context());
}

/** A context in which no script runs. */
export function noJs(server, options = {}) {
  return server.context({ ...options, js: false });
}

/** Chooses the language by its cookie, for a page or a whole context. */
export async function setLanguage(target, lang) {
  const context = typeof target.context === 'function' ? target.context() : target;
  const { url } = servers.get(context);
  await context.addCookies([{ name: 'pristan_lang', value: lang, url, sameSite: 'Lax' }]);
}

/** Chooses the language as a person does: by the link on the page. */
export function switchLanguage(page, lang) {
  return press(page, page.locator(`a[href^="/language/${lang}"]`).first());
}

/** Signs in as the first account that has the role; answers the account. */
export async function signIn(page, role) {
  const account = serverOf(page).account(role);
  await page.goto('/sign-in');
  await fill(page, { login: account.login, password: account.password });
  const response = await submit(page, 'form:has([name="password"])');
  if (new URL(page.url()).pathname === '/sign-in' || response.status() >= 400) {
    const said = await page.locator('main').innerText();
    throw new Error(`sign-in as ${role} answered ${response.status()}: ${said.slice(0, 300)}`);
  }
  return account;
}

/** Ends the session by the form in the header. */
export function signOut(page) {
  return submit(page, 'form[action="/sign-out"]');
}

/** Locks the screen by the form in the header. */
export function lock(page) {
  return submit(page, 'form[action="/lock"]');
}

/**
 * Fills fields by their `name`. Text, dates, selects and files take a value (a select also a list);
 * radios take the value to choose; checkboxes `true`, `false` or the list of values to tick.
 */
export async function fill(page, values, scope = 'body') {
  const root = page.locator(scope).first();
  for (const [name, value] of Object.entries(values)) {
    const fields = root.locator(`[name="${name}"]:not([type="hidden"])`);
    const first = fields.first();
    const kind = await first.evaluate((field) => (field.tagName === 'INPUT' ? field.type : field.tagName.toLowerCase()));
    if (kind === 'radio') {
      await root.locator(`[name="${name}"][value="${value}"]`).check();
    } else if (kind === 'checkbox') {
      for (const box of await fields.all()) {
        const own = await box.getAttribute('value');
        await box.setChecked(Array.isArray(value) ? value.map(String).includes(own) : Boolean(value));
      }
    } else if (kind === 'select') {
      await first.selectOption(value);
    } else if (kind === 'file') {
      await first.setInputFiles(value);
    } else {
      await first.fill(String(value));
    }
  }
}

/** Sends a form (the first in `main` unless told) by its first submit button; answers the final response. */
export async function submit(page, form = 'main form', { button = null } = {}) {
  const target = page.locator(form).first();
  const found = button
    ? target.getByRole('button', { name: button })
    : target.locator('button:not([type="button"]):not([type="reset"]), input[type="submit"]');
  return press(page, found.first());
}

/** Presses something that asks the server, and waits for the answer to be on the screen. */
export async function press(page, button) {
  // A mark on the old document: when it is gone, the new one is there.
  await page.evaluate(() => {
    document.documentElement.dataset.before = 'yes';
  });
  const final = (response) => {
    const request = response.request();
    const redirected = response.status() >= 300 && response.status() < 400 && response.status() !== 304;
    if (redirected || request.frame() !== page.mainFrame()) return false;
    // The page proves now and then which browser it is in; that is nobody's answer.
    if (new URL(request.url()).pathname === '/session/proof') return false;
    return request.isNavigationRequest() || ['xhr', 'fetch'].includes(request.resourceType());
  };
  const answered = page.waitForResponse(final, { timeout: WAIT_MS });
  const [response] = await Promise.all([answered, button.click()]);
  const navigated = response.request().isNavigationRequest();
  const until = performance.now() + WAIT_MS;
  for (;;) {
    const settled = await page
      .evaluate((left) => {
        if (document.readyState !== 'complete') return false;
        if (left) return document.documentElement.dataset.before === undefined;
        return !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling');
      }, navigated)
      // The document went away under the question: ask the next one.
      .catch(() => false);
    if (settled) return response;
    if (performance.now() > until) throw new Error(`no new page after pressing a button on ${page.url()}`);
    await pause(20);
  }
}

/** Reads a number as people write it in either language: `1 234,5`, `1,234.5`, `85 %`. */
export function number(text) {
  const bare = text.replace(/[\s\u00a0\u202f%€]/g, '');
  // A comma before three digits parts thousands, except after a bare zero.
  const plain = /[1-9]\d*,\d{3}(\D|$)/.test(bare) ? bare.replaceAll(',', '') : bare.replace(',', '.');
  const value = Number.parseFloat(plain);
  if (Number.isNaN(value)) throw new Error(`not a number: "${text}"`);
  return value;
}

/** The value of an indicator (`R1a`) on the programme page, read in a tab of its own. */
export async function figure(page, code) {
  const tab = await page.context().newPage();
  try {
    await tab.goto('/programme');
    const place = tab.locator(`[data-indicator="${code}"] [data-value]`).first();
    const attribute = await place.getAttribute('data-value');
    return attribute ? Number(attribute) : number(await place.innerText());
  } finally {
    await tab.close();
  }
}

/** Several indicators at once: `{ R1a: 3, R2: 1 }`. */
export async function figures(page, codes) {
  const found = {};
  for (const code of codes) found[code] = await figure(page, code);
  return found;
}

/** Pictures of the page as it stands, in both widths, into e2e/out/. */
export async function shots(page, name) {
  await mkdir(out, { recursive: true });
  const before = page.viewportSize();
  for (const width of [WIDE, PHONE]) {
    await page.setViewportSize({ width, height: HEIGHTS[width] });
    await page.screenshot({ path: path.join(out, `${name}-${width}.png`), fullPage: true });
  }
  if (before) await page.setViewportSize(before);
}
