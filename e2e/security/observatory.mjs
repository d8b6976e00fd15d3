// Mozilla's HTTP Observatory over addresses given as JSON: [{ name, plain, secure, path }]. A process of its own,
// because Node reads NODE_EXTRA_CA_CERTS only at its start. Prints one JSON list.

import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const source = path.join(here, '.tools', 'npm', 'node_modules', '@mdn', 'mdn-http-observatory', 'src');
const part = (file) => import(pathToFileURL(path.join(source, file)).href);
const [{ retrieve }, { ALL_TESTS }, grader, { MINIMUM_SCORE_FOR_EXTRA_CREDIT }] = await Promise.all([
  part('retriever/retriever.js'),
  part('constants.js'),
  part('grader/grader.js'),
  part('grader/charts.js'),
]);

const results = [];
for (const page of JSON.parse(process.argv[2])) {
  // Its own `scan` knows neither ports nor paths; the rest of it is what follows.
  const found = await retrieve('localhost', { httpPort: page.plain, httpsPort: page.secure, path: page.path });
  if (!found.responses.auto) {
    results.push({ ...page, grade: 'none', score: 0, failed: ['no answer'] });
    continue;
  }
  let full = 100;
  let bare = 100;
  const failed = [];
  for (const test of ALL_TESTS) {
    const outcome = test(found);
    const modifier = grader.getScoreModifier(outcome.result);
    full += modifier;
    if (modifier < 0) bare += modifier;
    if (!outcome.pass) failed.push(`${outcome.constructor.name}: ${outcome.result}`);
  }
  const { grade, score } = grader.getGradeForScore(bare >= MINIMUM_SCORE_FOR_EXTRA_CREDIT ? full : bare);
  results.push({ ...page, status: found.responses.auto.status, grade, score, failed });
}
process.stdout.write(JSON.stringify(results));
