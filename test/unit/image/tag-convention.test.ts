import { describe, expect, it } from 'vitest';
import {
  chosenOf,
  formOf,
  isFloating,
  listOf,
  TagConvention,
  TagConventions,
} from '../../../lib/image/tag-convention.ts';

function faultOf(convention: unknown): string | undefined {
  return TagConvention.safeParse(convention).error?.issues[0]?.message;
}

describe('a tag convention', () => {
  it.each([
    ['incremental', { suffix: '-', number: 'plain' }],
    ['floating', { suffix: '-patched', number: 'none' }],
    ['{tag}-patch.{n}', { suffix: '-patch.', number: 'plain' }],
    ['{tag}-p{nnn}', { suffix: '-p', number: 'padded' }],
    ['{tag}_os_{nnn}', { suffix: '_os_', number: 'padded' }],
    ['{tag}.secure', { suffix: '.secure', number: 'none' }],
    [`{tag}-${'x'.repeat(39)}`, { suffix: `-${'x'.repeat(39)}`, number: 'none' }],
  ])('%s has the form %j', (text, form) => {
    const convention = TagConvention.parse(text);

    expect(formOf(convention)).toEqual(form);
    expect(isFloating(convention)).toBe(form.number === 'none');
  });

  it.each([undefined, null, 7, [], '', 'Incremental', 'patched', 'tag'])(
    'must be a known word or a template, not %j',
    (input) => {
      const words = 'must be "incremental", "floating" or a template such as "{tag}-patch.{n}"';

      expect(faultOf(input)).toBe(words);
    },
  );

  it.each([
    ['p{n}-{tag}', 'must begin with "{tag}"'],
    ['{n}', 'must begin with "{tag}"'],
    ['{tag}-{date}', 'may have "{n}" or "{nnn}" once, at its end, and no other placeholder'],
    ['{tag}-p.{n}.{n}', 'may have "{n}" or "{nnn}" once, at its end, and no other placeholder'],
    ['{tag}-p.{n}-x', 'may have "{n}" or "{nnn}" once, at its end, and no other placeholder'],
    ['{tag}{tag}', 'may have "{n}" or "{nnn}" once, at its end, and no other placeholder'],
    ['{tag}', 'must have "-", "." or "_" after "{tag}"'],
    ['{tag}p{nnn}', 'must have "-", "." or "_" after "{tag}"'],
    ['{tag}+p', 'must have "-", "." or "_" after "{tag}"'],
    ['{tag}-p/x', 'may only have letters, digits, "_", "." and "-" after "{tag}"'],
    ['{tag}-p\n', 'may only have letters, digits, "_", "." and "-" after "{tag}"'],
    [
      '{tag}-{n}',
      'must have a letter after "{tag}": without one, a patch looks like a version or a build',
    ],
    [
      '{tag}.{n}',
      'must have a letter after "{tag}": without one, a patch looks like a version or a build',
    ],
    [`{tag}-${'x'.repeat(40)}`, 'must have at most 40 characters between "{tag}" and the number'],
    ['{tag}-p{n}', 'must have "." before "{n}", or 10 sorts before 9'],
    ['{tag}-p.{nnn}', 'must have a letter or "_" before "{nnn}"'],
    ['{tag}-p-{nnn}', 'must have a letter or "_" before "{nnn}"'],
    ['{tag}-p1{nnn}', 'must have a letter or "_" before "{nnn}"'],
    ['{tag}-patched', 'must not end with "-patched", which the convention "floating" uses'],
    ['{tag}-os-patched', 'must not end with "-patched", which the convention "floating" uses'],
    ['{tag}-p1', 'must not end with a digit: use "{n}" or "{nnn}"'],
    ['{tag}.sig', 'must not end as the tags of cosign do'],
    ['{tag}-os.', 'must end with a letter or a number'],
  ])('%s is refused: %s', (template, fault) => {
    expect(faultOf(template)).toBe(fault);
  });
});

describe('tag conventions of a repository', () => {
  it.each([
    ['incremental', { convention: 'incremental' }],
    [['floating'], { convention: 'floating' }],
    [['incremental', 'floating'], { convention: 'incremental', alsoFloating: 'floating' }],
    [['floating', 'incremental'], { convention: 'incremental', alsoFloating: 'floating' }],
    [
      ['{tag}-secure', '{tag}-p{nnn}'],
      { convention: '{tag}-p{nnn}', alsoFloating: '{tag}-secure' },
    ],
  ])('%j are %j', (input, chosen) => {
    const parsed = chosenOf(TagConventions.parse(input));

    expect(parsed).toEqual(chosen);
    expect(listOf(parsed)).toEqual(Object.values(chosen));
  });

  it.each([
    [[], 'must have one convention, or one with a number and one that floats'],
    [['floating', '{tag}-x'], 'must have one convention, or one with a number and one that floats'],
    [
      ['incremental', '{tag}-x{nnn}'],
      'must have one convention, or one with a number and one that floats',
    ],
    [
      ['incremental', 'floating', '{tag}-x'],
      'must have one convention, or one with a number and one that floats',
    ],
    [['incremental', '{tag}-x{n}'], 'each item must have "." before "{n}", or 10 sorts before 9'],
    [
      ['incremental', 1],
      'each item must be "incremental", "floating" or a template such as "{tag}-patch.{n}"',
    ],
  ])('%j are refused: %s', (input, fault) => {
    expect(TagConventions.safeParse(input).error?.issues[0]?.message).toBe(fault);
  });
});
