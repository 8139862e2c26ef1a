import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto';
import type { Result } from '../result.ts';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts a job file with a key made from its container's registry token, which only the container's
 * secret holds. A reader of the blobs learns nothing, and a changed blob does not open.
 * Shape: nonce (12 bytes), tag (16 bytes), AES-256-GCM. The same input gives the same bytes.
 */
export function sealJobFile(text: string, token: string): Uint8Array {
  const key = keyOf(token);
  // Made from the text, so that no two texts share a nonce and a key.
  const nonce = createHmac('sha256', key).update(text).digest().subarray(0, NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
}

/** Decrypts a job file. The fault quotes nothing of it. */
export function openJobFile(sealed: Uint8Array, token: string): Result<Uint8Array> {
  const nonce = sealed.subarray(0, NONCE_BYTES);
  const tag = sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
  try {
    const decipher = createDecipheriv(CIPHER, keyOf(token), nonce, { authTagLength: TAG_BYTES });
    decipher.setAuthTag(tag);
    const content = sealed.subarray(NONCE_BYTES + TAG_BYTES);
    return { ok: true, value: Buffer.concat([decipher.update(content), decipher.final()]) };
  } catch {
    return { ok: false, fault: 'it was not made for the registry token of this container' };
  }
}

function keyOf(token: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', token, '', 'patchwright job file', KEY_BYTES));
}
