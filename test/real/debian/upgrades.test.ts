import { describe, expect, it } from 'vitest';
import { joinUpgrades } from './upgrades.ts';

const installed = `apt 2.6.1 apt 2.6.1
libbrotli1 1.0.9-2+b6 brotli 1.0.9-2
libssl3 3.0.20-1~deb12u2 openssl 3.0.20-1~deb12u2
`;

describe('the outdated packages of a root', () => {
  it('include the source package, whose version may differ from a rebuilt binary’s', () => {
    const simulation = `NOTE: This is only a simulation!
Inst libssl3 [3.0.20-1~deb12u2] (3.0.22-1~deb12u2 Debian-Security:12/oldstable-security [amd64])
Inst libbrotli1 [1.0.9-2+b6] (1.0.9-2+deb12u1 Debian-Security:12/oldstable-security [amd64])
Conf libssl3 (3.0.22-1~deb12u2 Debian-Security:12/oldstable-security [amd64])
`;

    expect(joinUpgrades(simulation, installed)).toEqual([
      {
        package: 'libbrotli1',
        installed: '1.0.9-2+b6',
        candidate: '1.0.9-2+deb12u1',
        source: 'brotli',
        sourceInstalled: '1.0.9-2',
      },
      {
        package: 'libssl3',
        installed: '3.0.20-1~deb12u2',
        candidate: '3.0.22-1~deb12u2',
        source: 'openssl',
        sourceInstalled: '3.0.20-1~deb12u2',
      },
    ]);
  });

  it('exclude a package that is newly installed', () => {
    const simulation = 'Inst libnew1 (1.0 Debian:12/oldstable [amd64])\n';

    expect(joinUpgrades(simulation, installed)).toEqual([]);
  });

  it('are none if apt would change nothing', () => {
    expect(joinUpgrades('0 upgraded, 0 newly installed\n', installed)).toEqual([]);
  });
});
