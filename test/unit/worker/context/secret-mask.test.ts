import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SecretMask } from '../../../../worker/context/secret-mask.ts';
import { SIGNATURE, sas } from '../support/jobs.ts';

describe('SecretMask', () => {
  it('masks a learned secret everywhere, even if it is URL-encoded', () => {
    const secrets = new SecretMask();
    secrets.learn('pass/word+1=');

    const masked = secrets.mask('a pass/word+1= b ?x=pass%2Fword%2B1%3D c');

    expect(masked).toBe('a *** b ?x=*** c');
  });

  it('masks the signature of a URL, encoded and decoded', () => {
    const secrets = new SecretMask();
    secrets.learnUrl(sas('storage.test', 'results/result.json'));

    const masked = secrets.mask(`raw ${SIGNATURE} decoded ${decodeURIComponent(SIGNATURE)}`);

    expect(masked).toBe('raw *** decoded ***');
  });

  it('masks text in the shape of a credential that it has not learned', () => {
    const secrets = new SecretMask();
    const token = `eyJ${'a'.repeat(20)}.${'b'.repeat(20)}.${'c'.repeat(20)}`;

    const masked = secrets.mask(
      `${token} https://x.test/?sp=c&sig=abc%3D Authorization: Bearer abcdefgh1`,
    );

    expect(masked).toBe('*** https://x.test/?sp=c&sig=*** Authorization: Bearer ***');
  });

  it('does not mask a short secret, which may occur by chance', () => {
    const secrets = new SecretMask();
    secrets.learn('a');
    secrets.learn('');

    const masked = secrets.mask('a banana');

    expect(masked).toBe('a banana');
  });

  it('leaves no learned secret in any text', () => {
    const secret = fc.string({ minLength: 8, maxLength: 40 });
    fc.assert(
      fc.property(fc.array(secret, { maxLength: 4 }), fc.string(), (learned, around) => {
        const secrets = new SecretMask();
        for (const one of learned) secrets.learn(one);

        const masked = secrets.mask(`${around}${learned.join(around)}${around}`);

        // The mask's own stars could complete a secret that is made of stars.
        return learned.every((one) => one.includes('*') || !masked.includes(one));
      }),
    );
  });
});
