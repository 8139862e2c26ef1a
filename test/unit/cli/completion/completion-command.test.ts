import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { runInProcess } from '../../../cli/support/run-in-process.ts';

/** What bash offers after these words; the last one is being typed. */
function offered(script: string, words: readonly string[]): readonly string[] {
  const typed = words.map((word) => `'${word}'`).join(' ');
  const ask = `${script}
COMP_WORDS=(${typed}); COMP_CWORD=${words.length - 1}
_patchwright
printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['-c', ask], { encoding: 'utf8' }).trimEnd().split('\n');
}

describe('the completion of bash', async () => {
  const { stdout } = await runInProcess(['completion', 'bash']);

  it.each<[readonly string[], readonly string[]]>([
    [['patchwright', 'ru'], ['runs']],
    [
      ['patchwright', 'runs', ''],
      ['list', 'show', 'start', 'watch', 'cancel'],
    ],
    [['patchwright', 'runs', 'list', '--sin'], ['--since']],
    [['patchwright', 'why', 'team/api', '--acc'], ['--account']],
    [['patchwright', 'nonsense', 'wh'], ['why']],
  ])('offers after %j: %j', (words, expected) => {
    expect(offered(stdout, words)).toEqual(expected);
  });
});

it('has scripts for zsh and fish, and names no other shell', async () => {
  expect((await runInProcess(['completion', 'zsh'])).stdout).toMatch(/^#compdef patchwright\n/);
  const fish = (await runInProcess(['completion', 'fish'])).stdout;
  expect(fish).toContain("-n '__fish_use_subcommand' -a runs");
  expect(fish).toMatch(
    /__fish_seen_subcommand_from runs; and __fish_seen_subcommand_from list' -l since/,
  );
  expect((await runInProcess(['completion', 'tcsh'])).code).toBe(2);
});
