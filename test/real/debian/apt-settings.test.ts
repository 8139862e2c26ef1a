import { describe, expect, it } from 'vitest';
import { proxyOf, selectAptSettings } from './apt-settings.ts';

const dump = `APT::Architecture "amd64";
Acquire::http "";
Acquire::http::Proxy "http://proxy.example:3128";
Acquire::https::CaInfo "/etc/ssl/certs/own.pem";
Acquire::http::Proxy::internal.example "DIRECT";
Acquire::Check-Valid-Until "false";
Acquire::Languages "none";
Acquire::IndexTargets::deb::Packages::MetaKey "x";
DPkg::Post-Invoke:: "rm -rf /";
`;

describe('the apt settings that an image takes from the machine', () => {
  it('are only those for access to the mirror', () => {
    expect(selectAptSettings(dump).split('\n')).toEqual([
      'Acquire::http::Proxy "http://proxy.example:3128";',
      'Acquire::https::CaInfo "/etc/ssl/certs/own.pem";',
      'Acquire::http::Proxy::internal.example "DIRECT";',
      'Acquire::Check-Valid-Until "false";',
      '',
    ]);
  });

  it('include the proxy for programs other than apt', () => {
    expect(proxyOf(selectAptSettings(dump))).toBe('http://proxy.example:3128');
    expect(proxyOf('')).toBeUndefined();
  });
});
