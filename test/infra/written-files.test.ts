import { describe, expect, it } from 'vitest';
import { parseFuncignore } from '../../scripts/package/funcignore.ts';
import { blocksOf } from './guides.ts';
import { readText } from './infrastructure.ts';

/** The files that the commands of the guides write, and the one that people are told to write. */
function writtenFiles(): readonly string[] {
  const guides = ['docs/deploy.md', 'docs/operate.md'].map(readText).join('\n');
  const blocks = blocksOf(guides);
  const names = blocks.flatMap((block) => [...block.matchAll(/ > ([\w.-]+)/g)]);
  return [...new Set(['policy.json', ...names.map(([, name = '']) => name)])];
}

describe.each(writtenFiles())('%s, which a step of the guides writes,', (name) => {
  it('is in .gitignore', () => {
    expect(readText('.gitignore').split('\n')).toContain(`/${name}`);
  });

  it('is not sent to Azure', () => {
    expect(parseFuncignore(readText('.funcignore'))(name)).toBe(true);
  });
});

it('The guides write the values of a deployment, and the settings of the worker and of the app', () => {
  expect(writtenFiles()).toEqual(
    expect.arrayContaining(['patchwright.env', 'worker.env', 'settings.json']),
  );
});
