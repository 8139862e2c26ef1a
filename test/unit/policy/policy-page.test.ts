import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { MAX_POLICY_BYTES, parsePolicy } from '../../../lib/policy/policy.ts';

const page = readFileSync(new URL('../../../docs/policy.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/^```json\n([\s\S]*?)^```$/gm)].map(([, text = '']) => text);

/** Completes an example, which is a whole policy, a list of entries, or one entry. */
function asPolicy(example: string): string {
  const value: unknown = JSON.parse(example);
  if (Array.isArray(value)) return JSON.stringify({ version: 'v1', repositories: value });
  if (typeof value === 'object' && value !== null && 'version' in value) return example;
  return JSON.stringify({ version: 'v1', repositories: [value] });
}

it.each(examples.map((example, at) => [at + 1, example] as const))(
  'docs/policy.md has a valid example %i',
  (_, example) => {
    expect(parsePolicy(asPolicy(example))).toMatchObject({ ok: true });
  },
);

it('docs/policy.md lists the tags that a repeated repository selects', () => {
  const repeated = examples.find((example) => example.startsWith('[')) ?? '';

  expect(page).toContain('This selects `1.4`, `1.5` and `1.6`.');
  expect(parsePolicy(asPolicy(repeated))).toMatchObject({
    value: { repositories: [{ repository: 'team/api', tags: ['1.4', '1.5', '1.6'] }] },
  });
});

const DOCUMENT = `{
  "version": "v2",
  "repositories": [
    { "repository": "Team/api", "tags": ["1"] },
    { "repository": "team/api", "tags": ["*", "1"] },
    { "repository": "team/web", "tags": ["1"], "tag": "1" }
  ]
}`;

it('docs/policy.md shows the faults of a document in the printed form', () => {
  const parsed = parsePolicy(DOCUMENT);

  const faults = parsed.ok ? ['no fault'] : parsed.fault;
  expect(page).toContain(`\n${faults.join('\n')}\n\`\`\`\n`);
});

it('docs/policy.md shows the warning of a document in the printed form', () => {
  const parsed = parsePolicy(DOCUMENT.replace('v2', 'v1'));

  const warnings = parsed.ok ? parsed.value.warnings : ['no warning'];
  expect(page).toContain(`\n${warnings.join('\n')}\n\`\`\`\n`);
});

it('docs/policy.md names the largest size of a document', () => {
  expect(page).toContain(`${MAX_POLICY_BYTES.toLocaleString('en-US')} bytes`);
});
