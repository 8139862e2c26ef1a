import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../lib/cli/cli-error.ts';
import type { CommandSpec } from '../../../lib/cli/command.ts';
import { parseArguments } from '../../../lib/cli/parse-arguments.ts';

const ECHO: CommandSpec = {
  name: 'echo',
  summary: 'Repeats.',
  about: [],
  options: [
    { name: 'loud', short: 'l', about: 'louder' },
    { name: 'times', value: 'N', about: 'how often' },
  ],
  operands: ['TEXT'],
};

const parse = (...args: readonly string[]) => parseArguments(ECHO, args);

describe('parseArguments', () => {
  it('reads flags, values and operands in any order', () => {
    const invocation = parse('--times', '3', 'hello', '-l');

    expect(invocation.operands).toEqual(['hello']);
    expect(invocation.value('times')).toBe('3');
    expect(invocation.flag('loud')).toBe(true);
    expect(invocation.flag('help')).toBe(false);
    expect(invocation.value('settings')).toBeUndefined();
    expect(invocation.output).toBe('table');
  });

  it.each([
    [['x', '--output', 'json'], 'json'],
    [['x', '-o', 'json'], 'json'],
    [['x', '--output=table'], 'table'],
    [['x', '--output=json', '--output=table'], 'table'],
  ])('reads the format of the output from %j: %s', (args, output) => {
    expect(parse(...args).output).toBe(output);
  });

  it('takes a value that looks like an option only after an equals sign', () => {
    expect(parse('x', '--times=-3').value('times')).toBe('-3');
    expect(() => parse('x', '--times', '-l')).toThrow('option "--times" needs a value');
  });

  it('takes everything after two hyphens as operands', () => {
    expect(parse('--', '--loud').operands).toEqual(['--loud']);
  });

  it('needs no operand if help is asked for', () => {
    expect(parse('--help').flag('help')).toBe(true);
    expect(parse('-h', 'x', 'y').flag('help')).toBe(true);
  });

  it.each([
    [['x', '--lout'], 'unknown option "--lout" of echo: did you mean "--loud"?'],
    [['x', '-z'], 'unknown option "-z" of echo: "patchwright echo --help" lists the options'],
    [['x', '--times'], 'option "--times" needs a value: --times N'],
    [['x', '--times='], 'option "--times" needs a value: --times N'],
    [['x', '--loud=yes'], 'option "--loud" takes no value'],
    [['x', '--output', 'yaml'], 'option "--output" must be table or json, not "yaml"'],
    [[], 'echo needs TEXT'],
    [['x', 'y'], 'echo does not take the argument "y"'],
  ])('refuses %j: %s', (args, message) => {
    expect(() => parse(...args)).toThrow(new UsageError(message));
  });
});
