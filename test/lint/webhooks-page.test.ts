import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { EVENT_DATA } from '../../lib/pipeline/tell/event-data.ts';
import { MAX_IMAGES } from '../../lib/pipeline/tell/news.ts';
import { PATIENCE_SECONDS, RETRY_SECONDS } from '../../lib/pipeline/tell/retry-schedule.ts';
import { EVENT_TYPES } from '../../lib/webhook/event-names.ts';
import { keyOf, signedHeaders } from '../../lib/webhook/signature.ts';

const page = readFileSync(new URL('../../docs/webhooks.md', import.meta.url), 'utf8');
const SECRET = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;
const BODY = '{"type":"é"}';

/** The first block of code in this language. */
function code(language: string): string {
  return new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(page)?.[1] ?? '';
}

function headers(): Readonly<Record<string, string>> {
  const key = keyOf(SECRET);
  return signedHeaders(
    { id: 'one', body: BODY },
    { keys: key === undefined ? [] : [Buffer.alloc(32), key], time: new Date() },
  );
}

/** Asks a program that prints `true` or `false`, as JSON does. */
function ask(command: string, args: readonly string[]): unknown {
  const { stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (error !== undefined) throw error;
  return stdout === '' ? stderr : JSON.parse(stdout.toLowerCase());
}

describe('the lines of the page verify a signature', () => {
  const stale = { ...headers(), 'webhook-timestamp': '1700000000' };
  const cases = [
    ['of the app', headers(), BODY, true],
    ['of another body', headers(), '{}', false],
    ['that is too old', stale, BODY, false],
  ] as const;

  it.each(cases)('in Node: %s', async (_, given, body, expected) => {
    const source = `data:text/javascript,${encodeURIComponent(code('js'))}`;
    const { isGenuine } = await import(/* @vite-ignore */ source);

    expect(isGenuine(given, body, SECRET)).toBe(expected);
  });

  const python = spawnSync('python3', ['--version']).error === undefined;
  if (!python) console.log('skipped: the lines for Python, because there is no python3');
  it.skipIf(!python)('in Python', () => {
    const calls = cases.map(([, given, body]) => [given, body] as const);
    const text = JSON.stringify(JSON.stringify(calls));
    const program = `${code('python')}\nimport json\nprint([is_genuine(h, b.encode(), "${SECRET}") for h, b in json.loads(${text})])`;

    expect(ask('python3', ['-c', program])).toEqual(cases.map(([, , , expected]) => expected));
  });
});

describe('the page', () => {
  const rows = page.split('\n').filter((line) => line.includes('| `io.patchwright.'));

  it('lists every event with its name', () => {
    const listed = rows.map((row) => /^\| (?:`([\w-]+)`)? ?\| `([\w.-]+)`/.exec(row)?.slice(1));
    const names = new Map<string, string>(
      Object.entries(EVENT_TYPES).map(([name, type]) => [type, name]),
    );

    expect(listed).toEqual(Object.keys(EVENT_DATA).map((type) => [names.get(type), type]));
  });

  it.each(Object.entries(EVENT_DATA))('names every key of %s', (_, schema) => {
    const same = Object.entries(EVENT_DATA).filter(([, other]) => other === schema);
    const types = same.map(([other]) => `\`${other}\``);
    const text = rows.filter((line) => types.some((one) => line.includes(one))).join('');

    for (const key of Object.keys(schema.shape)) expect(text).toContain(`\`${key}\``);
  });

  it('has an example that matches its schema', () => {
    const event = z
      .object({ type: z.literal(EVENT_TYPES.patched), data: z.unknown() })
      .parse(JSON.parse(code('json')));

    expect(EVENT_DATA[event.type].strict().safeParse(event.data).error).toBeUndefined();
  });

  it('tells the waits and the limits of the code', () => {
    const words = RETRY_SECONDS.map((seconds) => {
      if (seconds < 60) return `${seconds} s`;
      return seconds < 3600 ? `${seconds / 60} min` : `${seconds / 3600} h`;
    });

    expect(page.replaceAll('\n', ' ')).toContain(
      `${words.slice(0, -1).join(', ')}, and then ${words.at(-1)} each`,
    );
    expect(page).toContain(`${PATIENCE_SECONDS / 3600} hours after the end of a run`);
    expect(page).toContain(`more than ${MAX_IMAGES} images of a run`);
  });
});
