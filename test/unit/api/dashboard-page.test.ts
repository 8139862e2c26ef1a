import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { dashboardPage } from '../../../lib/api/dashboard-page.ts';
import { bundlePage } from '../../../scripts/dashboard/bundle-page.ts';

const hash = (text: string) => createHash('sha256').update(text).digest('base64');

describe('the page', () => {
  it('may run its own script and style, and nothing else', () => {
    const { headers } = dashboardPage('<style>a{}</style><script>let x = 1;\n</script>');
    const policy = headers['content-security-policy'];

    expect(policy).toContain(`script-src 'sha256-${hash('let x = 1;\n')}'`);
    expect(policy).toContain(`style-src 'sha256-${hash('a{}')}'`);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|\*/);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['referrer-policy']).toBe('no-referrer');
  });

  it('has less than 150 KB and names no other server', async () => {
    const { html } = await bundlePage(new URL('../../..', import.meta.url).pathname);

    expect(Buffer.byteLength(html)).toBeLessThan(150_000);
    expect(html.match(/<(?:script|style)>/g)).toEqual(['<style>', '<script>']);
    expect(html).not.toMatch(/\b(?:src|href)="?https?:/);
  });
});
