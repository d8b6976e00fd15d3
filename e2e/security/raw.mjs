// What no tool off the shelf asks: every route of the table, and bytes that no browser sends. Straight to the
// program, without a front.

import net from 'node:net';
import { ask, atTheDoor, enter, undressed } from './front.mjs';
import { STATUSES, filled } from './table.mjs';

/** Sends bytes as they are; answers the status lines that came back and whether the other side closed. */
function send(base, bytes, quiet = 1200) {
  const { hostname, port } = new URL(base);
  return new Promise((resolve) => {
    const socket = net.connect(Number(port), hostname);
    let got = '';
    let timer;
    const end = (closed) => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ statuses: [...got.matchAll(/HTTP\/1\.[01] (\d{3})/g)].map((m) => Number(m[1])), closed, got });
    };
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(() => end(false), quiet);
    };
    socket.setEncoding('latin1');
    socket.on('connect', () => socket.write(Buffer.from(bytes, 'latin1')));
    socket.on('data', (text) => { got += text; wait(); });
    socket.on('end', () => end(true));
    socket.on('error', () => end(true));
    wait();
  });
}

const NEXT = 'GET /help-line/about HTTP/1.1\r\nHost: localhost\r\n\r\n';
const post = (lines, body, { host = 'Host: localhost\r\n', version = '1.1' } = {}) =>
  `POST /sign-in HTTP/${version}\r\n${host}Content-Type: application/x-www-form-urlencoded\r\n${lines.map((l) => `${l}\r\n`).join('')}\r\n${body}`;

/** Requests on whose length two readers may differ; none may be answered but with a refusal, nor the next one. */
const SMUGGLED = {
  'two different Content-Length': post(['Content-Length: 5', `Content-Length: ${5 + NEXT.length}`], `a=b&c${NEXT}`),
  'Content-Length as a list': post(['Content-Length: 5, 6'], `a=b&c${NEXT}`),
  'Content-Length +5': post(['Content-Length: +5'], `a=b&c${NEXT}`),
  'Content-Length -1': post(['Content-Length: -1'], NEXT),
  'Content-Length 0x5': post(['Content-Length: 0x5'], `a=b&c${NEXT}`),
  'Content-Length over 64 bits': post(['Content-Length: 99999999999999999999'], `a=b&c${NEXT}`),
  'Content-Length with a space before the colon': post(['Content-Length : 5'], `a=b&c${NEXT}`),
  'Transfer-Encoding and Content-Length': post(['Content-Length: 5', 'Transfer-Encoding: chunked'], `0\r\n\r\n${NEXT}`),
  'Content-Length after Transfer-Encoding': post(['Transfer-Encoding: chunked', 'Content-Length: 5'], `0\r\n\r\n${NEXT}`),
  'Transfer-Encoding xchunked': post(['Transfer-Encoding: xchunked'], `0\r\n\r\n${NEXT}`),
  'Transfer-Encoding chunked, identity': post(['Transfer-Encoding: chunked, identity'], `0\r\n\r\n${NEXT}`),
  'Transfer-Encoding twice': post(['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'], `0\r\n\r\n${NEXT}`),
  'Transfer-Encoding folded': post(['Transfer-Encoding:', ' chunked'], `0\r\n\r\n${NEXT}`),
  'Transfer-Encoding in HTTP/1.0': post(['Transfer-Encoding: chunked', 'Connection: keep-alive'], `0\r\n\r\n${NEXT}`, { version: '1.0' }),
  'a chunk size that is none': post(['Transfer-Encoding: chunked'], `Z\r\n\r\n${NEXT}`),
  'a chunk size over 64 bits': post(['Transfer-Encoding: chunked'], `fffffffffffffffff\r\na\r\n0\r\n\r\n${NEXT}`),
  'a zero byte in a header': post(['X-Probe: a\0b', 'Content-Length: 0'], NEXT),
  'a bare CR in a header': post(['X-Probe: a\rContent-Length: 3', 'Content-Length: 0'], NEXT),
  'no Host': post(['Content-Length: 0'], NEXT, { host: '' }),
  'two Hosts': post(['Content-Length: 0'], NEXT, { host: 'Host: localhost\r\nHost: other.example\r\n' }),
};
const REFUSED = new Set([400, 411, 413, 417, 501, 505]);

async function smuggling(base, found) {
  for (const [name, bytes] of Object.entries(SMUGGLED)) {
    const { statuses, closed } = await send(base, bytes);
    const refused = (statuses.length === 0 && closed) || (statuses.length === 1 && REFUSED.has(statuses[0]) && closed);
    if (!refused) found(`HTTP/1.1 ${name}: answered ${statuses.join(', ') || 'nothing'}, connection ${closed ? 'closed' : 'kept'}`, '');
  }
  // RFC 9110, 8.6: the same length twice may be refused or read as one; it must not swallow or split anything.
  const same = await send(base, post(['Content-Length: 5', 'Content-Length: 5'], `a=b&c${NEXT}`));
  if (!(REFUSED.has(same.statuses[0]) && same.statuses.length === 1) && String(same.statuses) !== '403,200') {
    found('HTTP/1.1 the same Content-Length twice', `answered ${same.statuses.join(', ')}`);
  }
  const large = await send(base, `GET /help-line HTTP/1.1\r\nHost: localhost\r\nX-Probe: ${'a'.repeat(900_000)}\r\n\r\n`);
  if (large.statuses[0] !== 431 && !(large.statuses.length === 0 && large.closed)) found('a header of 900 KB', `answered ${large.statuses.join(', ')}`);
  return Object.keys(SMUGGLED).length + 2;
}

/** Who sends half a request and no more must not hold its place for ever. */
const PATIENCE_MS = 45_000;
const HALF = {
  'half a head': 'GET /sign-in HTTP/1.1\r\nHost: localhost\r\n',
  'half a body': 'POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nab',
};

function held(base, bytes) {
  const { hostname, port } = new URL(base);
  return new Promise((resolve) => {
    const socket = net.connect(Number(port), hostname, () => socket.write(bytes));
    const end = (kept) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(kept);
    };
    const timer = setTimeout(() => end(true), PATIENCE_MS);
    socket.on('data', () => {});
    socket.on('error', () => end(false));
    socket.on('close', () => end(false));
  });
}

/** Everything; answers `{ tested, findings }`. */
export async function rawChecks(base, routes, accounts) {
  const findings = [];
  const found = (id, detail) => {
    if (!findings.some((f) => f.id === id)) findings.push({ id, detail });
  };
  let asked = 0;
  const slow = Object.entries(HALF).map(async ([name, bytes]) => [name, await held(base, bytes)]);
  const door = await atTheDoor(base);
  const worker = await enter(base, accounts.worker);
  const other = await enter(base, accounts.other);
  for (const [cookie, answer] of [['door', door.answer], ['session', worker.answer]]) {
    const set = (answer.headers['set-cookie'] ?? []).find((c) => c.startsWith('__Host-')) ?? '';
    if (!/; Path=\/; Secure; HttpOnly; SameSite=Strict$/.test(set)) found(`cookie of the ${cookie}`, set.replace(/=[0-9a-f]+/, '=#'));
  }

  const get = async (who, cookie, request, allowed) => {
    asked += 1;
    const headers = { cookie, 'x-probe': 'an-echo-of-this', ...request.headers };
    const answer = await ask(base, { ...request, headers });
    const of = `${request.method} ${request.path} ${who}`;
    if (!allowed.includes(answer.status)) found(of, `answered ${answer.status}`);
    for (const wrong of undressed(answer.headers)) found(`${of}: ${wrong}`, '');
    if (answer.body.includes('an-echo-of-this')) found(`${of}: echoes the request`, '');
    return answer;
  };
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const people = [['signed in', worker.cookie], ['signed out', door.cookie], ['without a cookie', '']];
  for (const route of routes) {
    const path = filled(route);
    const machine = route.path.endsWith('/logout');
    // Answers everybody, and ends nothing without the token of the session.
    const always = route.path === '/leave';
    for (const [who, cookie] of people) {
      const inside = who === 'signed in';
      if (route.method === 'GET') {
        const answer = await get(who, cookie, { method: 'GET', path }, STATUSES);
        const shut = answer.status === 303 && /^\/sign-in/.test(answer.headers.location ?? '');
        if (!inside && !route.open && !shut) found(`GET ${path} ${who}: not sent to the door`, String(answer.status));
        // Of what is sent with another method there is nothing: neither done nor told.
        for (const method of ['TRACE', 'OPTIONS', 'PUT', 'DELETE']) {
          const refused = await get(who, cookie, { method, path }, inside ? [404, 405, 501] : [303, 404, 405, 501]);
          if (Object.keys(refused.headers).some((h) => h.startsWith('access-control-'))) found(`${method} ${path} ${who}: CORS`, '');
        }
      } else {
        // Without the token of the session, with one of somebody else's, or from another site: nothing is done.
        const wanted = always ? [200] : machine ? [400] : inside || route.open ? [403] : [303];
        const body = (csrf) => new URLSearchParams({ ...(csrf && { _csrf: csrf }), reason: 'x' }).toString();
        await get(`${who}, no token`, cookie, { method: 'POST', path, headers: form, body: body('') }, wanted);
        if (!inside) continue;
        await get('with a token of another session', cookie, { method: 'POST', path, headers: form, body: body(other.csrf) }, wanted);
        if (always) continue;
        const foreign = { ...form, 'sec-fetch-site': 'cross-site', origin: 'https://other.example' };
        await get('from another site', cookie, { method: 'POST', path, headers: foreign, body: body(worker.csrf) }, wanted);
      }
    }
  }
  const page = await get('signed in', worker.cookie, { method: 'GET', path: '/no-such-page' }, [404]);
  if (!/text\/html/.test(page.headers['content-type'])) found('the page for what is not there', page.headers['content-type']);
  await get('signed in, three MiB', worker.cookie, { method: 'POST', path: '/search', headers: form, body: `q=${'a'.repeat(3 << 20)}` }, [413]);
  for (const [name, kept] of await Promise.all(slow)) {
    if (kept) found(`${name} holds a connection for more than ${PATIENCE_MS / 1000} s`, '');
  }
  const odd = await smuggling(base, found);
  return { tested: `${routes.length} routes, ${asked} requests, ${odd} odd byte sequences`, findings };
}
