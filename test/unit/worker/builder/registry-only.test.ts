import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { RegistryHost } from '../../../../lib/image/reference.ts';
import { TOOLING_UPSTREAMS } from '../../../../lib/report/tooling-images.ts';
import { registryOnly } from '../../../../worker/builder/registry-only.ts';

const operate = readFileSync(new URL('../../../../docs/operate.md', import.meta.url), 'utf8');

it('replaces only the proxy variables', () => {
  const environment = { PATH: '/bin', all_proxy: 'x', HTTPS_PROXY: 'y', no_proxy: 'z' };

  const names = Object.keys(registryOnly(environment, RegistryHost.parse('one.azurecr.io')));

  expect(names.toSorted()).toEqual(['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY', 'PATH']);
});

it('matches the settings that docs/operate.md gives for a remote daemon, with every mirror', () => {
  const { HTTPS_PROXY, NO_PROXY } = registryOnly({}, RegistryHost.parse('registry.azurecr.io'));

  expect(operate).toContain(`HTTPS_PROXY=${HTTPS_PROXY}`);
  expect(operate).toContain(`NO_PROXY=${NO_PROXY?.replace('registry', 'REGISTRY')}`);
  for (const upstream of TOOLING_UPSTREAMS) {
    expect(operate).toContain(
      `[registry."${upstream}"]\n  mirrors = ["REGISTRY.azurecr.io/patchwright/mirror/${upstream}"]`,
    );
  }
});
