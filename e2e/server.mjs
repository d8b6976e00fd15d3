// Starts the program itself, as a newcomer would, and reads from its output where it listens and who may
// sign in. Every server has a data folder of its own, so test files never see each other's records.

import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const binary = path.resolve(process.env.PRISTAN_BIN ?? path.join(here, '..', 'target', 'debug', 'pristan'));

/** Filling the demo on two busy cores takes a while; this only ends what hangs. */
const START_LIMIT_MS = 240_000;
const STOP_LIMIT_MS = 10_000;

const running = new Set();
const folders = new Set();

/** The last resort when the tests are stopped half-way: nothing keeps running, no data stays behind. */
function killAll() {
  for (const child of running) child.kill('SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
process.on('exit', killAll);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, () => {
    killAll();
    process.exit(1);
  });
}

/** Parses one `account: <login> <password> <role>` line; a password may hold spaces. */
export function parseAccount(line) {
  const found = /^\s*account:\s+(\S+)\s+(.+?)\s+(\S+)\s*$/.exec(line);
  return found ? { login: found[1], password: found[2], role: found[3] } : null;
}

function launch({ data, cases, seed, env, database }) {
  const args = ['demo', '--data', data, '--listen', '127.0.0.1:0', '--cases', String(cases), '--seed', String(seed)];
  if (database) args.push('--database', database);
  const child = spawn(binary, args, {
    cwd: data,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);

  const lines = [];
  const accounts = [];
  const ended = new Promise((resolve) => {
    child.once('error', (error) => {
      running.delete(child);
      resolve(error.message);
    });
    child.once('exit', (code, signal) => {
      running.delete(child);
      resolve(`exit ${code ?? signal}`);
    });
  });
  const ready = new Promise((resolve) => {
    let url = null;
    const take = (line) => {
      lines.push(line);
      if (lines.length > 2000) lines.shift();
      const account = parseAccount(line);
      if (account) accounts.push(account);
      const listening = /Listening on (http:\/\/\S+?)\/?\s*$/.exec(line);
      if (listening) url = listening[1];
      // The accounts may be printed on either side of the address.
      if (url && accounts.length > 0) setTimeout(() => resolve(url), 200);
    };
    for (const stream of [child.stdout, child.stderr]) {
      let rest = '';
      stream.setEncoding('utf8');
      stream.on('data', (chunk) => {
        const parts = (rest + chunk).split('\n');
        rest = parts.pop();
        parts.forEach(take);
      });
    }
  });
  return { child, lines, accounts, ended, ready };
}

async function remove(data) {
  await rm(data, { recursive: true, force: true });
  folders.delete(data);
}

async function stopChild(child, ended) {
  if (!running.has(child)) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
  await ended;
  clearTimeout(timer);
}

/**
 * Starts `pristan demo` on a free port with a temporary data folder.
 *
 * Answers `{ url, accounts, roles, data, output(), kill(), stop() }`; `database` is a PostgreSQL address
 * handed on as `--database`. `kill()` is a `kill -9`; `stop()` ends it and removes its folder.
 */
export async function startProgram({ cases = 60, seed = 7, env = {}, database = null } = {}) {
  const data = await mkdtemp(path.join(tmpdir(), 'pristan-e2e-'));
  folders.add(data);
  const { child, lines, accounts, ended, ready } = launch({ data, cases, seed, env, database });
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(() => resolve('no answer'), START_LIMIT_MS);
  });
  const url = await Promise.race([
    ready,
    Promise.race([ended, late]).then((why) => ({ why })),
  ]);
  clearTimeout(timer);
  if (typeof url !== 'string') {
    await stopChild(child, ended);
    await remove(data);
    throw new Error(`${binary} demo did not start (${url.why}):\n${lines.slice(-20).join('\n')}`);
  }
  return {
    url,
    accounts,
    roles: [...new Set(accounts.map((account) => account.role))],
    data,
    output: () => lines.join('\n'),
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    async stop() {
      await stopChild(child, ended);
      await remove(data);
    },
  };
}
