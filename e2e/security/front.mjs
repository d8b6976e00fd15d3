// What stands before the demo server: TLS, as in earnest, and somebody who keeps a session for the tools.
//
// A front that is "signed in" adds the cookie of a case worker's session to every request and the token of that
// session to every form, signs in again when a tool ended the session, and otherwise changes nothing. So the
// tools reach the rooms and not only the guard at the door; the guard itself is tested in raw.mjs. Every answer
// is looked at on its way: its status is counted, and a 5xx or a missing security header is written down.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const MORE_THAN_A_FORM = 4 * 1024 * 1024;

/** Mozilla's "intermediate" list of 2024, for clients of the last ten years. */
const TLS = {
  minVersion: 'TLSv1.2',
  ciphers: [
    'TLS_AES_128_GCM_SHA256',
    'TLS_AES_256_GCM_SHA384',
    'TLS_CHACHA20_POLY1305_SHA256',
    'ECDHE-ECDSA-AES128-GCM-SHA256',
    'ECDHE-ECDSA-AES256-GCM-SHA384',
    'ECDHE-ECDSA-CHACHA20-POLY1305',
  ].join(':'),
  ecdhCurve: 'X25519:P-256:P-384',
  honorCipherOrder: false,
};

export const HEADERS = {
  'content-security-policy': /^default-src 'none';(?!.*unsafe).*frame-ancestors 'none'/,
  'x-content-type-options': /^nosniff$/,
  'referrer-policy': /^no-referrer$/,
  'x-frame-options': /^DENY$/,
  'strict-transport-security': /^max-age=\d{8,}; includeSubDomains$/,
  'cross-origin-opener-policy': /^same-origin$/,
  'cross-origin-resource-policy': /^same-origin$/,
  'cross-origin-embedder-policy': /^require-corp$/,
  'permissions-policy': /camera=\(\)/,
  'x-robots-tag': /noindex/,
};

/** What is wrong with the headers of an answer of the program. */
export function undressed(headers, { file = false } = {}) {
  const wrong = Object.entries(HEADERS)
    .filter(([name, wanted]) => !wanted.test(headers[name] ?? ''))
    .map(([name]) => `${name} is ${headers[name] ?? 'absent'}`);
  if (!file && !/\bno-store\b/.test(headers['cache-control'] ?? '')) wrong.push('the answer may be stored');
  for (const name of ['server', 'x-powered-by', 'via']) {
    if (headers[name]) wrong.push(`${name} is ${headers[name]}`);
  }
  return wrong;
}

const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });

/** One request to the program itself. */
export function ask(base, { method = 'GET', path: target, headers = {}, body = null }) {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(base);
    const request = http.request({ hostname, port, method, path: target, headers, agent, timeout: 30_000 }, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('error', reject);
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(parts) }));
    });
    request.on('timeout', () => request.destroy(new Error('no answer in 30 s')));
    request.on('error', reject);
    request.end(body);
  });
}

const tokenOf = (html) => /name="_csrf" value="([^"]+)"/.exec(html)?.[1] ?? '';
const cookieOf = (answer, name) =>
  (answer.headers['set-cookie'] ?? []).map((c) => c.split(';')[0]).find((c) => c.startsWith(`${name}=`)) ?? '';

/** The cookie and the token that guard the forms of somebody who is not signed in. */
export async function atTheDoor(base) {
  const page = await ask(base, { path: '/sign-in' });
  return { cookie: cookieOf(page, '__Host-pristan-door'), csrf: tokenOf(page.body.toString()), answer: page };
}

/** The work that the door asks for while many guess. */
function askedFor(answer) {
  const found = /name="door_work" value="([0-9a-f]+)" data-work="(\d+)"/.exec(answer.body.toString('latin1'));
  return found ? { text: found[1], bits: Number(found[2]) } : null;
}

/** Does it as a browser does: leading zero bits of a digest. */
function work({ text, bits }) {
  for (let n = 0; ; n += 1) {
    if (createHash('sha256').update(`${text}:${n}`).digest().readUInt32BE(0) >>> (32 - bits) === 0) return String(n);
  }
}

/** Signs in as a person would. */
export async function enter(base, account) {
  const door = await atTheDoor(base);
  const form = { _csrf: door.csrf, login: account.login, password: account.password };
  const give = (more) =>
    ask(base, {
      method: 'POST',
      path: '/sign-in',
      headers: { cookie: door.cookie, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ ...form, ...more }).toString(),
    });
  let answer = await give({});
  const asked = askedFor(answer);
  if (asked) answer = await give({ door_work: asked.text, door_answer: work(asked) });
  const cookie = cookieOf(answer, '__Host-pristan');
  if (answer.status !== 303 || !cookie) throw new Error(`sign-in as ${account.login} answered ${answer.status}`);
  const page = await ask(base, { path: '/account', headers: { cookie } });
  return { cookie, csrf: tokenOf(page.body.toString()), answer };
}

/** A form as it came, with the right token in the place of any other. */
function withToken(body, csrf) {
  const rest = body.toString('latin1').split('&').filter((pair) => pair !== '' && !pair.startsWith('_csrf='));
  return Buffer.from([`_csrf=${csrf}`, ...rest].join('&'), 'latin1');
}

/** What the fronts saw, by tool. */
export class Journal {
  tool = '';
  seen = {};
  faults = [];
  note(front, request, status, headers, body) {
    const counts = ((this.seen[this.tool] ??= {})[front] ??= {});
    counts[status] = (counts[status] ?? 0) + 1;
    const what = `${request.method} ${request.url.split('?')[0]}`;
    const add = (text) => {
      const id = text.replace(/[0-9a-f]{32}/g, '{id}');
      if (this.faults.some((f) => f.tool === this.tool && f.id === id)) return;
      this.faults.push({ tool: this.tool, id, detail: `${front}: ${request.method} ${request.url.slice(0, 500)} ${body.subarray(0, 800).toString('latin1')}` });
    };
    if (status >= 500) add(`${status} ${what}`);
    for (const wrong of undressed(headers, { file: request.url.startsWith('/assets/') })) add(`${what}: ${wrong}`);
  }
}

/**
 * Opens a front. `account` makes it signed in. Answers `{ url, plain, host, renew(), close() }`; `plain` is the port
 * that only says where TLS is.
 */
export async function openFront(base, journal, { name, account = null }) {
  let session = null;
  let entering = null;
  let door = null;
  let place = 0;
  const stock = [];
  const current = async () => {
    if (!account) return (door ??= await atTheDoor(base));
    if (session) return session;
    entering ??= enter(base, account).finally(() => { entering = null; });
    return (session = await entering);
  };

  async function pass(request, body) {
    const who = await current();
    const headers = { ...request.headers };
    delete headers['content-length'];
    delete headers['transfer-encoding'];
    delete headers.connection;
    delete headers.expect;
    const own = who.cookie.split('=')[0];
    const others = (headers.cookie ?? '').split(';').map((c) => c.trim()).filter((c) => c && !c.startsWith(`${own}=`));
    headers.cookie = [who.cookie, ...others].join('; ');
    // Addresses for examples (RFC 3849), a new one for every ten requests: a guess that waits tests nothing, and the
    // guesses of the tools must not keep the case worker out.
    if (!account || request.url.startsWith('/sign-in')) headers['x-forwarded-for'] = `2001:db8:${Math.floor(place++ / 10).toString(16)}::1`;
    let sent = body;
    const type = headers['content-type'] ?? '';
    if (request.method === 'POST' && (type === '' || type.startsWith('application/x-www-form-urlencoded'))) {
      sent = withToken(body, who.csrf);
      headers['content-type'] ??= 'application/x-www-form-urlencoded';
      const done = request.url === '/sign-in' ? stock.shift() : undefined;
      if (done) sent = Buffer.concat([sent, Buffer.from(`&${new URLSearchParams(done)}`)]);
    }
    headers['content-length'] = String(sent.length);
    const answer = await ask(base, { method: request.method, path: request.url, headers, body: sent });
    journal.note(name, request, answer.status, answer.headers, sent);
    return answer;
  }

  async function serve(request, response) {
    const parts = [];
    let size = 0;
    for await (const part of request) {
      size += part.length;
      if (size > MORE_THAN_A_FORM) break;
      parts.push(part);
    }
    const body = Buffer.concat(parts);
    let answer = await pass(request, body);
    const out = account && answer.status === 303 && /^\/(sign-in|lock)(\?|$)/.test(answer.headers.location ?? '');
    if (out) {
      session = null;
      // A tool ended the session with an earlier request: once more, signed in.
      if (!/^\/(sign-out|lock|recover)/.test(request.url)) answer = await pass(request, body);
    }
    const headers = { ...answer.headers };
    delete headers['transfer-encoding'];
    delete headers.connection;
    response.writeHead(answer.status, headers);
    response.end(request.method === 'HEAD' ? undefined : answer.body);
  }

  const keys = { key: readFileSync(path.join(here, 'out', 'key.pem')), cert: readFileSync(path.join(here, 'out', 'cert.pem')) };
  const secure = https.createServer({ ...keys, ...TLS }, (request, response) => {
    serve(request, response).catch((error) => {
      // What Node itself cannot pass on (a raw byte in an address) never reaches the program.
      const refused = error.code === 'ERR_UNESCAPED_CHARACTERS' || error.code === 'ERR_INVALID_CHAR';
      if (!refused) journal.faults.push({ tool: journal.tool, id: `no answer to ${request.method} ${request.url.split('?')[0]}`, detail: String(error.message) });
      if (!response.headersSent) response.writeHead(400);
      response.end();
    });
  });
  const listen = (server) => new Promise((resolve) => { server.listen(0, '127.0.0.1', () => resolve(server.address().port)); });
  const port = await listen(secure);
  const toTls = http.createServer((request, response) => {
    response.writeHead(301, { location: `https://localhost:${port}${request.url}` });
    response.end();
  });
  const plain = await listen(toTls);
  return {
    name,
    url: `https://localhost:${port}`,
    port,
    plain,
    current,
    /** A new session: rooms that ask for a fresh proof do so after five minutes. */
    renew() {
      session = null;
      door = null;
    },
    /**
     * Has the door ask everybody for work, by guessing, and does the work for so many attempts beforehand: done while a
     * tool waits, it would look like a database that sleeps.
     */
    async fill(attempts) {
      const { cookie, csrf } = await atTheDoor(base);
      const body = new URLSearchParams({ _csrf: csrf, login: 'nobody', password: 'nothing' }).toString();
      for (let n = 0; n < 32; n += 1) {
        const headers = { cookie, 'content-type': 'application/x-www-form-urlencoded', 'x-forwarded-for': `2001:db8:f:${n}::1` };
        await ask(base, { method: 'POST', path: '/sign-in', headers, body: body.replace('nobody', `nobody${n}`) });
      }
      for (let n = 0; n < attempts; n += 1) {
        const asked = askedFor(await ask(base, { path: '/sign-in', headers: { cookie } }));
        if (!asked) throw new Error('the door asks for no work after 32 wrong guesses');
        stock.push({ door_work: asked.text, door_answer: work(asked) });
      }
    },
    /** How much of it is left; the rest is thrown away. */
    empty() {
      return stock.splice(0).length;
    },
    close() {
      for (const server of [secure, toTls]) {
        server.closeAllConnections();
        server.close();
      }
    },
  };
}
