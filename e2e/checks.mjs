// What must hold on every page: accessibility, headers, structure without scripts, width. Each check answers
// a list of sentences, empty when all is well, so that one run tells everything that is wrong.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Findings of axe on the page as it stands, one sentence for each kind of defect with where it is. */
export async function findA11y(page) {
  if (!(await page.evaluate(() => typeof window.axe === 'object'))) await page.evaluate(axeSource);
  const result = await page.evaluate(
    (tags) =>
      window.axe.run(document, {
        runOnly: { type: 'tag', values: tags },
        // Off by default although it belongs to WCAG 2.2 AA.
        rules: { 'target-size': { enabled: true } },
        resultTypes: ['violations'],
      }),
    TAGS,
  );
  return result.violations.map((violation) => {
    const places = violation.nodes.slice(0, 5).map((node) => `      ${node.target.join(' ')}  ${node.html.slice(0, 160)}`);
    const more = violation.nodes.length > 5 ? `\n      and ${violation.nodes.length - 5} more` : '';
    return `axe ${violation.id} (${violation.impact}): ${violation.help}\n${places.join('\n')}${more}`;
  });
}

/** Fails with a readable list when axe finds anything. */
export async function checkA11y(page, label = '') {
  const found = await findA11y(page);
  assert.equal(found.length, 0, `${label} ${new URL(page.url()).pathname}\n    ${found.join('\n    ')}`);
}

function directives(policy) {
  const found = new Map();
  for (const part of policy.split(';')) {
    const [name, ...values] = part.trim().split(/\s+/);
    if (name) found.set(name, values);
  }
  return found;
}

/** The headers of one answer; `page` is false for files, which may be kept by the browser. */
export function checkHeaders(headers, { page = true } = {}) {
  const wrong = [];
  const expect = (name, wanted) => {
    const value = headers[name];
    if (!wanted.test(value ?? '')) wrong.push(`header ${name} is ${value ?? 'absent'}`);
  };
  expect('x-content-type-options', /^nosniff$/);
  expect('referrer-policy', /^(no-referrer|same-origin)$/);
  expect('cross-origin-opener-policy', /^same-origin$/);
  if (page) expect('cache-control', /\bno-store\b/);

  const policy = directives(headers['content-security-policy'] ?? '');
  if (policy.size === 0) {
    wrong.push('header content-security-policy is absent');
    return wrong;
  }
  const is = (name, allowed) => {
    const value = (policy.get(name) ?? ['absent']).join(' ');
    if (!allowed.includes(value)) wrong.push(`policy ${name} is ${value}`);
  };
  is('default-src', ["'none'", "'self'"]);
  is('frame-ancestors', ["'none'"]);
  is('base-uri', ["'none'"]);
  is('form-action', ["'self'"]);
  for (const [name, values] of policy) {
    for (const value of values) {
      const loose = /unsafe|\*|^https?:/.test(value) || (value === 'data:' && name !== 'img-src' && name !== 'font-src');
      if (loose) wrong.push(`policy ${name} allows ${value}`);
    }
  }
  return wrong;
}

/** What a page must have to be usable with no script at all. */
export async function checkStructure(page) {
  return page.evaluate(() => {
    const wrong = [];
    const count = (selector) => document.querySelectorAll(selector).length;
    if (count('main, [role="main"]') !== 1) wrong.push(`${count('main, [role="main"]')} main landmarks`);
    if (count('h1') !== 1) wrong.push(`${count('h1')} level-one headings`);
    if (!document.documentElement.lang) wrong.push('the document has no language');
    if (!document.title.trim()) wrong.push('the title is empty');
    // The policy would drop these silently, and the page would look or act wrong.
    if (count('[style]')) wrong.push(`${count('[style]')} style attributes`);
    if (count('style')) wrong.push(`${count('style')} style elements`);
    if (count('script:not([src]):not([type="application/json"])')) wrong.push('an inline script');

    for (const form of document.forms) {
      const name = `form ${form.method} ${new URL(form.action).pathname}`;
      const controls = [...form.elements];
      const sends = controls.some((control) => control.type === 'submit' || control.type === 'image');
      if (!sends) wrong.push(`${name} has no submit button`);
      if (form.method === 'post' && !controls.some((control) => control.name === '_csrf' && control.value)) {
        wrong.push(`${name} has no _csrf`);
      }
    }
    for (const element of document.querySelectorAll('a[href]')) {
      if (/^javascript:/i.test(element.getAttribute('href'))) wrong.push('a link runs a script');
    }
    return wrong;
  });
}

/** Nothing may make a person scroll sideways. */
export async function checkLayout(page) {
  const { wide, room, culprits } = await page.evaluate(() => {
    const room = document.documentElement.clientWidth;
    const scrolled = (element) => {
      for (let up = element.parentElement; up && up !== document.body; up = up.parentElement) {
        if (/auto|scroll|hidden|clip/.test(getComputedStyle(up).overflowX)) return true;
      }
      return false;
    };
    const culprits = [...document.body.querySelectorAll('*')]
      .filter((element) => element.getBoundingClientRect().right > room + 1 && !scrolled(element))
      .slice(0, 3)
      .map((element) => `<${element.tagName.toLowerCase()} class="${element.getAttribute('class') ?? ''}">`);
    return { wide: document.documentElement.scrollWidth, room, culprits };
  });
  return wide > room + 1 ? [`${wide} px wide on a screen of ${room}: ${culprits.join(', ')}`] : [];
}

/** An address may hold codes and numbers only: whatever somebody typed stays out of logs and histories. */
export function checkAddress(url) {
  const { pathname, search } = new URL(url);
  return /^[\w\-./~]*$/.test(pathname) && /^[\w\-.~?=&+:,]*$/.test(search) ? [] : ['the address holds more than codes'];
}
