// Scenario A in its thin form: from the first information to the reopened case, in a browser, on both engines, and
// R1a, R2, R3 move by one at the right step and only once.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { figures, fill, press, shots, signIn, startServer, submit } from './harness.mjs';

/** Admin address of a PostgreSQL server; `./test` always gives one. */
const POSTGRES = process.env.PRISTAN_TEST_POSTGRES;

/** A fresh database with C collation; answers its address and how to drop it. */
async function database() {
  const name = `journey_${randomBytes(6).toString('hex')}`;
  const psql = (sql) => promisify(execFile)('psql', [POSTGRES, '-qc', sql]);
  await psql(`create database ${name} template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C'`);
  return { url: POSTGRES.replace(/\/[^/]*$/, `/${name}`), drop: () => psql(`drop database ${name} with (force)`) };
}

const CODES = ['R1', 'R1a', 'R1b', 'R2', 'R3'];

/** Today and days from it, as a form takes them: 16.03.2017. */
function day(offset = 0) {
  const date = new Date(Date.now() + offset * 86_400_000);
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Sofia', day: '2-digit', month: '2-digit', year: 'numeric' });
  return parts.format(date).replaceAll('/', '.');
}

async function add(page, where, kind, values) {
  await page.goto(`${where}/add/${kind}`);
  await fill(page, values, 'main');
  const answer = await submit(page);
  assert.ok(answer.status() < 400, `${kind} answered ${answer.status()}: ${await page.locator('main').innerText().then((t) => t.slice(0, 400))}`);
}

for (const [js, engine] of [[true, 'SQLite'], [false, 'PostgreSQL']]) {
  const name = `a woman comes home, ${js ? 'with' : 'without'} scripts, on ${engine}`;
  const skip = engine === 'PostgreSQL' && !POSTGRES ? 'PRISTAN_TEST_POSTGRES is not set' : false;
  test(name, { timeout: 300_000, skip }, async (t) => {
    const own = engine === 'PostgreSQL' ? await database() : null;
    const server = await startServer({ cases: 12, seed: 11, database: own?.url });
    t.after(async () => {
      await server.stop();
      await own?.drop();
    });
    const page = await server.page({ js });
    await signIn(page, 'caseworker');
    const start = await figures(page, CODES);
    const moved = async () => {
      const now = await figures(page, CODES);
      return Object.fromEntries(CODES.map((code) => [code, now[code] - start[code]]));
    };
    const none = { R1: 0, R1a: 0, R1b: 0, R2: 0, R3: 0 };

    // 1. A mission abroad tells of her: a signal, with a person in it.
    await add(page, '', 'signal', { on_date: day(), intake: 'iom_mission', urgency: 'week', country: 'DE', summary: 'Мисията моли за помощ при връщане.' });
    const signal = new URL(page.url()).pathname;
    assert.match(signal, /^\/signals\//);
    await add(page, signal.replace('/signals/', '/records/'), 'signal-person', { role: 'victim', sex: 'female', known_as: js ? 'Женя' : 'Жасмина' });
    await press(page, page.locator('main a[href*="/people/new"]').first());

    // 2. Search before create, then the person and a case in five fields.
    await fill(page, { given_name: js ? 'Женя' : 'Жасмина', family_name: js ? 'Пробна' : 'Опитова', sex: 'female', birth_date: '~1993' }, 'main');
    await page.locator('main [name="citizenship"]').first().selectOption('BG');
    await submit(page);
    const sure = page.locator('main button[name="confirm"]');
    if (await sure.count()) await press(page, sure);
    assert.match(new URL(page.url()).pathname, /^\/people\/[0-9a-f]{32}\/case$/);
    await fill(page, { on_date: day(), track: 'adults', role: 'victim', intake: 'iom_mission', risk: 'high' }, 'main');
    await submit(page);
    const home = new URL(page.url()).pathname;
    assert.match(home, /^\/cases\/[0-9a-f]{32}$/);
    assert.deepEqual(await moved(), none, 'a case alone counts nowhere');

    // 3. Consent, identification abroad, what happened.
    await add(page, home, 'consent', { on_date: day(), given_how: 'written', scope: ['contact', 'identity'], purpose: ['assistance', 'return'], due_on: day(60) });
    await add(page, home, 'identification', { on_date: day(), kind: 'informal', outcome: 'presumed', country: 'DE' });
    await add(page, home, 'exploitation-record', { forms: ['sexual'] });
    await add(page, home, 'return', { direction: 'to_bulgaria', will: 'voluntary', from_country: 'DE', to_country: 'BG', from_place: 'Дортмунд', to_place: 'София', on_date: day(), voluntary_decision: 'Иска да се върне.' });
    const moving = new URL(page.url()).pathname;
    assert.match(moving, /^\/returns\//);
    if (js) await shots(page, 'journey-blocked');

    // 4. Departure is held back, whoever asks and however.
    assert.equal(await page.locator('main [aria-disabled="true"]').count(), 1, 'the button says that it is blocked');
    const refused = await page.request.get(`${moving}/depart`);
    assert.ok(refused.status() < 500);
    await page.goto(`${moving}/depart`);
    if (await page.locator('main [name="departed_on"]').count()) {
      await fill(page, { departed_on: day() }, 'main');
      assert.equal((await submit(page, 'main form:has([name="departed_on"])')).status(), 422);
    }
    assert.deepEqual(await moved(), none);
    for (const gate of ['travel_document', 'risk_assessment', 'reception', 'allowance']) {
      await page.goto(`${moving}/gate/${gate}`);
      await fill(page, { state: 'met', evidence: 'в досието', done_on: day() }, 'main');
      assert.ok((await submit(page)).status() < 400, gate);
    }
    await add(page, moving.replace('/returns/', '/records/'), 'leg', { on_date: day(), mode: 'plane', from_place: 'Дортмунд', to_place: 'София' });

    // 5. Departure and arrival: R1a and R1 move, nothing else.
    await page.goto(`${moving}/depart`);
    await fill(page, { departed_on: day() }, 'main');
    assert.ok((await submit(page, 'main form:has([name="departed_on"])')).status() < 400);
    assert.deepEqual(await moved(), none, 'departed is not arrived');
    await page.goto(`${moving}/arrive`);
    await fill(page, { arrived_on: day(), received_by: 'колега на летището' }, 'main');
    assert.ok((await submit(page, 'main form:has([name="arrived_on"])')).status() < 400);
    const arrived = { ...none, R1: 1, R1a: 1 };
    assert.deepEqual(await moved(), arrived);

    // 6. Food for the first days: R3, not R2.
    await add(page, home, 'service', { on_date: day(), service_type: 'humanitarian', one_off: true, state: 'delivered' });
    assert.deepEqual(await moved(), { ...arrived, R3: 1 });

    // 7. A plan alone is no support; a lasting service with it is: R2, once.
    await add(page, home, 'plan', { on_date: day(), summary: 'Психолог, здравно осигуряване, курс.', signed_on: day(), state: 'signed' });
    assert.deepEqual(await moved(), { ...arrived, R3: 1 });
    await add(page, home, 'service', { on_date: day(), service_type: 'psychological', state: 'delivered' });
    const all = { ...arrived, R3: 1, R2: 1 };
    assert.deepEqual(await moved(), all);
    await add(page, home, 'service', { on_date: day(), service_type: 'medical', cost: '120,50', state: 'delivered' });
    await add(page, home, 'visit', { on_date: day(), kind: 'home', state: 'done', safety: 'good' });
    assert.deepEqual(await moved(), all, 'a person counts once');
    await page.goto(home);
    if (js) await shots(page, 'journey-case');

    // 8. Closure and a new episode: still once.
    await page.goto(`${home}/close`);
    await fill(page, { closure_reason: 'goals_reached', closed_on: day() }, 'main');
    assert.ok((await submit(page, 'main form:has([name="closure_reason"])')).status() < 400);
    await page.goto(home);
    await submit(page, `main form[action="${home}/reopen"]`);
    assert.notEqual(new URL(page.url()).pathname, home, 'reopening is a new case');
    assert.deepEqual(await moved(), all);

    // 9. The police, to whom nothing was sent, find nothing there.
    const police = await server.page({ js });
    await signIn(police, 'police');
    assert.equal((await police.goto(home)).status(), 404);
    assert.equal((await police.goto(moving)).status(), 404);
    await police.context().close();
    await page.context().close();
  });
}
