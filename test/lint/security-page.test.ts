import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const ROOT = new URL('../../', import.meta.url);
const page = readFileSync(new URL('docs/security.md', ROOT), 'utf8');
const section = page.split('### Who can do what')[1]?.split('\n### ')[0] ?? '';
const rows = section.split('\n').filter((line) => line.startsWith('| '));

/** The actors of the threat model. */
const ACTORS = [
  'without credentials',
  'pushes an image',
  'the policy',
  'the vulnerability database',
  'the mirrors',
  'the function key',
  'Entra reader',
  'Entra operator',
  'queue messages',
  'container of a patch group',
  'scan or verify group',
  'a receiver of',
  'the app, if its identity is stolen',
];

it.each(ACTORS)('the page on security names an existing test for the actor: %s', (actor) => {
  const ofActor = rows.filter((line) => line.split('|')[1]?.includes(actor));
  const tests = [...ofActor.join('').matchAll(/`(test\/[^`]+)`/g)].map(([, path]) => path ?? '');

  expect(tests.length).toBeGreaterThan(0);
  expect(tests.filter((path) => !existsSync(new URL(path, ROOT)))).toEqual([]);
});
