// An authority asks: written down, approved by one of two; and a file taken out of the house.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { checkA11y, checkLayout, checkStructure, fill, press, setLanguage, shots, signIn, startServer } from './harness.mjs';

let server;
before(async () => {
  server = await startServer({ cases: 12 });
});
after(() => server?.stop());

const pathOf = (page) => new URL(page.url()).pathname;

async function sound(page, label) {
  await checkA11y(page, label);
  await checkStructure(page);
  await checkLayout(page);
  await shots(page, label);
}

const send = (page) => press(page, page.locator('main form button[type="submit"]').last());

test('a request is written down, kept when something is missing, and approved by one of two', async () => {
  const worker = await server.page({});
  await signIn(worker, 'caseworker');
  await worker.goto('/cases');
  await worker.locator('tbody th a').first().click();
  const home = pathOf(worker);
  await worker.goto(`${home}/legal`);
  await sound(worker, 'legal-form');
  const typed = {
    authority_kind: 'prosecution',
    authority: 'Районна прокуратура Русе',
    reference: 'пр. 77/2017',
    basis: 'както е посочено в документа',
    telling: 'forbidden',
  };
  await fill(worker, typed);
  await send(worker);
  assert.ok((await worker.locator('.govuk-error-summary').count()) === 1, 'says what is missing');
  assert.equal(await worker.locator('[name="reference"]').inputValue(), typed.reference, 'typed text stays');
  await sound(worker, 'legal-form-refused');
  await fill(worker, { ground: 'prosecutor_act', on_date: '01.03.2017', due_on: '30.12.2030', telling: 'may_tell' });
  await worker.locator('[name="asked"][value="story"]').check();
  await worker.locator('[name="asked"][value="health"]').check();
  await send(worker);
  const request = pathOf(worker);
  assert.match(request, /^\/legal\//);
  assert.equal(await worker.locator('[name="outcome"]').count(), 0, 'whoever wrote it down does not decide');
  await sound(worker, 'legal-registered');
  await worker.goto(home);
  assert.ok((await worker.locator(`main a[href="${request}"]`).count()) > 0, 'the case says that it waits');

  const head = await server.page({});
  await signIn(head, 'manager');
  await head.goto('/legal');
  await sound(head, 'legal-list');
  await head.goto(request);
  await sound(head, 'legal-decide');
  assert.equal(await head.locator('[name="groups"][value="health"]').count(), 0, 'health is never given');
  await head.locator('[name="outcome"][value="approve"]').check();
  await head.locator('[name="groups"][value="story"]').check();
  await head.locator('[name="sure"]').check();
  await send(head);
  assert.equal(pathOf(head), request);
  assert.equal(await head.locator('[name="outcome"]').count(), 0, 'nobody approves twice');
  await sound(head, 'legal-approved');
  await setLanguage(head, 'en');
  await head.goto(request);
  assert.ok((await head.locator('main').innerText()).includes('One more person is needed'));
  await head.goto(`${home}/disclosed`);
  assert.equal((await head.locator('main').innerText()).includes('пр. 77/2017'), false, 'nothing was given yet');
});

test('cases are counted, then taken once as a file whose name says nothing', async () => {
  const head = await server.page({});
  await signIn(head, 'manager');
  await head.goto('/exports');
  await sound(head, 'exports-none');
  await head.goto('/exports/new');
  await sound(head, 'exports-new');
  await fill(head, { purpose: 'report', note: 'за отчета' });
  await send(head);
  const line = pathOf(head);
  assert.match(line, /^\/exports\//);
  await sound(head, 'exports-counted');
  const [file] = await Promise.all([
    head.waitForEvent('download'),
    head.locator('main form button[type="submit"]').last().click(),
  ]);
  assert.match(file.suggestedFilename(), /^htcds-\d{4}-\d{2}-\d{2}\.xlsx$/);
  await head.goto(line);
  assert.equal(await head.locator('main form').count(), 0, 'taken once');
  await head.goto('/exports');
  await sound(head, 'exports-list');
});
