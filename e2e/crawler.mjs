// Walks a role's pages by their links, breadth first, a few of each kind, so that a page added tomorrow is
// checked without anybody naming it here.

/** A segment that names a record rather than a room: a number, a case number, a uuid, a long id. */
function isId(segment) {
  return /^\d+$/.test(segment) || /^[0-9a-f]{8}-[0-9a-f-]{27}$/i.test(segment) || (segment.length >= 6 && /\d/.test(segment));
}

/** The kind of page behind an address: `/cases/{id}/return`, `/cases?status`. */
export function pattern(url) {
  const { pathname, searchParams } = new URL(url, 'http://host');
  const rooms = pathname.split('/').map((segment) => (isId(segment) ? '{id}' : segment)).join('/');
  const keys = [...new Set(searchParams.keys())].sort();
  return keys.length ? `${rooms}?${keys.join('&')}` : rooms;
}

async function linksOf(page) {
  return page.evaluate(() =>
    [...document.querySelectorAll('a[href]')]
      .map((link) => {
        const url = new URL(link.href, document.baseURI);
        url.hash = '';
        return url;
      })
      .filter((url) => url.origin === location.origin)
      .map((url) => url.href),
  );
}

/**
 * Opens every page reachable by links from `start` and answers
 * `[{ url, pattern, status, headers, title, html, from }]`; `html` is false for files.
 *
 * At most `samples` pages of one kind and `max` in all. `visit(page, entry)` is called on each page while it
 * is open.
 */
export async function everyPage(page, { start = '/', samples = 2, max = 250, skip = /^\/(sign-out|language)\b/, visit = null } = {}) {
  const first = new URL(start, page.url().startsWith('http') ? page.url() : undefined).href;
  const queue = [{ url: first, from: '' }];
  const queued = new Set([first]);
  const seen = new Map();
  const entries = [];
  while (queue.length > 0 && entries.length < max) {
    const { url, from } = queue.shift();
    const kind = pattern(url);
    if ((seen.get(kind) ?? 0) >= samples) continue;
    seen.set(kind, (seen.get(kind) ?? 0) + 1);

    let answer = null;
    const listen = (response) => {
      if (response.request().isNavigationRequest() && response.frame() === page.mainFrame()) answer = response;
    };
    page.on('response', listen);
    try {
      await page.goto(url);
    } catch (error) {
      // A file to keep ends the navigation; anything else is a defect.
      if (!/Download is starting|ERR_ABORTED/.test(error.message) || !answer) throw error;
    } finally {
      page.off('response', listen);
    }
    const headers = answer.headers();
    const html = /^text\/html/.test(headers['content-type'] ?? '') && !/^attachment/.test(headers['content-disposition'] ?? '');
    const entry = { url: answer.url(), pattern: kind, status: answer.status(), headers, title: '', html, from };
    entries.push(entry);
    if (!html) continue;
    entry.title = await page.title();
    for (const link of await linksOf(page)) {
      if (queued.has(link) || skip.test(new URL(link).pathname)) continue;
      queued.add(link);
      queue.push({ url: link, from: kind });
    }
    if (visit) await visit(page, entry);
  }
  return entries;
}
