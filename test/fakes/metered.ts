/** A fake of a storage port whose calls are counted: one call is one request. */
export function metered<Port extends object>(port: Port, received: () => void): Port {
  return new Proxy(port, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...given: unknown[]): unknown => {
        received();
        return Reflect.apply(member, target, given);
      };
    },
  });
}
