import { describe, expect, it } from 'vitest';
import { getEvidence } from '../../../lib/api/evidence.ts';
import { untar } from '../evidence/untar.ts';
import { NOW, threeNights } from '../history/history-samples.ts';

const { history } = await threeNights();
const clock = { now: () => NOW };

describe('GET /api/evidence', () => {
  it('answers with a bundle of the runs in the range', async () => {
    const answer = await ask({ from: '2026-11-24', to: '2026-11-25T00:00:00Z' });

    expect(answer).toMatchObject({
      status: 200,
      headers: { 'content-type': 'application/gzip', 'cache-control': 'no-store' },
    });
    const files = await untar(bytesOf(answer.body));
    const runs = [...files.keys()].filter((path) => path.endsWith('run.json'));
    expect(runs).toEqual([expect.stringMatching(/^runs\/20261124T020000Z-\w{4}\/run.json$/)]);
  });

  it.each([
    [{}, 'from: is missing: say from when'],
    [{ from: 'yesterday' }, 'from: must be an age'],
    [{ from: '1d', until: '2d' }, 'until: is not a filter'],
    [{ from: '2026-11-25', to: '2026-11-24' }, 'to: must be later than "from"'],
  ])('refuses %j by 400, and names the field', async (query, fault) => {
    const { status, body } = await ask(query);
    expect(status).toBe(400);
    expect(JSON.parse(`${body}`).detail).toContain(fault);
  });

  it('refuses a bundle that takes too long by 413, and names the command', async () => {
    let minutes = 0;
    const slow = { now: () => new Date(NOW.getTime() + 60_000 * minutes++) };
    const { status, body } = await getEvidence(
      { from: '7d' },
      { history, clock: slow, version: '1' },
    );
    expect(status).toBe(413);
    expect(JSON.parse(`${body}`).detail).toContain('patchwright evidence --from');
  });
});

function ask(query: Record<string, string>) {
  return getEvidence(query, { history, clock, version: '1.2.3' });
}

async function* bytesOf(body: string | Uint8Array | undefined) {
  yield Buffer.from(body ?? '');
}
