// The routes as the integration tests of the pages list them, what a case worker's pages say about ids, forms
// and queries, and an OpenAPI description made of both.

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ask } from './front.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const TABLE = path.join(here, '..', '..', 'crates', 'web', 'tests', 'it', 'table.rs');
const PAGES = 160;
const OF_ONE_KIND = 3;
export const STATUSES = [200, 204, 303, 400, 403, 404, 409, 413, 422];

const pairs = (text) =>
  text.trim().split(/\s+/).filter(Boolean).map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]);

/** `[{ method, path, names, form, open }]`; a value that begins with `@` stands for an id. */
export async function readTable() {
  const text = await readFile(TABLE, 'utf8');
  const [, listed, table] = /const PUBLIC:([\s\S]*?)\];[\s\S]*?const TABLE:([\s\S]*)/.exec(text);
  const open = new Set([...listed.matchAll(/\("(GET|POST)", "([^"]+)"\)/g)].map((m) => `${m[1]} ${m[2]}`));
  const routes = [...table.matchAll(/\("(GET|POST)", "([^"]+)", "([^"]*)", "[^"]*", \[/g)].map(([, method, route, said]) => {
    const [names, form = ''] = said.split('|');
    return { method, path: route, names: Object.fromEntries(pairs(names)), form: Object.fromEntries(pairs(form)), open: open.has(`${method} ${route}`) };
  });
  if (routes.length < 50) throw new Error(`only ${routes.length} routes found in the table: its format changed`);
  return routes;
}

const plain = (text) => text.replace(/&#(\d+);/g, (_, n) => String.fromCharCode(n)).replaceAll('&amp;', '&').replaceAll('&quot;', '"');
const attribute = (tag, name) => {
  const found = new RegExp(`\\s${name}="([^"]*)"`).exec(tag);
  return found ? plain(found[1]) : null;
};

/** Fields of the forms of a page: `[{ method, action, fields: { name: [values] } }]`. */
function formsOf(html, at) {
  return [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)].map(([, head, inside]) => {
    const fields = {};
    for (const [tag] of inside.matchAll(/<(?:input|textarea|button)\b[^>]*>/g)) {
      const name = attribute(tag, 'name');
      if (!name || name === '_csrf') continue;
      const values = (fields[name] ??= []);
      const value = attribute(tag, 'value');
      if (value) values.push(value);
    }
    for (const [, select, options] of inside.matchAll(/<select\b([^>]*)>([\s\S]*?)<\/select>/g)) {
      const name = attribute(select, 'name');
      if (name) fields[name] = [...options.matchAll(/<option\b[^>]*>/g)].map(([tag]) => attribute(tag, 'value')).filter((v) => v !== null);
    }
    return { method: (attribute(head, 'method') ?? 'get').toUpperCase(), action: attribute(head, 'action') ?? at, fields };
  });
}

/** Walks the pages of a session and adds to each route: ids, form fields and query names that the pages know. */
export async function learn(base, routes, cookie) {
  const find = (method, target) => {
    const fits = routes.filter((r) => r.method === method && new RegExp(`^${r.path.replace(/\{\w+\}/g, '[^/]+')}$`).test(target));
    return fits.sort((a, b) => (a.path.match(/\{/g) ?? []).length - (b.path.match(/\{/g) ?? []).length)[0] ?? null;
  };
  for (const route of routes) Object.assign(route, { seen: {}, fields: {}, query: {} });
  const remember = (method, address) => {
    const url = new URL(address, 'http://x');
    const route = find(method, url.pathname);
    if (!route) return null;
    const names = [...route.path.matchAll(/\{(\w+)\}/g)].map((m) => m[1]);
    const values = new RegExp(`^${route.path.replace(/\{\w+\}/g, '([^/]+)')}$`).exec(url.pathname).slice(1);
    names.forEach((name, i) => (route.seen[name] ??= new Set()).add(values[i]));
    for (const [name, value] of url.searchParams) (route.query[name] ??= new Set()).add(value);
    return route;
  };
  const queue = routes.filter((r) => r.method === 'GET' && !r.path.includes('{')).map((r) => r.path);
  const asked = new Set();
  const kinds = new Map();
  while (queue.length > 0 && asked.size < PAGES) {
    const address = queue.shift();
    const key = address.split('?')[0];
    if (asked.has(key) || key.startsWith('/language')) continue;
    asked.add(key);
    const answer = await ask(base, { path: address, headers: { cookie } });
    if (answer.status !== 200) continue;
    const html = answer.body.toString();
    for (const form of formsOf(html, address)) {
      const route = form.action.startsWith('/') ? remember(form.method, form.action) : null;
      if (!route) continue;
      const into = form.method === 'GET' ? route.query : route.fields;
      for (const [name, values] of Object.entries(form.fields)) {
        const known = (into[name] ??= new Set());
        values.slice(0, 12).forEach((value) => known.add(value));
      }
    }
    for (const [, href] of html.matchAll(/<a\b[^>]*\shref="(\/[^"#]*)"/g)) {
      const target = plain(href);
      if (target.startsWith('/assets/')) continue;
      const route = remember('GET', target);
      if (!route) continue;
      const kind = `${route.path} ${target.split('/').at(-1).length < 20 ? target.split('/').at(-1).split('?')[0] : ''}`;
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      if (kinds.get(kind) <= OF_ONE_KIND) queue.push(target);
    }
  }
  // Records of one kind have one kind of id: what one route knows, those beside it know too.
  const ids = {};
  const kindOf = (route) => route.path.split('/')[1];
  for (const route of routes) {
    for (const values of Object.values(route.seen)) {
      for (const v of values) if (/^[0-9a-f]{32}$/.test(v)) (ids[kindOf(route)] ??= new Set()).add(v);
    }
  }
  for (const route of routes) {
    for (const [, name] of route.path.matchAll(/\{(\w+)\}/g)) {
      if (name === 'kind' || name === 'code') continue;
      const known = (route.seen[name] ??= new Set());
      for (const v of ids[kindOf(route)] ?? []) if (known.size < 8) known.add(v);
    }
  }
  return asked.size;
}

/** An address of the route, with what is known in the place of its names. */
export function filled(route) {
  return route.path.replace(/\{(\w+)\}/g, (_, name) => {
    const said = route.names[name];
    if (said && !said.startsWith('@')) return said;
    return [...(route.seen?.[name] ?? [])][0] ?? '5a'.repeat(16);
  });
}

/** OpenAPI 3.0, with the statuses that a page may answer. */
export function openapi(routes) {
  const text = { type: 'string', maxLength: 400 };
  const either = (values, other = text) => {
    const known = [...new Set(values)].slice(0, 20);
    return known.length > 0 ? { anyOf: [{ type: 'string', enum: known }, other] } : other;
  };
  const paths = {};
  for (const route of routes) {
    const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => {
      const said = route.names[name];
      const known = [...(route.seen[name] ?? []), ...(said && !said.startsWith('@') ? [said] : [])];
      const other = name === 'kind' || name === 'code' ? { type: 'string', minLength: 1, maxLength: 40 } : { type: 'string', pattern: '^[0-9a-f]{32}$' };
      return { name, in: 'path', required: true, schema: either(known, other) };
    });
    const inQuery = Object.entries(route.query).map(([name, values]) => ({ name, in: 'query', required: false, schema: either(values) }));
    const operation = {
      operationId: `${route.method} ${route.path}`,
      parameters: [...inPath, ...inQuery],
      responses: Object.fromEntries(STATUSES.map((status) => [status, { description: String(status) }])),
    };
    if (route.method === 'POST') {
      const names = new Set([...Object.keys(route.fields), ...Object.keys(route.form)]);
      const properties = Object.fromEntries([...names].map((name) => {
        const said = route.form[name];
        return [name, either([...(route.fields[name] ?? []), ...(said && !said.startsWith('@') ? [said] : [])])];
      }));
      operation.requestBody = { required: names.size > 0, content: { 'application/x-www-form-urlencoded': { schema: { type: 'object', properties } } } };
    }
    (paths[route.path] ??= {})[route.method.toLowerCase()] = operation;
  }
  return { openapi: '3.0.3', info: { title: 'Pristan', version: '1' }, paths };
}
