import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { type LongResult, longLines } from './long/long-lines.ts';
import { LONG_PARTS, type LongPart } from './long/parts.ts';

/** `npm run test:long [-- --only NAME] [-- --list]`: runs the suites that are too slow for `.ci/run`. */
const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    list: { type: 'boolean', default: false },
  },
});

const unknown = values.only?.filter((name) => !LONG_PARTS.some((part) => part.name === name)) ?? [];
if (values.list) {
  for (const { name, what } of LONG_PARTS) console.log(`${name}: ${what}`);
} else if (unknown.length > 0) {
  console.error(`There is no part ${unknown.join(', ')}. \`-- --list\` lists the parts.`);
  process.exitCode = 2;
} else {
  const parts = LONG_PARTS.filter(({ name }) => values.only?.includes(name) ?? true);
  const results = parts.map(runPart);
  console.log();
  for (const line of longLines(results)) console.log(line);
  process.exitCode = results.some(({ passed }) => passed === false) ? 1 : 0;
}

function runPart(part: LongPart): LongResult {
  if ('notYet' in part) return { part, passed: undefined, seconds: 0 };
  const [script, ...more] = part.run;
  console.log(`\n== npm run ${part.run.join(' ')}`);
  const started = performance.now();
  const { status } = spawnSync('npm', ['run', '--silent', script, '--', ...more], {
    stdio: 'inherit',
    env: { ...process.env, ...part.environment },
  });
  const seconds = Math.round((performance.now() - started) / 1000);
  return { part, passed: status === 0, seconds };
}
