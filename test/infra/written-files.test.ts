import { describe, expect, it } from 'vitest';
import { readText } from './infrastructure.ts';

/** The files that the commands of the guides write, and the one that people are told to write. */
function writtenFiles(): readonly string[] {
  const guides = ['docs/deploy.md', 'docs/operate.md'].map(readText).join('\n');
  const blocks = [...guides.matchAll(/^ *```\w*\n([\s\S]*?)^ *```/gm)].map(
    ([, block = '']) => block,
  );
  const names = blocks.flatMap((block) => [...block.matchAll(/ > ([\w.-]+)/g)]);
  return [...new Set(['policy.json', ...names.map(([, name = '']) => name)])];
}

describe.each(writtenFiles())('%s, which a step of the guides writes,', (name) => {
  it.each(['.gitignore', '.funcignore'])('is in %s', (list) => {
    expect(readText(list).split('\n')).toContain(`/${name}`);
  });
});

it('The guides write the settings of the worker and of the app', () => {
  expect(writtenFiles()).toEqual(expect.arrayContaining(['worker.env', 'settings.json']));
});
