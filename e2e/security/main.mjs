// Starts the demo and its fronts, runs every tool against them, compares what was found with explained.toml.

import { execFileSync, spawn } from 'node:child_process';
import http from 'node:http';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startProgram } from '../server.mjs';
import { Journal, enter, openFront } from './front.mjs';
import { rawChecks } from './raw.mjs';
import { filled, learn, openapi, readTable } from './table.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const out = path.join(here, 'out');
const tool = (name) => path.join(here, '.tools', 'venv', 'bin', name);
const SECONDS = Number(process.env.PRISTAN_SCAN_SECONDS ?? 180);
/** Tools that got their signal and do not end. */
const GRACE_SECONDS = 30;

const children = new Set();
process.on('exit', () => children.forEach((child) => child.kill('SIGKILL')));

/** Runs a tool; its output goes to a file in out/ too. */
function run(label, command, args, { limit = SECONDS + GRACE_SECONDS, env = {} } = {}) {
  return new Promise((resolve) => {
    const home = path.join(out, 'home');
    mkdirSync(home, { recursive: true });
    const child = spawn(command, args, { cwd: out, env: { ...process.env, HOME: home, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    children.add(child);
    let text = '';
    let late = false;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (part) => { text += part; });
    }
    const timers = [
      setTimeout(() => { late = true; child.kill('SIGINT'); }, limit * 1000),
      setTimeout(() => child.kill('SIGKILL'), (limit + GRACE_SECONDS) * 1000),
    ];
    const end = (code) => {
      children.delete(child);
      timers.forEach(clearTimeout);
      writeFileSync(path.join(out, `${label}.log`), text);
      resolve({ code, text, late });
    };
    child.once('error', (error) => { text += error.message; end(-1); });
    child.once('close', end);
  });
}

/** Everything that a run came upon, from all tools. */
const results = [];
const journal = new Journal();

async function step(name, tested, work) {
  process.stdout.write(`==> ${name}: ${tested}\n`);
  journal.tool = `${name}: ${tested}`;
  const before = performance.now();
  let found;
  try {
    found = await work();
  } catch (error) {
    found = { findings: [{ id: 'the check itself failed', detail: error.stack }] };
  }
  const seen = journal.seen[journal.tool] ?? {};
  const faults = journal.faults.filter((f) => f.tool === journal.tool).map(({ id, detail }) => ({ id, detail }));
  results.push({
    tool: name,
    tested: found.tested ?? tested,
    seconds: Math.round((performance.now() - before) / 1000),
    answers: seen,
    ...(found.told && { told: found.told }),
    findings: [...found.findings, ...faults],
  });
}

const server = await startProgram({ cases: 20, seed: 7 });
const workers = server.accounts.filter((a) => a.role === 'caseworker');
const routes = await readTable();
const insider = await enter(server.url, workers[0]);
const pages = await learn(server.url, routes, insider.cookie);
const schema = path.join(out, 'openapi.json');
writeFileSync(schema, JSON.stringify(openapi(routes), null, 1));
process.stdout.write(`    ${routes.length} routes; forms and ids from ${pages} pages\n`);
const inside = await openFront(server.url, journal, { name: 'signed in', account: workers[0] });
const outside = await openFront(server.url, journal, { name: 'signed out' });

const at = (method, route) => {
  const found = routes.find((r) => r.method === method && r.path === route);
  if (!found) throw new Error(`no route ${method} ${route}`);
  return filled(found);
};

/** One page of each kind. */
const KINDS = {
  outside: ['/sign-in', '/help-line', '/help-line/privacy', '/sign-in/partner', '/recover', '/lock'],
  inside: [
    '/', '/cases', at('GET', '/cases/{id}'), at('GET', '/cases/{id}/log'), at('GET', '/cases/{case}/add/{kind}'),
    at('GET', '/people/{id}'), '/people/new', '/signals', '/returns', '/tasks', '/programme', at('GET', '/programme/{code}'),
    '/organisations', '/training', '/hotline', '/keys', '/shares', '/retention', '/glass', '/account', '/password',
    '/help', '/components', '/no-such-page',
  ],
};

async function observatory() {
  const list = [[outside, KINDS.outside, 'signed out'], [inside, KINDS.inside, 'signed in']].flatMap(([front, paths, who]) =>
    paths.map((page) => ({ name: `${who} ${page}`, path: page, plain: front.plain, secure: front.port })));
  const { text, code } = await run('observatory', process.execPath, [path.join(here, 'observatory.mjs'), JSON.stringify(list)], {
    env: { NODE_EXTRA_CA_CERTS: path.join(out, 'cert.pem') },
  });
  if (code !== 0) return { findings: [{ id: 'did not finish', detail: text.slice(-2000) }] };
  const graded = JSON.parse(text);
  const findings = graded.filter((p) => p.grade !== 'A+').map((p) => ({ id: `${p.grade} (${p.score}) ${p.name.replace(/[0-9a-f]{32}/g, '{id}')}`, detail: p.failed.join('; ') }));
  const odd = graded.flatMap((p) => p.failed.map((f) => ({ id: `test not passed: ${f}`, detail: p.name })));
  const lowest = Math.min(...graded.map((p) => p.score));
  return {
    tested: `${graded.length} kinds of page`,
    told: `${graded.filter((p) => p.grade === 'A+').length} of ${graded.length} are A+, lowest score ${lowest}; statuses ${[...new Set(graded.map((p) => p.status))].join(' ')}`,
    findings: [...findings, ...odd.filter((f, i) => odd.findIndex((g) => g.id === f.id) === i)],
  };
}

async function sslyze() {
  const json = path.join(out, 'sslyze.json');
  const { text, late } = await run('sslyze', tool('sslyze'), [
    `localhost:${outside.port}`, '--certinfo_ca_file', path.join(out, 'cert.pem'), '--json_out', json, '--mozilla_config', 'intermediate', '--http_headers',
    '--certinfo', '--heartbleed', '--openssl_ccs', '--robot', '--reneg', '--compression', '--early_data', '--fallback', '--ems', '--resum',
    '--sslv2', '--sslv3', '--tlsv1', '--tlsv1_1', '--tlsv1_2', '--tlsv1_3', '--elliptic_curves',
  ]);
  const findings = [];
  if (late || !/Compliant|compliant/.test(text)) findings.push({ id: 'did not finish', detail: text.slice(-2000) });
  if (/Not compliant/i.test(text)) {
    const why = text.slice(text.search(/COMPLIANCE AGAINST/)).split('\n').map((l) => l.trim()).filter((l) => l.startsWith('*'));
    for (const line of why.length > 0 ? why : ['no reason given']) findings.push({ id: `not Mozilla's intermediate: ${line.replace(/^\*\s*/, '')}`, detail: '' });
  }
  const walk = (value, where) => {
    if (value === null || typeof value !== 'object') return;
    for (const [key, inner] of Object.entries(value)) {
      if (/^is_vulnerable/.test(key) && inner === true) findings.push({ id: `${where}.${key}`, detail: '' });
      if (/^supports_(compression|early_data)$/.test(key) && inner === true) findings.push({ id: `${where}.${key}`, detail: '' });
      if (key === 'status' && inner === 'ERROR') findings.push({ id: `${where} gave no result`, detail: JSON.stringify(value.error_reason ?? '') });
      walk(inner, Array.isArray(value) ? where : key);
    }
  };
  walk(JSON.parse(readFileSync(json, 'utf8')).server_scan_results[0].scan_result, '');
  return { findings };
}

async function schemathesis(front, label) {
  const report = path.join(out, `${label}.json`);
  const { text, code, late } = await run(label, tool('schemathesis'), [
    'run', schema, '--url', front.url, '--tls-verify', 'false', '--checks', 'not_a_server_error,status_code_conformance',
    '--phases', 'examples,coverage,fuzzing', '--max-time', String(SECONDS), '--workers', '2', '--request-timeout', '20', '--seed', '7',
    '--generation-database', 'none', '--continue-on-failure', '--no-color', '--no-shrink', '--report', 'json', '--report-json-path', report,
  ], { limit: SECONDS + 60 });
  const findings = [];
  if (late || ![0, 1].includes(code)) findings.push({ id: 'did not finish', detail: text.slice(-2000) });
  if (code === 1) {
    const failed = [...text.matchAll(/^_+ ((?:GET|POST) \S+) _+$([\s\S]*?)(?=^_+ |^=+ )/gm)];
    for (const [, where, what] of failed) {
      for (const [, kind] of what.matchAll(/^- (.+)$/gm)) findings.push({ id: `${kind} ${where}`, detail: what.slice(0, 1500) });
    }
    if (failed.length === 0) findings.push({ id: 'failed for reasons that were not read', detail: text.slice(-2500) });
  }
  return { told: /(\d+) generated|Test cases:[\s\S]*?(?=\n\n)/.exec(text)?.[0].replace(/\s+/g, ' '), findings };
}

/** sqlmap makes 220 to 400 attempts at the three fields of the door, as chance has it. */
const GUESSES = 600;

async function sqlmap(front, label, { path: target, data, params }) {
  const guesses = target === '/sign-in' ? GUESSES : 0;
  if (guesses > 0) await front.fill(guesses);
  const args = [
    '-u', `${front.url}${target}`, '-p', params.join(','), '--batch', '--level', '1', '--risk', '1', '--flush-session',
    '--disable-coloring', '--ignore-redirects', '--timeout', '20', '--retries', '0', '--threads', '1', '--output-dir', path.join(out, label),
  ];
  if (data) args.push('--data', data);
  const { text, late } = await run(label, 'sqlmap', args);
  const left = front.empty();
  const worked = guesses > 0 ? `; the work that the door asks for done for ${guesses - left} attempts` : '';
  const findings = [];
  if (/identified the following injection point|is vulnerable/.test(text)) {
    findings.push({ id: `injectable: ${target.replace(/[0-9a-f]{32}/g, '{id}')} ${params.join(',')}`, detail: text.slice(-3000) });
  }
  if (late || !/all tested parameters do not appear to be injectable/.test(text)) findings.push({ id: 'no verdict', detail: text.slice(-2000) });
  if (guesses > 0 && left === 0) findings.push({ id: 'more attempts than work was done for', detail: '' });
  const tried = params.filter((p) => text.includes(`parameter '${p}' does not seem to be injectable`));
  if (findings.length === 0 && tried.length < params.length) findings.push({ id: 'no verdict', detail: `only ${tried.join()}` });
  return { told: `no injection in ${tried.join(', ')}${worked}`, findings };
}

/** Everything that wapiti's server-side attacks would have called elsewhere comes here instead. */
const calls = [];
const canary = http.createServer((request, response) => {
  calls.push(request.url);
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end('{}');
});
await new Promise((resolve) => { canary.listen(0, '127.0.0.1', resolve); });

// Nothing is excluded, not even signing out: `-x` of Debian's wapiti does not work with its Python, and the front
// signs in again.
async function wapiti(front, label) {
  const report = path.join(out, `${label}.json`);
  rmSync(report, { force: true });
  const per = Math.max(5, Math.floor((SECONDS * 0.7) / 12));
  const before = calls.length;
  const { text, late } = await run(label, 'wapiti', [
    '-u', `${front.url}/`, '--scope', 'folder', '-m', 'common', '-d', '4', '--max-links-per-page', '40', '--max-files-per-dir', '12',
    '--max-scan-time', String(Math.floor(SECONDS * 0.3)), '--max-attack-time', String(per), '-t', '20', '--flush-session', '--no-bugreport',
    '--endpoint', `http://127.0.0.1:${canary.address().port}/`, '--store-session', path.join(out, `${label}-state`), '--store-config', path.join(out, 'home'),
    '-f', 'json', '-o', report, '-v', '1',
  ], { limit: SECONDS + 90 });
  const findings = [];
  let told = null;
  try {
    const read = JSON.parse(readFileSync(report, 'utf8'));
    for (const [category, list] of [...Object.entries(read.vulnerabilities), ...Object.entries(read.anomalies)]) {
      for (const one of list) {
        const where = `${one.method} ${one.path.split('?')[0].replace(/[0-9a-f]{32}/g, '{id}')}`;
        const id = `${category}: ${where}${one.parameter ? ` ${one.parameter}` : ''}: ${one.info.slice(0, 120)}`;
        if (!findings.some((f) => f.id === id)) findings.push({ id, detail: one.http_request.slice(0, 1200) });
      }
    }
    told = `${(text.match(/Launching module (\w+)/g) ?? []).map((m) => m.split(' ').at(-1)).join(' ')}; ${(text.match(/^\[\+\] https:/gm) ?? []).length} addresses`;
  } catch (error) {
    findings.push({ id: 'did not finish', detail: `${error.message} ${text.slice(-2000)}` });
  }
  if (late) findings.push({ id: 'did not finish', detail: text.slice(-1000) });
  for (const call of calls.slice(before).filter((url) => !url.startsWith('/get_'))) findings.push({ id: 'the program asked an address it was given', detail: call });
  return { told, findings };
}

const wanted = new Set(process.argv.slice(2));
const on = (name) => wanted.size === 0 || wanted.has(name);
const form = (values) => new URLSearchParams(values).toString();
const search = { path: '/search', data: form({ q: 'Maria' }), params: ['q'] };
const note = {
  path: at('POST', '/cases/{case}/add/{kind}'),
  data: form({ on_date: '2017-03-01', contact_kind: 'phone', text: 'a note' }),
  params: ['on_date', 'contact_kind', 'text'],
};
const door = { path: '/sign-in', data: form({ login: 'somebody', password: 'a word', door_code: '123456' }), params: ['login', 'password', 'door_code'] };
const next = { path: '/sign-in?next=/cases', params: ['next'] };

if (on('raw')) await step('raw', 'every route and odd bytes', () => rawChecks(server.url, routes, { worker: workers[0], other: workers[1] }));
if (on('observatory')) await step('observatory', 'every kind of page', observatory);
if (on('sslyze')) await step('sslyze', 'the front with TLS', sslyze);
// Signed in first: later the guesses at the door slow it down for everybody, as they should.
for (const [front, who, forms] of [[inside, 'signed in', { search, note }], [outside, 'signed out', { door, next, search }]]) {
  const label = who.replace(' ', '-');
  if (on('sqlmap')) {
    for (const [name, what] of Object.entries(forms)) {
      front.renew();
      await step('sqlmap', `${who}: ${what.path.replace(/[0-9a-f]{32}/g, '{id}')} ${what.params.join(', ')}`, () => sqlmap(front, `sqlmap-${label}-${name}`, what));
    }
  }
  if (on('wapiti')) {
    front.renew();
    await step('wapiti', `${who}: common modules`, () => wapiti(front, `wapiti-${label}`));
  }
  if (on('schemathesis')) {
    front.renew();
    await step('schemathesis', `${who}: ${routes.length} operations`, () => schemathesis(front, `schemathesis-${label}`));
  }
}

inside.close();
outside.close();
canary.close();
const logged = server.output().split('\n').filter((line) => /"level":"ERROR"|panicked/.test(line));
writeFileSync(path.join(out, 'server-errors.log'), logged.join('\n'));
results.push({ tool: 'log', tested: 'what the program wrote about itself', seconds: 0, answers: {}, findings: [...new Set(logged.map((l) => l.replace(/"(timestamp|reference)":"[^"]*",?/g, '')))].slice(0, 20).map((l) => ({ id: `the program logged: ${l.slice(0, 200)}`, detail: '' })) });
await server.stop();

const explained = JSON.parse(execFileSync(tool('python'), ['-c', 'import json,sys,tomllib;print(json.dumps(tomllib.load(open(sys.argv[1],"rb"))))', path.join(here, 'explained.toml')], { encoding: 'utf8' })).explained ?? [];
let open = 0;
for (const result of results) {
  for (const finding of result.findings) {
    finding.explained = explained.find((e) => e.tool === result.tool && new RegExp(e.match).test(finding.id))?.why ?? null;
    if (finding.explained === null) open += 1;
  }
}
writeFileSync(path.join(out, 'summary.json'), JSON.stringify({ on: new Date().toISOString(), seconds: SECONDS, unexplained: open, results }, null, 2));

const total = (answers) => Object.values(answers).flatMap((a) => Object.values(a)).reduce((a, b) => a + b, 0);
const spread = (answers) => Object.entries(Object.values(answers).reduce((all, a) => {
  for (const [status, n] of Object.entries(a)) all[status] = (all[status] ?? 0) + n;
  return all;
}, {})).map(([status, n]) => `${n} x ${status}`).join(', ');
const rows = results.map((r) => {
  const known = r.findings.filter((f) => f.explained !== null).length;
  const counts = r.findings.length === 0 ? '0' : `${r.findings.length} (${known} explained)`;
  return [r.tool, r.tested, total(r.answers) > 0 ? String(total(r.answers)) : '', `${r.seconds} s`, counts];
});
rows.unshift(['tool', 'tested', 'answers', 'time', 'findings']);
const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
process.stdout.write(`\n${rows.map((row) => row.map((cell, i) => cell.padEnd(widths[i])).join('  ').trimEnd()).join('\n')}\n`);
for (const result of results) {
  const told = [result.told, spread(result.answers)].filter(Boolean).join('; ');
  if (told) process.stdout.write(`\n${result.tool}, ${result.tested}: ${told}`);
}
process.stdout.write('\n');
for (const result of results) {
  for (const finding of result.findings) {
    process.stdout.write(`\n${finding.explained === null ? 'NOT EXPLAINED' : 'explained'}  ${result.tool}: ${finding.id}\n`);
    process.stdout.write(finding.explained === null ? `  ${finding.detail.slice(0, 600).replaceAll('\n', '\n  ')}\n` : `  ${finding.explained.trim()}\n`);
  }
}
process.stdout.write(open === 0 ? '\nnothing unexplained\n' : `\n${open} not explained\n`);
process.exit(open === 0 ? 0 : 1);
