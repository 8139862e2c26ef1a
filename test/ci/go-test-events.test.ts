import { describe, expect, it } from 'vitest';
import {
  type GoTestEvent,
  goTestCounts,
  parseGoTestEvent,
} from '../../scripts/ci/go-test-events.ts';

function event(Action: string, Test?: string, Output?: string): GoTestEvent {
  return { Action, Package: 'p', ...(Test && { Test }), ...(Output && { Output }) };
}

describe('the events of go test', () => {
  it('count tests, but not subtests or packages', () => {
    const counts = goTestCounts([
      event('pass', 'TestA/part'),
      event('pass', 'TestA'),
      event('fail', 'TestB'),
      event('skip', 'TestC'),
      event('fail'),
    ]);

    expect(counts).toMatchObject({ passed: 1, failed: 1 });
  });

  it('show the output of failed and skipped tests', () => {
    const { lines } = goTestCounts([
      event('output', 'TestA', 'fine\n'),
      event('pass', 'TestA'),
      event('output', 'TestB', '=== RUN   TestB\n'),
      event('output', 'TestB', 'not equal\n'),
      event('fail', 'TestB'),
      event('output', 'TestC', 'it takes root\n'),
      event('skip', 'TestC'),
    ]);

    expect(lines).toEqual(['not equal', 'it takes root']);
  });

  it('are distinguished from compiler output', () => {
    expect(parseGoTestEvent('main.go:3: undefined: x')).toBeUndefined();
    expect(parseGoTestEvent('{"Action":"run","Package":"p"}')).toEqual(event('run'));
  });
});
