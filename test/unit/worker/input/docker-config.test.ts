import { expect, it } from 'vitest';
import { RegistryHost } from '../../../../lib/image/reference.ts';
import { SecretMask } from '../../../../worker/context/secret-mask.ts';
import {
  DockerConfig,
  learnCredentials,
  registryToken,
} from '../../../../worker/input/docker-config.ts';

const HOST = RegistryHost.parse('registry.example.com');

it('finds the token of the registry, and none of another one', () => {
  const config = DockerConfig.parse({ auths: { [HOST]: { registrytoken: 'the-token' } } });

  expect(registryToken(config, HOST)).toBe('the-token');
  expect(registryToken(config, RegistryHost.parse('constructor'))).toBeUndefined();
  expect(registryToken(DockerConfig.parse({ auths: {} }), HOST)).toBeUndefined();
});

it('masks every credential, and the password inside `auth`', () => {
  const secrets = new SecretMask();
  const auth = Buffer.from('user:the-password').toString('base64');
  const entry = { registrytoken: 'the-registry-token', identitytoken: 'the-identity-token', auth };

  learnCredentials(DockerConfig.parse({ auths: { [HOST]: entry } }), secrets);

  const text = secrets.mask(`${Object.values(entry).join(' ')} the-password user`);
  for (const secret of [...Object.values(entry), 'the-password'])
    expect(text).not.toContain(secret);
  expect(text).toContain('user');
});
