import { describe, expect, it } from 'vitest';
import { parseFuncignore } from '../../scripts/package/funcignore.ts';
import { blocksOf } from './guides.ts';
import { readText } from './infrastructure.ts';

/** Returns the files that the commands of the guides write, and the one that users write. */
function writtenFiles(): readonly string[] {
  const guides = ['docs/deploy.md', 'docs/operate.md'].map(readText).join('\n');
  const blocks = blocksOf(guides);
  const names = blocks.flatMap((block) => [...block.matchAll(/ > ([\w.-]+)/g)]);
  return [...new Set(['policy.json', ...names.map(([, name = '']) => name)])];
}

describe.each(writtenFiles())('%s, a file that the guides write,', (name) => {
  it('is in .gitignore', () => {
    expect(readText('.gitignore').split('\n')).toContain(`/${name}`);
  });

  it('is not published to Azure', () => {
    expect(parseFuncignore(readText('.funcignore'))(name)).toBe(true);
  });
});

it('the guides write files for the deployment, the worker and the app', () => {
  expect(writtenFiles()).toEqual(
    expect.arrayContaining(['patchwright.env', 'worker.env', 'settings.json']),
  );
});
