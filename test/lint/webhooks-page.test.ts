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

/** A block of code in this language, the first one by default. */
function code(language: string, at = 0): string {
  const blocks = [...page.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, 'g'))];
  return blocks[at]?.[1] ?? '';
}

function headers(body = BODY): Readonly<Record<string, string>> {
  const key = keyOf(SECRET);
  return signedHeaders(
    { id: 'one', body },
    { keys: key === undefined ? [] : [Buffer.alloc(32), key], time: new Date() },
  );
}

function without(name: string): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers()).filter(([one]) => one !== name));
}

/** Asks a program that prints `true` or `false`, as JSON does. */
function ask(command: string, args: readonly string[]): unknown {
  const { stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', timeout: 20_000 });
  if (error !== undefined) throw error;
  return stdout === '' ? stderr : JSON.parse(stdout.toLowerCase());
}

describe('the lines of the page verify a signature', () => {
  const stale = { ...headers(), 'webhook-timestamp': '1700000000' };
  const cases = [
    ['of the app', headers(), BODY, true],
    ['of another body', headers(), '{}', false],
    ['that is too old', stale, BODY, false],
    ['that is absent', without('webhook-signature'), BODY, false],
    ['that is malformed', { ...headers(), 'webhook-signature': 'v1,%%% é' }, BODY, false],
    ['without a time', without('webhook-timestamp'), BODY, false],
    ['with a time that is no number', { ...headers(), 'webhook-timestamp': 'x' }, BODY, false],
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

describe('the receiver of the page', () => {
  const python = spawnSync('python3', ['--version']).error === undefined;
  if (!python) console.log('skipped: the receiver, because there is no python3');
  it.skipIf(!python)('takes a genuine event once, and refuses another', () => {
    const event = JSON.stringify({ type: 'a', subject: 'b', data: {} });
    const posts = [headers(event), headers(event), headers()].map((given) => [given, event]);
    const program = `${code('python')}
${code('python', 1).split('if __name__')[0]}
import http.client, sys, threading
os.environ["SECRET"] = "${SECRET}"
server = HTTPServer(("127.0.0.1", 0), Receiver)
Receiver.log_message = lambda *_: None
threading.Thread(target=server.serve_forever, daemon=True).start()
told, sys.stdout = sys.stdout, sys.stderr
statuses = []
for headers, body in json.loads(sys.argv[1]):
    connection = http.client.HTTPConnection(*server.server_address)
    connection.request("POST", "/", body.encode(), headers)
    statuses.append(connection.getresponse().status)
told.write(json.dumps([statuses, len(known)]))`;

    expect(ask('python3', ['-c', program, JSON.stringify(posts)])).toEqual([[204, 204, 401], 1]);
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
