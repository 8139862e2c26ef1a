/** Prefix of the real suite's temporary folders. It is short, because paths of sockets are limited. */
export const TEMPORARY_PREFIX = 'pw-real-';
