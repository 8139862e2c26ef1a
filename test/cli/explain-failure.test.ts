import { describe, expect, it } from 'vitest';
import { registryRoles, whatToDoAbout } from '../../lib/doctor/explain-failure.ts';

describe('the advice for a refusal by ARM', () => {
  it.each([
    'LinkedAuthorizationFailed: the client has permission on one scope, not on the linked one',
    'may not perform Microsoft.Network/virtualNetworks/subnets/join/action',
  ])('names the role for the subnet if the message is %j', (message) => {
    const advice = whatToDoAbout('unauthorized', message);

    expect(advice).toMatch(/privateNetworking.*Patchwright Subnet Join/);
    expect(advice).not.toContain('Patchwright Container Groups');
  });

  it('is to deploy the template, not to assign a wider role', () => {
    const advice = whatToDoAbout('unauthorized', 'AuthorizationFailed: containerGroups/write');

    expect(advice).toMatch(/infra\/main\.bicep.*Patchwright Container Groups/);
    expect(advice).not.toMatch(/subnet|Contributor Role/i);
  });
});

it('the advice for a refusal by the registry names no role to assign by hand', () => {
  expect(registryRoles()).toMatch(/infra\/main\.bicep.*registryPermissionMode.*docs\/security\.md/);
  expect(registryRoles()).not.toMatch(/Acr(?:Pull|Push|Delete)|Repository Contributor/);
});
